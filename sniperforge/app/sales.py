"""Sales by command: handed to the process that holds the wallet, or made here under its lock."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.desk import post
from sniperforge.app.holding import lock_file
from sniperforge.app.node import Node, open_node
from sniperforge.app.sale import Sale, Sales, gone, open_sale, sale_of_intent, sale_of_outcome
from sniperforge.app.trader import open_trader
from sniperforge.app.wallet import open_signer, wallet_entry
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.amounts import parse_units
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import HELD_STATES, IntentKind, PositionState
from sniperforge.engine.requests import BY_COMMAND, SELL, find_position, not_held, sale_amount, sale_mev
from sniperforge.errors import NotFoundError, RefusedError, UsageError, WalletBusyError
from sniperforge.store.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from sniperforge.app.trader import Trader
    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import Intent, Position
    from sniperforge.wallets.directory import WalletEntry
    from sniperforge.wallets.secret import SecretText

WAIT_SECONDS: Final = 90.0
"""How long a command waits for a sale: longer than a blockhash lives."""

TRIES: Final = 4
_POLL_SECONDS: Final = 0.05


async def sell_held(
    settings: Settings,
    name: str | None,
    payload: Mapping[str, Any],
    password: Callable[[], SecretText],
    *,
    live: bool = False,
) -> Sales:
    """Sell the named position, or every held one.

    Args:
        name: position id, mint or pool, or the beginning of one; ``None`` for all.
        payload: ``percent`` or ``amount`` (tokens as decimal text), and ``client_key``; when all are sold,
            each position gets a key of its own from it, and one that was sold with it before is not again.
            ``mev`` is the policy for these sales alone.
        password: asked when the wallet is encrypted and this process must sign.
        live: the command says ``--live``.

    Raises:
        NotFoundError: no such wallet or position.
        RefusedError: more than is held, or mainnet without ``--live``.
        UsageError: the amount is no amount, or the key was used for something else.
        WalletBusyError: the wallet's holder did not take the request.
        ConfigError: ``mev`` needs a block engine, and the network has none.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, live=live, patient=True) as node:
        if node.mode == "paper":
            raise RefusedError(
                "on mainnet positions are sold only with --live",
                hint="write `live = true` in the configuration too",
            )
        mev = sale_mev(payload)
        if mev is not None:
            node.settings.require_block_engine(mev)
        seller = _Seller(node, entry, password)
        return Sales(entry.pubkey, node.mode, await seller.sell(name, payload))


@dataclass(frozen=True, slots=True)
class _Order:
    """One position to sell, what is asked of it, and the key that makes it happen once."""

    position: Position
    request: dict[str, Any]
    key: str | None


