"""``sniperforge trades``: list, one, sum."""

from __future__ import annotations

import pytest

from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.execution.mev import Mev, Tip
from sniperforge.execution.plan import compile_message, unsigned_transaction
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_settlement
from tests.trading import MINTS, Project, Shell

SALE, LOST = "5sale" + "1" * 83, "5lost" + "1" * 83


def trade(project: Project) -> None:
    """A buy, a sale of it at a profit, and a sale that the chain refused."""
    project.hold(0)
    journal = Journal(project.journal_path)
    for name, signature, done in (
        ("s", SALE, make_settlement(SALE, trade=150_000_000, fee=25_001)),
        ("l", LOST, make_settlement(LOST, fee=25_002, err={"InstructionError": [3, {"Custom": 6005}]})),
    ):
        intent = make_intent(
            name, IntentKind.SELL, mint=MINTS[0], position_id="intent-0", reason="take_profit: up"
        )
        journal.record_intent(intent, make_attempt(intent, signature=signature))
        sold = 0 if done.err else -5_000_000_000
        event = TxEvent.FAILED if done.err else TxEvent.LANDED
        journal.book(make_fill(intent, done, tokens=sold), event)
    journal.close()


def test_no_record(shell: Shell) -> None:
    """A chain on which the wallet never traded."""
    assert shell("trades").out == "LOCALNET\nno trades on record\n"
    assert shell("trades", "--json").data == {"trades": []}
    assert shell("trades", "show", SALE).code == 9
    assert shell("trades", "summary", "--json").data["wallet_delta_sol"] == "0.000000000"


def test_the_list(shell: Shell, project: Project) -> None:
    """One line each, failed ones too, within 80 columns; ``--last`` keeps the newest."""
    trade(project)
    lines = shell("trades").out.splitlines()
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert {tuple(line.split()[-6:]) for line in lines[2:]} == {
        ("buy", MINTS[0][:8], "5000", "-0.100000000", "25000", "00000000"),
        ("sell", MINTS[0][:8], "-5000", "0.150000000", "25001", SALE[:8]),
        ("failed", MINTS[0][:8], "0", "0.000000000", "25002", LOST[:8]),
    }
    assert len(shell("trades", "list", "--last", "1", "--json").data["trades"]) == 1
    assert shell("trades", "list", "--last", "0").code == 2


def test_one_trade(shell: Shell, project: Project) -> None:
    """By signature or by what the list shows of it."""
    trade(project)
    ran = shell("trades", "show", SALE[:8])
    assert f"signature      {SALE}\n" in ran.out
    assert "what           sell by lp-sniper\nwhy            take_profit: up\n" in ran.out
    assert "traded           0.150000000 SOL\n" in ran.out
    assert "wallet change    0.149974999 SOL\n" in ran.out
    failed = shell("trades", "show", LOST)
    assert "error          {'InstructionError': [3, {'Custom': 6005}]}\n" in failed.out
    data = shell("trades", "show", SALE, "--json").data
    assert (data["signature"], data["state"], data["intent"]["kind"]) == (SALE, "confirmed", "sell")
    assert data["trade"]["amount"]["raw"] == "-5000000000"


def test_a_trade_without_an_outcome(shell: Shell, project: Project) -> None:
    """It is shown as submitted, without amounts."""
    project.hold(0)
    journal = Journal(project.journal_path)
    intent = make_intent("open", mint=MINTS[1])
    journal.record_intent(intent, make_attempt(intent, signature=SALE))
    journal.close()
    ran = shell("trades", "show", SALE)
    assert "state          submitted\n" in ran.out
    assert "traded" not in ran.out
    assert shell("status", "--json").data["unknown"] == [SALE]
    assert f"unknown    {SALE[:16]}  sent, outcome not known yet" in shell("status").out


def test_unknown_and_ambiguous_signatures(shell: Shell, project: Project) -> None:
    """Exit 9 with what to do."""
    trade(project)
    for name in ("x", "5sal", "5" * 88):
        ran = shell("trades", "show", name)
        assert ran.code == 9
        assert "`sniperforge trades` lists them" in ran.err


def test_the_sum_is_the_accounting_identity(shell: Shell, project: Project) -> None:
    """Proceeds - cost - fees - rent is the change of the wallet; the text shows the same numbers."""
    trade(project)
    data = shell("trades", "summary", "--json").data
    assert (data["trades"], data["failed"]) == (2, 1)
    assert data["proceeds_sol"] == "0.150000000"
    assert data["cost_sol"] == "0.100000000"
    assert data["fees_sol"] == "0.000075003"
    assert data["rent_paid_sol"] == "0.002039280"
    assert data["wallet_delta_sol"] == "0.047885717"
    out = shell("trades", "summary").out
    assert "2 landed, 1 failed\n" in out
    assert "wallet delta       0.047885717 SOL\n" in out


@pytest.mark.parametrize(
    ("mev", "said"), [(Mev.TIP, "every endpoint, and"), (Mev.BUNDLE, "block engines alone")]
)
def test_who_may_have_a_trade(shell: Shell, project: Project, mev: Mev, said: str) -> None:
    """Read from the transaction itself, so it is true of what was signed under another configuration."""
    journal, intent = Journal(project.journal_path), make_intent("t", mint=MINTS[0])
    steps = Tip(mev, 1_000).instructions(project.wallet, 0)
    raw = unsigned_transaction(compile_message(project.wallet, steps, project.genesis))
    journal.record_intent(intent, make_attempt(intent, signature=SALE, raw=raw))
    journal.close()
    assert shell("trades", "show", SALE, "--json").data["mev"] == mev.value
    assert f"\nfor            {said}" in shell("trades", "show", SALE).out
