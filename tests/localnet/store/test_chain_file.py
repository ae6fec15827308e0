"""One chain on disk: begun, gone on with, damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sniperforge.errors import ConfigError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.localnet.store.chain_file import ChainFile
from tests.localnet.kit import SEED, SOL, Bench, address, keypair, pay
from tests.localnet.store.kept import Kept


def test_it_begins_once(tmp_path: Path) -> None:
    """The genesis of the second start is that of the first; private, and with the programs it had."""
    kept = Kept(tmp_path, genesis=Genesis(SEED, accounts=(Kept.account(address(5), SOL),)))
    first = kept.open()
    assert kept.path.stat().st_mode & 0o777 == 0o600
    kept.options["genesis"] = replace(Genesis(bytes(32)), first_slot=5, clock_time=5)
    again = kept.reopen()
    assert again.ledger.genesis_hash == first.ledger.genesis_hash
    assert again.ledger.vm.balance(kept.key(address(5))) == SOL
    program = again.ledger.account("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
    assert program is not None
    assert program.executable
    assert again.ledger.chain.tip.slot == first.ledger.chain.tip.slot


def test_a_fork_goes_on_at_its_own_time(tmp_path: Path) -> None:
    """First slot and clock are those of its genesis, however long it was down."""
    kept = Kept(tmp_path, genesis=Genesis(SEED, first_slot=7_000, clock_time=1_700_000_000))
    bench = kept.open()
    bench.now += 100
    bench.ledger.advance()
    bench.now += 1_000
    again = kept.reopen()
    assert (again.ledger.chain.tip.slot, again.ledger.chain.tip.time) == (7_003, 1_700_001_100)
    assert again.ledger.chain.at("finalized").height < 7_003


def test_a_network_that_never_served_begins_anew(tmp_path: Path) -> None:
    """Nobody was told of its genesis, so nothing binds the next one to it."""
    path = tmp_path / "chain.db"
    with closing(ChainFile(path)) as file:
        first = Bench(chain=file).ledger.genesis_hash
    with closing(ChainFile(path)) as file:
        assert not file.begun
        bench = Bench(chain=file, genesis=Genesis(bytes(32)))
        assert bench.ledger.genesis_hash != first
        bench.ledger.advance()
    with closing(ChainFile(path)) as file:
        assert file.begun
        assert file.genesis(Genesis(SEED)).seed == bytes(32)


def test_a_payer_who_is_new_is_funded(tmp_path: Path) -> None:
    """As on a snapshot from another machine."""
    kept = Kept(tmp_path)
    kept.open()
    kept.options["genesis"] = Genesis(SEED).with_payer(keypair(77))
    again = kept.reopen()
    assert again.value("getBalance", address(77), {"commitment": "processed"}) == 1_000_000 * SOL


def test_finish_stores_the_open_block(tmp_path: Path) -> None:
    """A clean stop loses nothing at all."""
    kept = Kept(tmp_path)
    bench = kept.open()
    sent = bench.pay(address(5), SOL)
    assert kept.file is not None
    kept.file.finish()
    kept.file.finish()
    again = kept.reopen()
    assert again.value("getSignatureStatuses", [sent.signature])[0]["confirmationStatus"] == "finalized"


def test_what_a_kill_left_in_the_log_is_moved(tmp_path: Path) -> None:
    """Else a network that is killed again and again would only ever lengthen it."""
    kept = Kept(tmp_path)
    bench = kept.open()
    for number in range(100):
        bench.pay(address(5), SOL + number)
    bench.ledger.advance()
    killed = tmp_path / "killed.db"
    for ending in ("", "-wal"):
        Path(f"{killed}{ending}").write_bytes(Path(f"{kept.path}{ending}").read_bytes())
    kept.end()
    before = killed.stat().st_size
    with closing(ChainFile(killed)) as file:
        Bench(chain=file)
        file._checkpoints.close()
        assert killed.stat().st_size > before
        assert file.summary()["transactions"] == 100


def _sql(path: Path, statement: str, *arguments: Any) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, arguments)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE facts SET value = zeroblob(32) WHERE name = 'seed'", "not that of its seed"),
        ("DELETE FROM facts WHERE name = 'seed'", "seed"),
        ("UPDATE facts SET value = 'x' WHERE name = 'ahead'", "ahead"),
        (
            "UPDATE blocks SET hash = zeroblob(32) WHERE slot = (SELECT max(slot) FROM blocks)",
            "does not follow",
        ),
        (
            "UPDATE blocks SET hash = zeroblob(3) WHERE slot = (SELECT max(slot) FROM blocks)",
            "no usable chain",
        ),
        ("DELETE FROM blocks WHERE slot = (SELECT max(slot) - 1 FROM blocks)", "does not follow"),
        ("DELETE FROM blocks", "no blocks"),
        ("UPDATE blocks SET slot = 5 WHERE slot = (SELECT min(slot) FROM blocks)", "does not follow"),
        ("UPDATE accounts SET state = zeroblob(3)", "no usable chain"),
        ("PRAGMA user_version=99", "newer version"),
        ("PRAGMA application_id=1", "another program's"),
    ],
)
def test_damage_is_named(tmp_path: Path, statement: str, says: str) -> None:
    """Never silently a new chain: the file, what is wrong, and what to do; it stays as it is."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.pay(address(5), SOL)
    bench.ledger.advance()
    kept.end()
    _sql(kept.path, statement)
    with pytest.raises(ConfigError) as error:
        kept.reopen()
    assert says in error.value.message
    assert str(kept.path) in error.value.message
    assert "snapshot load" in error.value.hint
    assert "--reset" in error.value.hint
    kept.end()


