"""The block engine's JSON-RPC: from a path and a body to a status, headers and a body. No sockets."""

from __future__ import annotations

import base64
import binascii
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sniperforge.domain import base58
from sniperforge.domain.jito import MAX_BUNDLE, TIP_ACCOUNTS
from sniperforge.errors import DecodeError, RpcError
from sniperforge.localnet.block_engine.auction import Auction
from sniperforge.localnet.block_engine.bundle import locks_tip_account, make_bundle
from sniperforge.localnet.block_engine.limit import RequestLimit
from sniperforge.localnet.jupiter_api.api import Reply
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.pace import COMMITMENTS
from sniperforge.localnet.ledger.refusals import TransactionRefusedError, UnreadableTransactionError
from sniperforge.localnet.rpc import faults as rpc_faults
from sniperforge.localnet.rpc.params import Params, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.rpc.params import Config

PREFIX: Final = "/api/v1/"
REQUESTS_PER_SECOND: Final = 1
RATE_LIMITED: Final = -32097

_LOG: Final = logging.getLogger(__name__)
_ENCODINGS: Final = ("base58", "base64")
_UUID_HEADER: Final = "x-jito-auth"
_BUNDLE_HEADER: Final = "x-bundle-id"
_READS: Final = ("getBundleStatuses", "getInflightBundleStatuses", "getTipAccounts")
_PATHS: Final[dict[str, tuple[str, ...]]] = {
    "bundles": ("sendBundle", *_READS),
    "transactions": ("sendTransaction",),
    "sendBundle": ("sendBundle",),
    **{name: (name,) for name in _READS},
}
"""Which methods each path below :data:`PREFIX` has."""


class BlockEngine:
    """Answers requests over one ledger.

    Args:
        faults: of the network's first endpoint.
        timer: seconds that never go back.
        per_second: requests that a caller may make; 0 for any number.
    """

    def __init__(
        self,
        ledger: Ledger,
        faults: Faults,
        *,
        timer: Callable[[], float],
        per_second: int = REQUESTS_PER_SECOND,
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._auction = Auction(ledger, faults, timer)
        self._limit = RequestLimit(per_second, timer)
        self._per_second = per_second
        self._reads: dict[str, Callable[[Params], Any]] = {
            "sendBundle": self._send_bundle,
            "getBundleStatuses": self._bundle_statuses,
            "getInflightBundleStatuses": self._inflight_statuses,
            "getTipAccounts": lambda _params: list(TIP_ACCOUNTS),
        }

    async def handle(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Answer one request; never raises for what a client sends."""
        query = query or {}
        if method != "POST":
            return Reply(405, b"{}", {"Allow": "POST"})
        caller = {name.lower(): value for name, value in (headers or {}).items()}.get(_UUID_HEADER)
        wait = self._limit.wait_ms(caller or query.get("uuid", ""))
        if wait:
            return _failure(429, None, self._too_many(wait))
        identifier = None
        try:
            request = _request(body)
            identifier = request.get("id")
            result, more = self._call(path.removeprefix(PREFIX).rstrip("/"), request, query)
        except RpcError as error:
            return _failure(400, identifier, error)
        except Exception:  # noqa: BLE001
            # broad on purpose: a bug costs one request, not the network with everything that runs on it
            _LOG.exception("the block engine failed: %s", path)
            return _failure(500, identifier, RpcError("Internal error", rpc_code=rpc_faults.INTERNAL_ERROR))
        return Reply(200, msgspec.json.encode({"jsonrpc": "2.0", "result": result, "id": identifier}), more)

    def _call(
        self, path: str, request: dict[str, Any], query: Mapping[str, str]
    ) -> tuple[Any, dict[str, str]]:
        name = request.get("method")
        if name not in _PATHS.get(path, ()):
            raise RpcError("Method not found", rpc_code=rpc_faults.METHOD_NOT_FOUND)
        values = request.get("params")
        params = Params(expect([] if values is None else values, list))
        if name == "sendTransaction":
            return self._send_transaction(params, alone=query.get("bundleOnly") == "true")
        return self._reads[name](params), {}

    def _too_many(self, wait: int) -> RpcError:
        return RpcError(
            f"Rate limit exceeded. Limit: {self._per_second} per second for txn requests. "
            f"Back-off triggered: Retry after {wait}ms",
            rpc_code=RATE_LIMITED,
        )

    def _send_bundle(self, params: Params) -> str:
        config = params.config(1)
        envelopes = [_opened(text, at, config) for at, text in enumerate(params.items(0))]
        bundle = make_bundle(self._ledger, envelopes)
        self._auction.take(bundle)
        return bundle.id

    def _send_transaction(self, params: Params, *, alone: bool) -> tuple[str, dict[str, str]]:
        envelope = _opened(params.text(0), 0, params.config(1))
        if alone:
            bundle = make_bundle(self._ledger, [envelope])
            self._auction.take(bundle)
            return envelope.signature, {_BUNDLE_HEADER: bundle.id}
        if not locks_tip_account(envelope):
            raise rpc_faults.invalid_params("Transaction must write lock at least one tip account")
        with suppress(TransactionRefusedError):  # the answer comes before the leader decides
            self._faults.submit(self._ledger, envelope, verified=False, private=True)
        return envelope.signature, {}

    def _bundle_statuses(self, params: Params) -> dict[str, Any]:
        found = [landed for key in _ids(params) if (landed := self._auction.landed(key)) is not None]
        return self._in_context(
            [
                {
                    "bundle_id": bundle.id,
                    "transactions": bundle.signatures,
                    "slot": slot,
                    "confirmation_status": self._reached(slot),
                    "err": {"Ok": None},
                }
                for bundle, slot in found
            ]
        )

    def _inflight_statuses(self, params: Params) -> dict[str, Any]:
        states = [(key, *self._auction.state(key)) for key in _ids(params)]
        return self._in_context(
            [{"bundle_id": key, "status": state, "landed_slot": slot} for key, state, slot in states]
        )

    def _in_context(self, value: list[dict[str, Any]]) -> dict[str, Any]:
        return {"context": {"slot": self._ledger.chain.tip.slot}, "value": value}

    def _reached(self, slot: int) -> str:
        chain = self._ledger.chain
        return next(name for name in reversed(COMMITMENTS) if slot <= chain.at(name).slot)


def _request(body: bytes) -> dict[str, Any]:
    try:
        request = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RpcError("Parse error", rpc_code=rpc_faults.PARSE_ERROR) from None
    if not isinstance(request, dict):
        raise rpc_faults.invalid_request("Invalid request")
    return request


def _opened(text: Any, position: int, config: Config) -> Envelope:
    encoding = config.text("encoding", _ENCODINGS) or "base58"
    try:
        encoded = str(expect(text, str))
        raw = base64.b64decode(encoded, validate=True) if encoding == "base64" else base58.decode(encoded)
        return open_envelope(raw)
    except (binascii.Error, ValueError, DecodeError, UnreadableTransactionError):
        raise rpc_faults.invalid_params(f"transaction #{position} could not be decoded") from None


def _ids(params: Params) -> list[str]:
    ids = [str(expect(key, str)) for key in params.items(0)]
    if len(ids) > MAX_BUNDLE:
        raise rpc_faults.invalid_params(f"Invalid params: at most {MAX_BUNDLE} bundle ids")
    return ids


def _failure(status: int, identifier: Any, error: RpcError) -> Reply:
    told = {"code": error.rpc_code, "message": error.message, "data": error.data}
    plain = identifier if isinstance(identifier, str | int | None) else None
    return Reply(status, msgspec.json.encode({"jsonrpc": "2.0", "error": told, "id": plain}))
