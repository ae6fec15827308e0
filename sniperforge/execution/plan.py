"""From a decision to the instructions and the unsigned message of one transaction. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from solders.hash import Hash
from solders.message import MessageV0, to_bytes_versioned
from solders.signature import Signature

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.amounts import ceil_div
from sniperforge.tokens.addresses import pubkey, seeded_address
from sniperforge.tokens.instructions import (
    burn,
    close_account,
    compute_unit_limit,
    compute_unit_price,
    create_associated_token_account,
    create_seeded_wsol_account,
    transfer_lamports,
)
from sniperforge.tokens.nonce import advance_nonce, create_nonce, withdraw_nonce

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from solders.instruction import Instruction

    from sniperforge.execution.reclaim import Disposal


class SwapBuilder(Protocol):
    """A venue's swap with everything but the token accounts decided."""

    def __call__(self, user_input: str, user_output: str) -> Instruction:
        """The swap from one token account into the other."""
        ...


SIGNATURE_FEE = 5_000
MAX_TRANSACTION_BYTES = 1_232
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class FeePlan:
    """What a transaction offers for being landed.

    Attributes:
        compute_units: limit; priority is paid for all of them, used or not.
        micro_lamports: price per compute unit.
    """

    compute_units: int
    micro_lamports: int

    @property
    def lamports(self) -> int:
        """Signature fee of one signer plus the priority fee, rounded up as the runtime does."""
        return SIGNATURE_FEE + ceil_div(self.compute_units * self.micro_lamports, _MICRO)

    def distinct(self, salt: int) -> FeePlan:
        """The same offer with the low digits of the limit moved by ``salt``, so that equal trades differ."""
        return FeePlan(self.compute_units + salt % 1_000, self.micro_lamports)


def minimum_out(expected: int, slippage_bps: int) -> int:
    """The least output to accept: ``expected`` less ``slippage_bps``, never below 1."""
    return max(expected * (10_000 - slippage_bps) // 10_000, 1)


def ephemeral_account(wallet: str, seed: str) -> str:
    """Where :func:`buy_instructions` and :func:`sell_instructions` keep wrapped SOL while they run."""
    return seeded_address(wallet, seed, TOKEN_PROGRAM)


def buy_instructions(
    *,
    wallet: str,
    mint: str,
    token_program: str,
    token_account: str,
    spend: int,
    account_rent: int,
    seed: str,
    fees: FeePlan,
    swap: SwapBuilder,
) -> list[Instruction]:
    """Wrap ``spend`` lamports in an account of their own, swap, and take the account's rent back.

    The user's own wrapped-SOL account is never touched. ``account_rent`` is the rent-exempt minimum of a
    165-byte account in lamports; ``seed`` has at most 32 bytes and is unique per transaction.
    """
    ephemeral, creation = create_seeded_wsol_account(wallet, seed, account_rent + spend)
    return [
        *_budget(fees),
        create_associated_token_account(wallet, wallet, mint, token_program),
        *creation,
        swap(ephemeral, token_account),
        close_account(ephemeral, wallet, wallet),
    ]


def sell_instructions(
    *,
    wallet: str,
    token_account: str,
    account_rent: int,
    seed: str,
    fees: FeePlan,
    swap: SwapBuilder,
) -> list[Instruction]:
    """Swap tokens into an ephemeral wrapped-SOL account and unwrap all of it into the wallet."""
    ephemeral, creation = create_seeded_wsol_account(wallet, seed, account_rent)
    return [
        *_budget(fees),
        *creation,
        swap(token_account, ephemeral),
        close_account(ephemeral, wallet, wallet),
    ]


def round_trip_instructions(
    *,
    wallet: str,
    mint: str,
    token_program: str,
    token_account: str,
    spend: int,
    account_rent: int,
    seed: str,
    fees: FeePlan,
    buy: SwapBuilder,
    sell: SwapBuilder,
) -> tuple[str, list[Instruction]]:
    """Buy and sell back in one transaction, for simulation only: never signed.

    Returns:
        the ephemeral account whose lamports after the simulation, less rent, are what came back, and the
        instructions; the account is left open so that it can be read.
    """
    ephemeral, creation = create_seeded_wsol_account(wallet, seed, account_rent + spend)
    return ephemeral, [
        *_budget(fees),
        create_associated_token_account(wallet, wallet, mint, token_program),
        *creation,
        buy(ephemeral, token_account),
        sell(token_account, ephemeral),
    ]


def transfer_instructions(wallet: str, destination: str, lamports: int, fees: FeePlan) -> list[Instruction]:
    """Move SOL."""
    return [*_budget(fees), transfer_lamports(wallet, destination, lamports)]


def close_instructions(
    wallet: str, token_account: str, token_program: str, fees: FeePlan
) -> list[Instruction]:
    """Close an empty token account and return its rent."""
    return [*_budget(fees), close_account(token_account, wallet, wallet, token_program)]


def reclaim_instructions(wallet: str, disposals: Iterable[Disposal], fees: FeePlan) -> list[Instruction]:
    """Burn what each account holds, close it, and send its rent to ``wallet``."""
    instructions = _budget(fees)
    for each in disposals:
        if each.burn:
            instructions.append(burn(each.account, each.mint, wallet, each.burn, each.program))
        instructions.append(close_account(each.account, wallet, wallet, each.program))
    return instructions


def open_nonce_instructions(
    wallet: str, indexes: Sequence[int], rent: int, fees: FeePlan
) -> list[Instruction]:
    """Make the wallet's nonce accounts with these indexes; ``rent`` lamports each."""
    made = (step for index in indexes for step in create_nonce(wallet, index, rent))
    return [*_budget(fees), *made]


def advance_nonce_instructions(wallet: str, account: str, fees: FeePlan) -> list[Instruction]:
    """Give a nonce account another value. Not as the first step: that would ask for the value of now."""
    return [*_budget(fees), advance_nonce(account, wallet)]


def close_nonce_instructions(wallet: str, held: Mapping[str, int], fees: FeePlan) -> list[Instruction]:
    """Close nonce accounts with all the lamports that each holds."""
    return [*_budget(fees), *(withdraw_nonce(account, wallet, all_of) for account, all_of in held.items())]


def compile_message(wallet: str, instructions: Sequence[Instruction], blockhash: str) -> bytes:
    """The version 0 message that ``wallet`` signs and pays for, as the bytes that are signed."""
    message = MessageV0.try_compile(pubkey(wallet), list(instructions), [], Hash.from_string(blockhash))
    return to_bytes_versioned(message)


def signed_transaction(message: bytes, signature: bytes) -> bytes:
    """Wire bytes of a transaction with one signature."""
    return b"\x01" + signature + message


def unsigned_transaction(message: bytes) -> bytes:
    """Wire bytes with an empty signature, for simulation without signature checks."""
    return b"\x01" + bytes(64) + message


def signature_text(signature: bytes) -> str:
    """Base58 of a 64-byte signature."""
    return str(Signature.from_bytes(signature))


def _budget(fees: FeePlan) -> list[Instruction]:
    budget = [compute_unit_limit(fees.compute_units)]
    if fees.micro_lamports:
        budget.append(compute_unit_price(fees.micro_lamports))
    return budget
