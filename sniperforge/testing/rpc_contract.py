"""What every :class:`~sniperforge.ports.RpcTransport` keeps, as a function that any test suite can call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from sniperforge.ports import RpcTransport


async def check_transport(transport: RpcTransport, *, method: str = "getHealth") -> None:
    """Check that replies belong to their requests, also under load, and that closing is final and repeatable.

    Args:
        transport: connected to a node, real or fake, that answers ``method`` without parameters. Closed
            when this returns.
        method: what is asked.

    Raises:
        AssertionError: the contract is broken.
    """
    await _ask(transport, method, 1)
    async with asyncio.TaskGroup() as group:
        for number in range(2, 22):
            group.create_task(_ask(transport, method, number))
    await transport.aclose()
    await transport.aclose()
    try:
        await _ask(transport, method, 22)
    except UnavailableError:
        return
    raise AssertionError("a closed transport answered")


async def _ask(transport: RpcTransport, method: str, number: int) -> None:
    body = await transport.post(msgspec.json.encode({"jsonrpc": "2.0", "id": number, "method": method}))
    assert isinstance(body, bytes), "a reply's body is bytes"
    reply = msgspec.json.decode(body)
    assert reply["id"] == number, f"request {number} got the reply to {reply['id']}"
    assert ("result" in reply) != ("error" in reply), "a reply has either a result or an error"
