"""What ``networks/<name>.toml`` may say: endpoints of one chain. URLs may hold keys: not in ``repr``."""

from __future__ import annotations

from typing import Annotated, Literal, Self
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


HttpUrl = Annotated[str, AfterValidator(_http)]
WsUrl = Annotated[str, AfterValidator(_ws)]
HttpUrls = Annotated[
    tuple[HttpUrl, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
]

Chain = Literal["localnet", "devnet", "testnet", "mainnet"]


class NetworkConfig(Section):
    """Endpoints and identity of one network.

    Attributes:
        chain: which chain the endpoints must serve; proved by the genesis hash before a key is unlocked.
        rpc_url, ws_url: where requests and subscriptions go.
        read_urls: further endpoints asked before a transaction is called dead.
        genesis_hash: base58; for mainnet, devnet and testnet the known one when absent.
        feed_commitment: level at which new pools are seen.
        request_timeout_ms: of one request.
        max_requests_in_flight: at once, in one process.
        limits: how fast each of the endpoints may be asked, by all processes of the user together.
    """

    chain: Chain
    rpc_url: HttpUrl = Field(repr=False)
    ws_url: WsUrl = Field(repr=False)
    read_urls: HttpUrls = Field(default=(), repr=False)
    genesis_hash: Address | None = None
    feed_commitment: Literal["processed", "confirmed"] = "confirmed"
    request_timeout_ms: Annotated[int, Field(ge=100, le=120_000)] = 10_000
    max_requests_in_flight: Annotated[int, Field(ge=1, le=1_000)] = 16
    limits: EndpointLimits = EndpointLimits()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = GENESIS_HASHES.get(self.chain)
        if self.genesis_hash is None or self.genesis_hash == known:
            return self
        if known is not None or self.genesis_hash in GENESIS_HASHES.values():
            raise contradiction("genesis_hash", f"this genesis hash is not {self.chain}'s")
        return self
