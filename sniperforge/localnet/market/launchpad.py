"""A launch on chain: make the mint, fund the pool, keep what the archetype keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.market import token_admin
from sniperforge.localnet.market.actor import Actor
from sniperforge.localnet.market.archetypes import Aftermath, Trait
from sniperforge.localnet.market.insiders import Insiders
from sniperforge.localnet.market.schedule import SUPPLY, TOKEN_DECIMALS
from sniperforge.localnet.market.token_admin import burn, create_mint, mint_to, revoke
from sniperforge.localnet.market.trading import WSOL, wrap
from sniperforge.localnet.program.cpmm.instructions import (
    AUTHORITY,
    OPERATOR,
    OPERATOR_SEED,
    TOKEN,
    TOKEN_2022,
    associated_token_account,
    initialize,
    list_mint,
    pool_addresses,
)
from sniperforge.tokens.instructions import create_associated_token_account, transfer_lamports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.schedule import Launch

CREATOR_FUNDS: Final = 2 * LAMPORTS_PER_SOL
"""Beside the liquidity: pool fee, rents and fees."""

TRANSFER_FEE_BPS: Final = 2_000
SCHEDULED_FEE_BPS: Final = 9_000
FALSE_NAME: Final = ("USD Coin", "USDC")

_MINT_LAMPORTS: Final = 6_000_000
"""Enough for the rent of every mint, extensions and name included."""
_LISTING_RENT: Final = 1_621_680
"""Of the 105 bytes of an entry in the operator's list."""


