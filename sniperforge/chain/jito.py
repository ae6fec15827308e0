"""Handing signed transactions to a block engine. What it answers is a receipt, never a landing."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from sniperforge.chain.jsonrpc import Wire

if TYPE_CHECKING:
    from sniperforge.ports import RpcTransport

EngineMethod: TypeAlias = Literal["sendTransaction", "sendBundle"]

_PATHS: Final[dict[EngineMethod, str]] = {
    "sendTransaction": "/api/v1/transactions",
    "sendBundle": "/api/v1/bundles",
}
_OPTIONS: Final = {"encoding": "base64"}


def engine_url(base: str, method: EngineMethod) -> str:
    """Where a method of the block engine at ``base`` is; the query of ``base`` stays (``?uuid=``)."""
    parts = urlsplit(base)
    return parts._replace(path=parts.path.rstrip("/") + _PATHS[method]).geturl()


class BlockEngineSender:
    """Sends to one block engine.

    Args:
        transport: to :func:`engine_url` of the method; its owner closes it.
        method: ``sendBundle`` lands a transaction only with all it does; ``sendTransaction`` also without.
    """

    def __init__(self, transport: RpcTransport, method: EngineMethod) -> None:
        self._wire = Wire(transport)
        self._method = method

    async def send(self, raw: bytes, /) -> str:
        """Hand over signed bytes, once; the bundle's id, or the signature. Neither means that it lands.

        Raises:
            RpcError: the engine does not take it, with its reason; a copy may be under way all the same.
            UnavailableError: no usable answer.
        """
        text = b2a_base64(raw, newline=False).decode()
        payload: Any = [text] if self._method == "sendBundle" else text
        answer: str = await self._wire.ask(self._method, (payload, _OPTIONS), str)
        return answer

    async def tip_accounts(self) -> frozenset[str]:
        """Whom the engine wants to be tipped; it answers where bundles go.

        Raises:
            RpcError, UnavailableError: no usable answer.
        """
        answer: list[str] = await self._wire.ask("getTipAccounts", (), list[str])
        return frozenset(answer)
