"""Records as bytes and back."""

from __future__ import annotations

import msgspec
import pytest
from solders.hash import Hash

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.ledger.records import TransactionRecord
from sniperforge.localnet.ledger.refusals import UnreadableTransactionError
from sniperforge.localnet.store.rows import (
    decode_record,
    encode_record,
    link,
    links_of,
    pack_links,
    seen_entries,
    seen_entry,
    unpack_links,
)
from sniperforge.tokens.instructions import create_associated_token_account
from tests.localnet.kit import SOL, Bench, address, keypair, pay
from tests.localnet.ledger.test_lookups import TABLE, table_account, through_table


def same(record: TransactionRecord, again: TransactionRecord) -> None:
    for name in TransactionRecord.__slots__:
        if name != "envelope":
            assert getattr(record, name) == getattr(again, name), name
    assert record.envelope.raw == again.envelope.raw
    assert record.envelope.digest == again.envelope.digest


def back(record: TransactionRecord) -> TransactionRecord:
    return decode_record(
        encode_record(record), slot=record.slot, block_time=record.block_time, position=record.position
    )


def test_a_failure_with_token_accounts() -> None:
    """Every field: error, logs, balances, holdings."""
    bench = Bench()
    me = str(bench.payer.pubkey())
    made = bench.send(create_associated_token_account(me, me, WSOL_MINT))
    assert made.post_tokens
    same(made, back(made))
    failed = bench.send(
        create_associated_token_account(me, me, WSOL_MINT), pay(bench.payer, address(2), 10**18)
    )
    assert failed.err is not None
    same(failed, back(failed))


def test_keys_from_tables() -> None:
    """They are kept: the table may say something else later."""
    bench = Bench()
    bench.ledger.vm.put(TABLE, table_account())
    recent = Hash.from_string(bench.ledger.chain.tip.blockhash)
    record = bench.ledger.submit(through_table(TABLE, recent, bench.payer))
    assert (record.loaded.loaded_writable, record.loaded.loaded_readonly) == (1, 1)
    same(record, back(record))


def test_links() -> None:
    """The signature's first, then every address, packed and unpacked."""
    record = Bench().pay(address(3), SOL)
    links = links_of(record)
    assert links[0] == link(bytes(record.envelope.transaction.signatures[0]))
    assert links[1:] == [link(bytes(key)) for key in record.loaded.keys]
    assert link(bytes(keypair(3).pubkey())) in links
    assert unpack_links(pack_links(links)) == tuple(links)


def test_what_was_seen() -> None:
    """Ages and digests, one behind the other."""
    first, second = bytes(32), bytes(range(32))
    assert list(seen_entries(seen_entry(0, first) + seen_entry(150, second))) == [(0, first), (150, second)]
    assert list(seen_entries(b"")) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", msgspec.msgpack.encode([b"", b"", None, 0, b"", 0, [], [], [], []])],
    ids=["nothing", "another kind", "no transaction"],
)
def test_what_is_damaged(body: bytes) -> None:
    """It is not taken for a record."""
    with pytest.raises((msgspec.DecodeError, UnreadableTransactionError)):
        decode_record(body, slot=1, block_time=1, position=0)
