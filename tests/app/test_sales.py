"""Sales by command: by the holder, and here; one per key; told at once when nothing can come of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import sales
from sniperforge.app.records import open_records
from sniperforge.app.sale import Sales
from sniperforge.app.sales import sell_held
from sniperforge.app.status import status_of
from sniperforge.app.trader import Trader
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.errors import NotFoundError, RefusedError, UsageError, WalletBusyError
from sniperforge.execution.mev import Mev
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_intent
from sniperforge.wallets.secret import SecretText
from tests.app.session_kit import bot, place, until
from tests.trading import MINTS, Project


def no_password() -> SecretText:
    """Nobody may be asked."""
    raise AssertionError("a password was asked for")


async def sell(project: Project, name: str | None, **payload: Any) -> Sales:
    """As ``sniperforge sell`` does."""
    return await sell_held(project.settings, name, payload or {"percent": 100}, no_password)


async def with_positions(trader: Trader, count: int) -> list[Any]:
    """The first held positions; then no new entries, so that the numbers stand still."""
    held = await until(lambda: len(found := trader.journal.positions()) >= count and found)
    trader.session.halt("the test counts")
    return list(held[:count])


async def test_the_holder_sells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part, the rest, all; each by the process that holds the wallet, each told when it is booked."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project), bot(project) as trader:
        first, second, third = await with_positions(trader, 3)
        half = (await sell(project, first.mint[:8], percent=50, client_key="a")).sales[0]
        assert (half.kind, half.mint) == (OutcomeKind.FILLED, first.mint)
        now = trader.journal.position(first.id)
        assert now is not None
        assert now.raw == first.raw - first.raw * 50 // 100
        fill = trader.journal.fill(half.signature)
        assert fill is not None
        assert (fill.origin, fill.settlement.trade) == ("sell", half.proceeds)

        again = (await sell(project, first.mint, percent=50, client_key="a")).sales[0]
        assert again == half
        rest = (await sell(project, second.id, amount="1.5")).sales[0]
        assert rest.kind is OutcomeKind.FILLED
        found = await sell(project, None)
        assert {each.kind for each in found.sales} == {OutcomeKind.FILLED}
        assert found.error() is None
        assert trader.journal.positions() == []
        assert trader.journal.position(third.id).state is PositionState.CLOSED  # type: ignore[union-attr]


async def test_here_when_nobody_holds_the_wallet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under this process's own lock, and nothing but what was asked for."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project):
        async with bot(project) as trader:
            first, second = await with_positions(trader, 2)
        sold = await sell(project, first.mint, percent=100, client_key="k")
        assert sold.sales[0].kind is OutcomeKind.FILLED
        assert (await sell(project, first.mint, percent=100, client_key="k")).sales == sold.sales
        with project.journal() as journal:
            assert journal.position(second.id).state is PositionState.OPEN  # type: ignore[union-attr]
            mine = [fill for fill in journal.fills() if fill.position_id == first.id]
        assert [fill.kind for fill in mine if fill.kind is IntentKind.SELL] == [IntentKind.SELL]
        assert not project.lock.read_text(), "released"
        assert (await sell(project, None)).error() is None
        assert (await sell(project, None)).sales == ()


async def test_an_unknown_sale_has_its_outcome_later_under_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 8, the signature in the status; the same key afterwards tells what landed, and trades nothing."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (network, project):
        async with bot(project) as trader:
            (position,) = await with_positions(trader, 1)
            await until(lambda: not trader.journal.unresolved())
        monkeypatch.setattr("sniperforge.engine.guard.BY_HAND_SECONDS", 0.5)
        monkeypatch.setattr("sniperforge.engine.session.DRAIN_SECONDS", 0.5)
        network.faults.set(FaultPlan(drop=1.0))
        unknown = await sell(project, position.mint, percent=100, client_key="k")
        assert unknown.sales[0].kind is OutcomeKind.UNKNOWN
        error = unknown.error()
        assert error is not None
        assert error.exit_code == 8
        async with open_records(project.settings) as records:
            assert (await status_of(records))["unknown"][-1] == unknown.sales[0].signature
        network.faults.clear()
        monkeypatch.undo()
        monkeypatch.setenv("XDG_STATE_HOME", str(project.state_home))
        later = await sell(project, position.mint, percent=100, client_key="k")
        assert later.sales[0].kind is OutcomeKind.FILLED
        assert (await sell(project, position.mint, percent=100, client_key="k")).sales == later.sales
        with project.journal() as journal:
            mine = [fill for fill in journal.fills() if fill.position_id == position.id]
            assert [fill.kind for fill in mine].count(IntentKind.SELL) == 1
            assert journal.unresolved() == []
        async with open_records(project.settings) as records:
            assert (await status_of(records))["unknown"] == []


@pytest.mark.parametrize("holder", [False, True])
async def test_one_sale_by_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: bool) -> None:
    """While the configuration says none: here, and by a bot that holds the wallet; the tip is shown."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (network, project):
        file = project.folder / "configs" / "networks" / "localnet.toml"
        file.write_text(file.read_text().replace("http://127.0.0.1:8898", network.jito_url))
        async with bot(project) as trader:
            (first,) = await with_positions(trader, 1)
            await until(lambda: not trader.journal.unresolved())
            if holder:
                sale = (await sell(project, first.mint, percent=100, mev="bundle")).sales[0]
        if not holder:
            sale = (await sell(project, first.mint, percent=100, mev="bundle")).sales[0]
        assert (sale.kind, sale.mev, sale.tip) == (OutcomeKind.FILLED, Mev.BUNDLE, 100_000)
        with project.journal() as journal:
            assert {fill.settlement.tip for fill in journal.fills() if fill.kind is IntentKind.BUY} == {0}
            fill = journal.fill(sale.signature)
        assert fill is not None
        assert fill.settlement.tip == 100_000


