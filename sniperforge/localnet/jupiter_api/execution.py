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
RESEND_BLOCKS: Final = 5
"""The same bytes are sent again every 2 s of blocks, as the service does for its orders."""

_SLIPPAGE_OF_POOL: Final = 6_005
"""``ExceededSlippage`` of the CPMM program, which stands for the aggregator's own error here."""

_SLIPPAGE_OF_AGGREGATOR: Final = 6_001


class Executor:
    """Executes orders.

    Args:
        submit: hands a transaction to the network, which may lose or delay it.
        wait_seconds: how long a confirmation is waited for.
    """

    def __init__(
        self,
        context: Context,
        orders: Orders,
        submit: Callable[[Envelope], object],
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._context = context
        self._orders = orders
        self._submit = submit
        self._wait_seconds = wait_seconds

    async def execute(self, request: Request) -> dict[str, Any]:
        """Answer ``POST /swap/v2/execute``; the same bytes again get the same answer."""
        order, envelope = self._checked(request)
        if not envelope.signatures_valid():
            return _failure(-1003, "Transaction is not fully signed")
        ledger, signature = self._context.ledger, envelope.signature
        if ledger.history.record(signature) is None and ledger.chain.tip.height > order.last_valid_height:
            return _failure(-1005, "Transaction expired")
        try:
            record = await self._landed(envelope, order)
        except TransactionRefusedError as refusal:
            return _failure(-1000, refusal.message, signature=signature)
        if record is None:
            return _failure(-1000, "Transaction failed to land", signature=signature)
        return _outcome(record, order)

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

    async def _landed(self, envelope: Envelope, order: Order) -> TransactionRecord | None:
        """The confirmed record; ``None`` when its blockhash expired without one.

        Raises:
            TransactionRefusedError: the network refused it.
            ApiError: it took too long; the outcome is unknown to the caller.
        """
        opened = asyncio.Event()

        def note(_block: Block) -> None:
            opened.set()

        listeners = self._context.ledger.on_block
        listeners.append(note)
        try:
            async with asyncio.timeout(self._wait_seconds):
                return await self._sent_until_confirmed(envelope, order, opened)
        except TimeoutError:
            error = "Transaction was not confirmed in time"
            raise ApiError(500, {"signature": envelope.signature, "error": error}) from None
        finally:
            listeners.remove(note)

    async def _sent_until_confirmed(
        self, envelope: Envelope, order: Order, opened: asyncio.Event
    ) -> TransactionRecord | None:
        ledger = self._context.ledger
        chain, send_at = ledger.chain, 0
        while True:
            record = ledger.history.record(envelope.signature)
            if record is None and chain.tip.height >= send_at:
                if chain.tip.height > order.last_valid_height:
                    return None
                self._submit(envelope)
                send_at = min(chain.tip.height + RESEND_BLOCKS, order.last_valid_height + 1)
                continue
            if record is not None and chain.at("confirmed").slot >= record.slot:
                return record
            opened.clear()
            await opened.wait()


def _refusal(code: int, error: str) -> ApiError:
    return ApiError(400, {"code": code, "error": error})


def _failure(code: int, error: str, *, signature: str | None = None) -> dict[str, Any]:
    known = {} if signature is None else {"signature": signature}
    return {"status": "Failed", "code": code, **known, "slot": "0", "error": error}


def _outcome(record: TransactionRecord, order: Order) -> dict[str, Any]:
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
    gained = _change(
        record, lambda holding: record.loaded.names[holding.position] == vaults[quote.input_mint]
    )
    lost = _change(record, lambda holding: record.loaded.names[holding.position] == vaults[quote.output_mint])
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
