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


def test_a_file_stops_entries_of_every_wallet(shell: Shell, project: Project) -> None:
    """Status says whose it is and since when; resume refuses with exit 4 for as long as it is there."""
    file = project.folder / "state" / "KILL"
    file.parent.mkdir(exist_ok=True)
    file.touch()
    halted = shell("status", "--json").data["halted"]
    assert halted.startswith(f"{file} is there since 20")
    assert f"entries    HALTED: {file}" in shell("status").out
    ran = shell("resume", "--json")
    assert (ran.code, ran.document["error"]["code"]) == (4, "refused")
    assert str(file) in ran.document["error"]["hint"]
    file.unlink()
    assert shell("resume", "--json").data == {"halted": False}
    assert shell("status", "--json").data["halted"] == ""


def test_the_file_may_be_elsewhere(shell: Shell, project: Project) -> None:
    """A path of the user's own, for example one for several projects."""
    file = project.folder.parent / "everybody"
    file.touch()
    found = shell("status", "--json", env={"SNIPERFORGE_LIMITS__KILL_FILE": str(file)}).data
    assert found["halted"].startswith(str(file))
