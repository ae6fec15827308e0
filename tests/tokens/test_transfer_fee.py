"""The transfer fee against its definition and against the real Token-2022 program."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account as SvmAccount
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.chain import Account
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.instructions import transfer_checked
from sniperforge.tokens.transfer_fee import TransferFee, TransferFeeConfig

fees = st.builds(TransferFee, epoch=st.just(0), maximum=st.integers(0, U64_MAX), bps=st.integers(0, 10_000))
amounts = st.integers(0, U64_MAX)


def test_fee_is_rounded_up() -> None:
    """One unit at one basis point still costs one unit."""
    assert TransferFee(0, 100, 1).on(1) == 1


def test_fee_is_capped() -> None:
    """The maximum bounds the fee."""
    assert TransferFee(0, 7, 5_000).on(1_000) == 7


@given(fees, amounts)
def test_fee_never_exceeds_amount_or_cap(fee: TransferFee, amount: int) -> None:
    """What arrives is never negative and the fee never above its cap."""
    assert 0 <= fee.on(amount) <= min(amount, fee.maximum)
    assert fee.net(amount) + fee.on(amount) == amount


def test_a_fee_of_all_needs_the_cap_on_top() -> None:
    """At 100 % something arrives only above the cap; to deliver nothing, nothing is sent."""
    everything = TransferFee(0, 70, 10_000)
    assert everything.gross(5) == 75
    assert everything.gross(0) == 0


@given(fees, amounts)
def test_gross_is_the_smallest_that_delivers(fee: TransferFee, net: int) -> None:
    """Sending ``gross`` delivers at least ``net``, one unit less does not."""
    gross = fee.gross(net)
    assert fee.net(gross) >= net
    assert gross == 0 or fee.net(gross - 1) < net


@given(fees, amounts)
def test_inverse_fee_is_the_fee_on_gross(fee: TransferFee, net: int) -> None:
    """The inverse fee is what the program withholds from the gross amount."""
    assert fee.inverse_on(net) == fee.on(fee.gross(net))


@given(fees, amounts, amounts)
def test_more_sent_never_delivers_less(fee: TransferFee, one: int, other: int) -> None:
    """Net amounts are monotone in what is sent."""
    low, high = sorted((one, other))
    assert fee.net(low) <= fee.net(high)


def test_newer_fee_is_in_force_from_its_epoch() -> None:
    """The older fee holds before the newer one's epoch, the newer from it on."""
    older, newer = TransferFee(1, 10, 100), TransferFee(5, 10, 900)
    config = TransferFeeConfig(None, None, 0, older, newer)
    assert [config.at(epoch) for epoch in (0, 4, 5, 6)] == [older, older, newer, newer]


def _mint_bytes(fee: TransferFee) -> bytes:
    words = (
        fee.epoch.to_bytes(8, "little") + fee.maximum.to_bytes(8, "little") + fee.bps.to_bytes(2, "little")
    )
    extension = bytes(64) + bytes(8) + words + words
    base = bytes(36) + U64_MAX.to_bytes(8, "little") + bytes([6, 1]) + bytes(36)
    return base + bytes(83) + b"\x01" + b"\x01\x00" + len(extension).to_bytes(2, "little") + extension


def _holder_bytes(mint: Pubkey, owner: Pubkey, raw: int) -> bytes:
    base = bytes(mint) + bytes(owner) + raw.to_bytes(8, "little") + bytes(36) + b"\x01" + bytes(56)
    return base + b"\x02" + b"\x02\x00\x08\x00" + bytes(8)


def test_fee_matches_the_real_program() -> None:
    """The program withholds exactly what ``on`` says, for random fees and amounts."""
    rng, owner = random.Random(7), Keypair()
    program = Pubkey.from_string(TOKEN_2022_PROGRAM)
    svm = LiteSVM()
    svm.airdrop(owner.pubkey(), 10**10)
    matched, cases = 0, 100
    for _ in range(cases):
        cap = rng.choice([U64_MAX, rng.randrange(10**6), rng.randrange(U64_MAX)])
        fee = TransferFee(0, cap, rng.choice([0, 1, 9_999, 10_000, rng.randrange(10_001)]))
        amount = rng.choice([0, 1, U64_MAX, rng.randrange(10_000), rng.randrange(U64_MAX)])
        mint, source, target = (Pubkey.new_unique() for _ in range(3))
        for address, data in (
            (mint, _mint_bytes(fee)),
            (source, _holder_bytes(mint, owner.pubkey(), amount)),
            (target, _holder_bytes(mint, owner.pubkey(), 0)),
        ):
            svm.set_account(address, SvmAccount(10**9, data, program))
        instruction = transfer_checked(
            str(source),
            str(mint),
            str(target),
            str(owner.pubkey()),
            raw=amount,
            decimals=6,
            token_program=TOKEN_2022_PROGRAM,
        )
        message = Message.new_with_blockhash([instruction], owner.pubkey(), svm.latest_blockhash())
        result = svm.send_transaction(Transaction([owner], message, svm.latest_blockhash()))
        assert "Failed" not in type(result).__name__, result
        landed = svm.get_account(target)
        assert landed is not None
        after = decode_token_account(Account(str(target), TOKEN_2022_PROGRAM, 0, bytes(landed.data)))
        matched += (after.withheld_raw, after.raw) == (fee.on(amount), fee.net(amount))
    print(f"matched {matched} of {cases}")
    assert matched == cases
