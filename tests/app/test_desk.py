"""Small requests: by the holder when there is one, else here."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.desk import ask_or_do
from sniperforge.domain.trade import PositionState
from sniperforge.errors import NotFoundError, UsageError
from tests.app.session_kit import bot, place
from tests.trading import Project


async def ask(project: Project, kind: str, **payload: str) -> dict[str, object]:
    """As the commands do."""
    answer, node, entry = await ask_or_do(project.settings, kind, payload, command=kind)
    assert (node.genesis_hash, entry.pubkey) == (project.genesis, project.wallet)
    return answer


@pytest.mark.parametrize("running", [False, True])
async def test_the_same_with_and_without_a_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    """Halt, resume, write off; what is unknown is refused with the same error."""
    async with place(tmp_path, monkeypatch) as (_, project):
        position = project.hold(0)

        async def all_of_it() -> None:
            assert await ask(project, "halt", reason="lunch") == {"halted": True}
            with project.journal() as journal:
                assert journal.flag("halted") == "lunch"
            assert await ask(project, "resume", reason="") == {"halted": False}
            assert await ask(project, "abandon", position=position.mint) == {"abandoned": position.id}
            with project.journal() as journal:
                assert journal.flag("halted") == ""
                assert journal.position(position.id).state is PositionState.WORTHLESS  # type: ignore[union-attr]
            with pytest.raises(NotFoundError):
                await ask(project, "abandon", position=position.mint)
            with pytest.raises(UsageError):
                await ask(project, "dance")

        if running:
            async with bot(project):
                await all_of_it()
        else:
            await all_of_it()
            assert not project.lock.read_text()


async def test_abandoning_nothing_makes_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wallet that never traded still has no journal afterwards."""
    async with place(tmp_path, monkeypatch) as (_, project):
        with pytest.raises(NotFoundError, match="no held position of nothing"):
            await ask(project, "abandon", position="nothing")
        assert not project.journal_path.exists()