class _Seller:
    def __init__(self, node: Node, entry: WalletEntry, password: Callable[[], SecretText]) -> None:
        self._node = node
        self._entry = entry
        self._wallet = entry.pubkey
        self._password = password

    async def sell(self, name: str | None, payload: Mapping[str, Any]) -> tuple[Sale, ...]:
        path = self._node.journal_path(self._wallet)
        if not path.exists():
            if name is None:
                return ()
            raise not_held(name)
        journal = JournalReader(path)
        try:
            return await self._sell(journal, name, payload)
        finally:
            journal.close()

    async def _sell(
        self, journal: JournalReader, name: str | None, payload: Mapping[str, Any]
    ) -> tuple[Sale, ...]:
        key = payload.get("client_key")
        earlier = journal.intent_by_key(str(key)) if key else None
        if earlier is not None:
            return (await self._earlier(journal, earlier, name),)
        if name is None:
            return await self._sell_all(journal, payload, key)
        position = find_position(journal, name)
        return await self._placed(journal, [_Order(position, _request(position, payload), key)])

    async def _sell_all(
        self, journal: JournalReader, payload: Mapping[str, Any], key: str | None
    ) -> tuple[Sale, ...]:
        """Every held position; the command's key gives each a key of its own, and so sells each once."""
        before: list[Intent] = []
        orders: list[_Order] = []
        for position in journal.positions(tuple(PositionState) if key else HELD_STATES):
            own = f"{key}:{position.id}" if key else None
            intent = journal.intent_by_key(own) if own else None
            if intent is not None:
                before.append(intent)
            elif position.state in HELD_STATES:
                orders.append(_Order(position, _request(position, payload), own))
        earlier = [await self._outcome(journal, intent) for intent in before]
        return (*earlier, *await self._placed(journal, orders))

    async def _placed(self, journal: JournalReader, orders: list[_Order]) -> tuple[Sale, ...]:
        if not orders:
            return ()
        if read_holder(lock_file(self._node, self._wallet)) is None:
            try:
                return await self._here(orders)
            except WalletBusyError:
                pass  # somebody took the wallet just now: ask them
        return await self._by_holder(journal, orders)

    async def _earlier(self, journal: JournalReader, intent: Intent, name: str | None) -> Sale:
        """What became of the sale that has this key: nothing is sold again."""
        known = (intent.mint, intent.pool, intent.position_id)
        if intent.kind is not IntentKind.SELL or not any(
            each and name and each.startswith(name) for each in known
        ):
            raise UsageError(
                f"the key {intent.client_key} was used for another trade: {intent.kind} of {intent.mint}",
                hint="give each trade a key of its own",
            )
        return await self._outcome(journal, intent)

    async def _outcome(self, journal: JournalReader, intent: Intent) -> Sale:
        """How a journalled sale ended; one without an outcome is waited for."""
        if (sale := sale_of_intent(journal, intent)) is not None:
            return sale
        if read_holder(lock_file(self._node, self._wallet)) is None:
            await self._under_lock(lambda _trader: self._settled(journal, intent))
        else:
            await self._settled(journal, intent)
        return sale_of_intent(journal, intent) or open_sale(journal, intent)

    async def _settled(self, journal: JournalReader, intent: Intent) -> None:
        deadline = self._node.clock.monotonic() + WAIT_SECONDS
        while sale_of_intent(journal, intent) is None and self._node.clock.monotonic() < deadline:
            await self._node.clock.sleep(_POLL_SECONDS)

    # -- by the holder -------------------------------------------------------------------------------------

    async def _by_holder(self, journal: JournalReader, orders: list[_Order]) -> tuple[Sale, ...]:
        """Post every sale, then follow them in the journal."""
        deadline = self._node.clock.monotonic() + WAIT_SECONDS
        posted = [
            (order.position, await self._posted(order.request, order.key or str(uuid.uuid4())))
            for order in orders
        ]
        return tuple(
            [
                await self._followed(journal, position, asked, deadline) if asked else gone(journal, position)
                for position, asked in posted
            ]
        )

    async def _posted(self, request: dict[str, Any], key: str) -> str:
        """The key under which the sale will be journalled; empty when nothing is left to sell."""
        try:
            await post(self._node, self._wallet, SELL, {**request, "client_key": key, "origin": "sell"})
        except NotFoundError:
            return ""
        return key

    async def _followed(self, journal: JournalReader, position: Position, key: str, deadline: float) -> Sale:
        clock = self._node.clock
        while True:
            given_up = self._given_up(journal, position) or clock.monotonic() >= deadline
            # Looked at after the reason to give up: it may have been journalled just before.
            intent = journal.intent_by_key(key)
            if intent is not None and (sale := sale_of_intent(journal, intent)) is not None:
                return sale
            if given_up:
                return open_sale(journal, intent) if intent else self._unsigned(journal, position)
            await clock.sleep(_POLL_SECONDS)

    def _given_up(self, journal: JournalReader, before: Position) -> bool:
        """Whether the holder will do no more about a sale than the journal already says."""
        now = journal.position(before.id)
        return (
            now is None
            or now.state not in HELD_STATES
            or (now.exit_attempts > before.exit_attempts and now.note.startswith(BY_COMMAND))
            or read_holder(lock_file(self._node, self._wallet)) is None
        )

    def _unsigned(self, journal: JournalReader, before: Position) -> Sale:
        """Why a sale that was handed over was never signed."""
        now = journal.position(before.id)
        if now is None or now.state not in HELD_STATES:
            return gone(journal, before)
        failed = now.exit_attempts > before.exit_attempts
        text = now.note if failed else "the running bot did not come to it"
        return Sale(before.mint, OutcomeKind.REFUSED, text=text)

    # -- here ----------------------------------------------------------------------------------------------

    async def _here(self, orders: list[_Order]) -> tuple[Sale, ...]:
        """Sell under this process's own lock, all at once."""
        done: list[Sale] = []

        async def work(trader: Trader) -> None:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_one(trader, order)) for order in orders]
            done.extend(task.result() for task in tasks)

        await self._under_lock(work)
        return tuple(done)

    async def _under_lock(self, work: Callable[[Trader], Coroutine[Any, Any, None]]) -> None:
        signer = open_signer(self._entry, self._password)
        async with open_trader(
            self._node, signer, bot="", command="sell", tell=lambda _event: None
        ) as trader:
            await trader.session.run(work(trader))


async def _one(trader: Trader, order: _Order) -> Sale:
    """A few tries, each wider; a caller's own key allows only one."""
    position, key = order.position, order.key
    raw, mev = sale_amount(position, order.request), sale_mev(order.request)
    sale: Sale | None = None
    for _ in range(1 if key else TRIES):
        try:
            outcome = await trader.guard.sell(
                position.id, raw, origin="sell", reason=BY_COMMAND, client_key=key, mev=mev
            )
        except NotFoundError:
            break
        sale = sale_of_outcome(trader.journal, position.mint, outcome)
        if sale.kind in (OutcomeKind.FILLED, OutcomeKind.UNKNOWN):
            break
    return sale or gone(trader.journal, position)


def _request(position: Position, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The amount in raw units, or the percentage, for one position."""
    request: dict[str, Any] = {"position": position.id, "percent": payload.get("percent", 100)}
    if "amount" in payload:
        try:
            request = {"position": position.id, "raw": parse_units(str(payload["amount"]), position.decimals)}
        except ValueError as error:
            raise UsageError(f"amount: {error}") from None
    if payload.get("mev") is not None:
        request["mev"] = str(payload["mev"])
    raw = sale_amount(position, request)
    if raw is not None and raw > position.raw:
        held = position.to_json()["amount"]["ui"]
        raise RefusedError(
            f"{payload.get('amount')} tokens asked for, {held} held", details={"held": str(position.raw)}
        )
    return request
