"""What ``networks/<name>.toml`` may say: endpoints of one chain. URLs may hold keys: not in ``repr``."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sniperforge.config.genesis import GENESIS_HASHES
from sniperforge.config.rate_limits import EndpointLimits
from sniperforge.config.values import Address, Section, contradiction


def _checked_url(value: str, schemes: tuple[str, str]) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in schemes:
        raise PydanticCustomError(
            "url", f"a URL that starts with {schemes[0]}:// or {schemes[1]}:// is needed"
        )
    return value


def _http(value: str) -> str:
    return _checked_url(value, ("http", "https"))


def _ws(value: str) -> str:
    return _checked_url(value, ("ws", "wss"))


def _base(value: str) -> str:
    if "/api/" in urlsplit(value).path:
        raise PydanticCustomError("url", "the base URL is needed, without /api/v1 and what follows")
    return value


HttpUrl = Annotated[str, AfterValidator(_http)]
WsUrl = Annotated[str, AfterValidator(_ws)]

Chain = Literal["localnet", "devnet", "testnet", "mainnet"]
Role = Literal["read", "send", "subscribe", "history"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""What an endpoint may be for. History: it keeps landed transactions for good."""


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


FeedSourceName = Literal["logsSubscribe", "blockSubscribe", "programSubscribe"]


def _different(value: tuple[FeedSourceName, ...]) -> tuple[FeedSourceName, ...]:
    if len(set(value)) != len(value):
        raise PydanticCustomError("repeated", "each source at most once")
    return value


FeedSources = Annotated[
    tuple[FeedSourceName, ...], BeforeValidator(_tuple), Field(min_length=1), AfterValidator(_different)
]

Roles = Annotated[tuple[Role, ...], BeforeValidator(_tuple), Field(min_length=1)]


class EndpointConfig(Section):
    """One endpoint of a network.

    Attributes:
        rpc_url: where requests go.
        ws_url: where subscriptions go; needed for that role only.
        roles: what it is used for.
        limits: how fast it may be asked, by all processes of the user together.
    """

    rpc_url: HttpUrl = Field(repr=False)
    ws_url: WsUrl | None = Field(default=None, repr=False)
    roles: Roles
    limits: EndpointLimits = EndpointLimits()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "subscribe" in self.roles and self.ws_url is None:
            raise contradiction("roles", "an endpoint to subscribe at needs a ws_url")
        return self


Endpoints = Annotated[tuple[EndpointConfig, ...], BeforeValidator(_tuple)]


EngineUrls = Annotated[
    tuple[Annotated[str, AfterValidator(_http), AfterValidator(_base)], ...], BeforeValidator(_tuple)
]


class NetworkConfig(Section):
    """Endpoints and identity of one network.

    Attributes:
        chain: which chain the endpoints must serve; proved by the genesis hash before a key is unlocked.
        rpc_url, ws_url, roles, limits: the first endpoint, used before the others while it does well.
        endpoints: further ones.
        block_engine_urls: Jito block engines, for ``execution.mev``; all of them get each transaction.
        block_engine_limits: of each of them.
        genesis_hash: base58; for mainnet, devnet and testnet the known one when absent.
        feed_commitment: level at which new pools are seen.
        feed_sources: ways to hear of new pools, raced; each has a connection of its own.
        request_timeout_ms: of one request.
        max_requests_in_flight: at once, in one process.
    """

    chain: Chain
    rpc_url: HttpUrl = Field(repr=False)
    ws_url: WsUrl = Field(repr=False)
    roles: Roles = ROLES
    genesis_hash: Address | None = None
    feed_commitment: Literal["processed", "confirmed"] = "confirmed"
    feed_sources: FeedSources = ("logsSubscribe",)
    request_timeout_ms: Annotated[int, Field(ge=100, le=120_000)] = 10_000
    max_requests_in_flight: Annotated[int, Field(ge=1, le=1_000)] = 16
    limits: EndpointLimits = EndpointLimits()
    endpoints: Endpoints = ()
    block_engine_urls: EngineUrls = Field(default=(), repr=False)
    block_engine_limits: EndpointLimits = EndpointLimits()

    @property
    def all_endpoints(self) -> tuple[EndpointConfig, ...]:
        """Every endpoint in order of preference."""
        first = EndpointConfig(rpc_url=self.rpc_url, ws_url=self.ws_url, roles=self.roles, limits=self.limits)
        return (first, *self.endpoints)

    @model_validator(mode="after")
    def _every_role_is_played(self) -> Self:
        played = {role for endpoint in self.all_endpoints for role in endpoint.roles}
        if missing := [role for role in ROLES if role not in played]:
            raise contradiction("roles", f"no endpoint has the role {missing[0]}")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = GENESIS_HASHES.get(self.chain)
        if self.genesis_hash is None or self.genesis_hash == known:
            return self
        if known is not None or self.genesis_hash in GENESIS_HASHES.values():
            raise contradiction("genesis_hash", f"this genesis hash is not {self.chain}'s")
        return self
