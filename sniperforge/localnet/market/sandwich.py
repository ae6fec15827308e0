"""A trader that buys before a swap whose slippage leaves room, and sells behind it, in the same block."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.hash import Hash
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.raydium_cpmm.instructions import SWAP_BASE_INPUT, swap_base_input
from sniperforge.domain.addresses import LAMPORTS_PER_SOL, WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.localnet.jupiter_api.pools import Pools
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.lookups import load_keys
from sniperforge.localnet.ledger.refusals import BundleRefusedError, TransactionRefusedError
from sniperforge.localnet.program.binary import CPMM
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import (
    compute_unit_limit,
    create_associated_token_account,
    sync_native,
    transfer_lamports,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction
    from solders.keypair import Keypair

    from sniperforge.dex.raydium_cpmm.state import CpmmState
    from sniperforge.localnet.faucet import Faucet
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Ledger

LEAST_PROFIT: Final = 5_000_000
"""Lamports: two transactions and the rent of a token account, and something beside."""

_WRAPPED: Final = 1_000 * LAMPORTS_PER_SOL
_FUNDS: Final = _WRAPPED + 10 * LAMPORTS_PER_SOL
_SWAP_BASE_OUTPUT: Final = instruction_discriminator("swap_base_output")
_AMOUNTS: Final = struct.Struct("<QQ")
_POOL, _INPUT_MINT = 3, 10
"""Positions in the account list of both swaps."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A purchase for SOL.

    Attributes:
        pool: where.
        amount: exactly so many lamports; with ``exact_out``, exactly so many tokens.
        limit: tokens at least; with ``exact_out``, lamports at most.
        exact_out: whether the tokens are given.
    """

    pool: str
    amount: int
    limit: int
    exact_out: bool

    def sends(self, state: CpmmState) -> int | None:
        """Lamports that it costs in this state; ``None`` when it would fail."""
        try:
            if self.exact_out:
                cost = state.quote_exact_out(_token(state), self.amount).amount_in
                return cost if cost <= self.limit else None
            return self.amount if state.quote(WSOL_MINT, self.amount).amount_out >= self.limit else None
        except RefusedError:
            return None


@dataclass(frozen=True, slots=True)
class Plan:
    """``spend`` lamports before the swap, for ``bought``, which brings ``profit`` beside that behind it."""

    spend: int
    bought: int
    profit: int


def plan_around(state: CpmmState, swap: Swap, budget: int) -> Plan | None:
    """The largest purchase of at most ``budget`` after which ``swap`` still passes; ``None`` without room."""
    fits, beyond = 0, budget + 1
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        fits, beyond = (middle, beyond) if swap.sends(_bought(state, middle)) is not None else (fits, middle)
    moved = _bought(state, fits)
    sent = swap.sends(moved)
    if not fits or sent is None:
        return None
    try:
        bought = state.quote(WSOL_MINT, fits).amount_out
        brings = moved.after_swap(WSOL_MINT, sent).quote(_token(state), bought).amount_out
    except RefusedError:
        return None
    return Plan(fits, bought, brings - fits)


class Sandwich:
    """The trader, with a wallet of its own that it fills when it first sees something.

    Args:
        ledger: where it trades, by bundles.
        faucet: pays for its start.
        keypair: its wallet.
    """

    def __init__(self, ledger: Ledger, faucet: Faucet, keypair: Keypair) -> None:
        self._ledger = ledger
        self._faucet = faucet
        self._keypair = keypair
        self._pools = Pools(ledger)
        self._me = str(keypair.pubkey())
        self._wsol = associated_token_address(self._me, WSOL_MINT)
        self._sent = 0

    def attack(self, envelope: Envelope) -> bool:
        """Land ``envelope`` between a purchase and a sale, when that pays; whether it was done.

        All three land in this order, or nothing has happened.
        """
        swap = self._swap_in(envelope)
        state = None if swap is None else self._pools.state(swap.pool)
        if swap is None or state is None or not self._pools.tradable(state) or swap.sends(state) is None:
            return False
        plan = plan_around(state, swap, self._budget())
        if plan is None or plan.profit < LEAST_PROFIT:
            return False
        front, behind = self._trades(state, plan)
        try:
            self._ledger.submit_together([front, envelope, behind])
        except BundleRefusedError:
            return False
        return True

    def _swap_in(self, envelope: Envelope) -> Swap | None:
        """The only swap of a transaction; with several, one depends on the other."""
        try:
            names = load_keys(envelope, self._ledger.vm.get).names
        except TransactionRefusedError:
            return None
        calls = [
            call for call in envelope.message.instructions if names[call.program_id_index] == CPMM.address
        ]
        if len(calls) != 1 or len(calls[0].data) != 24 or len(calls[0].accounts) <= _INPUT_MINT:
            return None
        data, accounts = calls[0].data, calls[0].accounts
        first, second = _AMOUNTS.unpack(data[8:])
        if names[accounts[_INPUT_MINT]] != WSOL_MINT:
            return None
        pool = names[accounts[_POOL]]
        if data[:8] == SWAP_BASE_INPUT:
            return Swap(pool, first, second, exact_out=False)
        return Swap(pool, second, first, exact_out=True) if data[:8] == _SWAP_BASE_OUTPUT else None

    def _budget(self) -> int:
        """Its wrapped lamports; topped up when half is gone, for what is in dead pools does not come back."""
        held = self._pools.held(self._wsol)
        if held >= _WRAPPED // 2:
            return held
        try:
            self._faucet.drip(self._me, _FUNDS)
            wrap = [
                create_associated_token_account(self._me, self._me, WSOL_MINT),
                transfer_lamports(self._me, self._wsol, _WRAPPED),
                sync_native(self._wsol),
            ]
            self._ledger.submit(self._signed(wrap), verified=True)
        except TransactionRefusedError:
            return held  # a full block: next time
        return self._pools.held(self._wsol)

    def _trades(self, state: CpmmState, plan: Plan) -> tuple[Envelope, Envelope]:
        token = _token(state)
        program = state.token_program(token)
        mine = associated_token_address(self._me, token, program)

        def swap(mint: str, amount: int, least: int) -> Instruction:
            sides = (self._wsol, mine) if mint == WSOL_MINT else (mine, self._wsol)
            return swap_base_input(
                state.pool,
                user=self._me,
                input_mint=mint,
                amount_in=amount,
                minimum_out=least,
                user_input=sides[0],
                user_output=sides[1],
            )

        account = create_associated_token_account(self._me, self._me, token, program)
        front = self._signed([account, swap(WSOL_MINT, plan.spend, plan.bought)])
        return front, self._signed([swap(token, plan.bought, plan.spend)])

    def _signed(self, instructions: Sequence[Instruction]) -> Envelope:
        self._sent += 1
        limit = compute_unit_limit(300_000 + self._sent % 1_000)  # keeps equal transactions distinct
        recent = Hash.from_string(self._ledger.chain.tip.blockhash)
        key = Pubkey.from_string(self._me)
        message = MessageV0.try_compile(key, [limit, *instructions], [], recent)
        return open_envelope(bytes(VersionedTransaction(message, [self._keypair])))


def _bought(state: CpmmState, lamports: int) -> CpmmState:
    return state.after_swap(WSOL_MINT, lamports) if lamports else state


def _token(state: CpmmState) -> str:
    pool = state.pool
    return pool.token_1_mint if pool.token_0_mint == WSOL_MINT else pool.token_0_mint
