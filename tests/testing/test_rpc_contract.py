"""The contract of a transport: the fake keeps it, and broken ones are found out."""

from __future__ import annotations

import pytest

from sniperforge.testing.rpc import FakeRpc
from sniperforge.testing.rpc_contract import check_transport


async def test_it_keeps_the_contract_of_a_transport() -> None:
    """The fake is held to what the real one is held to."""
    await check_transport(FakeRpc({"getHealth": "ok"}))


async def test_the_contract_can_fail() -> None:
    """A transport that mixes replies up, or answers after its end, is found out."""

    class Mixed(FakeRpc):
        async def post(self, payload: bytes) -> bytes:
            return b'{"id":1,"result":1}'

    class Immortal(FakeRpc):
        async def aclose(self) -> None:
            pass

    with pytest.raises(ExceptionGroup) as caught:
        await check_transport(Mixed())
    assert caught.group_contains(AssertionError, match="got the reply to 1")
    with pytest.raises(AssertionError, match="closed transport answered"):
        await check_transport(Immortal({"getHealth": "ok"}))