@pytest.mark.parametrize("content", [b"not a database" * 300, b"SQLite format 3\x00" + bytes(5_000)])
def test_another_kind_of_file(tmp_path: Path, content: bytes) -> None:
    """It is untouched."""
    path = tmp_path / "chain.db"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"chain\.db"):
        ChainFile(path)
    assert path.read_bytes() == content


def test_pages_that_are_damaged_fail_the_check(tmp_path: Path) -> None:
    """As a snapshot is checked before it is loaded."""
    kept = Kept(tmp_path)
    bench = kept.open()
    for number in range(200):
        bench.pay(address(5), SOL + number)
    bench.ledger.advance()
    kept.end()
    with closing(ChainFile(kept.path)) as file:
        file.check()
    content = bytearray(kept.path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    kept.path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"chain\.db"), closing(ChainFile(kept.path)) as file:
        file.check()


class AnyStory(RuleBasedStateMachine):
    """Two ledgers do the same; one is killed and gone on with at any block. They never differ."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.kept = Kept(Path(self.folder.name), keep_records=20)
        self.raws: list[bytes] = []
        self.landed: dict[str, int] = {}
        self.count = 0

    @initialize()
    def begin(self) -> None:
        self.bench = self.kept.open()
        self.closed: dict[str, Any] = self._accounts()
        self.sure: dict[str, int] = {}

    def _accounts(self) -> dict[str, Any]:
        names = (str(self.bench.payer.pubkey()), *map(address, range(1, 6)))
        return {name: self.bench.ledger.account(name) for name in names}

    def _close(self) -> None:
        self.closed = self._accounts()
        self.sure = dict(self.landed)

    @rule(to=st.integers(1, 5), many=st.sampled_from([1, 3, 70]), old=st.booleans())
    def pay(self, to: int, many: int, old: bool) -> None:
        chain = self.bench.ledger.chain
        recent = chain.recent(HASH_LIFE if old else 1)[0].blockhash
        for _ in range(many):
            self.count += 1
            raw = self.bench.sign([pay(self.bench.payer, address(to), SOL + self.count)], blockhash=recent)
            with suppress(TransactionRefusedError):  # that hash may have died
                record = self.bench.ledger.send(raw)
                self.raws.append(raw)
                self.landed[record.signature] = record.slot

    @rule(to=st.integers(1, 5), lamports=st.sampled_from([0, SOL, 5 * SOL]))
    def set_account(self, to: int, lamports: int) -> None:
        self.bench.ledger.set_account(Kept.account(address(to), lamports))

    @rule(slots=st.integers(1, 3))
    def advance(self, slots: int) -> None:
        self._close()
        self.bench.now += 0.4
        self.bench.ledger.advance(slots)

    @rule(slots=st.sampled_from([2, 40, 160]))
    def warp(self, slots: int) -> None:
        self._close()
        self.bench.ledger.warp(slots)

    @rule()
    def rollback(self) -> None:
        set_directly = self.bench.ledger.chain.tip.set_directly
        self.bench.ledger.rollback()
        assert set_directly <= self.bench.ledger.chain.tip.set_directly
        self.landed = dict(self.sure)

    @rule()
    def kill(self) -> None:
        before = self.bench.ledger
        newest = before.chain.in_slot(before.chain.tip.parent_slot)
        self.bench = self.kept.reopen()
        self.landed = dict(self.sure)
        chain = self.bench.ledger.chain
        assert newest is not None
        assert chain.tip.parent_slot == newest.slot
        assert chain.tip.total == newest.total == len(self.sure)
        assert self._accounts() == self.closed
        for block in chain.recent(HASH_LIFE)[:-1]:
            old = before.chain.in_slot(block.slot)
            assert old is not None
            assert (old.blockhash, old.height, old.time) == (block.blockhash, block.height, block.time)
            assert old.landed == block.landed
            assert old.seen.items() <= block.seen.items() | {
                (digest, slot) for digest, slot in old.seen.items() if slot > newest.slot
            }

    @rule()
    def stop(self) -> None:
        self._close()
        assert self.kept.file is not None
        self.kept.file.finish()
        self.bench = self.kept.reopen()
        assert self._accounts() == self.closed

    @invariant()
    def every_status_is_known(self) -> None:
        if not hasattr(self, "bench"):
            return
        for signature, slot in list(self.landed.items())[-30:] + list(self.landed.items())[:5]:
            status = self.bench.ledger.history.status(signature)
            assert status is not None
            assert status.slot == slot

    @invariant()
    def nothing_lands_twice(self) -> None:
        for raw in self.raws[-10:]:
            from sniperforge.localnet.ledger.envelope import open_envelope

            envelope = open_envelope(raw)
            alive = self.bench.ledger.chain.usable(envelope.blockhash) is not None
            simulated = self.bench.ledger.simulate(envelope)
            if not alive:
                assert simulated.err == "BlockhashNotFound"
            elif envelope.signature in self.landed:
                assert simulated.err == "AlreadyProcessed"
            else:
                assert simulated.err != "AlreadyProcessed"

    def teardown(self) -> None:
        self.kept.end()
        self.folder.cleanup()


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
