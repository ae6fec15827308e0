"""Sales by command: handed to the process that holds the wallet, or made here under its lock."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.desk import post
from sniperforge.app.node import Node, open_node
from sniperforge.app.trader import open_trader
from sniperforge.app.wallet import open_signer, wallet_entry
from sniperforge.domain.amounts import format_sol, parse_units
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.engine.requests import SELL, find_position, sale_amount
from sniperforge.errors import (
    NotFoundError,
    RejectedError,
    SniperForgeError,
    UnknownOutcomeError,
    UsageError,
    WalletBusyError,
)
from sniperforge.store.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.config.load import Settings
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.engine.guard import Guard
    from sniperforge.wallets.secret import SecretText

WAIT_SECONDS: Final = 90.0
"""How long a command waits for a sale: longer than a blockhash lives."""

TRIES: Final = 4
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sale:
    """What became of one sale.

    Attributes:
        kind: ``filled``, ``rejected``, ``dead``, ``unknown`` or ``refused``.
        proceeds: lamports.
    """

    mint: str
    kind: str
    signature: str
    proceeds: int
    text: str

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "mint": self.mint,
            "outcome": self.kind,
            "signature": self.signature,
            "proceeds_sol": format_sol(self.proceeds),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Sales:
    """All sales of one command."""

    wallet: str
    mode: str
    sales: tuple[Sale, ...]

    def error(self) -> SniperForgeError | None:
        """What the command's exit code must say: unknown before rejected before nothing."""
        unknown = [sale for sale in self.sales if sale.kind == OutcomeKind.UNKNOWN]
        if unknown:
            signatures = ", ".join(sale.signature for sale in unknown)
            return UnknownOutcomeError(
                f"sent, outcome not known yet: {signatures}", hint="`sniperforge status` follows it"
            )
        failed = [sale for sale in self.sales if sale.kind != OutcomeKind.FILLED]
        if failed:
            return RejectedError(
                f"not sold: {failed[0].mint}: {failed[0].text}",
                hint="the position is kept; a running bot goes on trying",
            )
        return None


async def sell_held(
    settings: Settings,
    name: str | None,
    payload: Mapping[str, Any],
    password: Callable[[], SecretText],
) -> Sales:
    """Sell the named position, or every held one.

    Args:
        name: position id, mint or pool; ``None`` for all.
        payload: ``percent`` or ``amount`` (tokens as decimal text), and ``client_key``.
        password: asked when the wallet is encrypted and this process must sign.

    Raises:
        NotFoundError: no such wallet or position.
        WalletBusyError: the wallet's holder did not take the request.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, patient=True) as node:
        positions = _positions(node, entry.pubkey, name)
        if not positions:
            return Sales(entry.pubkey, node.mode, ())
        try:
            done = await _by_holder(node, entry.pubkey, positions, payload)
        except WalletBusyError as busy:
            if busy.details.get("pid") is not None:
                raise
            done = await _here(node, open_signer(entry, password), positions, payload)
        return Sales(entry.pubkey, node.mode, done)


def _positions(node: Node, wallet: str, name: str | None) -> list[Position]:
    path = node.journal_path(wallet)
    if not path.exists():
        if name is None:
            return []
        raise NotFoundError(f"no held position of {name}", hint="`sniperforge positions` lists what is held")
    journal = JournalReader(path)
    try:
        return journal.positions() if name is None else [find_position(journal, name)]
    finally:
        journal.close()


async def _by_holder(
    node: Node, wallet: str, positions: list[Position], payload: Mapping[str, Any]
) -> tuple[Sale, ...]:
    """Post every sale, then follow them in the journal."""
    keys: dict[str, str] = {}
    for position in positions:
        keys[position.id] = str(payload.get("client_key") or uuid.uuid4())
        asked = {**_request(position, payload), "client_key": keys[position.id], "origin": "sell"}
        await post(node, wallet, SELL, asked)
    journal = JournalReader(node.journal_path(wallet))
    try:
        deadline = node.clock.monotonic() + WAIT_SECONDS
        return tuple(
            [await _followed(node, journal, position, keys[position.id], deadline) for position in positions]
        )
    finally:
        journal.close()


async def _followed(
    node: Node, journal: JournalReader, position: Position, key: str, deadline: float
) -> Sale:
    while True:
        intent = journal.intent_by_key(key)
        attempt = journal.attempts(intent.id)[-1] if intent else None
        fill = journal.fill(attempt.signature) if attempt else None
        if fill is not None:
            kind = OutcomeKind.REJECTED if fill.settlement.err is not None else OutcomeKind.FILLED
            text = "" if fill.settlement.err is None else f"the chain refused it: {fill.settlement.err}"
            return Sale(position.mint, kind, fill.settlement.signature, fill.settlement.trade, text)
        if attempt is not None and attempt.state is TxState.DEAD:
            return Sale(position.mint, OutcomeKind.DEAD, attempt.signature, 0, "it expired without landing")
        if node.clock.monotonic() >= deadline:
            signature = attempt.signature if attempt else ""
            kind = OutcomeKind.UNKNOWN if attempt else OutcomeKind.REFUSED
            return Sale(position.mint, kind, signature, 0, "no outcome yet")
        await node.clock.sleep(_POLL_SECONDS)


async def _here(
    node: Node, signer: Any, positions: list[Position], payload: Mapping[str, Any]
) -> tuple[Sale, ...]:
    """Sell under this process's own lock."""
    done: list[Sale] = []

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_one(trader.guard, position, payload)) for position in positions]
        done.extend(task.result() for task in tasks)

    async with open_trader(node, signer, bot="", command="sell", tell=lambda _event: None) as trader:
        await trader.session.run(work())
    return tuple(done)


async def _one(guard: Guard, position: Position, payload: Mapping[str, Any]) -> Sale:
    """A few tries, each wider; a caller's own key allows only one."""
    key = payload.get("client_key")
    raw = sale_amount(position, _request(position, payload))
    outcome: Outcome | None = None
    for _ in range(1 if key else TRIES):
        try:
            outcome = await guard.sell(
                position.id, raw, origin="sell", reason="sold by command", client_key=key
            )
        except NotFoundError:
            break  # sold meanwhile: the guard works on it too
        if outcome.ok or outcome.kind is OutcomeKind.UNKNOWN:
            break
    if outcome is None:
        return Sale(position.mint, OutcomeKind.FILLED, "", 0, "sold by its exit rules meanwhile")
    proceeds = outcome.fill.settlement.trade if outcome.fill is not None else 0
    return Sale(position.mint, outcome.kind, outcome.signature, proceeds, outcome.reason)


def _request(position: Position, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The amount in raw units, or the percentage, for one position."""
    if "amount" not in payload:
        return {"position": position.id, "percent": payload.get("percent", 100)}
    try:
        raw = parse_units(str(payload["amount"]), position.decimals)
    except ValueError as error:
        raise UsageError(f"amount: {error}") from None
    return {"position": position.id, "raw": str(raw)}