async def test_a_key_is_of_one_trade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Used for another token, or for a buy, it is refused."""
    async with place(tmp_path, monkeypatch) as (_, project):
        project.hold(0)
        journal = Journal(project.journal_path)
        for name, kind in (("s", IntentKind.SELL), ("b", IntentKind.BUY)):
            intent = make_intent(name, kind, mint=MINTS[0], client_key=f"key {name}")
            journal.record_intent(intent, make_attempt(intent))
            journal.mark_dead(make_attempt(intent).signature, 1.0)
        journal.close()
        dead = await sell(project, MINTS[0], client_key="key s")
        assert dead.sales[0].kind is OutcomeKind.DEAD
        for name, key in ((MINTS[1], "key s"), (MINTS[0], "key b"), (None, "key s")):
            with pytest.raises(UsageError, match="was used for another trade"):
                await sell(project, name, client_key=key)


@pytest.mark.parametrize("holder", [False, True])
async def test_one_key_for_all_sells_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: bool
) -> None:
    """The repeated command tells every earlier outcome, and sells what has none under this key."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project):
        project.extra["SNIPERFORGE_EXECUTION__EXIT_SLIPPAGE_BPS"] = "5000"  # a key allows one try
        async with bot(project) as trader:
            held = await with_positions(trader, 2)
            await until(lambda: not trader.journal.unresolved())
            if holder:
                done = await sell(project, None, percent=100, client_key="panic")
                again = await sell(project, None, percent=100, client_key="panic")
        if not holder:
            done = await sell(project, None, percent=100, client_key="panic")
            again = await sell(project, None, percent=100, client_key="panic")
        assert {sale.kind for sale in done.sales} == {OutcomeKind.FILLED}
        assert len(done.sales) >= len(held)
        assert sorted(again.sales, key=lambda sale: sale.mint) == sorted(
            done.sales, key=lambda sale: sale.mint
        )
        with project.journal() as journal:
            keys = [journal.intent_by_key(f"panic:{each.id}") for each in held]
            sales_made = [fill for fill in journal.fills() if fill.kind is IntentKind.SELL]
        assert None not in keys
        assert len(sales_made) == len(done.sales)
        late = project.hold(0)
        async with asyncio.timeout(10):
            more = await sell(project, None, percent=100, client_key="panic")
        assert [sale.kind for sale in more.sales if sale.mint == late.mint] == [OutcomeKind.REFUSED]
        assert len(more.sales) == len(done.sales) + 1


