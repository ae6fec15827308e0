"""Recorded runs: the same transactions, outcomes and accounts on a new ledger, or a word about where they part."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError, DecodeError, NotFoundError, StorageError
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.recorded_run import (
    ReplayMismatchError,
    RunRecorder,
    outcome_digest,
    replay,
    state_hash,
)
from sniperforge.tokens.instructions import transfer_lamports
from tests.localnet.market.bench import GENESIS, SOL, Chain

GIFT = 10**9


def pay(chain: Chain, name: str = "giver", to: str = "taker", lamports: int = GIFT) -> None:
    """A transfer between funded actors."""
    giver = chain.funded(name) if chain.ledger.account(str(key_of(chain, name))) is None else None
    actor = giver or actor_of(chain, name)
    assert actor.send([transfer_lamports(str(actor.key), str(key_of(chain, to)), lamports)]) is not None


def actor_of(chain: Chain, name: str) -> Any:
    """The actor of a name, its account left as it is."""
    from sniperforge.localnet.market.actor import Actor, seed_of

    return Actor(chain.ledger, seed_of(name, 1))


def key_of(chain: Chain, name: str) -> Any:
    """Where the actor of a name has its lamports."""
    return actor_of(chain, name).key


def lines_of(file: Path) -> list[dict[str, Any]]:
    """A recording, line by line."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def rewritten(file: Path, lines: list[dict[str, Any]]) -> Path:
    """The file with other lines."""
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


@pytest.fixture(scope="module")
def market_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Chain, Path]:
    """Ten seconds of a busy market, from its opening on, with skipped slots and a dropped block."""
    file = tmp_path_factory.mktemp("run") / "run.jsonl"
    chain = Chain()
    with RunRecorder(chain.ledger, GENESIS, file):
        market = Market(chain.ledger, seed=7, per_minute=240, hour_ms=2_000)
        market.open()
        chain.slots(20)
        chain.slots(2, skipped=3)
        chain.ledger.rollback()
        chain.slots(15)
        market.close()
    return chain, file


def test_a_market_happens_again(market_run: tuple[Chain, Path]) -> None:
    """Every transaction, failed ones too, with its logs; every account; every block with its time."""
    chain, file = market_run
    again = replay(file)
    assert again.whole
    assert state_hash(again.ledger) == state_hash(chain.ledger)
    assert again.ledger.chain.tip.blockhash == chain.ledger.chain.tip.blockhash
    assert [(b.slot, b.time) for b in again.ledger.chain.recent(30)] == [
        (b.slot, b.time) for b in chain.ledger.chain.recent(30)
    ]
    kept = {
        record.signature: record for record in chain.landed if chain.ledger.history.record(record.signature)
    }
    assert len(kept) > 600
    assert any(record.err is not None for record in kept.values())
    for signature, record in kept.items():
        found = again.ledger.history.record(signature)
        assert found is not None
        assert (found.slot, found.err, found.logs) == (record.slot, record.err, record.logs)
    assert again.transactions == len(chain.landed) > len(kept), "what was rolled back landed there too"
    assert again.blocks == sum(line["kind"] == "block" for line in lines_of(file))


def test_the_replayed_ledger_lives(market_run: tuple[Chain, Path]) -> None:
    """What comes next there is what would have come here."""
    again = replay(market_run[1])
    slot = again.ledger.chain.tip.slot
    assert again.ledger.advance().slot == slot + 1


def test_a_recording_may_begin_later(tmp_path: Path) -> None:
    """With everything that is on the ledger by then, programs included."""
    chain, file = Chain(), tmp_path / "run.jsonl"
    market = Market(chain.ledger, seed=3, per_minute=240)
    market.open()
    chain.slots(10)
    with RunRecorder(chain.ledger, GENESIS, file):
        chain.slots(10)
    market.close()
    again = replay(file)
    assert again.whole
    assert 0 < again.transactions < len(chain.landed)
    assert state_hash(again.ledger) == state_hash(chain.ledger)


