"""A wallet's trading put together: recovery before anything, what a one-off command leaves alone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sniperforge.app.limits import limits_of
from sniperforge.app.node import open_node
from sniperforge.app.trader import execution_policy, open_trader, slippage_of
from sniperforge.config.model import Config
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import PositionState
from sniperforge.engine.events import SessionEvent, Trouble
from sniperforge.errors import ConfigError, StorageError, WalletBusyError
from sniperforge.execution.plan import (
    FeePlan,
    compile_message,
    signature_text,
    signed_transaction,
    transfer_instructions,
)
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.store.journal import Journal
from sniperforge.store.shared import DecisionRow
from sniperforge.testing.trades import make_attempt, make_intent
from sniperforge.wallets.signer import KeypairSigner
from tests.app.session_kit import bot, place, until
from tests.trading import MINTS

QUICK = SlotProfile(slot_ms=20, confirm_slots=1, finalize_slots=8)
"""A blockhash lives for three seconds."""


async def test_a_buy_that_was_journalled_and_never_sent_is_proved_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash came between the journal and the socket: its price is gone, so it is watched, not sent."""
    async with place(tmp_path, monkeypatch, profile=QUICK) as (_, project):
        async with open_node(project.settings) as node:
            found = await node.rpc.latest_blockhash("confirmed")
        signer = KeypairSigner(project.key)
        instructions = transfer_instructions(project.wallet, MINTS[0], 1, FeePlan(200_000, 0))
        message = compile_message(project.wallet, instructions, found.hash)
        signature = signer.sign(message)
        intent = make_intent("crashed", mint=MINTS[0], created_at=time.time())
        attempt = make_attempt(
            intent,
            signature=signature_text(signature),
            raw=signed_transaction(message, signature),
            last_valid_height=found.last_valid_height,
        )
        journal = Journal(project.journal_path)
        journal.record_intent(intent, attempt)
        journal.close()
        async with bot(project) as trader:
            await until(lambda: not trader.journal.unresolved(), seconds=15)
            after = trader.journal.attempt(attempt.signature)
        assert after is not None
        assert after.state is TxState.DEAD


async def test_one_wallet_one_trader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is refused with nothing opened; after the first, it is free at once."""
    async with place(tmp_path, monkeypatch) as (_, project), open_node(project.settings) as node:
        signer = KeypairSigner(project.key)
        async with open_trader(node, signer, bot="lp-sniper", command="start", tell=lambda _event: None):
            with pytest.raises(WalletBusyError):
                async with open_trader(node, signer, bot="", command="sell", tell=lambda _event: None):
                    raise AssertionError
        assert not project.lock.read_text()
        async with open_trader(node, signer, bot="", command="sell", tell=lambda _event: None) as trader:
            assert trader.wallet == project.wallet


@pytest.mark.parametrize("name", ["lp-sniper", ""])
async def test_only_a_bot_guards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A one-off command neither looks after positions nor overwrites the bot's heartbeat."""
    async with place(tmp_path, monkeypatch) as (_, project), open_node(project.settings) as node:
        position = project.hold(0, exit_policy={"max_hold_seconds": 0})
        events: list[SessionEvent] = []
        signer = KeypairSigner(project.key)
        async with open_trader(node, signer, bot=name, command="x", tell=events.append) as trader:
            await trader.session.run(asyncio.sleep(0.3))
            after = trader.journal.position(position.id)
            session = trader.shared.session(project.wallet)
        assert after is not None
        assert (session is not None) is bool(name)
        guarded = [each for each in events if isinstance(each, Trouble) and each.where == "guard"]
        assert (after.state is not PositionState.OPEN or guarded != []) is bool(name)


async def test_a_venue_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A position of a DEX that this version cannot trade is told of, and the session goes on."""
    async with place(tmp_path, monkeypatch) as (_, project):
        project.hold(0, dex="some_dex", exit_policy={})
        events: list[SessionEvent] = []
        async with bot(project, events):
            await until(lambda: any("some_dex" in each.text for each in events if isinstance(each, Trouble)))
        (trouble, *_) = [each for each in events if isinstance(each, Trouble) and each.where == "guard"]
        assert "some_dex is no venue that can be traded" in trouble.text


def test_settings_in_lamports() -> None:
    """What the configuration says in SOL."""
    config = Config()
    limits = limits_of(config)
    assert (limits.max_trade_lamports, limits.max_open_positions) == (500_000_000, 5)
    assert (limits.max_exposure_lamports, limits.reserve_lamports) == (2_000_000_000, 50_000_000)
    assert execution_policy(config, 7).account_rent == 7
    assert execution_policy(config, 7).max_fee == 10_000_000
    slippage = slippage_of(config)
    assert slippage.start_bps <= slippage.urgent_start_bps <= slippage.max_bps
    narrow = slippage_of(
        Config.model_validate({"execution": {"exit_slippage_bps": 100, "exit_slippage_max_bps": 300}})
    )
    assert (narrow.start_bps, narrow.urgent_start_bps, narrow.max_bps) == (100, 300, 300)


@pytest.mark.parametrize("mev", ["tip", "bundle"])
async def test_without_a_block_engine_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mev: str
) -> None:
    """Trades that are to go to one cannot be sent elsewhere: the configuration is wrong, and says where."""
    async with place(tmp_path, monkeypatch) as (_, project):
        project.extra["SNIPERFORGE_EXECUTION__MEV"] = mev
        settings = project.settings
        network = settings.network.model_copy(update={"block_engine_urls": ()})
        signer = KeypairSigner(project.key)
        async with open_node(replace(settings, network=network), patient=True) as node:
            with pytest.raises(ConfigError, match=f'execution.mev is "{mev}", and network localnet has no'):
                async with open_trader(node, signer, bot="", command="sell", tell=lambda _event: None):
                    raise AssertionError
        assert not project.lock.exists()
        assert not project.journal_path.exists()


async def test_a_trade_through_the_configured_block_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the files to the chain over HTTP, within the engine's one request a second; nodes see nothing."""
    async with place(tmp_path, monkeypatch, per_minute=60) as (network, project):
        file = project.folder / "configs" / "networks" / "localnet.toml"
        file.write_text(file.read_text().replace("http://127.0.0.1:8898", network.jito_url))
        project.extra["SNIPERFORGE_EXECUTION__MEV"] = "bundle"
        async with bot(project) as trader:
            trader.executor._lander._senders = ()
            fills = await until(trader.journal.fills, seconds=40)
        assert fills[0].settlement.tip == 100_000


async def test_a_record_that_cannot_be_read_leaves_a_sale_its_own_pool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other pools are known from it, and are no condition of a sale."""
    async with place(tmp_path, monkeypatch) as (_, project), bot(project) as trader:
        row = DecisionRow(1.0, project.wallet, "b", "raydium_cpmm", "P", "M", "refused", (), {})
        trader.shared.record_decision(row)
        assert list(trader.guard._pools_of("M")) == [("raydium_cpmm", "P")]

        def broken(_mint: str) -> list[tuple[str, str]]:
            raise StorageError("broken")

        monkeypatch.setattr(trader.shared, "pools_of", broken)
        assert list(trader.guard._pools_of("M")) == []
