"""The operator's list of mints: who may add to it, and what a listed mint may then do."""

from __future__ import annotations

import struct

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.localnet.program.cpmm import instructions as amm
from tests.localnet.program.cpmm.amm_bench import Bench, Pool
from tests.localnet.program.cpmm.forgeries import AMOUNTS, THIEF
from tests.localnet.program.svm_bench import SYSTEM, WSOL, Outcome, key, mint_data, replaced

MINT = key("extended")
OWNER, TOKEN_MINT, ENTRY, SYSTEM_PROGRAM = range(4)
PERMANENT_DELEGATE = (12, bytes(32))
SIZES = {
    "mint_close": ((3, bytes(32)), 165),
    "default_state": ((6, b"\x01"), 165),
    "permanent_delegate": (PERMANENT_DELEGATE, 165),
    "transfer_hook": ((14, bytes(64)), 171),
    "pausable": ((26, bytes(33)), 170),
}

OF_ACCOUNT = {
    9: struct.pack("<HHHH", 13, 0, 7, 0),
    14: struct.pack("<HHB", 15, 1, 0),
    26: struct.pack("<HH", 27, 0),
}
"""The extensions that a token account gets from its mint's."""


def bench_with(*extensions: tuple[int, bytes]) -> Bench:
    """A bench with an operator and a Token-2022 mint."""
    bench = Bench()
    bench.put(amm.OPERATOR, b"", SYSTEM, 10**9)
    bench.put(MINT, mint_data(extensions=list(extensions)), amm.TOKEN_2022)
    return bench


def pool_of(bench: Bench, mint: Pubkey = MINT) -> Pool:
    """A pool of the mint and wrapped SOL, its user's accounts filled."""
    at = amm.pool_addresses(WSOL, mint, program_b=amm.TOKEN_2022)
    programs = {at.mint_0: at.program_0, at.mint_1: at.program_1}
    accounts = [bench.token_account(bench.user, each, programs[each], 1 << 55) for each in programs]
    address = accounts[at.side_of(mint)]
    of_account = OF_ACCOUNT.get(int.from_bytes(bench.data(mint)[166:168], "little"), b"")
    bench.put(
        address, bench.data(address)[:165] + (b"\x02" + of_account if of_account else b""), amm.TOKEN_2022
    )
    return Pool(bench, at, (accounts[0], accounts[1]))


def lists(bench: Bench, mint: Pubkey = MINT) -> Outcome:
    """The operator lists the mint."""
    return bench.send(amm.list_mint(mint), payer=amm.OPERATOR)


@pytest.mark.parametrize("name", SIZES)
def test_a_listed_mint_can_be_pooled(name: str) -> None:
    """Refused before, accepted with its entry, and its vault has room for what the mint requires."""
    extension, size = SIZES[name]
    bench = bench_with(extension)
    pool = pool_of(bench)
    assert bench.send(pool.initialize_instruction(AMOUNTS, listed=(MINT,))).error == 6007
    outcome = lists(bench)
    assert (outcome.error, outcome.logs[1]) == (None, "Program log: Instruction: CreateSupportMintAssociated")
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 6007
    outcome = bench.send(pool.initialize_instruction(AMOUNTS, listed=(MINT,)))
    assert outcome.error is None, outcome.logs
    assert len(bench.data(pool.vaults[pool.at.side_of(MINT)])) == size


def test_the_entry_says_which_mint() -> None:
    """Its tag, bump and mint, and 64 bytes of padding, as the interface has it."""
    bench = bench_with(PERMANENT_DELEGATE)
    assert lists(bench).error is None
    _, bump = Pubkey.find_program_address([b"support_mint", bytes(MINT)], amm.PROGRAM)
    tag = bytes.fromhex("8628b74f0c70a235")
    assert bench.data(amm.listing_address(MINT)) == tag + bytes([bump]) + bytes(MINT) + bytes(64)


