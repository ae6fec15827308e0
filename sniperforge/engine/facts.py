"""Gathering what the risk checks rest on: two rounds of reads, and an unsigned buy and sale back to back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sniperforge.dex.registry import venue_named
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.amounts import format_sol
from sniperforge.errors import DecodeError, NotFoundError, RefusedError, UnavailableError
from sniperforge.execution.plan import (
    FeePlan,
    compile_message,
    round_trip_instructions,
    unsigned_transaction,
)
from sniperforge.risk.facts import Holder, PoolFacts, RoundTrip
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import MAX_SEED_BYTES, associated_token_address
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from sniperforge.chain.answers import Holding
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.chain import Account
    from sniperforge.domain.events import NewPool
    from sniperforge.ports import Clock

_Read = TypeVar("_Read")

COMMITMENT: Final = "processed"
"""Facts are read as fresh as the node has them; what is bought is quoted on the same state."""

SOLD_BACK_PERCENT: Final = 98
"""Share of the quoted tokens that the simulated sale gives back: room for a trade in between."""

OPENING_SECONDS: Final = 5
"""How long after a pool's opening a failed simulation is put down to the chain's clock."""

_FAILURES: Final = (UnavailableError, DecodeError, NotFoundError, RefusedError)
"""What leaves a fact unknown."""

_SIMULATION_UNITS: Final = 600_000
_NO_BLOCKHASH: Final = "11111111111111111111111111111111"


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A pool as it was judged: what a buy is quoted on."""

    venue: Venue
    state: PoolState
    facts: PoolFacts


