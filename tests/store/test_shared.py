"""The record that all processes share: decisions, refusals, sessions, many writers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.errors import ConfigError, StorageError
from sniperforge.store.journal import Journal
from sniperforge.store.shared import DecisionRow, SessionRow, SharedStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharedStore]:
    """An empty record."""
    made = SharedStore(tmp_path / "shared.db")
    yield made
    made.close()


def decision(**changes: object) -> DecisionRow:
    """A refusal by two checks."""
    values: dict[str, object] = {
        "at": 10.0,
        "wallet": "w",
        "bot": "lp-sniper",
        "dex": "raydium_cpmm",
        "pool": "p",
        "mint": "m",
        "decided": "refused",
        "refused_by": ("liquidity", "freeze_authority"),
        "verdict": {"results": [{"name": "liquidity", "facts": {"lamports": "5"}}], "text": "✓"},
    }
    return DecisionRow(**{**values, **changes})  # type: ignore[arg-type]


def session(**changes: object) -> SessionRow:
    """A bot that runs."""
    values: dict[str, object] = {
        "wallet": "w",
        "pid": 7,
        "bot": "lp-sniper",
        "started_at": 1.0,
        "updated_at": 2.0,
        "ended_at": None,
        "health": {"feed_age_ms": 3, "nested": {"a": [1]}},
    }
    return SessionRow(**{**values, **changes})  # type: ignore[arg-type]


class TestDecisions:
    def test_the_pools_of_a_mint(self, store: SharedStore) -> None:
        """Each once, the one judged last first; those of other mints are not among them."""
        for name, mint in (("a", "m"), ("b", "m"), ("c", "other"), ("a", "m")):
            store.record_decision(decision(pool=name, mint=mint))
        assert store.pools_of("m") == [("raydium_cpmm", "a"), ("raydium_cpmm", "b")]
        assert store.pools_of("x") == []

    def test_a_decision_comes_back_whole(self, store: SharedStore) -> None:
        """By its pool and by its mint, with every fact."""
        store.record_decision(decision())
        assert store.decisions_on("p") == store.decisions_on("m") == [decision()]
        assert store.decisions_on("x") == []

    def test_an_acceptance_was_refused_by_nobody(self, store: SharedStore) -> None:
        """No names are an empty tuple, not an empty name."""
        store.record_decision(decision(decided="accepted", refused_by=()))
        assert store.decisions_on("p")[0].refused_by == ()

    def test_the_newest_comes_first(self, store: SharedStore) -> None:
        """By time, then by order of writing; ``limit`` keeps the newest; a pool that is its own mint is one."""
        for at, bot in ((1.0, "a"), (3.0, "b"), (2.0, "c"), (3.0, "d")):
            store.record_decision(decision(at=at, bot=bot, pool="m"))
        assert [row.bot for row in store.decisions_on("m")] == ["d", "b", "c", "a"]
        assert [row.bot for row in store.decisions_on("m", limit=2)] == ["d", "b"]

    def test_refusals_are_counted_most_frequent_first(self, store: SharedStore) -> None:
        """Ties by name; only this wallet's, only since the time; what was accepted does not count."""
        for number, refused_by in enumerate((("b", "a"), ("b",), ("c", "b"), ("a", "c"), ())):
            store.record_decision(decision(pool=f"p{number}", refused_by=refused_by))
        store.record_decision(decision(at=9.9, pool="old", refused_by=("old",)))
        store.record_decision(decision(wallet="other", refused_by=("other",)))
        counts = store.refusals_since(10.0, "w")
        assert list(counts.items()) == [("b", 3), ("a", 2), ("c", 2)]
        assert store.refusals_since(10.1, "w") == {}

    def test_verdicts_are_counted_by_kind(self, store: SharedStore) -> None:
        """Since a time, for one wallet."""
        for decided, at in (("refused", 10.0), ("refused", 11.0), ("accepted", 11.5), ("skipped", 1.0)):
            store.record_decision(decision(decided=decided, at=at, pool=f"p{at}"))
        store.record_decision(decision(wallet="other"))
        assert store.counts_since(10.0, "w") == {"refused": 2, "accepted": 1}

    def test_a_pool_counts_once_by_its_last_verdict(self, store: SharedStore) -> None:
        """One that was looked at again is neither two pools nor still what it was."""
        store.record_decision(decision(refused_by=("round_trip",)))
        store.record_decision(decision(refused_by=("round_trip",)))
        assert store.refusals_since(10.0, "w") == {"round_trip": 1}
        store.record_decision(decision(decided="accepted", refused_by=()))
        assert store.refusals_since(10.0, "w") == {}
        assert store.counts_since(10.0, "w") == {"accepted": 1}

    def test_addresses_are_found_by_their_beginning(self, store: SharedStore) -> None:
        """Pools and mints, each once, in order, no more than asked for."""
        for pool, mint in (("Abc1", "Abd"), ("Abc2", "Abd"), ("abc", "zzz"), ("Ab", "Acb")):
            store.record_decision(decision(pool=pool, mint=mint))
        assert store.addresses("Abc") == ["Abc1", "Abc2"]
        assert store.addresses("Ab", limit=3) == ["Ab", "Abc1", "Abc2"]
        assert store.addresses("Abd") == ["Abd"]
        assert store.addresses("x") == []

    def test_the_document_is_json(self, store: SharedStore) -> None:
        """What ``why`` prints holds every field."""
        document = json.loads(json.dumps(decision().to_json()))
        assert document.pop("refused_by") == ["liquidity", "freeze_authority"]
        assert document == {
            name: getattr(decision(), name)
            for name in ("at", "wallet", "bot", "dex", "pool", "mint", "decided", "verdict")
        }