def test_a_non_transferable_mint_stays_out_of_pools() -> None:
    """Listed or not: the token program lets nobody move it into the vault."""
    bench = bench_with((9, b""))
    assert lists(bench).error is None
    outcome = bench.send(pool_of(bench).initialize_instruction(AMOUNTS, listed=(MINT,)))
    assert outcome.error == 37, outcome.logs
    assert any("Transfer is disabled for this mint" in line for line in outcome.logs)


def test_the_entry_of_another_mint_does_not_count() -> None:
    """Nor one that somebody else's program wrote at another address."""
    bench = bench_with(PERMANENT_DELEGATE)
    other = bench.put(key("other"), mint_data(extensions=[PERMANENT_DELEGATE]), amm.TOKEN_2022)
    assert lists(bench, other).error is None
    pool = pool_of(bench)
    assert bench.send(pool.initialize_instruction(AMOUNTS, listed=(other,))).error == 6007
    genuine = bench.data(amm.listing_address(other))
    forged = bench.put(key("forged"), genuine[:9] + bytes(MINT) + genuine[41:], amm.PROGRAM)
    honest = pool.initialize_instruction(AMOUNTS)
    metas = [*honest.accounts, AccountMeta(forged, False, False)]
    assert bench.send(Instruction(honest.program_id, honest.data, metas)).error == 6007


@pytest.mark.parametrize(
    "spoiled", [slice(0, 8), slice(9, 41), slice(104, 105)], ids=["tag", "mint", "length"]
)
def test_a_spoiled_entry_does_not_count(spoiled: slice) -> None:
    """Its tag, its mint and its length must be right, and its owner this program."""
    bench = bench_with(PERMANENT_DELEGATE)
    assert lists(bench).error is None
    address, pool = amm.listing_address(MINT), pool_of(bench)
    entry = bench.data(address)
    length = spoiled.stop - spoiled.start
    broken = entry[:-1] if length == 1 else entry[: spoiled.start] + bytes(length) + entry[spoiled.stop :]
    bench.put(address, broken, amm.PROGRAM)
    assert bench.send(pool.initialize_instruction(AMOUNTS, listed=(MINT,))).error == 6007
    bench.put(address, entry, THIEF)
    assert bench.send(pool.initialize_instruction(AMOUNTS, listed=(MINT,))).error == 6007


FORGED = {
    "owner who does not sign": (OWNER, None, {"signer": False}, 3010),
    "owner who is not writable": (OWNER, None, {"writable": False}, 2000),
    "owner who is not the operator": (OWNER, THIEF, {}, 6000),
    "mint of no token program": (TOKEN_MINT, key("nothing"), {}, 3007),
    "mint that is none": (TOKEN_MINT, key("dead"), {}, 3003),
    "mint of the first token program": (TOKEN_MINT, WSOL, {}, 6000),
    "entry elsewhere": (ENTRY, key("entry"), {}, 2006),
    "system program of the thief": (SYSTEM_PROGRAM, THIEF, {}, 3008),
}


@pytest.mark.parametrize("name", FORGED)
def test_listing_refuses(name: str) -> None:
    """Only the operator lists, and only Token-2022 mints, at the entry's own address."""
    at, address, flags, number = FORGED[name]
    bench = bench_with(PERMANENT_DELEGATE)
    bench.put(THIEF, b"", SYSTEM, 10**9)
    bench.put(key("dead"), bytes(82), amm.TOKEN_2022)
    forged = replaced(amm.list_mint(MINT), at, address, **flags)
    assert bench.send(forged, payer=THIEF).error == number
    assert bench.svm.get_account(amm.listing_address(MINT)) is None


def test_listing_needs_its_accounts_and_happens_once() -> None:
    """Too few are refused; a second entry cannot be made where one is."""
    bench = bench_with(PERMANENT_DELEGATE)
    honest = amm.list_mint(MINT)
    short = Instruction(honest.program_id, honest.data, honest.accounts[:3])
    assert bench.send(short, payer=amm.OPERATOR).error == 3005
    assert lists(bench).error is None
    before = bench.data(amm.listing_address(MINT))
    assert lists(bench).error is not None
    assert bench.data(amm.listing_address(MINT)) == before
