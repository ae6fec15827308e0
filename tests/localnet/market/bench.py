"""A chain whose time the test moves, with a market or a single launch on it, and short ways to read accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.genesis import Genesis, create_node
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.crowd import SIZE, Crowd
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.market.schedule import Step, launches
from sniperforge.localnet.market.strikes import strike
from sniperforge.tokens.account import TokenAccount, decode_token_account
from sniperforge.tokens.instructions import transfer_lamports
from sniperforge.tokens.mint import Mint, decode_mint

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from sniperforge.dex.venue import PoolState
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord
    from sniperforge.localnet.market.archetypes import Archetype

SOL = LAMPORTS_PER_SOL
NOW = 1_790_000_000.0
GENESIS = bytes(range(32))


def kind(name: str) -> Archetype:
    """The archetype called ``name``."""
    return next(each for each in ARCHETYPES if each.name == name)


class Chain:
    """A ledger with the AMM on it.

    Attributes:
        landed: every transaction, in order.
    """

    def __init__(self, *, seed: bytes = GENESIS, phase: float = 0.0, profile: SlotProfile = MAINNET_PACE):
        self.now = NOW + phase
        self.ledger: Ledger = create_node(Genesis(seed), lambda: self.now, profile).ledger
        self.landed: list[TransactionRecord] = []
        self.ledger.on_landed.append(lambda record, _changes: self.landed.append(record))

    def slots(self, count: int = 1, *, skipped: int = 0) -> None:
        """Let ``count`` slots pass with their time, each after ``skipped`` others without a block."""
        for _ in range(count):
            self.now += (1 + skipped) * self.ledger.profile.slot_ms / 1_000
            self.ledger.advance(1 + skipped)

    def funded(self, name: str, lamports: int = 1_000_000 * SOL) -> Actor:
        """An actor whose account is part of genesis."""
        actor = Actor(self.ledger, seed_of(name, 1))
        self.ledger.set_account(Account(str(actor.key), SYSTEM_PROGRAM, lamports, b""))
        return actor

    def drain(self, address: str) -> None:
        """Take an account's lamports away, so that it cannot pay any more."""
        self.ledger.set_account(Account(address, SYSTEM_PROGRAM, 0, b""))

    def mint(self, address: Pubkey | str) -> Mint:
        """A mint as its bytes say."""
        account = self.ledger.account(str(address))
        assert account is not None, f"no mint {address}"
        return decode_mint(account)

    def token_account(self, address: Pubkey | str) -> TokenAccount:
        """A token account as its bytes say."""
        account = self.ledger.account(str(address))
        assert account is not None, f"no token account {address}"
        return decode_token_account(account)

    def holders(self, mint: Pubkey) -> list[TokenAccount]:
        """Every token account of a mint."""
        return [self.token_account(address) for address in sorted(self.ledger.vm.index.by_mint(mint))]

    def pool(self, address: Pubkey | str) -> PoolState:
        """A pool as the venue's decoder reads it, reserves without fees owed."""
        venue, known = RaydiumCpmm(), dict[str, Account | None]()
        while needed := venue.required_accounts(str(address), known):
            known |= {name: self.ledger.account(name) for name in needed}
        return venue.load(str(address), known, epoch=0)


@dataclass(frozen=True, slots=True)
class Launchpad:
    """One launch, put on chain by hand."""

    chain: Chain
    token: LaunchedToken
    crowd: Crowd

    def strike(self, left: int = 1) -> str:
        """Let the creator do what the kind does; what landed, in words, or nothing."""
        deed = strike(self.token, left, self.crowd.wallets)
        if deed is None:
            return ""
        assert any(record.signature == deed.signature for record in self.chain.landed)
        return deed.what

    def buyers(self, count: int, lamports: int = SOL) -> None:
        """Let the first members of the crowd buy."""
        for trader in range(count):
            self.crowd.trade(self.token, Step(0, trader, lamports=lamports))

    def of(self, owner: object) -> TokenAccount:
        """The launched token's account of an owner."""
        return next(each for each in self.chain.holders(self.token.mint) if each.owner == str(owner))

    @property
    def of_buyers(self) -> list[TokenAccount]:
        """The crowd's accounts of the launched token."""
        wallets = {str(wallet) for wallet in self.crowd.wallets}
        return [each for each in self.chain.holders(self.token.mint) if each.owner in wallets]

    @property
    def wrapped(self) -> int:
        """The creator's wrapped lamports."""
        return self.chain.token_account(self.token.wsol).raw

    @property
    def inside(self) -> int:
        """Lamports in the pool."""
        return self.chain.pool(self.token.pool.pool).quote_liquidity

    def trade_all(self) -> list[float]:
        """Let the crowd make its trades, a slot apart; returns the price before the first and after each."""
        prices = [self.price]
        for step in self.token.launch.trades:
            self.chain.slots()
            self.crowd.trade(self.token, step)
            prices.append(self.price)
        return prices

    @property
    def price(self) -> float:
        """Lamports per raw token unit, from the vaults."""
        return float(self.chain.pool(self.token.pool.pool).spot_price)

    @property
    def lp(self) -> list[TokenAccount]:
        """Who holds liquidity tokens."""
        return self.chain.holders(self.token.pool.lp_mint)


def launched(archetype: str, *, seed: int = 1, number: int = 0) -> Launchpad:
    """A chain with a crowd and one launch of ``archetype``, three slots old: its pool is open."""
    chain = Chain()
    treasury = chain.funded("treasury")
    crowd = Crowd(chain.ledger, treasury, seed)
    crowd.open()
    coming = (each for each in launches(seed, per_minute=60, crowd=SIZE) if each.archetype.name == archetype)
    launch = next(each for index, each in enumerate(coming) if index == number)
    token = LaunchedToken(chain.ledger, launch)
    treasury.send([transfer_lamports(str(treasury.key), str(token.creator), token.funds)])
    assert token.create()
    chain.slots(3)
    return Launchpad(chain, token, crowd)


def market_on(chain: Chain, *, seed: int = 7, per_minute: int = 60, **more: Any) -> Market:
    """An open market."""
    market = Market(chain.ledger, seed=seed, per_minute=per_minute, **more)
    market.open()
    return market
