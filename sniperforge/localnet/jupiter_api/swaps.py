"""From amounts and pools to the instructions of one swap, in the order in which Jupiter groups them.

There is no aggregator program on the embedded network: a hop is an instruction of the pool's own program.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.instruction import Instruction

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.jupiter_api.pools import VENUE
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import (
    close_account,
    create_associated_token_account,
    sync_native,
    transfer_lamports,
)

if TYPE_CHECKING:
    from sniperforge.dex.raydium_cpmm.state import CpmmState

_SWAP_BASE_OUTPUT: Final = instruction_discriminator("swap_base_output")


@dataclass(frozen=True, slots=True)
class Leg:
    """One hop as it is sent.

    Attributes:
        amount_in: raw units of ``input_mint``; the most that may be spent when ``exact_out``.
        amount_out: the least to accept; the amount itself when ``exact_out``.
    """

    state: CpmmState
    input_mint: str
    output_mint: str
    amount_in: int
    amount_out: int
    exact_out: bool = False


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """One swap of one wallet.

    Attributes:
        user: signs, pays, and owns every account.
        legs: one, or two with SOL between them.
        wrap: wrap SOL before and unwrap it afterwards; ``False`` uses and keeps the wallet's wrapped SOL.
        destination: an existing token account for the output instead of the wallet's own.
    """

    user: str
    legs: tuple[Leg, ...]
    wrap: bool = True
    destination: str | None = None

    def accounts_made(self) -> list[tuple[str, str]]:
        """``(address, mint)`` of the associated accounts that it makes unless they exist."""
        mints = [leg.output_mint for leg in self.legs]
        if self.destination is not None:
            mints.pop()
        if self.wrap and self.legs[0].input_mint == WSOL_MINT:
            mints.insert(0, WSOL_MINT)
        return [(self.account(mint), mint) for mint in mints]

    def setup(self) -> list[Instruction]:
        """Accounts, wrapped SOL, and every hop but the last."""
        made = [
            create_associated_token_account(self.user, self.user, mint, self._program(mint))
            for _, mint in self.accounts_made()
        ]
        first = self.legs[0]
        if self.wrap and first.input_mint == WSOL_MINT:
            wrapped = self.account(WSOL_MINT)
            made[1:1] = [transfer_lamports(self.user, wrapped, first.amount_in), sync_native(wrapped)]
        return [*made, *(self._swap(leg) for leg in self.legs[:-1])]

    def swap(self) -> Instruction:
        """The last hop."""
        return self._swap(self.legs[-1])

    def cleanup(self) -> Instruction | None:
        """Unwrap what is left in the wallet's wrapped SOL account, whatever was there before."""
        touched = {leg.input_mint for leg in self.legs} | {mint for _, mint in self.accounts_made()}
        if not self.wrap or WSOL_MINT not in touched:
            return None
        return close_account(self.account(WSOL_MINT), self.user, self.user)

    def instructions(self) -> list[Instruction]:
        """All of it but the compute budget."""
        cleanup = self.cleanup()
        return [*self.setup(), self.swap(), *([] if cleanup is None else [cleanup])]

    def account(self, mint: str) -> str:
        """The wallet's associated account of one of the mints."""
        return associated_token_address(self.user, mint, self._program(mint))

    def _program(self, mint: str) -> str:
        leg = next(leg for leg in self.legs if mint in (leg.input_mint, leg.output_mint))
        return leg.state.token_program(mint)

    def _swap(self, leg: Leg) -> Instruction:
        target = self.destination if leg is self.legs[-1] else None
        made = VENUE.swap_instruction(
            leg.state,
            user=self.user,
            input_mint=leg.input_mint,
            amount_in=leg.amount_in,
            minimum_out=leg.amount_out,
            user_input=self.account(leg.input_mint),
            user_output=target or self.account(leg.output_mint),
        )
        if not leg.exact_out:
            return made
        # the same accounts; data: most to spend, amount to receive (instructions/swap_base_output.rs)
        data = _SWAP_BASE_OUTPUT + struct.pack("<QQ", leg.amount_in, leg.amount_out)
        return Instruction(made.program_id, data, made.accounts)
