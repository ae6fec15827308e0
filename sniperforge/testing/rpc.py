"""A node's HTTP side without a socket: scripted answers by method, and a record of what was asked."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was posted."""

    method: str
    params: Any


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply's whole body, for answers that are no proper JSON-RPC."""

    body: bytes


class Sequenced:
    """Answers one after the other; the last one stays."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def next(self) -> Any:
        """The answer whose turn it is."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class FakeRpc:
    """Implements :class:`~sniperforge.ports.RpcTransport` from a table of answers.

    An answer is a JSON value (the ``result``), an exception to raise (:class:`RpcError` becomes a JSON-RPC
    error reply), :class:`Raw`, :class:`Sequenced`, or a callable, plain or ``async``, that takes the
    parameters and returns one of these. A method without an answer gets JSON-RPC error -32601.

    Attributes:
        calls: every request, in order.
    """

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self._answers = dict(answers or {})
        self.calls: list[Call] = []
        self.closed = False

    def answer(self, method: str, *answers: Any) -> None:
        """Set what ``method`` answers from now on; several answers come one after the other."""
        self._answers[method] = Sequenced(*answers) if len(answers) != 1 else answers[0]

    def count(self, method: str) -> int:
        """How often ``method`` was asked."""
        return sum(call.method == method for call in self.calls)

    def params(self, method: str) -> list[Any]:
        """The parameters of every request of ``method``, in order."""
        return [call.params for call in self.calls if call.method == method]

    async def post(self, payload: bytes) -> bytes:
        """Answer ``payload`` from the table.

        Raises:
            UnavailableError: the table says so, or the transport is closed.
        """
        if self.closed:
            raise UnavailableError("fake node: its transport is closed")
        request = msgspec.json.decode(payload)
        method, params = request["method"], request.get("params", [])
        self.calls.append(Call(method, params))
        answer = await self._resolved(method, params)
        if isinstance(answer, Raw):
            return answer.body
        return msgspec.json.encode({"jsonrpc": "2.0", "id": request["id"], **_members(answer)})

    async def aclose(self) -> None:
        """Refuse further requests. Safe to call twice."""
        self.closed = True

    async def _resolved(self, method: str, params: Any) -> Any:
        answer = self._answers.get(method, RpcError("Method not found", rpc_code=-32601))
        while callable(answer) or isinstance(answer, Sequenced):
            answer = answer.next() if isinstance(answer, Sequenced) else answer(params)
            if inspect.isawaitable(answer):
                answer = await answer
        return answer


def _members(answer: Any) -> dict[str, Any]:
    if isinstance(answer, RpcError):
        error = {"code": answer.rpc_code, "message": answer.message}
        return {"error": error if answer.data is None else {**error, "data": answer.data}}
    if isinstance(answer, BaseException):
        raise answer
    return {"result": answer}
