"""One position's exits over journal, pool and mint, on the real token programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.trade import PositionState
from sniperforge.engine.exit_rules import ExitRules, exit_value
from sniperforge.localnet.market.token_admin import revoke, schedule_fee
from sniperforge.tokens.mint import decode_mint
from sniperforge.tokens.powers import powers_of
from tests.engine.kit import Process, World, until
from tests.engine.test_guard import guarding, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from solders.instruction import Instruction

    from sniperforge.domain.trade import Position
    from sniperforge.localnet.market.launchpad import LaunchedToken

HOUR = {"max_hold_seconds": "3600"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def powers(world: World, token: LaunchedToken) -> dict[str, str]:
    """As a judgement finds them."""
    mint = world.ledger.account(str(token.mint))
    assert mint is not None
    return powers_of(decode_mint(mint))


async def held(
    world: World, process: Process, archetype: str, exits: dict[str, str] = HOUR
) -> tuple[LaunchedToken, Position]:
    """A token, bought on what its mint said then."""
    token = await world.launch(archetype)
    async with world.running():
        return token, await process.bought(token, exit_policy=exits, powers=powers(world, token))


def lands(token: LaunchedToken, instruction: Instruction) -> None:
    """The creator does it."""
    record = token.actor.send([instruction])
    assert record is not None
    assert record.err is None


async def test_a_fee_that_is_announced_is_left_before_it_is_in_force(world: World) -> None:
    """Two epochs early, within seconds, urgently; the journal says what changed."""
    process = world.process()
    token, position = await held(world, process, "transfer_fee_trap")
    async with guarding(process):
        await world.clock.sleep(5)
        assert state_of(process, position) is PositionState.OPEN
        lands(token, schedule_fee(token.mint, token.creator, 9_000))
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world, 5)
    note = process.position(position.id).note
    assert note == "authority_changed: transfer_fee_bps was 2000 and is 9000"


async def test_what_changed_while_nothing_ran_is_left_at_the_next_start(world: World) -> None:
    """The journal has what the buy was judged on."""
    process = world.process()
    token, position = await held(world, process, "transfer_fee_trap")
    process.close()
    lands(token, schedule_fee(token.mint, token.creator, 9_000))
    again = world.process()
    async with guarding(again):
        await until(lambda: state_of(again, position) is PositionState.CLOSED, world, 5)
    assert again.position(position.id).note.startswith("authority_changed: ")


async def test_an_authority_given_up_is_no_reason(world: World) -> None:
    """Nor is a rise that the owner of the position does not mind."""
    process = world.process()
    token, position = await held(world, process, "mint_dump")
    taxed, kept = await held(world, process, "transfer_fee_trap", {**HOUR, "authority_change": "off"})
    async with guarding(process):
        lands(token, revoke(token.mint, token.creator, token.program, freeze=False))
        lands(taxed, schedule_fee(taxed.mint, taxed.creator, 9_000))
        await world.clock.sleep(5)
        assert state_of(process, position) is PositionState.OPEN
        assert state_of(process, kept) is PositionState.OPEN


async def test_a_buy_without_a_judgement_goes_by_the_first_look(world: World) -> None:
    """What was so when it was first looked at is no news; what comes later is. No mint says nothing."""
    process = world.process()
    token = await world.launch("transfer_fee_trap")
    async with world.running():
        position = await process.bought(token, exit_policy=HOUR)
    rules = ExitRules(position, journal=process.journal, clock=world.clock)
    state = world.state(token)
    value = exit_value(position, state)

    def decided(mint: object) -> object:
        found = rules.decide(position, state, mint, value)  # type: ignore[arg-type]
        return None if found is None else found.reason

    before = world.ledger.account(str(token.mint))
    assert before is not None
    assert [decided(None), decided(before), decided(before)] == [None, None, None]
    lands(token, schedule_fee(token.mint, token.creator, 9_000))
    world.slots()
    assert decided(world.ledger.account(str(token.mint))) == "authority_changed"
    assert decided(dataclasses.replace(before, data=b"")) is None, "what cannot be read says nothing"
