"""From passing time to slots."""

from __future__ import annotations

import asyncio

from sniperforge.errors import StorageError
from sniperforge.localnet.ledger.chain import FIRST_SLOT
from sniperforge.localnet.ledger.pace import INSTANT, SlotProfile
from sniperforge.localnet.slot_timer import SlotTimer
from tests.localnet.kit import Bench, until

QUICK = SlotProfile(slot_ms=5, confirm_slots=1, finalize_slots=4)


def _never(error: StorageError) -> None:
    raise error


async def test_slots_pass_with_time() -> None:
    """As many as the time holds, each a block; none after stopping."""
    bench = Bench(QUICK)
    timer, opened = SlotTimer(bench.ledger, _never), asyncio.Event()
    slots: list[int] = []

    def note(block: object) -> None:
        slots.append(bench.ledger.chain.tip.slot)
        if len(slots) == 5:
            opened.set()

    bench.ledger.on_block.append(note)
    loop = asyncio.get_running_loop()
    started = loop.time()
    timer.start()
    async with asyncio.timeout(5):
        await opened.wait()
    passed = (loop.time() - started) / 0.005
    timer.stop()
    timer.stop()
    count = len(slots)
    assert slots[-1] - FIRST_SLOT - 1 <= passed
    await asyncio.sleep(0.02)
    assert len(slots) == count


async def test_a_stalled_process_skips_slots() -> None:
    """One block opens, as many slots later as time has passed."""
    bench = Bench(QUICK)
    timer, first = SlotTimer(bench.ledger, _never), bench.ledger.chain.tip
    loop = asyncio.get_running_loop()
    timer._due = loop.time() - 0.0501
    timer._tick(loop)
    timer.stop()
    tip = bench.ledger.chain.tip
    assert (tip.slot - first.slot, tip.height - first.height) == (11, 1)


async def test_a_slot_per_transaction_needs_no_time() -> None:
    """The timer of such a network does nothing."""
    bench = Bench(INSTANT)
    before = bench.ledger.chain.tip
    timer = SlotTimer(bench.ledger, _never)
    timer.start()
    await asyncio.sleep(0.02)
    timer.stop()
    assert bench.ledger.chain.tip is before


async def test_slots_stop_when_a_block_cannot_close() -> None:
    """The block stays open, its owner is told once, and no later slot tries again."""
    bench = Bench(QUICK)
    told: list[StorageError] = []
    failure = StorageError("disk full")

    def refuse(_block: object) -> None:
        raise failure

    bench.ledger.on_closing.append(refuse)
    before = bench.ledger.chain.tip
    timer = SlotTimer(bench.ledger, told.append)
    timer.start()
    await until(lambda: bool(told))
    await asyncio.sleep(0.02)
    assert (told, bench.ledger.chain.tip) == ([failure], before)