def test_accounts_set_while_it_runs_are_in_it(tmp_path: Path) -> None:
    """As they were set, though a transaction has written them since; set again, and deleted, too."""
    chain, file = Chain(), tmp_path / "run.jsonl"
    lone = Account(str(key_of(chain, "lone")), SYSTEM_PROGRAM, 5 * SOL, b"")
    with RunRecorder(chain.ledger, GENESIS, file):
        pay(chain)
        pay(chain, lamports=2 * GIFT)
        chain.ledger.set_account(lone)
        chain.slots()
        chain.funded("giver", 7 * SOL)
        pay(chain, lamports=3 * GIFT)
        chain.ledger.set_account(replace(lone, lamports=0))
    assert [line["lamports"] for line in lines_of(file) if line["kind"] == "account"][-4:] == [
        *(1_000_000 * SOL, 5 * SOL),
        *(7 * SOL, 0),
    ]
    again = replay(file)
    assert again.whole
    assert again.ledger.account(lone.address) is None
    assert again.ledger.account(str(key_of(chain, "giver"))) == chain.ledger.account(
        str(key_of(chain, "giver"))
    )


def test_a_program_deployed_while_it_runs_is_in_it(tmp_path: Path) -> None:
    """Its bytes before it, so that it runs."""
    from sniperforge.localnet.program.binary import CPMM

    chain, file = Chain(), tmp_path / "run.jsonl"
    with RunRecorder(chain.ledger, GENESIS, file):
        chain.ledger.add_program(str(key_of(chain, "program")), CPMM.elf())
        chain.slots()
    again = replay(file)
    assert again.whole
    found = again.ledger.account(str(key_of(chain, "program")))
    assert found is not None
    assert found.executable


def test_a_network_with_a_slot_for_each_transaction(tmp_path: Path) -> None:
    """Its blocks open when they opened there."""
    chain, file = Chain(profile=INSTANT), tmp_path / "run.jsonl"
    with RunRecorder(chain.ledger, GENESIS, file):
        pay(chain)
        chain.now += 3
        pay(chain, lamports=2)
    again = replay(file)
    assert (again.whole, again.transactions) == (True, 2)
    assert again.ledger.chain.tip.time == chain.ledger.chain.tip.time


def test_closed_it_hears_no_more(tmp_path: Path) -> None:
    """Twice is once."""
    chain, file = Chain(), tmp_path / "run.jsonl"
    heard = [len(chain.ledger.on_landed), len(chain.ledger.on_block)]
    recorder = RunRecorder(chain.ledger, GENESIS, file)
    recorder.close()
    size = file.stat().st_size
    pay(chain)
    chain.slots()
    recorder.close()
    assert file.stat().st_size == size
    assert [len(chain.ledger.on_landed), len(chain.ledger.on_block)] == heard


