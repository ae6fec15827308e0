"""``sniperforge halt`` and ``resume`` without a running bot; with one, see tests/e2e."""

from __future__ import annotations

from tests.trading import Project, Shell


def test_halt_and_resume(shell: Shell, project: Project) -> None:
    """The switch lasts over commands; the reason is shown."""
    ran = shell("halt", "--reason", "lunch")
    assert (ran.code, ran.out) == (0, "LOCALNET\nentries are halted; exits go on\n")
    assert shell("status", "--json").data["halted"] == "lunch"
    ran = shell("resume")
    assert (ran.code, ran.out) == (0, "LOCALNET\nentries are allowed\n")
    assert shell("status", "--json").data["halted"] == ""
    with project.journal() as journal:
        assert journal.flag("halted") == ""


def test_documents(shell: Shell) -> None:
    """One key says what holds now."""
    assert shell("halt", "--json").data == {"halted": True}
    assert shell("resume", "--json").data == {"halted": False}


def test_a_halt_has_a_reason(shell: Shell) -> None:
    """An empty one would read as if nothing were halted."""
    assert shell("halt", "--reason", "").code == 2
    assert shell("halt", "--reason", "  ").code == 2
    assert shell("status", "--json").data["halted"] == ""
