"""The configured limits, and how much of each is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sniperforge.app.limits import limit_usage, limits_of
from sniperforge.config.model import Config
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_790_000_000.0
OFF = {
    "max_creator_sol": 0,
    "max_creator_positions": 0,
    "max_trades_per_hour": 0,
    "max_losing_streak": 0,
    "max_fees_per_hour_sol": 0,
    "max_fees_per_day_sol": 0,
}


def usage(journal: Journal | None, **limits: Any) -> dict[str, tuple[Any, Any]]:
    """``{name: (used, limit)}``."""
    config = Config.model_validate({"limits": limits})
    switch = KillSwitch(journal, None)
    rows = limit_usage(limits_of(config), journal, switch, now=NOW, balance=7_000_000_000)
    return {row["name"]: (row["used"], row["limit"]) for row in rows}


def test_nothing_is_used_before_the_first_trade() -> None:
    """Every limit that there is, in the configuration's words."""
    assert usage(None) == {
        "max_trade_sol": (None, "0.500000000"),
        "max_open_positions": (0, 5),
        "max_exposure_sol": ("0.000000000", "2.000000000"),
        "max_daily_loss_sol": ("0.000000000", "1.000000000"),
        "reserve_sol": ("7.000000000", "0.050000000"),
        "max_creator_sol": ("0.000000000", "1.000000000"),
        "max_creator_positions": (0, 2),
        "max_trades_per_hour": (0, 60),
        "max_losing_streak": (0, 5),
        "max_fees_per_hour_sol": ("0.000000000", "0.100000000"),
        "max_fees_per_day_sol": ("0.000000000", "0.500000000"),
    }


def test_zero_is_no_limit() -> None:
    """What is switched off is not shown, and the door does not ask for it."""
    assert set(usage(None, **OFF)) == {
        "max_trade_sol",
        "max_open_positions",
        "max_exposure_sol",
        "max_daily_loss_sol",
        "reserve_sol",
    }
    limits = limits_of(Config.model_validate({"limits": OFF}))
    assert limits.max_losing_streak is limits.max_creator_lamports is limits.max_token_lamports is None


def test_what_is_held_and_in_flight_is_used(tmp_path: Path) -> None:
    """Of tokens and creators the one with the most; fees with those that may yet be paid."""
    journal = Journal(tmp_path / "journal.db")
    held = make_intent("held", mint="m", created_at=NOW - 60, facts={"creator": "C"})
    journal.record_intent(held, make_attempt(held))
    done = make_settlement("signature of held", trade=-300_000_000, fee=5_200)
    fill = make_fill(held, done, tokens=10, position_id="held", booked_at=NOW - 60)
    journal.open_position(make_position(fill), fill)
    lost = make_intent("lost", mint="l", created_at=NOW - 50)
    journal.record_intent(lost, make_attempt(lost))
    done = make_settlement("signature of lost", trade=-100_000_000)
    fill = make_fill(lost, done, tokens=10, position_id="lost", booked_at=NOW - 50)
    journal.open_position(make_position(fill, state="worthless", closed_at=NOW - 40), fill)
    flying = make_intent(
        "flying", mint="n", max_spend=100_000_000, created_at=NOW - 10, facts={"creator": "C", "max_fee": 800}
    )
    journal.record_intent(flying, make_attempt(flying))
    found = usage(journal, max_token_sol=1, max_priority_fee_micro_lamports=9)
    journal.close()
    assert found["max_open_positions"] == (2, 5)
    assert found["max_exposure_sol"] == ("0.400000000", "2.000000000")
    assert found["max_daily_loss_sol"] == ("0.100005000", "1.000000000")
    assert found["max_token_sol"] == ("0.300000000", "1.000000000")
    assert found["max_creator_sol"] == ("0.400000000", "1.000000000")
    assert found["max_creator_positions"] == (2, 2)
    assert found["max_trades_per_hour"] == (3, 60)
    assert found["max_losing_streak"] == (1, 5)
    assert found["max_fees_per_hour_sol"] == ("0.000011000", "0.100000000")
    assert found["max_priority_fee_micro_lamports"] == (None, 9)
