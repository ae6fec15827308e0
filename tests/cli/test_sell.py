"""``sniperforge sell`` where nothing can be sold; real sales are in tests/e2e and tests/app/test_sales."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.app.sale import Sale
from sniperforge.cli.sell import _amount, _line
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.errors import UsageError
from sniperforge.execution.mev import Mev
from tests.trading import MINTS, Project, Shell


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1%", {"percent": 1}),
        ("100%", {"percent": 100}),
        ("0.5", {"amount": "0.5"}),
        ("1e3", {"amount": "1e3"}),
    ],
)
def test_amounts(text: str, payload: dict[str, Any]) -> None:
    """A percentage, or tokens as they are written; how many decimals a token has is not known here."""
    assert _amount(text) == payload


@pytest.mark.parametrize("text", ["%", "0%", "101%", "-1%", "1.5%", "²%", "٣%", "1 %", "1%%"])
def test_no_percentage(text: str) -> None:
    """Whole percentages only, in plain digits."""
    with pytest.raises(UsageError, match="whole percentage"):
        _amount(text)


@pytest.mark.parametrize(
    ("sale", "line"),
    [
        (Sale("M", OutcomeKind.FILLED, "s", 1_500_000_000), "M  sold for 1.500000000 SOL"),
        (
            Sale("M", OutcomeKind.FILLED, "s", 5, mev=Mev.BUNDLE, tip=100_000),
            "M  sold by bundle for 0.000000005 SOL, tip 0.000100000 SOL",
        ),
        (
            Sale("M", OutcomeKind.FILLED, "s", 5, mev=Mev.TIP, tip=100_000),
            "M  sold for 0.000000005 SOL, tip 0.000100000 SOL",
        ),
        (Sale("M", OutcomeKind.FILLED, text="sold by its exit rules"), "M  sold by its exit rules"),
        (Sale("M", OutcomeKind.UNKNOWN, "s"), "M  sent, outcome not known yet: s"),
        (Sale("M", OutcomeKind.REFUSED, text="no pool"), "M  not sold: no pool"),
    ],
)
def test_lines(sale: Sale, line: str) -> None:
    """What became of it, without a zero for what was never sold."""
    assert _line(sale) == line


@pytest.mark.parametrize(
    ("amount", "code", "told"),
    [
        ("0", 2, "above 0"),
        ("-1", 2, "above 0"),
        ("nan", 2, "nan"),
        ("x", 2, "x"),
        ("0.0000001", 2, "decimal places"),
        ("5001", 4, "5001 tokens asked for, 5000 held"),
        ("0%", 2, "percentage"),
    ],
)
def test_impossible_amounts(shell: Shell, project: Project, amount: str, code: int, told: str) -> None:
    """Said at once, in the user's own units; nothing is recorded."""
    project.hold(0)
    ran = shell("sell", MINTS[0], *(["--", amount] if amount.startswith("-") else [amount]))
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    with project.journal() as journal:
        assert journal.positions()[0].exit_attempts == 0


def test_a_pool_that_cannot_be_read(shell: Shell, project: Project) -> None:
    """After a few tries: exit 4, why, and the position is kept."""
    project.hold(0)
    ran = shell("sell", MINTS[0], "--json")
    assert ran.code == 4
    document = ran.document
    assert document["error"]["code"] == "refused"
    assert document["data"]["sales"][0]["outcome"] == "refused"
    assert "the pool cannot be read now" in document["error"]["message"]
    with project.journal() as journal:
        assert len(journal.positions()) == 1
    again = shell("sell", MINTS[0], "1%", "--intent-id", "k")
    assert again.code == 4
    assert f"{MINTS[0]}  not sold: " in again.out


def test_no_network_and_no_wallet(shell: Shell, project: Project) -> None:
    """Exit 6 and 9; the record stays as it is."""
    project.hold(0)
    assert (
        shell("sell", MINTS[0], env={"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"}).code
        == 6
    )
    assert shell("sell", MINTS[0], "--wallet", "nobody").code == 9


@pytest.mark.parametrize("command", [("sell", MINTS[0]), ("positions", "sell", "--all", "--yes")])
def test_a_policy_for_one_command(shell: Shell, project: Project, command: tuple[str, ...]) -> None:
    """Without a block engine exit 3 with a hint, and a wrong word exit 2; nothing is signed or counted."""
    project.hold(0)
    file = project.folder / "configs" / "networks" / "localnet.toml"
    file.write_text(file.read_text().replace('["http://127.0.0.1:8898"]', "[]"))
    for mev in ("tip", "bundle"):
        ran = shell(*command, "--mev", mev)
        assert (ran.code, ran.out) == (3, "")
        assert f"--mev {mev}, and network localnet has no block engine" in ran.err
        assert "set block_engine_urls in networks/localnet.toml, or --mev none" in ran.err
    wrong = shell(*command, "--mev", "private")
    assert (wrong.code, wrong.out) == (2, "")
    assert "not one of none, tip, bundle" in wrong.err
    with project.journal() as journal:
        assert journal.positions()[0].exit_attempts == 0
    plain = shell(*command, "--mev", "none", "--json")
    assert plain.code == 4
    (sale,) = plain.document["data"]["sales"]
    assert (sale["mev"], sale["tip_sol"]) == ("none", "0.000000000")