class LaunchedToken:
    """One launched token and its creator's hold on it.

    Attributes:
        actor, creator: who launches; must be funded with :attr:`funds` first.
        insiders: the creator's other wallets.
        program: the token program of its mint.
        tokens, wsol, lp: the creator's accounts of the token, of wrapped SOL, of liquidity tokens.
    """

    def __init__(self, ledger: Ledger, launch: Launch) -> None:
        self.launch = launch
        self._ledger = ledger
        self.actor = Actor(ledger, launch.seed)
        self.creator = self.actor.key
        self.insiders = Insiders(ledger, launch)
        self._mint_key = Keypair.from_seed(bytes(reversed(launch.seed)))
        self._pool_key = Keypair.from_seed(bytes(byte ^ 0xFF for byte in launch.seed))
        self.mint = self._mint_key.pubkey()
        self.program = TOKEN_2022 if launch.archetype.trait else TOKEN
        own_key = self._pool_key.pubkey() if launch.archetype.own_pool_key else None
        self.pool = pool_addresses(self.mint, WSOL, program_a=self.program, pool=own_key)
        self.tokens = self.account_of(self.creator)
        self.wsol = associated_token_account(self.creator, WSOL)
        self.lp = associated_token_account(self.creator, self.pool.lp_mint)

    @property
    def funds(self) -> int:
        """Lamports that the creator needs."""
        return self.launch.liquidity + CREATOR_FUNDS + self.insiders.funds

    def account_of(self, owner: Pubkey) -> Pubkey:
        """The owner's account of the token."""
        return associated_token_account(owner, self.mint, self.program)

    def own_account(self, mint: Pubkey) -> Pubkey:
        """The creator's account of one of the pool's mints."""
        return self.wsol if mint == WSOL else self.tokens

    def holders(self) -> list[Pubkey]:
        """Token accounts that are neither the creator's nor the pool's."""
        found = {
            name: self._ledger.account(name) for name in sorted(self._ledger.vm.index.by_mint(self.mint))
        }
        theirs = (bytes(self.creator), bytes(AUTHORITY))
        return [Pubkey.from_string(name) for name, it in found.items() if it and it.data[32:64] not in theirs]

    def create(self) -> bool:
        """Put the token and its pool on chain; whether every step landed that can."""
        if not self.actor.lands(self._issue(), self._mint_key):
            return False
        archetype = self.launch.archetype
        if archetype.listed and not self._list():
            return False
        signers = [self._pool_key] if archetype.own_pool_key else []
        if not self.actor.lands(self._fund_pool(), *signers):
            return archetype.trait is Trait.NON_TRANSFERABLE  # the token program lets no pool have it
        # After the other: what is let go of is what the pool gave.
        return self._let_go() and self.insiders.open(self)

    def _issue(self) -> list[Instruction]:
        me, archetype = self.creator, self.launch.archetype
        made = create_mint(
            me,
            self.mint,
            decimals=TOKEN_DECIMALS,
            freeze_authority=me if archetype.keeps_freeze else None,
            lamports=_MINT_LAMPORTS,
            extensions=self._extensions(),
        )
        return [
            *made,
            *self._dress(),
            create_associated_token_account(str(me), str(me), str(self.mint), str(self.program)),
            mint_to(self.mint, self.tokens, me, SUPPLY, self.program),
            *([] if archetype.keeps_mint else [revoke(self.mint, me, self.program, freeze=False)]),
        ]

    def _extensions(self) -> list[token_admin.MintExtension]:
        me, trait = self.creator, self.launch.archetype.trait
        made: Mapping[Trait, Callable[[], token_admin.MintExtension]] = {
            Trait.TRANSFER_FEE: lambda: token_admin.transfer_fee(me, TRANSFER_FEE_BPS),
            Trait.SCHEDULED_FEE: lambda: token_admin.transfer_fee(me, 0),
            Trait.PERMANENT_DELEGATE: lambda: token_admin.permanent_delegate(me),
            Trait.DEFAULT_FROZEN: token_admin.default_state,
            Trait.NON_TRANSFERABLE: token_admin.non_transferable,
            Trait.MINT_CLOSE: lambda: token_admin.close_authority(me),
            Trait.TRANSFER_HOOK: lambda: token_admin.transfer_hook(me),
            Trait.FALSE_NAME: lambda: token_admin.own_metadata(me, self.mint),
        }
        return [made[trait]()] if trait else []

    def _dress(self) -> list[Instruction]:
        """What follows the mint's own setup."""
        me, trait = self.creator, self.launch.archetype.trait
        if trait is Trait.SCHEDULED_FEE:
            return [token_admin.schedule_fee(self.mint, me, SCHEDULED_FEE_BPS)]
        if trait is Trait.FALSE_NAME:
            return [token_admin.name_mint(self.mint, me, *FALSE_NAME)]
        return []

    def _list(self) -> str:
        pay = transfer_lamports(str(self.creator), str(OPERATOR), _LISTING_RENT)
        return self.actor.lands([pay, list_mint(self.mint)], Keypair.from_seed(OPERATOR_SEED))

    def _fund_pool(self) -> list[Instruction]:
        archetype = self.launch.archetype
        kept = SUPPLY * archetype.creator_share_percent // 100
        amounts = {WSOL: self.launch.liquidity, self.mint: SUPPLY - kept}
        made = initialize(
            self.pool,
            creator=self.creator,
            creator_token_0=self.own_account(self.pool.mint_0),
            creator_token_1=self.own_account(self.pool.mint_1),
            amount_0=amounts[self.pool.mint_0],
            amount_1=amounts[self.pool.mint_1],
            pool_signs=archetype.own_pool_key,
            listed=(self.mint,) if archetype.listed else (),
        )
        # A vault that is born frozen takes no deposit: the trap is set right after it.
        frozen = archetype.trait is Trait.DEFAULT_FROZEN
        then = [token_admin.freeze_new_accounts(self.mint, self.creator)] if frozen else []
        return [*wrap(self.actor, self.launch.liquidity), made, *then]

    def _let_go(self) -> bool:
        """Burn the liquidity tokens, in the slot of the creation, unless the archetype keeps them."""
        if self.launch.archetype.keeps_lp:
            return True
        held = self.actor.balance(self.lp)
        return bool(self.actor.lands([burn(self.lp, self.pool.lp_mint, self.creator, held)]))

    @property
    def has_pool(self) -> bool:
        """Whether a pool can hold it."""
        return self.launch.archetype.aftermath is not Aftermath.AIRDROP
