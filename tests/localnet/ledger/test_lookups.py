"""Address lookup tables, made and used through real transactions."""

from __future__ import annotations

import struct

import pytest
from solders.account import Account as SvmAccount
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.lookups import LOOKUP_TABLE_PROGRAM, load_keys
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.localnet.kit import NOBODY, SOL, Bench, address, keypair, pay

A = keypair(1)
TABLE = keypair(9).pubkey()
LISTED = [keypair(number).pubkey() for number in (20, 21, 22)]


def through_table(table: Pubkey, recent: Hash, payer: object = A) -> Envelope:
    """A transaction whose receiver and an extra readonly key come from the table."""
    key = payer.pubkey()  # type: ignore[attr-defined]
    transfer = pay(payer, str(LISTED[1]), SOL)  # type: ignore[arg-type]
    accounts = [*transfer.accounts, AccountMeta(LISTED[2], is_signer=False, is_writable=False)]
    known = AddressLookupTableAccount(table, LISTED)
    message = MessageV0.try_compile(
        key, [Instruction(transfer.program_id, transfer.data, accounts)], [known], recent
    )
    return open_envelope(bytes(VersionedTransaction(message, [payer])))  # type: ignore[list-item]


def table_account(owner: Pubkey = LOOKUP_TABLE_PROGRAM, entries: int = 3) -> SvmAccount:
    header = struct.pack("<IQQBB", 1, 2**64 - 1, 0, 0, 0) + bytes(34)
    return SvmAccount(1, header + b"".join(map(bytes, LISTED[:entries])), owner)


def test_keys_come_in_the_order_of_a_validator() -> None:
    """Static keys, then looked-up writable, then looked-up readonly."""
    loaded = load_keys(through_table(TABLE, Hash.default()), lambda _: table_account())
    assert loaded.names == (address(1), NOBODY, str(LISTED[1]), str(LISTED[2]))
    assert loaded.writable == (0, 2)
    assert (loaded.loaded_writable, loaded.loaded_readonly) == (1, 1)


@pytest.mark.parametrize(
    ("account", "err"),
    [
        (None, "AddressLookupTableNotFound"),
        (table_account(owner=Pubkey.default()), "InvalidAddressLookupTableOwner"),
        (SvmAccount(1, bytes(55), LOOKUP_TABLE_PROGRAM), "InvalidAddressLookupTableData"),
        (table_account(entries=1), "InvalidAddressLookupTableIndex"),
    ],
)
def test_unusable_tables_are_refused(account: SvmAccount | None, err: str) -> None:
    """Each defect has a validator's name."""
    with pytest.raises(TransactionRefusedError) as refusal:
        load_keys(through_table(TABLE, Hash.default()), lambda _: account)
    assert refusal.value.err == err


def test_a_table_is_created_extended_and_used() -> None:
    """The program's own instructions work, for SlotHashes follow the chain; the table is usable a slot later."""
    bench = Bench()
    payer, system = bench.payer.pubkey(), Pubkey.from_string(NOBODY)
    bench.ledger.advance()
    recent = bench.ledger.chain.at("confirmed").slot
    table, bump = Pubkey.find_program_address([bytes(payer), struct.pack("<Q", recent)], LOOKUP_TABLE_PROGRAM)
    roles = [AccountMeta(table, False, True), AccountMeta(payer, True, False), AccountMeta(payer, True, True)]
    roles.append(AccountMeta(system, False, False))
    create = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQB", 0, recent, bump), roles)
    extend = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQ", 2, 3) + b"".join(map(bytes, LISTED)), roles)
    assert bench.send(create, extend).err is None
    bench.ledger.advance()
    envelope = through_table(table, Hash.from_string(bench.ledger.chain.tip.blockhash), bench.payer)
    record = bench.ledger.submit(envelope)
    assert record.err is None
    assert record.post_lamports[record.loaded.names.index(str(LISTED[1]))] == SOL
    shown = bench.ledger.account(str(table))
    assert isinstance(shown, Account)
    assert shown.data[56:] == b"".join(map(bytes, LISTED))
