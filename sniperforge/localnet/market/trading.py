"""What traders of launched tokens do: wrap SOL, buy, sell. One transaction each, which may fail on chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.program.cpmm.instructions import associated_token_account, swap_base_input
from sniperforge.tokens.instructions import create_associated_token_account, sync_native, transfer_lamports

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.localnet.market.actor import Actor
    from sniperforge.localnet.market.launchpad import LaunchedToken

WSOL: Final = Pubkey.from_string(WSOL_MINT)


def wrap(actor: Actor, lamports: int) -> list[Instruction]:
    """Move lamports into the actor's wrapped-SOL account, made when it is not there."""
    me, wrapped = str(actor.key), str(associated_token_account(actor.key, WSOL))
    return [
        create_associated_token_account(me, me, WSOL_MINT),
        transfer_lamports(me, wrapped, lamports),
        sync_native(wrapped),
    ]


def buy(actor: Actor, token: LaunchedToken, lamports: int) -> str:
    """Spend wrapped lamports on the token; the signature when it landed."""
    me = str(actor.key)
    return actor.lands(
        [
            create_associated_token_account(me, me, str(token.mint), str(token.program)),
            swap_base_input(
                token.pool,
                payer=actor.key,
                source=associated_token_account(actor.key, WSOL),
                destination=token.account_of(actor.key),
                mint_in=WSOL,
                amount_in=lamports,
            ),
        ],
        units=200_000,
    )


def sell(actor: Actor, token: LaunchedToken, raw: int) -> str:
    """Sell raw units of the token for wrapped lamports; the signature when it landed."""
    me = str(actor.key)
    return actor.lands(
        [
            create_associated_token_account(me, me, WSOL_MINT),
            swap_base_input(
                token.pool,
                payer=actor.key,
                source=token.account_of(actor.key),
                destination=associated_token_account(actor.key, WSOL),
                mint_in=token.mint,
                amount_in=raw,
            ),
        ],
        units=200_000,
    )
