"""A launch on chain: make the mint, fund the pool, keep what the archetype keeps; later, its strike."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, WSOL_MINT
from sniperforge.localnet.market.actor import Actor
from sniperforge.localnet.market.schedule import SUPPLY, TOKEN_DECIMALS
from sniperforge.localnet.market.token_admin import burn, create_mint, freeze, mint_to, revoke
from sniperforge.localnet.program.instructions import (
    AUTHORITY,
    TOKEN,
    TOKEN_2022,
    associated_token_account,
    initialize,
    pool_addresses,
    swap_base_input,
    withdraw,
)
from sniperforge.tokens.instructions import (
    create_associated_token_account,
    sync_native,
    transfer_checked,
    transfer_lamports,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.schedule import Launch

CREATOR_FUNDS: Final = 2 * LAMPORTS_PER_SOL
"""Beside the liquidity: pool fee, rents and fees."""

_WSOL: Final = Pubkey.from_string(WSOL_MINT)
_ACCOUNTS_A_TRANSACTION: Final = 10


class LaunchedToken:
    """One launched token and its creator's hold on it."""

    def __init__(self, ledger: Ledger, launch: Launch) -> None:
        self.launch = launch
        self._ledger = ledger
        self._creator = Actor(ledger, launch.seed)
        self._mint_key = Keypair.from_seed(bytes(reversed(launch.seed)))
        self.mint = self._mint_key.pubkey()
        self.program = TOKEN_2022 if launch.archetype.transfer_fee_bps else TOKEN
        self.pool = pool_addresses(self.mint, _WSOL, program_a=self.program)
        self._tokens = associated_token_account(self._creator.key, self.mint, self.program)
        self._wsol = associated_token_account(self._creator.key, _WSOL)
        self._lp = associated_token_account(self._creator.key, self.pool.lp_mint)

    @property
    def creator(self) -> Pubkey:
        """Who launches; must be funded with :attr:`funds` first."""
        return self._creator.key

    @property
    def funds(self) -> int:
        """Lamports that the creator needs."""
        return self.launch.liquidity + CREATOR_FUNDS

    def create(self) -> bool:
        """Put the token and its pool on chain; whether every step landed."""
        # One after the other: what is let go of is what the pool gave.
        return (
            self._landed(self._issue(), self._mint_key) and self._landed(self._fund_pool()) and self._let_go()
        )

    def strike(self) -> str:
        """Do what the archetype does to those who bought; returns what landed, in words, or nothing."""
        aftermath = self.launch.archetype.aftermath
        return {
            "pull_liquidity": self._pull_liquidity,
            "mint_and_dump": self._mint_and_dump,
            "freeze_buyers": self._freeze_buyers,
            "dust_holders": self._dust_holders,
        }.get(aftermath.value, lambda: "")()

    # -- creation ------------------------------------------------------------------------------------------

    def _issue(self) -> list[Instruction]:
        me, archetype = self._creator.key, self.launch.archetype
        made = create_mint(
            me,
            self.mint,
            decimals=TOKEN_DECIMALS,
            freeze_authority=me if archetype.keeps_freeze else None,
            transfer_fee_bps=archetype.transfer_fee_bps,
            rent=3_000_000,
        )
        return [
            *made,
            create_associated_token_account(str(me), str(me), str(self.mint), str(self.program)),
            mint_to(self.mint, self._tokens, me, SUPPLY, self.program),
            *([] if archetype.keeps_mint else [revoke(self.mint, me, self.program, freeze=False)]),
        ]

    def _fund_pool(self) -> list[Instruction]:
        me = str(self._creator.key)
        kept = SUPPLY * self.launch.archetype.creator_share_percent // 100
        mine = {_WSOL: (self._wsol, self.launch.liquidity), self.mint: (self._tokens, SUPPLY - kept)}
        (account_0, amount_0), (account_1, amount_1) = mine[self.pool.mint_0], mine[self.pool.mint_1]
        return [
            create_associated_token_account(me, me, WSOL_MINT),
            transfer_lamports(me, str(self._wsol), self.launch.liquidity),
            sync_native(str(self._wsol)),
            initialize(
                self.pool,
                creator=self._creator.key,
                creator_token_0=account_0,
                creator_token_1=account_1,
                amount_0=amount_0,
                amount_1=amount_1,
            ),
        ]

    def _let_go(self) -> bool:
        """Burn the liquidity tokens, in the slot of the creation, unless the archetype keeps them."""
        if self.launch.archetype.keeps_lp:
            return True
        held = self._balance(self._lp)
        return self._landed([burn(self._lp, self.pool.lp_mint, self._creator.key, held)])

    def _landed(self, instructions: list[Instruction], *signers: Keypair) -> bool:
        record = self._creator.send(instructions, *signers, units=400_000)
        return record is not None and record.err is None

    # -- aftermath -----------------------------------------------------------------------------------------

    def _pull_liquidity(self) -> str:
        pulled = self._landed(
            [
                withdraw(
                    self.pool,
                    owner=self._creator.key,
                    lp_account=self._lp,
                    token_0=self._account_of(self.pool.mint_0),
                    token_1=self._account_of(self.pool.mint_1),
                    lp_amount=self._balance(self._lp),
                )
            ]
        )
        return "creator withdrew the liquidity" if pulled else ""

    def _mint_and_dump(self) -> str:
        raw = SUPPLY * 5
        dumped = self._landed(
            [
                mint_to(self.mint, self._tokens, self._creator.key, raw, self.program),
                swap_base_input(
                    self.pool,
                    payer=self._creator.key,
                    source=self._tokens,
                    destination=self._wsol,
                    mint_in=self.mint,
                    amount_in=raw,
                ),
            ]
        )
        return "creator minted five times the supply and sold it" if dumped else ""

    def _freeze_buyers(self) -> str:
        holders, frozen = list(self._holders()), 0
        for start in range(0, len(holders), _ACCOUNTS_A_TRANSACTION):
            batch = holders[start : start + _ACCOUNTS_A_TRANSACTION]
            if self._landed(
                [freeze(account, self.mint, self._creator.key, self.program) for account in batch]
            ):
                frozen += len(batch)
        return f"creator froze {frozen} holders" if frozen else ""

    def _dust_holders(self) -> str:
        holders = list(islice(self._holders(), _ACCOUNTS_A_TRANSACTION))
        sent = holders and self._landed(
            [
                transfer_checked(
                    str(self._tokens),
                    str(self.mint),
                    str(account),
                    str(self._creator.key),
                    raw=1 + index,
                    decimals=TOKEN_DECIMALS,
                    token_program=str(self.program),
                )
                for index, account in enumerate(holders)
            ]
        )
        return f"creator sent dust to {len(holders)} holders" if sent else ""

    def _holders(self) -> Iterator[Pubkey]:
        """Token accounts that are neither the creator's nor the pool's."""
        own = {str(self._tokens)}
        for address in sorted(self._ledger.vm.index.by_mint(self.mint)):
            account = self._ledger.account(address)
            if account is not None and address not in own and account.data[32:64] != bytes(AUTHORITY):
                yield Pubkey.from_string(address)

    def _account_of(self, mint: Pubkey) -> Pubkey:
        return self._wsol if mint == _WSOL else self._tokens

    def _balance(self, account: Pubkey) -> int:
        found = self._ledger.account(str(account))
        return 0 if found is None else int.from_bytes(found.data[64:72], "little")
