"""``/swap/v2/execute``: submits what a taker signed, waits until it is confirmed, and says what it moved."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.error_text import describe
from sniperforge.localnet.ledger.refusals import TransactionRefusedError, UnreadableTransactionError
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.jupiter_api.context import Context, Request
    from sniperforge.localnet.jupiter_api.orders import Order, Orders
    from sniperforge.localnet.jupiter_api.routes import Hop
    from sniperforge.localnet.ledger.balances import Holding
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.records import TransactionRecord

WAIT_SECONDS: Final = 30.0

_SLIPPAGE_OF_POOL: Final = 6_005
"""``ExceededSlippage`` of the CPMM program, which stands for the aggregator's own error here."""

_SLIPPAGE_OF_AGGREGATOR: Final = 6_001


class Executor:
    """Executes orders.

    Args:
        wait_seconds: how long a confirmation is waited for.
    """

    def __init__(self, context: Context, orders: Orders, wait_seconds: float = WAIT_SECONDS) -> None:
        self._context = context
        self._orders = orders
        self._wait_seconds = wait_seconds

    async def execute(self, request: Request) -> dict[str, Any]:
        """Answer ``POST /swap/v2/execute``; the same bytes again get the same answer."""
        order, envelope = self._checked(request)
        if not envelope.signatures_valid():
            return _failure(-1003, "Transaction is not fully signed")
        ledger = self._context.ledger
        record = ledger.history.record(envelope.signature)
        if record is None:
            if ledger.chain.tip.height > order.last_valid_height:
                return _failure(-1005, "Transaction expired")
            try:
                record = ledger.submit(envelope, verified=True)
            except TransactionRefusedError as refusal:
                return _failure(-1000, refusal.message, signature=envelope.signature)
        await self._confirmed(record)
        return _landed(record, order)

    def _checked(self, request: Request) -> tuple[Order, Envelope]:
        body = request.body
        for name, code in (("requestId", -4), ("signedTransaction", -5)):
            if not isinstance(body.value(name), str) or not body.value(name):
                raise _refusal(code, f"Missing {name}")
        order = self._orders.find(body.text("requestId"))
        if order is None:
            raise _refusal(-1, "Order not found, it might have expired")
        try:
            raw = base64.b64decode(body.text("signedTransaction"), validate=True)
            envelope = open_envelope(raw)
        except (binascii.Error, ValueError, UnreadableTransactionError):
            raise _refusal(-2, "Invalid signed transaction") from None
        if not envelope.raw.endswith(order.message) or len(envelope.raw) != 65 + len(order.message):
            raise _refusal(-3, "Invalid message bytes")
        return order, envelope

    async def _confirmed(self, record: TransactionRecord) -> None:
        """Return when the block of ``record`` is confirmed.

        Raises:
            ApiError: it took too long; the outcome is unknown to the caller.
        """
        chain, opened = self._context.ledger.chain, asyncio.Event()

        def note(_block: Block) -> None:
            opened.set()

        self._context.ledger.on_block.append(note)
        try:
            async with asyncio.timeout(self._wait_seconds):
                while chain.at("confirmed").slot < record.slot:
                    opened.clear()
                    await opened.wait()
        except TimeoutError:
            error = "Transaction was not confirmed in time"
            raise ApiError(500, {"signature": record.signature, "error": error}) from None
        finally:
            self._context.ledger.on_block.remove(note)


def _refusal(code: int, error: str) -> ApiError:
    return ApiError(400, {"code": code, "error": error})


def _failure(code: int, error: str, *, signature: str | None = None) -> dict[str, Any]:
    known = {} if signature is None else {"signature": signature}
    return {"status": "Failed", "code": code, **known, "slot": "0", "error": error}


def _landed(record: TransactionRecord, order: Order) -> dict[str, Any]:
    if record.err is not None:
        code, words = _program_error(record.err)
        return {
            "status": "Failed",
            "code": code,
            "signature": record.signature,
            "slot": str(record.slot),
            "error": words,
        }
    events = [_event(record, hop) for hop in order.route.hops]
    first, last = events[0], events[-1]
    spent = _wallet_change(record, order.taker, first["inputMint"], first["inputAmount"])
    received = _wallet_change(record, order.taker, last["outputMint"], last["outputAmount"])
    return {
        "status": "Success",
        "code": 0,
        "signature": record.signature,
        "slot": str(record.slot),
        "totalInputAmount": spent,
        "totalOutputAmount": received,
        "inputAmountResult": spent,
        "outputAmountResult": received,
        "swapEvents": events,
    }


def _event(record: TransactionRecord, hop: Hop) -> dict[str, str]:
    """What went into one pool and what came out of it, by its vaults."""
    pool, quote = hop.state.pool, hop.quote
    vaults = {pool.token_0_mint: pool.token_0_vault, pool.token_1_mint: pool.token_1_vault}
    gained = _change(record, lambda holding: record.loaded.names[holding.index] == vaults[quote.input_mint])
    lost = _change(record, lambda holding: record.loaded.names[holding.index] == vaults[quote.output_mint])
    return {
        "inputMint": quote.input_mint,
        "inputAmount": str(gained),
        "outputMint": quote.output_mint,
        "outputAmount": str(-lost),
    }


def _wallet_change(record: TransactionRecord, taker: str, mint: str, in_pool: str) -> str:
    """What left or reached the wallet: the pool's amount for SOL, which fees and rent leave as well."""
    if mint == WSOL_MINT:
        return in_pool
    owner, token = bytes(pubkey(taker)), bytes(pubkey(mint))
    return str(abs(_change(record, lambda holding: (holding.owner, holding.mint) == (owner, token))))


def _change(record: TransactionRecord, wanted: Callable[[Holding], bool]) -> int:
    before = sum(holding.amount for holding in record.pre_tokens if wanted(holding))
    return sum(holding.amount for holding in record.post_tokens if wanted(holding)) - before


def _program_error(err: Any) -> tuple[int, str]:
    """``code`` and ``error`` of a transaction that landed and failed."""
    detail = err["InstructionError"][1] if isinstance(err, dict) and "InstructionError" in err else None
    if not isinstance(detail, dict) or "Custom" not in detail:
        return -1001, describe(err)
    code = detail["Custom"]
    if code == _SLIPPAGE_OF_POOL:
        return _SLIPPAGE_OF_AGGREGATOR, "Slippage tolerance exceeded"
    return code, f"custom program error: #{code}"
