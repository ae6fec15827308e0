"""From a request body to a response body: JSON-RPC 2.0 with batches. Never raises for what a client sends."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sniperforge.errors import RpcError
from sniperforge.localnet.faults.sight import seen_through
from sniperforge.localnet.rpc import (
    accounts,
    blocks,
    cluster,
    economy,
    fault_control,
    faults,
    leaders,
    sending,
    signatures,
    time_control,
    tokens,
)
from sniperforge.localnet.rpc.params import Params

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.localnet.rpc.node import Method, Node

METHODS: Final[dict[str, Method]] = {
    **accounts.METHODS,
    **tokens.METHODS,
    **cluster.METHODS,
    **leaders.METHODS,
    **economy.METHODS,
    **blocks.METHODS,
    **signatures.METHODS,
    **sending.METHODS,
}

_OWN_METHODS: Final[dict[str, Method]] = {**fault_control.METHODS, **time_control.METHODS}

MAX_BATCH_BYTES: Final = 64 * 1024 * 1024
"""Of responses to one array; what is asked beyond is refused, so that memory stays bounded."""

_LOG: Final = logging.getLogger(__name__)
_PANICS: Final = "pyo3_runtime"
"""Module of the exception that a panic in Rust becomes; it is no ``Exception``."""


class Dispatcher:
    """Answers JSON-RPC requests against one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def dispatch(self, body: bytes) -> bytes:
        """The response to ``body``, a request or an array of them; empty when none is owed."""
        return b"".join(self.pieces(body))

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """The response in pieces, one request's work each, so that a long array need not hold up a slot."""
        try:
            request = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield _encode(_failure(None, RpcError("Parse error", rpc_code=faults.PARSE_ERROR)))
            return
        if isinstance(request, list) and request:
            yield from self._batch(request)
            return
        response = self._one(request)
        if response is not None:
            yield _encode(response)

    def _batch(self, requests: list[Any]) -> Iterator[bytes]:
        size = 0
        for request in requests:
            response = self._one(request) if size <= MAX_BATCH_BYTES else _overfull(request)
            if response is None:
                continue
            piece = (b"," if size else b"[") + _encode(response)
            size += len(piece)
            yield piece
        if size:
            yield b"]"

    def _one(self, request: Any) -> dict[str, Any] | None:
        if not isinstance(request, dict) or not _well_formed(request):
            identifier = request.get("id") if isinstance(request, dict) else None
            return _failure(_plain_id(identifier), faults.invalid_request("Invalid request"))
        response = self._respond(request)
        return response if "id" in request else None

    def _respond(self, request: dict[str, Any]) -> dict[str, Any]:
        identifier = request.get("id")
        try:
            return {"jsonrpc": "2.0", "result": self._call(request), "id": identifier}
        except RpcError as error:
            return _failure(identifier, error)
        except BaseException as error:
            # broad on purpose: a bug costs one request, not the network with everything that runs on it
            if not isinstance(error, Exception) and type(error).__module__ != _PANICS:
                raise
            _LOG.exception("JSON-RPC method failed: %s", request["method"])
            return _failure(identifier, RpcError("Internal error", rpc_code=faults.INTERNAL_ERROR))

    def _call(self, request: dict[str, Any]) -> Any:
        method = METHODS.get(request["method"]) or _OWN_METHODS.get(request["method"])
        if method is None:
            raise RpcError("Method not found", rpc_code=faults.METHOD_NOT_FOUND)
        values = request.get("params")
        if values is None:
            values = []
        if not isinstance(values, list):
            raise faults.invalid_params("`params` should be an array")
        while values and values[-1] is None:
            values.pop()
        _check_count(method, len(values))
        return method.handler(self._seen(), Params(values))

    def _seen(self) -> Node:
        node = self._node
        if node.faults.dice is None:
            return node
        return replace(node, ledger=seen_through(node.ledger, node.faults.dice))


def _check_count(method: Method, count: int) -> None:
    if count < method.required:
        raise faults.invalid_params(f"`params` should have at least {method.required} argument(s)")
    if count > method.allowed:
        raise faults.invalid_params(
            f"Invalid params: Expected at most {method.allowed} parameters. Got {count}"
        )


def _well_formed(request: dict[str, Any]) -> bool:
    return (
        request.get("jsonrpc") == "2.0"
        and isinstance(request.get("method"), str)
        and _plain_id(request.get("id")) == request.get("id")
    )


def _overfull(request: Any) -> dict[str, Any] | None:
    if isinstance(request, dict) and "id" not in request:
        return None
    identifier = request["id"] if isinstance(request, dict) else None
    words = f"The responses to this batch exceed {MAX_BATCH_BYTES >> 20} MiB"
    return _failure(_plain_id(identifier), RpcError(words, rpc_code=faults.INTERNAL_ERROR))


def _plain_id(identifier: Any) -> Any:
    plain = isinstance(identifier, str | int) and not isinstance(identifier, bool)
    return identifier if plain else None


def _failure(identifier: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": faults.error_body(error), "id": identifier}


def _encode(response: Any) -> bytes:
    return msgspec.json.encode(response)