class FactGatherer:
    """Reads one pool's facts; what cannot be read stays ``None`` with its reason, and is refused later.

    Args:
        wallet: whose buy and sale are simulated; it must hold what is spent.
        account_rent: rent-exempt minimum of a 165-byte account, lamports.
    """

    def __init__(self, *, rpc: RpcClient, wallet: str, account_rent: int, clock: Clock) -> None:
        self._rpc = rpc
        self._wallet = wallet
        self._account_rent = account_rent
        self._clock = clock
        self._epoch: tuple[float, int] | None = None

    async def gather(self, pool: NewPool, spend: int) -> tuple[PoolFacts, Opportunity | None]:
        """The facts, and the opportunity when the pool could be loaded.

        Args:
            spend: lamports of the simulated buy.
        """
        event = pool.event
        missing: dict[str, str] = {}
        venue = venue_named(event.dex)
        values: dict[str, Any] = {
            "pool": event.pool,
            "mint": event.base_mint,
            "dex": event.dex,
            "now": int(self._clock.now()),
            "quote_mint": event.quote_mint or None,
            "creator": event.facts.get("creator") or None,
            "created_at": pool.transaction.block_time,
        }
        if venue is None:
            missing["canonical"] = f"{event.dex} cannot be traded yet"
            return PoolFacts(**values, missing=missing), None
        largest = self._rpc.token_largest_accounts
        async with asyncio.TaskGroup() as group:
            epoch = group.create_task(self._try("epoch", missing, self._current_epoch()))
            loading = group.create_task(self._try("token", missing, self._state(venue, pool, values, epoch)))
            held = group.create_task(self._try("holders", missing, largest(event.base_mint, COMMITMENT)))
            locked = group.create_task(
                self._try("lp_holders", missing, self._lp_holdings(event.facts.get("lp_mint", "")))
            )
        state = loading.result()
        if state is None:
            return PoolFacts(**values, missing=missing), None
        async with asyncio.TaskGroup() as group:
            holdings = {"holders": held.result(), "lp_holders": locked.result()}
            standing = group.create_task(self._holders(holdings, missing))
            trying = group.create_task(
                self._try("round_trip", missing, self._round_trip(venue, state, spend))
            )
        values |= {**standing.result(), "round_trip": trying.result()}
        facts = PoolFacts(**values, missing=missing)
        return facts, Opportunity(venue, state, facts)

    async def _state(
        self, venue: Venue, pool: NewPool, values: dict[str, Any], coming: Awaitable[int | None]
    ) -> PoolState:
        """Load the pool; its own facts go into ``values``."""
        wanted = venue.accounts_of(pool.event)
        accounts: Mapping[str, Account | None] = (await self._rpc.accounts(wanted, COMMITMENT)).accounts
        further = venue.required_accounts(pool.event.pool, accounts)
        if further:
            more = await self._rpc.accounts(further, COMMITMENT)
            accounts = {**accounts, **more.accounts}
        epoch = await coming
        if epoch is None:
            raise UnavailableError("the epoch is not known, and transfer fees follow it")
        state = venue.load(pool.event.pool, accounts, epoch=epoch)
        mint = accounts[state.base_mint]
        assert mint is not None, "the state was loaded from it"
        anatomy = venue.anatomy(state, accounts)
        values |= {
            "token": decode_mint(mint),
            "quote_mint": state.quote_mint,
            "canonical": anatomy.canonical,
            "quote_liquidity": state.quote_liquidity,
            "base_vault": anatomy.base_vault,
            "lp_pool_supply": anatomy.lp_pool_supply,
            "lp_mint_supply": anatomy.lp_mint_supply,
            "open_time": state.open_time,
            "creator": anatomy.creator or values["creator"],
            "epoch": epoch,
        }
        return state

    async def _lp_holdings(self, lp_mint: str) -> tuple[Holding, ...] | None:
        return await self._rpc.token_largest_accounts(lp_mint, COMMITMENT) if lp_mint else None

    async def _holders(
        self, holdings: Mapping[str, tuple[Holding, ...] | None], missing: dict[str, str]
    ) -> dict[str, tuple[Holder, ...]]:
        """Who stands behind the largest accounts, by fact; what cannot be read is left out and noted."""
        known = {name: held for name, held in holdings.items() if held is not None}
        try:
            return await self._standing_behind(known, missing)
        except _FAILURES as error:
            missing |= dict.fromkeys(known, error.message)
            return {}

    async def _standing_behind(
        self, holdings: Mapping[str, tuple[Holding, ...]], missing: dict[str, str]
    ) -> dict[str, tuple[Holder, ...]]:
        """One read for the owners of all accounts, one for the owners' programs."""
        addresses = [holding.account for held in holdings.values() for holding in held]
        accounts = (await self._rpc.accounts(addresses, COMMITMENT)).accounts
        owners: dict[str, dict[str, str]] = {}
        for name, held in holdings.items():
            try:
                owners[name] = _owners(held, accounts)
            except DecodeError as error:
                missing[name] = error.message
        wanted = sorted({owner for known in owners.values() for owner in known.values()})
        behind = (await self._rpc.accounts(wanted, COMMITMENT)).accounts
        return {name: _holders(holdings[name], known, behind) for name, known in owners.items()}

    async def _round_trip(self, venue: Venue, state: PoolState, spend: int) -> RoundTrip | None:
        """Run a buy and a sale of nearly all it gave, in one transaction that is never signed.

        Its account has another address for each pool: one that stays the same could be paid into, and then
        not be created in any simulation.
        """
        if state.quote_mint != WSOL_MINT:
            return None
        mint = state.base_mint
        token_account = associated_token_address(self._wallet, mint, state.token_program(mint))
        bought = state.quote(WSOL_MINT, spend).amount_out
        sold = bought * SOLD_BACK_PERCENT // 100
        ephemeral, instructions = round_trip_instructions(
            wallet=self._wallet,
            mint=mint,
            token_program=state.token_program(mint),
            token_account=token_account,
            spend=spend,
            account_rent=self._account_rent,
            seed=state.address[:MAX_SEED_BYTES],
            fees=FeePlan(_SIMULATION_UNITS, 0),
            buy=_swap(venue, state, self._wallet, WSOL_MINT, spend),
            sell=_swap(venue, state, self._wallet, mint, sold),
        )
        message = compile_message(self._wallet, instructions, _NO_BLOCKHASH)
        simulation = await self._rpc.simulate(
            unsigned_transaction(message), accounts=(ephemeral,), commitment=COMMITMENT
        )
        if simulation.err is not None:
            await self._require_funds(spend)
            if self._clock.now() < state.open_time + OPENING_SECONDS:
                # The chain's clock may be behind ours: a refusal now says nothing about the token.
                raise UnavailableError("swaps are not open yet, or have only just opened")
            return RoundTrip(spent=spend, received=0, error=_program_error(simulation.err, simulation.logs))
        account = simulation.accounts.get(ephemeral)
        if account is None:
            raise UnavailableError("the simulation did not show what came back")
        received = account.lamports - self._account_rent
        fair = state.after_swap(WSOL_MINT, spend).quote(mint, sold).amount_out
        return RoundTrip(spend, _whole(received), expected=_whole(fair), units=simulation.units)

    async def _require_funds(self, spend: int) -> None:
        """Tell an empty wallet from a bad token: both make the simulation fail."""
        balance = await self._rpc.balance(self._wallet, COMMITMENT)
        if balance < spend + 2 * self._account_rent:
            raise UnavailableError(
                f"the wallet holds {format_sol(balance)} SOL, too little for a buy of {format_sol(spend)} SOL"
            )

    async def _current_epoch(self) -> int:
        """The epoch, asked for once a minute: transfer fees change with it, nothing else here does."""
        now = self._clock.monotonic()
        if self._epoch is None or now - self._epoch[0] > 60:
            self._epoch = (now, (await self._rpc.epoch_info(COMMITMENT)).epoch)
        return self._epoch[1]

    async def _try(self, name: str, missing: dict[str, str], read: Awaitable[_Read]) -> _Read | None:
        try:
            return await read
        except _FAILURES as error:
            missing[name] = error.message
            return None


def _owners(held: Sequence[Holding], accounts: Mapping[str, Account | None]) -> dict[str, str]:
    """Owner by token account; an account that is gone by now has none."""
    found = {holding.account: accounts[holding.account] for holding in held}
    return {address: decode_token_account(account).owner for address, account in found.items() if account}


def _holders(
    held: Sequence[Holding], owners: Mapping[str, str], behind: Mapping[str, Account | None]
) -> tuple[Holder, ...]:
    return tuple(
        Holder(holding.account, owner, holding.raw, program.owner if program else None)
        for holding in held
        for owner in [owners.get(holding.account)]
        for program in [behind.get(owner) if owner else None]
    )


def _whole(part: int) -> int:
    """What a sale of all would have brought, from what the simulated one brings."""
    return part * 100 // SOLD_BACK_PERCENT


def _swap(venue: Venue, state: PoolState, wallet: str, input_mint: str, amount_in: int) -> Any:
    def build(user_input: str, user_output: str) -> Any:
        return venue.swap_instruction(
            state,
            user=wallet,
            input_mint=input_mint,
            amount_in=amount_in,
            minimum_out=0,
            user_input=user_input,
            user_output=user_output,
        )

    return build


def _program_error(err: Any, logs: tuple[str, ...]) -> str:
    """The error with the program's own words, when it logged some."""
    said = [line for line in logs if "Error" in line]
    return f"{err}: {said[-1]}" if said else str(err)