# -- what is not as it was -----------------------------------------------------------------------------------


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A recording of two transfers in two blocks."""
    chain, file = Chain(), tmp_path / "short.jsonl"
    with RunRecorder(chain.ledger, GENESIS, file):
        pay(chain)
        chain.slots()
        pay(chain, lamports=2)
    return file


def test_a_killed_recording_replays_to_where_it_was_cut(short: Path) -> None:
    """Half a line is left out, and the end is missed."""
    short.write_text(short.read_text()[:-70])
    again = replay(short)
    assert (again.whole, again.blocks, again.transactions) == (False, 1, 2)


def test_cut_between_rollback_and_block(tmp_path: Path) -> None:
    """The block is dropped all the same."""
    chain, file = Chain(), tmp_path / "run.jsonl"
    with RunRecorder(chain.ledger, GENESIS, file):
        chain.slots(2)
        chain.ledger.rollback()
    lines = lines_of(file)
    assert [line["kind"] for line in lines][-3:] == ["rollback", "block", "end"]
    assert replay(file).blocks == 3
    assert replay(rewritten(file, lines[:-2])).blocks == 2


def test_another_outcome_is_told(short: Path) -> None:
    """The transaction by number, slot and signature."""
    lines = lines_of(short)
    (first, *_) = [line for line in lines if line["kind"] == "transaction"]
    first["outcome"] = "0" * 32
    with pytest.raises(ReplayMismatchError, match=r"transaction 0 in slot 435888001, .* ends otherwise"):
        replay(rewritten(short, lines))


def test_a_transaction_that_is_refused_is_told(short: Path) -> None:
    """Here it comes twice."""
    lines = lines_of(short)
    at = next(index for index, line in enumerate(lines) if line["kind"] == "transaction")
    with pytest.raises(ReplayMismatchError, match="transaction 1 in slot 435888001 landed when"):
        replay(rewritten(short, [*lines[: at + 1], lines[at], *lines[at + 1 :]]))


def test_other_accounts_at_the_end_are_told(short: Path) -> None:
    """One lamport is enough."""
    lines = lines_of(short)
    (account,) = [line for line in lines if line["kind"] == "account" and line["lamports"] == 10**6 * SOL][
        -1:
    ]
    account["lamports"] += 1
    with pytest.raises(ReplayMismatchError, match="the accounts at the end"):
        replay(rewritten(short, lines))


@pytest.mark.parametrize(
    "text",
    ["", "{}\n", "no\n", "[1]\n", '{"kind": "ledger", "format": 2}\n', '{"kind": "block", "format": 1}\n'],
    ids=["empty", "nothing", "no json", "a list", "another format", "no head"],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """With its name."""
    file = tmp_path / "other.jsonl"
    file.write_text(text)
    with pytest.raises(DecodeError, match=r"other\.jsonl is no recording"):
        replay(file)


def test_an_unknown_line_is_refused(short: Path) -> None:
    """A newer program may know it."""
    with pytest.raises(DecodeError, match="no line of kind 'new'"):
        replay(rewritten(short, [*lines_of(short)[:-1], {"kind": "new"}]))


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """Neither read nor written."""
    with pytest.raises(NotFoundError, match="there is no file"):
        replay(tmp_path / "none.jsonl")
    with pytest.raises(StorageError, match="cannot be read"):
        replay(tmp_path)
    with pytest.raises(StorageError, match="cannot be written"):
        RunRecorder(Chain().ledger, GENESIS, tmp_path / "none" / "run.jsonl")


def test_a_full_disk_ends_the_recording_not_the_network() -> None:
    """Transactions land on; closing says that the file is not whole."""
    chain = Chain()
    recorder = RunRecorder(chain.ledger, GENESIS, Path("/dev/full"))
    pay(chain)
    chain.slots(3)
    pay(chain, lamports=2)
    assert len(chain.landed) == 2
    with pytest.raises(StorageError, match="is not whole"):
        recorder.close()


def test_the_seed_must_be_the_ledgers(tmp_path: Path) -> None:
    """A replay would have other blockhashes."""
    with pytest.raises(ConfigError, match="seed"):
        RunRecorder(Chain().ledger, bytes(32), tmp_path / "run.jsonl")


def test_a_ledger_that_forgot_its_start_cannot_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hashes follow from all blocks before."""
    monkeypatch.setattr("sniperforge.localnet.ledger.chain.KEPT_BLOCKS", 200)
    chain = Chain()
    chain.slots(300)
    with pytest.raises(ConfigError, match="forgotten its first blocks"):
        RunRecorder(chain.ledger, GENESIS, tmp_path / "run.jsonl")


def test_an_outcome_is_signature_error_and_logs() -> None:
    """Any of them makes another digest."""
    chain = Chain()
    pay(chain)
    pay(chain, lamports=2)
    digests = {outcome_digest(record) for record in chain.landed}
    digests.add(outcome_digest(replace(chain.landed[0], err="X")))
    assert len(digests) == 3
