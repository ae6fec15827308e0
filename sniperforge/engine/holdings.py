"""Held positions against the wallet's token accounts: what left by another hand is found and booked."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.trade import Move, PositionState
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.execution.settlement import settle
from sniperforge.tokens.account import decode_token_account

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account
    from sniperforge.domain.trade import Position, Settlement
    from sniperforge.engine.events import SessionEvent
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 15.0
MAX_READ: Final = 20
"""Transactions of one token account that are read for those that took from it, newest first."""


class Holdings:
    """Ends positions whose tokens are gone, and reduces those of which a part is gone, on evidence alone.

    That is: the token account, finalized, holds less, and transactions that this journal does not know are
    found in which tokens left. Neither a price nor a node that fails ends one.

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
        held = [position for position in self._journal.positions() if self._is_settled(position)]
        if not held:
            return
        at = await self._rpc.accounts([position.token_account for position in held], "finalized")
        for position in held:
            there = _raw(at.accounts[position.token_account])
            if there is not None and there < position.raw:
                await self._investigate(position, there)

    def _is_settled(self, position: Position) -> bool:
        """Before all that landed is final, a finalized read does not show what it brought or took."""
        return not self._selling(position.id) and self._journal.is_final(position.id)

    async def _investigate(self, position: Position, there: int) -> None:
        left = await self._left(position)
        now = self._journal.position(position.id)
        if now is None or now.closed_at is not None or now.raw != position.raw or not self._is_settled(now):
            return  # sold here meanwhile
        if left and there == 0:
            note = _note(left[0], "")
            self._journal.set_position_state(position.id, PositionState.WORTHLESS, note, self._clock.now())
            self._tell(PositionMoved("gone", position, note))
        elif left:
            note = _note(left[0], "a part was ")
            self._journal.book_moves(_moves(position, left, position.raw - there), note)
            self._tell(PositionMoved("reduced", self._journal.position(position.id) or position, note))
        elif position.id not in self._told:
            self._told.add(position.id)
            text = (
                f"{position.token_account} holds {there} of {position.raw} raw {position.mint},"
                " and no transaction shows why"
            )
            self._tell(Trouble("holdings", text))

    async def _left(self, position: Position) -> list[Settlement]:
        """Transactions of others in which tokens of the position left, not booked yet; newest first."""
        entries = await self._rpc.signatures_for_address(
            position.token_account, limit=MAX_READ, commitment="finalized"
        )
        booked = {move.signature for move in self._journal.moves(position.id)}
        found: list[Settlement] = []
        for entry in entries:
            if (
                entry.err is None
                and entry.signature not in booked
                and not self._journal.attempt(entry.signature)
            ):
                done = await self._read(entry.signature)
                if done is not None and done.token_deltas.get(position.mint, 0) < 0:
                    found.append(done)
        return found

    async def _read(self, signature: str) -> Settlement | None:
        found = await self._rpc.transaction(signature)
        if found is not None:
            with suppress(DecodeError):
                return settle(parse_transaction(found), self._wallet)
        return None


def _raw(account: Account | None) -> int | None:
    """Raw tokens of an account, 0 without one; what cannot be read proves nothing."""
    if account is None:
        return 0
    with suppress(DecodeError):
        return decode_token_account(account).raw
    return None


def _moves(position: Position, left: Sequence[Settlement], missing: int) -> list[Move]:
    """What of ``left`` the position lost: as much as is missing, for tokens beyond it may have left too."""
    moves: list[Move] = []
    for done in left:
        gone = -done.token_deltas[position.mint]
        part = min(gone, missing)
        missing -= part
        if part:
            trade = done.trade * part // gone
            moves.append(Move(done.signature, position.id, -part, trade, done.fee + done.tip, 0, done.slot))
    return moves


def _note(done: Settlement, what: str) -> str:
    if done.trade > 0:
        return f"{what}sold elsewhere for {format_sol(done.trade)} SOL by {done.signature}"
    return f"{what}moved or burned elsewhere by {done.signature}"
