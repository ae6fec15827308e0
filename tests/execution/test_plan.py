"""Instructions and messages of one transaction: order, roles, bytes, fees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, from_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import decode_create_account_with_seed, decode_transfer
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    COMPUTE_BUDGET_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from sniperforge.errors import DecodeError
from sniperforge.execution.plan import (
    MAX_TRANSACTION_BYTES,
    FeePlan,
    buy_instructions,
    close_instructions,
    compile_message,
    ephemeral_account,
    minimum_out,
    round_trip_instructions,
    sell_instructions,
    signature_text,
    signed_transaction,
    transfer_instructions,
    unsigned_transaction,
)
from sniperforge.tokens.addresses import associated_token_address

PAYER = Keypair.from_seed(bytes(range(32)))
WALLET = str(PAYER.pubkey())
MINT, VENUE = str(Pubkey(b"m" * 32)), str(Pubkey(b"v" * 32))
TOKENS = associated_token_address(WALLET, MINT)
SEED = "0123456789abcdef0123456789abcdef"
EPHEMERAL = ephemeral_account(WALLET, SEED)
BLOCKHASH = str(Hash(b"h" * 32))
RENT = 2_039_280
FEES = FeePlan(300_000, 50_000)


def swap(user_input: str, user_output: str) -> Instruction:
    """A swap of a venue with thirteen accounts of its own, like Raydium CPMM's."""
    others = [AccountMeta(Pubkey(bytes([number]) * 32), False, number < 5) for number in range(1, 11)]
    metas = [
        AccountMeta(PAYER.pubkey(), True, False),
        AccountMeta(Pubkey.from_string(user_input), False, True),
        AccountMeta(Pubkey.from_string(user_output), False, True),
        *others,
    ]
    return Instruction(Pubkey.from_string(VENUE), bytes(24), metas)


def buy(token_program: str = TOKEN_PROGRAM, fees: FeePlan = FEES, spend: int = 7) -> list[Instruction]:
    """A buy of ``MINT``."""
    return buy_instructions(
        wallet=WALLET,
        mint=MINT,
        token_program=token_program,
        token_account=TOKENS,
        spend=spend,
        account_rent=RENT,
        seed=SEED,
        fees=fees,
        swap=swap,
    )


def sell(fees: FeePlan = FEES) -> list[Instruction]:
    """A sale of ``MINT``."""
    return sell_instructions(
        wallet=WALLET, token_account=TOKENS, account_rent=RENT, seed=SEED, fees=fees, swap=swap
    )


def round_trip() -> tuple[str, list[Instruction]]:
    """A buy and a sale of ``MINT``."""
    return round_trip_instructions(
        wallet=WALLET,
        mint=MINT,
        token_program=TOKEN_2022_PROGRAM,
        token_account=TOKENS,
        spend=7,
        account_rent=RENT,
        seed=SEED,
        fees=FEES,
        buy=swap,
        sell=swap,
    )


def programs(instructions: list[Instruction]) -> list[str]:
    """Which program each instruction calls, compute budget left out."""
    called = [str(instruction.program_id) for instruction in instructions]
    return [program for program in called if program != COMPUTE_BUDGET_PROGRAM]


def keys(instruction: Instruction) -> list[str]:
    """The instruction's accounts in order."""
    return [str(meta.pubkey) for meta in instruction.accounts]


def budget(instructions: list[Instruction]) -> list[Instruction]:
    """The compute budget's instructions."""
    return [found for found in instructions if str(found.program_id) == COMPUTE_BUDGET_PROGRAM]


