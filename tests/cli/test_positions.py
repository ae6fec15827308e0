"""``sniperforge positions``: the list, the panic button, the write-off."""

from __future__ import annotations

import time

import pytest

from sniperforge.domain.trade import ForeignToken, PositionState
from sniperforge.store.journal import Journal
from tests.trading import MINTS, POOLS, Project, Shell


def end(project: Project, position_id: str) -> None:
    """Write a position off in the journal."""
    journal = Journal(project.journal_path)
    journal.set_position_state(position_id, PositionState.WORTHLESS, "gone", time.time())
    journal.close()


def test_nothing_is_held(shell: Shell) -> None:
    """On a chain without a record."""
    assert shell("positions").out == "LOCALNET\nno positions held\n"
    assert shell("positions", "--all").out == "LOCALNET\nno positions\n"
    assert shell("positions", "--json").data == {"positions": [], "foreign_tokens": []}


def test_the_table_fits_a_terminal(shell: Shell, project: Project) -> None:
    """A long note stands below it, whole; the document has whole addresses and exact amounts."""
    project.hold(0, note="stop_loss: " + "very " * 40)
    project.hold(1)
    lines = shell("positions").out.splitlines()
    assert lines[1].split() == ["UTC", "token", "state", "tokens", "cost", "SOL", "result", "SOL"]
    assert [line.split()[1:5] for line in lines[2:4]] == [
        [MINTS[0][:8], "open", "5000", "0.100000000"],
        [MINTS[1][:8], "open", "5000", "0.100000000"],
    ]
    assert all(len(line) <= 80 for line in lines[:4])
    assert lines[4] == f"{MINTS[0][:8]}  stop_loss: " + "very " * 40
    found = shell("positions", "--json").data["positions"]
    assert [each["mint"] for each in found] == list(MINTS)
    assert found[0]["amount"]["raw"] == "5000000000"
    assert found[0]["note"].endswith("very very ")


def test_foreign_tokens_are_shown_below(shell: Shell, project: Project) -> None:
    """With why they are no position, here and in the status; also when nothing is held."""
    project.hold(0)
    journal = Journal(project.journal_path)
    journal.set_foreign_tokens([ForeignToken("A", MINTS[1], 5, 6, "S brought them")])
    journal.close()
    told = f"{MINTS[1][:8]}  foreign, never sold: S brought them"
    assert shell("positions").out.splitlines()[-1] == told
    assert f"foreign    {MINTS[1][:8]}  S brought them" in shell("status").out.splitlines()
    (document,) = shell("positions", "--json").data["foreign_tokens"]
    assert (document["mint"], document["raw"], document["amount"]["raw"]) == (MINTS[1], "5", "5")
    assert shell("status", "--json").data["foreign_tokens"] == [document]
    end(project, "intent-0")
    assert shell("positions").out == f"LOCALNET\nno positions held\n{told}\n"


def test_ended_positions_show_their_result(shell: Shell, project: Project) -> None:
    """Only with ``--all``; a held one has none yet."""
    position = project.hold(0)
    project.hold(1)
    end(project, position.id)
    assert MINTS[0][:8] not in shell("positions").out
    ended, held, note = shell("positions", "--all").out.splitlines()[2:]
    assert note == f"{MINTS[0][:8]}  gone"
    assert ended.split()[2:6] == ["worthless", "5000", "0.100000000", "-0.102064280"]
    assert held.split()[2:] == ["open", "5000", "0.100000000"]


@pytest.mark.parametrize("name", [MINTS[0], MINTS[0][:8], POOLS[0], "intent-0"])
def test_abandon_writes_a_position_off(shell: Shell, project: Project, name: str) -> None:
    """By mint, its beginning, pool or id; it is not held any more and its cost is lost."""
    project.hold(0)
    ran = shell("positions", "abandon", name, "--yes")
    assert (ran.code, ran.out) == (0, "LOCALNET\nwritten off: intent-0\n")
    assert shell("positions", "--json").data == {"positions": [], "foreign_tokens": []}
    assert shell("status", "--json").data["realized_today_sol"] == "-0.102064280"


def test_questions_need_a_terminal(shell: Shell, project: Project) -> None:
    """Without one nothing is done, and the option that answers is named."""
    project.hold(0)
    for argv in (("positions", "abandon", MINTS[0]), ("positions", "sell", "--all")):
        ran = shell(*argv)
        assert (ran.code, ran.out) == (2, "")
        assert "--yes" in ran.err
    assert len(shell("positions", "--json").data["positions"]) == 1


def test_selling_names_one_or_all(shell: Shell) -> None:
    """Neither and both are mistakes."""
    assert shell("positions", "sell").code == 2
    assert shell("positions", "sell", MINTS[0], "--all").code == 2


def test_selling_all_of_nothing_is_done(shell: Shell) -> None:
    """The panic button says so and exits 0."""
    ran = shell("positions", "sell", "--all", "--yes")
    assert (ran.code, ran.out) == (0, "LOCALNET\nno positions held\n")


def test_unknown_positions_are_not_found(shell: Shell, project: Project) -> None:
    """Exit 9, with and without a record; too short or ambiguous names count as unknown."""
    for argv in (("positions", "sell", "zzz"), ("positions", "abandon", "zzz", "--yes"), ("sell", "zzz")):
        assert shell(*argv).code == 9
    project.hold(0)
    project.hold(1, id="intent-1x")
    assert shell("positions", "abandon", MINTS[0][:5], "--yes").code == 9
    ran = shell("positions", "abandon", "intent-", "--yes")
    assert ran.code == 9
    assert "2 held positions begin with intent-" in ran.err
    assert shell("positions", "sell", "zzz").code == 9


def test_a_key_reaches_the_sales(shell: Shell, project: Project) -> None:
    """Every position is tried once under a key of its own; nothing to sell is no failure."""
    assert shell("positions", "sell", "--all", "--yes", "--intent-id", "k", "--json").data == {"sales": []}
    project.hold(0)
    ran = shell("positions", "sell", "--all", "--yes", "--intent-id", "k", "--json")
    assert (ran.code, [sale["mint"] for sale in ran.document["data"]["sales"]]) == (4, [MINTS[0]])
