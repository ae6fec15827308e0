"""Tokens in the wallet that the journal does not know: taken up at their cost on the chain, or foreign."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.chain.mint_cache import MintCache
from sniperforge.dex.registry import events_of, venue_named
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.pool import EventKind
from sniperforge.domain.trade import ADOPTED, HELD_STATES, ForeignToken, Move, Position, PositionState
from sniperforge.engine.events import PositionMoved
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.execution.settlement import settle
from sniperforge.orders.exit_policy import ExitPolicy
from sniperforge.tokens.account import decode_token_account

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account, TransactionView
    from sniperforge.domain.trade import Settlement
    from sniperforge.engine.events import SessionEvent
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal
    from sniperforge.tokens.account import TokenAccount

LOOK_SECONDS: Final = 300.0
RETRY_SECONDS: Final = 10.0
MAX_READ: Final = 20
"""Transactions of one token account that are read; what has more is a long story, and no position."""

MAX_LOOKS: Final = 20
"""Accounts whose history is read in one look: the next start looks at further ones."""

UNREAD: Final = "not looked into yet"
LONG: Final = f"more than {MAX_READ} transactions moved it"


@dataclass(frozen=True, slots=True)
class _Change:
    """What one transaction did to the tokens, and the pool where it bought them, if it did."""

    done: Settlement
    dex: str = ""
    pool: str = ""


class UnknownTokens:
    """Compares the wallet's token accounts with its journal.

    Tokens that nothing but swaps of this wallet brought become a position with what they cost there. It has
    no exit rules: whoever bought them did not ask this program to sell. Whatever else is there is foreign.

    Args:
        selling: whether a sale of a position is in flight.
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
        self._mints = MintCache(rpc)

    async def run(self) -> None:
        """Look now and then, until cancelled; an outage is waited out."""
        while True:
            try:
                await self.look()
                pause = LOOK_SECONDS
            except UnavailableError:
                pause = RETRY_SECONDS
            await self._clock.sleep(pause)

    async def look(self) -> None:
        """Look at every token account once. Raises ``UnavailableError``; what was found before stays."""
        found = await self._rpc.token_accounts_by_owner(self._wallet, "finalized")
        # The last position of an account is the one whose tokens it holds.
        own = {each.token_account: each for each in self._journal.positions(tuple(PositionState))}
        accounts = [each for account in found if (each := _readable(account)) is not None]
        strange = [each for each in accounts if self._beyond(each, own.get(each.address))]
        decimals = await self._decimals(strange)
        before = {each.token_account: each for each in self._journal.foreign_tokens()}
        foreign: list[ForeignToken] = []
        looks = 0
        for account in strange:
            position = own.get(account.address)
            raw, reason = self._beyond(account, position), _known_reason(position)
            earlier = before.get(account.address)
            if not reason and earlier is not None and earlier.raw == raw and earlier.reason != UNREAD:
                reason = earlier.reason
            if not reason:
                looks += 1
                reason = UNREAD
                if looks <= MAX_LOOKS:
                    reason = await self._take(account, decimals[account.mint])
            if reason:
                token = ForeignToken(account.address, account.mint, raw, decimals[account.mint], reason)
                foreign.append(token)
        if foreign != list(before.values()):
            self._journal.set_foreign_tokens(foreign)

    async def _decimals(self, accounts: Sequence[TokenAccount]) -> dict[str, int | None]:
        mints = sorted({account.mint for account in accounts})
        facts = await self._mints.facts(mints) if mints else {}
        return {mint: None if found is None else found.decimals for mint, found in facts.items()}

    def _beyond(self, account: TokenAccount, position: Position | None) -> int:
        """Raw tokens that no position holds; 0 while a trade of ours may be moving them."""
        if account.mint == WSOL_MINT or self._journal.buying(account.mint):
            return 0
        if position is None:
            return account.raw
        if self._selling(position.id) or not self._journal.is_final(position.id):
            return 0
        return max(account.raw - (position.raw if position.state in HELD_STATES else 0), 0)

    async def _take(self, account: TokenAccount, decimals: int | None) -> str:
        """Take them up as a position, or say why not."""
        if decimals is None:
            return "its mint cannot be read"
        changes = await self._changes(account)
        if changes is None:
            return LONG
        came = [each for each in changes if each.done.token_deltas[account.mint] > 0]
        if not came or sum(each.done.token_deltas[account.mint] for each in changes) != account.raw:
            return "no transaction shows where they came from"
        stranger = next((each for each in came if not each.pool), None)
        if stranger is not None:
            return f"{stranger.done.signature} brought them, which is no buy that can be sold back"
        if self._journal.held_mint(account.mint) is not None or self._journal.buying(account.mint):
            return UNREAD  # bought here meanwhile
        self._adopt(account, decimals, changes, came[-1])
        return ""

    async def _changes(self, account: TokenAccount) -> list[_Change] | None:
        """Every transaction that moved the tokens, oldest first; ``None`` when there are too many."""
        entries = await self._rpc.signatures_for_address(
            account.address, limit=MAX_READ + 1, commitment="finalized"
        )
        if len(entries) > MAX_READ:
            return None
        changes: list[_Change] = []
        for entry in reversed(entries):
            found = await self._rpc.transaction(entry.signature) if entry.err is None else None
            if found is None:
                continue
            try:
                view = parse_transaction(found)
            except DecodeError:
                continue  # then the sum does not come to what is held
            done = settle(view, self._wallet)
            if done.token_deltas.get(account.mint):
                changes.append(_Change(done, *self._bought_on(view, done, account.mint)))
        return changes

    def _bought_on(self, view: TransactionView, done: Settlement, mint: str) -> tuple[str, str]:
        """``(dex, pool)`` when this wallet signed a buy with SOL that can be sold where it was made."""
        if self._journal.attempt(view.signature) is not None:
            return "", ""  # our own, of which the journal knows better
        if self._wallet not in view.accounts[: view.signers] or done.trade >= 0:
            return "", ""
        for event in events_of(view):
            mints = {event.base_mint, event.quote_mint}
            if event.kind is EventKind.SWAP and mints == {mint, WSOL_MINT} and venue_named(event.dex):
                return event.dex, event.pool
        return "", ""

    def _adopt(self, account: TokenAccount, decimals: int, changes: Sequence[_Change], last: _Change) -> None:
        first = changes[0].done
        position = Position(
            id=f"{ADOPTED}-{first.signature[:16]}",
            mint=account.mint,
            pool=last.pool,
            dex=last.dex,
            origin=ADOPTED,
            state=PositionState.OPEN,
            raw=account.raw,
            decimals=decimals,
            token_account=account.address,
            token_program=account.program,
            cost=0,
            proceeds=0,
            fees=0,
            rent=0,
            opened_at=self._clock.now() if first.block_time is None else float(first.block_time),
            closed_at=None,
            peak_value=0,
            entry_liquidity=0,
            exit_policy=ExitPolicy(authority_change=False).to_json(),
        )
        self._journal.adopt(position, [_move(each.done, position) for each in changes])
        adopted = self._journal.position(position.id) or position
        note = (
            f"bought elsewhere for {format_sol(adopted.cost)} SOL; it has no exits, `positions sell` sells it"
        )
        self._tell(PositionMoved("adopted", adopted, note))


def _readable(account: Account) -> TokenAccount | None:
    with suppress(DecodeError):
        return decode_token_account(account)
    return None


def _known_reason(position: Position | None) -> str:
    """What the journal says of the tokens in a position's account; empty when it says nothing."""
    if position is None:
        return ""
    if position.state in HELD_STATES:
        return f"beyond what position {position.id} holds"
    return f"left of position {position.id}, which is {position.state}"


def _move(done: Settlement, position: Position) -> Move:
    return Move(
        signature=done.signature,
        position_id=position.id,
        token_delta=done.token_deltas[position.mint],
        trade=done.trade,
        fees=done.fee + done.tip,
        rent=done.rent_paid - done.rent_returned,
        slot=done.slot,
    )