class TestFrames:
    def test_a_buy_wraps_swaps_and_unwraps(self) -> None:
        """Budget, token account, ephemeral account with rent and spend, swap out of it, close it to the wallet."""
        found = buy()
        assert programs(found[:2]) == []
        assert programs(found) == [
            ASSOCIATED_TOKEN_PROGRAM,
            SYSTEM_PROGRAM,
            TOKEN_PROGRAM,
            VENUE,
            TOKEN_PROGRAM,
        ]
        _, _, account, create, initialize, trade, close = found
        assert keys(account) == [WALLET, TOKENS, WALLET, MINT, SYSTEM_PROGRAM, TOKEN_PROGRAM]
        made = decode_create_account_with_seed(create)
        assert (str(made["from_pubkey"]), str(made["base"]), str(made["to_pubkey"])) == (
            WALLET,
            WALLET,
            EPHEMERAL,
        )
        assert (made["lamports"], made["space"], str(made["owner"])) == (RENT + 7, 165, TOKEN_PROGRAM)
        assert keys(initialize) == [EPHEMERAL, WSOL_MINT]
        assert bytes(initialize.data) == b"\x12" + bytes(PAYER.pubkey())
        assert keys(trade)[1:3] == [EPHEMERAL, TOKENS]
        assert (keys(close), bytes(close.data)) == ([EPHEMERAL, WALLET, WALLET], b"\x09")

    def test_a_buy_of_a_token_2022_mint_keeps_sol_in_the_first_program(self) -> None:
        """Only the bought token's account belongs to the mint's program; wrapped SOL never does."""
        found = buy(TOKEN_2022_PROGRAM)
        assert keys(found[2])[-1] == TOKEN_2022_PROGRAM
        assert keys(found[2])[1] == associated_token_address(WALLET, MINT, TOKEN_2022_PROGRAM)
        assert programs(found)[2] == programs(found)[4] == TOKEN_PROGRAM

    def test_a_sale_swaps_into_an_ephemeral_account(self) -> None:
        """The account holds rent alone before the swap; all of it is unwrapped into the wallet."""
        found = sell()
        assert programs(found) == [SYSTEM_PROGRAM, TOKEN_PROGRAM, VENUE, TOKEN_PROGRAM]
        _, _, create, initialize, trade, close = found
        assert decode_create_account_with_seed(create)["lamports"] == RENT
        assert keys(initialize)[0] == EPHEMERAL
        assert keys(trade)[1:3] == [TOKENS, EPHEMERAL]
        assert keys(close) == [EPHEMERAL, WALLET, WALLET]

    def test_a_round_trip_leaves_its_account_to_be_read(self) -> None:
        """Buy, then sell back into the same account, which stays open."""
        account, found = round_trip()
        assert account == EPHEMERAL
        assert programs(found) == [ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, VENUE, VENUE]
        assert keys(found[2])[-1] == TOKEN_2022_PROGRAM
        assert [keys(trade)[1:3] for trade in found[-2:]] == [[EPHEMERAL, TOKENS], [TOKENS, EPHEMERAL]]

    def test_a_transfer_moves_sol(self) -> None:
        """One instruction beside the budget."""
        found = transfer_instructions(WALLET, MINT, 12, FEES)
        moved = decode_transfer(found[-1])
        assert programs(found) == [SYSTEM_PROGRAM]
        assert (str(moved["from_pubkey"]), str(moved["to_pubkey"]), moved["lamports"]) == (WALLET, MINT, 12)

    @pytest.mark.parametrize("token_program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM])
    def test_closing_returns_the_rent_to_the_wallet(self, token_program: str) -> None:
        """By the program that owns the account."""
        found = close_instructions(WALLET, TOKENS, token_program, FEES)
        assert programs(found) == [token_program]
        assert (keys(found[-1]), bytes(found[-1].data)) == ([TOKENS, WALLET, WALLET], b"\x09")

    def test_the_wallets_own_wrapped_sol_is_never_touched(self) -> None:
        """Its associated account is in no frame."""
        own = associated_token_address(WALLET, WSOL_MINT)
        for frame in (buy(), sell(), round_trip()[1]):
            assert own not in [key for instruction in frame for key in keys(instruction)]

    @pytest.mark.parametrize("frame", [buy(), sell(), round_trip()[1]])
    def test_the_wallet_is_the_only_signer(self, frame: list[Instruction]) -> None:
        """Whatever the instructions name, one signature is enough."""
        signers = {str(meta.pubkey) for found in frame for meta in found.accounts if meta.is_signer}
        assert signers == {WALLET}

    def test_a_seed_that_is_too_long_is_refused(self) -> None:
        """The system program takes 32 bytes, and bytes are not characters."""
        with pytest.raises(DecodeError, match="longer than 32 bytes"):
            ephemeral_account(WALLET, SEED + "0")
        with pytest.raises(DecodeError, match="longer than 32 bytes"):
            ephemeral_account(WALLET, "é" * 17)

    def test_other_seeds_are_other_accounts(self) -> None:
        """Two transactions of a wallet never share one."""
        assert len({ephemeral_account(WALLET, str(number)) for number in range(50)}) == 50


class TestFees:
    def test_the_offer_stands_first(self) -> None:
        """Limit and price are the first two instructions of every frame."""
        offer = [set_compute_unit_limit(300_000), set_compute_unit_price(50_000)]
        frames = [
            buy(),
            sell(),
            round_trip()[1],
            transfer_instructions(WALLET, MINT, 1, FEES),
            close_instructions(WALLET, TOKENS, TOKEN_PROGRAM, FEES),
        ]
        assert all(frame[:2] == budget(frame) == offer for frame in frames)

    def test_an_offer_of_nothing_names_no_price(self) -> None:
        """Without priority only the limit is set."""
        assert budget(buy(fees=FeePlan(1_000, 0))) == [set_compute_unit_limit(1_000)]

    @pytest.mark.parametrize(
        ("units", "price", "lamports"),
        [
            (0, 0, 5_000),
            (200_000, 0, 5_000),
            (1, 1, 5_001),
            (1, 999_999, 5_001),
            (1, 1_000_000, 5_001),
            (1, 1_000_001, 5_002),
            (1_400_000, 2**40, 5_000 + 1_539_316_278_887),
        ],
    )
    def test_priority_is_rounded_up(self, units: int, price: int, lamports: int) -> None:
        """A part of a lamport is a lamport."""
        assert FeePlan(units, price).lamports == lamports

    @given(st.integers(0, 1_400_000), st.integers(0, 10**9), st.integers(0, 10**6))
    def test_a_distinct_offer_costs_hardly_more(self, units: int, price: int, salt: int) -> None:
        """The price stays; the limit rises by less than 1,000 units, never falls."""
        plain, moved = FeePlan(units, price), FeePlan(units, price).distinct(salt)
        assert moved.micro_lamports == price
        assert 0 <= moved.compute_units - units < 1_000
        assert 0 <= moved.lamports - plain.lamports <= price * 1_000 // 1_000_000 + 1


class TestMinimumOut:
    @given(st.integers(0, 2**64 - 1), st.integers(0, 10_000))
    def test_it_is_the_exact_floor(self, expected: int, slippage_bps: int) -> None:
        """The largest integer that is not above the share, and at least 1."""
        floor = minimum_out(expected, slippage_bps)
        kept = expected * (10_000 - slippage_bps)
        assert floor >= 1
        assert (floor + 1) * 10_000 > kept
        assert floor == 1 or floor * 10_000 <= kept

    @given(st.integers(1, 2**64 - 1), st.integers(0, 9_999))
    def test_more_slippage_accepts_less(self, expected: int, slippage_bps: int) -> None:
        """It never rises with the slippage, and none at all accepts the quote alone."""
        assert minimum_out(expected, 0) == expected
        assert minimum_out(expected, slippage_bps + 1) <= minimum_out(expected, slippage_bps) <= expected

    def test_nothing_is_never_accepted(self) -> None:
        """Full slippage, or more, still wants one unit: a swap for nothing must fail."""
        assert minimum_out(10**9, 10_000) == minimum_out(10**9, 20_000) == minimum_out(0, 0) == 1


class TestBytes:
    def test_a_message_decodes_to_what_was_planned(self) -> None:
        """Version 0, paid by the wallet, with every instruction, account and role as built."""
        instructions = buy()
        data = compile_message(WALLET, instructions, BLOCKHASH)
        message = from_bytes_versioned(data)
        assert isinstance(message, MessageV0)
        assert data[0] == 0x80
        assert str(message.recent_blockhash) == BLOCKHASH
        assert message.header.num_required_signatures == 1
        assert message.address_table_lookups == []
        names = [str(key) for key in message.account_keys]
        assert names[0] == WALLET
        assert len(names) == len(set(names))
        for compiled, built in zip(message.instructions, instructions, strict=True):
            assert names[compiled.program_id_index] == str(built.program_id)
            assert [names[index] for index in compiled.accounts] == keys(built)
            assert bytes(compiled.data) == bytes(built.data)
            for index, meta in zip(compiled.accounts, built.accounts, strict=True):
                assert message.is_maybe_writable(index) >= meta.is_writable
                assert message.is_signer(index) == (names[index] == WALLET)

    def test_a_signed_transaction_verifies(self) -> None:
        """The wire bytes hold the signature over exactly the message's bytes."""
        message = compile_message(WALLET, buy(), BLOCKHASH)
        signature = bytes(PAYER.sign_message(message))
        raw = signed_transaction(message, signature)
        transaction = VersionedTransaction.from_bytes(raw)
        assert transaction.verify_with_results() == [True]
        assert bytes(transaction) == raw
        assert signature_text(signature) == str(transaction.signatures[0])
        broken = bytearray(raw)
        broken[raw.index(b"h" * 32)] ^= 1
        assert VersionedTransaction.from_bytes(bytes(broken)).verify_with_results() == [False]

    def test_an_unsigned_transaction_has_an_empty_signature(self) -> None:
        """For simulation: the same message, no proof, not to be sent."""
        message = compile_message(WALLET, sell(), BLOCKHASH)
        transaction = VersionedTransaction.from_bytes(unsigned_transaction(message))
        assert transaction.signatures == [Signature.default()]
        assert transaction.verify_with_results() == [False]
        assert transaction.message == from_bytes_versioned(message)

    @pytest.mark.parametrize("frame", [buy(), sell(), buy(TOKEN_2022_PROGRAM), round_trip()[1]])
    def test_every_frame_fits_a_packet(self, frame: list[Instruction]) -> None:
        """Even beside a venue with thirteen accounts of its own, none of them shared with the frame."""
        raw = signed_transaction(compile_message(WALLET, frame, BLOCKHASH), bytes(64))
        assert MAX_TRANSACTION_BYTES == 1_232
        assert len(raw) <= MAX_TRANSACTION_BYTES - 100

    @given(st.lists(st.integers(0, 10**9), min_size=2, max_size=20, unique_by=lambda salt: salt % 1_000))
    def test_equal_trades_are_different_messages(self, salts: list[int]) -> None:
        """Salts that differ in their last three digits make signatures that differ."""
        messages = {compile_message(WALLET, sell(FEES.distinct(salt)), BLOCKHASH) for salt in salts}
        assert len(messages) == len(salts)

    def test_the_same_trade_is_the_same_message(self) -> None:
        """Planning is pure: nothing random or timed is in it."""
        assert compile_message(WALLET, buy(), BLOCKHASH) == compile_message(WALLET, buy(), BLOCKHASH)

    def test_what_is_no_address_is_refused(self) -> None:
        """A typing slip is an error of ours, not of the library."""
        with pytest.raises(DecodeError, match="not a Solana address"):
            transfer_instructions(WALLET, "nobody", 1, FEES)
