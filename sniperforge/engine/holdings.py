"""Held positions against the wallet's token accounts: what left by another hand is found and marked."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.trade import PositionState
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.execution.settlement import settle
from sniperforge.tokens.account import decode_token_account

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account
    from sniperforge.domain.trade import Position, Settlement
    from sniperforge.engine.events import SessionEvent
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 15.0
MAX_READ: Final = 20
"""Transactions of one token account that are read for the one that emptied it, newest first."""


class Holdings:
    """Marks positions whose tokens are gone, on evidence alone.

    A position ends here only when its token account, finalized, holds nothing and a transaction that this
    journal does not know is found in which the tokens left. Neither a price nor a node that fails ends one.

    Args:
        selling: whether a sale of a position is in flight; its own process books that.
        tell: hears every event; must not block.
    """

    def __init__(
        self,
        *,
        wallet: str,
        rpc: RpcClient,
        journal: Journal,
        clock: Clock,
        selling: Callable[[str], str],
        tell: Callable[[SessionEvent], None],
    ) -> None:
        self._wallet = wallet
        self._rpc = rpc
        self._journal = journal
        self._clock = clock
        self._selling = selling
        self._tell = tell
        self._told: set[str] = set()

    async def run(self) -> None:
        """Look now and then, until cancelled; an outage is waited out."""
        while True:
            with suppress(UnavailableError):
                await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look at every held position once. Raises ``UnavailableError``."""
        held = [position for position in self._journal.positions() if self._is_final(position)]
        if not held:
            return
        at = await self._rpc.accounts([position.token_account for position in held], "finalized")
        for position in held:
            if _holds_nothing(at.accounts[position.token_account]) and not self._selling(position.id):
                await self._investigate(position)

    def _is_final(self, position: Position) -> bool:
        """Before its buy is final, a finalized read does not show what it brought."""
        fill = self._journal.fill(self._journal.decisive(position.id).signature)
        return fill is not None and fill.commitment == "finalized"

    async def _investigate(self, position: Position) -> None:
        emptied = await self._emptied_by(position)
        now = self._journal.position(position.id)
        if now is None or now.closed_at is not None or self._selling(position.id):
            return  # sold here meanwhile
        if emptied is not None:
            note = _note(emptied)
            self._journal.set_position_state(position.id, PositionState.WORTHLESS, note, self._clock.now())
            self._tell(PositionMoved("gone", position, note))
        elif position.id not in self._told:
            self._told.add(position.id)
            text = f"{position.token_account} holds no {position.mint}, and no transaction shows why"
            self._tell(Trouble("holdings", text))

    async def _emptied_by(self, position: Position) -> Settlement | None:
        """The newest transaction of others in which the position's tokens left."""
        entries = await self._rpc.signatures_for_address(
            position.token_account, limit=MAX_READ, commitment="finalized"
        )
        for entry in entries:
            if entry.err is not None or self._journal.attempt(entry.signature) is not None:
                continue
            found = await self._rpc.transaction(entry.signature)
            if found is None:
                continue
            try:
                done = settle(parse_transaction(found), self._wallet)
            except DecodeError:
                continue
            if done.token_deltas.get(position.mint, 0) < 0:
                return done
        return None


def _holds_nothing(account: Account | None) -> bool:
    if account is None:
        return True
    with suppress(DecodeError):
        return decode_token_account(account).raw == 0
    return False  # what cannot be read proves nothing


def _note(done: Settlement) -> str:
    if done.trade > 0:
        return f"sold elsewhere for {format_sol(done.trade)} SOL by {done.signature}"
    return f"moved or burned elsewhere by {done.signature}"