class TestSessions:
    def test_a_wallet_has_one_last_session(self, store: SharedStore) -> None:
        """A heartbeat replaces the one before; wallets do not mix."""
        assert store.session("w") is None
        store.beat(session())
        store.beat(session(wallet="v", pid=8))
        ended = session(updated_at=5.0, ended_at=5.0, health={})
        store.beat(ended)
        assert store.session("w") == ended
        assert store.session("v") == session(wallet="v", pid=8)


class TestFile:
    def test_a_reader_sees_and_does_not_write(self, store: SharedStore) -> None:
        """A command that shows the record opens it read-only, beside its writers."""
        reader = SharedStore(store._db.path, readonly=True)
        store.record_decision(decision())
        assert reader.decisions_on("p") == [decision()]
        with pytest.raises(StorageError, match="readonly"):
            reader.beat(session())
        reader.close()
        reader.close()

    def test_a_journal_is_not_a_shared_record(self, tmp_path: Path) -> None:
        """Files cannot be mixed up."""
        Journal(tmp_path / "journal.db").close()
        with pytest.raises(ConfigError):
            SharedStore(tmp_path / "journal.db")

    def test_two_processes_write_at_once(self, store: SharedStore) -> None:
        """Writers wait for each other: no decision is lost, none fails."""
        script = (
            "import sys\nfrom pathlib import Path\n"
            "from sniperforge.store.shared import DecisionRow, SessionRow, SharedStore\n"
            "store = SharedStore(Path(sys.argv[1]))\n"
            "print('ready', flush=True)\nsys.stdin.readline()\n"
            "for n in range(200):\n"
            "    store.record_decision(DecisionRow(float(n), sys.argv[2], 'b', 'd', f'p{n}', 'm',"
            " 'refused', ('x',), {}))\n"
            "    store.beat(SessionRow(sys.argv[2], n, 'b', 0.0, float(n), None, {}))\n"
        )
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(store._db.path), name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "two")
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        for number in range(50):
            store.record_decision(decision(at=float(number), pool="ours"))
        for process in processes:
            process.communicate(timeout=30)
            assert process.returncode == 0
        assert len(store.decisions_on("ours", limit=1_000)) == 50
        for name in ("one", "two"):
            assert store.refusals_since(0, name) == {"x": 200}
            assert store.session(name) == SessionRow(name, 199, "b", 0.0, 199.0, None, {})
        newest = store.decisions_on("p199")
        assert {row.wallet for row in newest} == {"one", "two"}
        assert newest[0] == replace(newest[1], wallet=newest[0].wallet)
