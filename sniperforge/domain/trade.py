"""What is traded: intents, attempts, fills, positions. Amounts are raw integers, lamports by default."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sniperforge.domain.amounts import TokenAmount, format_sol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.lifecycle import TxState


class IntentKind(StrEnum):
    """What an intent wants to change on chain."""

    BUY = "buy"
    SELL = "sell"
    TRANSFER = "transfer"
    CLOSE_ACCOUNT = "close_account"
    NONCE = "nonce"


class Urgency(StrEnum):
    """How much a transaction may pay to be quick."""

    NORMAL = "normal"
    FAST = "fast"
    URGENT = "urgent"


class PositionState(StrEnum):
    """A position is owned until it is sold or worthless."""

    OPEN = "open"
    EXITING = "exiting"
    STUCK = "stuck"
    CLOSED = "closed"
    WORTHLESS = "worthless"


HELD_STATES = (PositionState.OPEN, PositionState.EXITING, PositionState.STUCK)


@dataclass(frozen=True, slots=True)
class Intent:
    """One wish to trade, which has at most one effect however often it is attempted.

    Attributes:
        id: UUID text.
        kind: see :class:`IntentKind`.
        origin: the bot or command that wants it.
        mint, pool, dex: what it trades, where; ``""`` where not meant.
        max_spend: the most lamports it can cost: input, fees, tip and rent.
        amount_in: raw units of the input side.
        created_at: Unix seconds.
        position_id: the position it exits, for a sale.
        client_key: the caller's ``--intent-id``; equal keys are the same intent.
        reason: why, in words for people.
        facts: what must survive a restart (exit policy, decimals, ...); JSON-serialisable.
    """

    id: str
    kind: IntentKind
    origin: str
    mint: str
    pool: str
    dex: str
    max_spend: int
    amount_in: int
    created_at: float
    position_id: str | None = None
    client_key: str | None = None
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DurableNonce:
    """A nonce account's stored value, in the place of a blockhash: of all that carries it one can land.

    Attributes:
        account: the nonce account; the wallet is its authority.
        value: what it stored, base58; it never stores the same value again.
        slot: where it was read; a read of an earlier slot says nothing about this value.
    """

    account: str
    value: str
    slot: int


NEVER_EXPIRES = 2**63 - 1
"""The last valid height of a transaction on a durable nonce: no height proves it dead."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction of an intent, durable before its first byte leaves.

    Attributes:
        signature: base58, unique in the journal.
        intent_id: whose it is.
        number: 1 for the first attempt.
        raw: the signed wire bytes; a retry re-sends exactly these.
        last_valid_height: block height past which it cannot land; ``NEVER_EXPIRES`` on a nonce.
        state: see ``lifecycle``.
        created_at: Unix seconds.
        slot: where it landed, ``None`` before.
        err: ``meta.err`` as JSON text when it was rejected.
        min_out: the least raw output that the transaction accepts.
        nonce: what all attempts of the intent share, so that at most one lands; ``None`` on a blockhash.
    """

    signature: str
    intent_id: str
    number: int
    raw: bytes
    last_valid_height: int
    state: TxState
    created_at: float
    slot: int | None = None
    err: str | None = None
    min_out: int = 0
    nonce: DurableNonce | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one landed transaction did to one wallet, from balance deltas alone.

    The identity ``lamports_delta + wsol_delta == trade - fee - tip - rent_paid + rent_returned`` holds
    by construction: ``trade`` is what remains.

    Attributes:
        signature, slot, block_time: where.
        lamports_delta: change of the wallet's own lamports.
        wsol_delta: change of its wrapped SOL.
        token_deltas: change per other mint, raw units.
        fee: network fee, priority fee included, when the wallet paid it.
        tip: lamports paid to block-engine tip accounts.
        rent_paid, rent_returned: lamports locked in, or released from, the wallet's token and nonce accounts.
        trade: proceeds (positive) or cost (negative), net of none of the above.
        err: ``None`` when it succeeded.
    """

    signature: str
    slot: int
    block_time: int | None
    lamports_delta: int
    wsol_delta: int
    token_deltas: Mapping[str, int]
    fee: int
    tip: int
    rent_paid: int
    rent_returned: int
    trade: int
    err: Any = None


@dataclass(frozen=True, slots=True)
class Fill:
    """A booked settlement: which intent and position it belongs to.

    Attributes:
        token_delta: raw change of the traded mint.
        commitment: ``confirmed`` or ``finalized``.
    """

    settlement: Settlement
    intent_id: str
    kind: IntentKind
    origin: str
    mint: str
    pool: str
    dex: str
    decimals: int
    token_delta: int
    position_id: str | None
    commitment: str
    booked_at: float


ADOPTED = "adopted"
"""The origin of positions that another tool bought: no exit rules, no part of the limits on entries."""


@dataclass(frozen=True, slots=True)
class Move:
    """What another hand did to a position's tokens, found final on the chain.

    Attributes:
        token_delta: raw tokens of the position that came (positive) or left.
        trade: lamports that they brought (positive) or cost, net of fees and rent.
        fees: network fee and tip that the wallet paid for it.
        rent: lamports locked in token accounts, less those released.
    """

    signature: str
    position_id: str
    token_delta: int
    trade: int
    fees: int
    rent: int
    slot: int


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """Tokens in the wallet that no buy explains.

    Attributes:
        raw: those beyond what a position holds in the same account.
        decimals: ``None`` when the mint cannot be read.
        reason: why they are no position.
    """

    token_account: str
    mint: str
    raw: int
    decimals: int | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The document form used by ``positions`` and ``status``."""
        amount = None if self.decimals is None else TokenAmount(self.mint, self.raw, self.decimals).to_json()
        return {
            "token_account": self.token_account,
            "mint": self.mint,
            "amount": amount,
            "raw": str(self.raw),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Position:
    """Tokens held because of a buy, until sold or worthless.

    Attributes:
        raw: tokens still held; cost and proceeds are lamports so far, fees and rent apart.
        peak_value: best exit value seen, for the trailing exit.
        entry_liquidity: quote-side raw units of the pool when it was bought.
        exit_policy: JSON-serialisable form of the bot's exits.
        note: why it is exiting or stuck.
    """

    id: str
    mint: str
    pool: str
    dex: str
    origin: str
    state: PositionState
    raw: int
    decimals: int
    token_account: str
    token_program: str
    cost: int
    proceeds: int
    fees: int
    rent: int
    opened_at: float
    closed_at: float | None
    peak_value: int
    entry_liquidity: int
    exit_policy: Mapping[str, Any]
    exit_attempts: int = 0
    note: str = ""

    @property
    def realized_pnl(self) -> int:
        """Lamports moved so far, net of fees and of rent not returned: the result once nothing is held."""
        return self.proceeds - self.cost - self.fees - self.rent

    def to_json(self) -> dict[str, Any]:
        """The document form used by ``positions``, ``status`` and the snapshots."""
        return {
            "id": self.id,
            "mint": self.mint,
            "pool": self.pool,
            "dex": self.dex,
            "origin": self.origin,
            "state": self.state.value,
            "amount": TokenAmount(self.mint, self.raw, self.decimals).to_json(),
            "cost_sol": format_sol(self.cost),
            "proceeds_sol": format_sol(self.proceeds),
            "fees_sol": format_sol(self.fees),
            "rent_sol": format_sol(self.rent),
            "net_sol": format_sol(self.realized_pnl),
            "realized_pnl_sol": None if self.state in HELD_STATES else format_sol(self.realized_pnl),
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            "exit_attempts": self.exit_attempts,
            "note": self.note,
        }