async def test_an_earlier_sale_without_an_outcome_is_settled_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash left it in flight; the same key takes it up instead of selling again."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project):
        async with bot(project) as trader:
            (first,) = await with_positions(trader, 1)
            monkeypatch.setattr("sniperforge.engine.executor.Executor.settle", _never)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await trader.guard.sell(first.id, None, origin="sell", reason="x", client_key="crashed")
            monkeypatch.undo()
        monkeypatch.setenv("XDG_STATE_HOME", str(project.state_home))
        sold = await sell(project, first.mint, client_key="crashed")
        assert sold.sales[0].kind is OutcomeKind.FILLED
        with project.journal() as journal:
            sales_made = [fill for fill in journal.fills() if fill.kind is IntentKind.SELL]
        assert len(sales_made) == 1


async def _never(*_given: Any, **_more: Any) -> Any:
    await asyncio.Event().wait()


async def test_what_cannot_be_sold_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the holder too: no pool, given up meanwhile, more than held, unknown."""
    async with place(tmp_path, monkeypatch) as (_, project):
        position = project.hold(0, exit_policy={})
        async with bot(project) as trader:
            async with asyncio.timeout(10):
                refused = (await sell(project, position.mint, percent=10)).sales[0]
            assert refused.kind is OutcomeKind.REFUSED
            assert "the pool cannot be read now" in refused.text
            with pytest.raises(RefusedError, match="5000 held"):
                await sell(project, position.mint, amount="5001")
            with pytest.raises(NotFoundError):
                await sell(project, "nothing like it")
            trader.journal.set_position_state(position.id, PositionState.WORTHLESS, "x", 1.0)
            assert sales.gone(trader.journal, position).kind is OutcomeKind.REFUSED
            with pytest.raises(NotFoundError):
                await sell(project, position.mint)


async def test_a_holder_that_ends_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sale that it had accepted and never signed is refused, not waited for."""
    async with place(tmp_path, monkeypatch) as (_, project):
        position = project.hold(0)
        async with bot(project) as trader:
            monkeypatch.setattr(type(trader.guard), "sell", _never)
            selling = asyncio.create_task(sell(project, position.mint))
            await asyncio.sleep(1.0)
            assert not selling.done()
        found = (await selling).sales[0]
        assert (found.kind, found.text) == (OutcomeKind.REFUSED, "the running bot did not come to it")


async def test_a_holder_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 5 with who it is; the request is withdrawn."""
    from sniperforge.coordination.wallet_lock import Holder, WalletLock

    async with place(tmp_path, monkeypatch) as (_, project):
        position = project.hold(0)
        project.lock.parent.mkdir(parents=True, exist_ok=True)
        holder = Holder.this_process(bot="lp-sniper", command="start", folder=tmp_path, now=1.0)
        with WalletLock.acquire(project.lock, holder), pytest.raises(WalletBusyError) as busy:
            await sell(project, position.mint)
        assert busy.value.details["bot"] == "lp-sniper"


async def test_somebody_takes_the_wallet_just_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody held it at first sight: the new holder is asked instead."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project), bot(project) as trader:
        (first,) = await with_positions(trader, 1)
        looks = iter([None])
        real = sales.read_holder
        monkeypatch.setattr(sales, "read_holder", lambda path: next(looks, real(path)))
        assert (await sell(project, first.mint)).sales[0].kind is OutcomeKind.FILLED


async def test_nothing_on_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of nothing is nothing; one of nothing is not found."""
    async with place(tmp_path, monkeypatch) as (_, project):
        assert (await sell(project, None)).sales == ()
        with pytest.raises(NotFoundError):
            await sell(project, MINTS[0])
        project.hold(0)
        with pytest.raises(UsageError, match="amount"):
            await sell(project, MINTS[0], amount="many")
