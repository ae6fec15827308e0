"""Signing and the write-ahead commit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from solders.transaction import VersionedTransaction

from sniperforge.domain.trade import NEVER_EXPIRES, DurableNonce
from sniperforge.engine.orders import TransferOrder
from sniperforge.errors import WalletBusyError
from tests.engine.kit import SOL, World

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.engine.planner import Plan
    from sniperforge.engine.signing import WriteAhead


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def plan(world: World, signing: WriteAhead, name: str) -> Plan:
    """A transfer to oneself."""
    planner = world.process(name).executor._planner
    return planner.transfer(TransferOrder(world.wallet, SOL, "test"), signing.salt)


async def test_on_a_nonce_no_height_ends_it(world: World) -> None:
    """Its value stands in the blockhash's place and is advanced first; the next one shares both."""
    process = world.process()
    signing = process.executor._signing
    nonce = DurableNonce(world.wallet, str(world.ledger.chain.tip.blockhash), 7)
    wanted = plan(world, signing, "other")
    first = signing.first(wanted, nonce)
    again = replace(plan(world, signing, "third"), intent=wanted.intent)
    second = signing.further(again, first)
    assert (first.number, second.number) == (1, 2)
    assert first.last_valid_height == second.last_valid_height == NEVER_EXPIRES
    assert process.journal.attempts(wanted.intent.id) == [first, second]
    assert signing.salt == 2
    message = VersionedTransaction.from_bytes(first.raw).message
    assert str(message.recent_blockhash) == nonce.value
    assert message.instructions[0].data == (4).to_bytes(4, "little")


async def test_who_does_not_hold_the_wallet_signs_nothing(world: World) -> None:
    """Neither a first transaction nor a further one."""
    process = world.process()
    await process.blockhashes.refresh()
    signing = process.executor._signing
    wanted = plan(world, signing, "other")
    first = signing.first(wanted, DurableNonce(world.wallet, str(world.ledger.chain.tip.blockhash), 7))
    process.held = False
    with pytest.raises(WalletBusyError):
        signing.further(wanted, first)
    with pytest.raises(WalletBusyError):
        signing.first(wanted)
    assert len(process.journal.known_signatures()) == 1
