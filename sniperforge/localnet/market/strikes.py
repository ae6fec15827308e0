"""What creators do to those who bought, once the time has come. Each strike is one or more transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.localnet.market.archetypes import Aftermath
from sniperforge.localnet.market.schedule import SUPPLY, TOKEN_DECIMALS
from sniperforge.localnet.market.token_admin import arm_hook, close_mint, freeze, mint_to
from sniperforge.localnet.market.trading import sell
from sniperforge.localnet.program.cpmm.instructions import swap_base_input, withdraw
from sniperforge.tokens.instructions import create_associated_token_account, transfer_checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

    from sniperforge.localnet.market.launchpad import LaunchedToken

_ACCOUNTS_A_TRANSACTION: Final = 10


class Deed(NamedTuple):
    """What was done, and a transaction of it."""

    what: str
    signature: str


class Strike(NamedTuple):
    """What a strike knows beside its token.

    Attributes:
        left: strikes still to come, this one included.
        wallets: those who get what nobody asked for.
    """

    left: int
    wallets: Sequence[Pubkey]


def strike(token: LaunchedToken, left: int = 1, wallets: Sequence[Pubkey] = ()) -> Deed | None:
    """Do what the archetype does to those who bought; what landed, or nothing. See :class:`Strike`."""
    act = _TABLE.get(token.launch.archetype.aftermath)
    return act(token, Strike(left, wallets)) if act else None


def _pull_liquidity(token: LaunchedToken, strike: Strike) -> Deed | None:
    pulled = token.actor.lands(
        [
            withdraw(
                token.pool,
                owner=token.creator,
                lp_account=token.lp,
                token_0=token.own_account(token.pool.mint_0),
                token_1=token.own_account(token.pool.mint_1),
                lp_amount=token.actor.balance(token.lp) // strike.left,
            )
        ]
    )
    return _deed(f"creator withdrew {'the' if strike.left == 1 else 'a part of the'} liquidity", pulled)


def _mint_and_dump(token: LaunchedToken, _strike: Strike) -> Deed | None:
    raw = SUPPLY * 5
    dumped = token.actor.lands(
        [
            mint_to(token.mint, token.tokens, token.creator, raw, token.program),
            swap_base_input(
                token.pool,
                payer=token.creator,
                source=token.tokens,
                destination=token.wsol,
                mint_in=token.mint,
                amount_in=raw,
            ),
        ]
    )
    return _deed("creator minted five times the supply and sold it", dumped)


def _freeze_buyers(token: LaunchedToken, _strike: Strike) -> Deed | None:
    me = token.creator
    freezes = [freeze(account, token.mint, me, token.program) for account in token.holders()]
    return _in_batches(token, freezes, "creator froze {} holders")


def _dust_holders(token: LaunchedToken, _strike: Strike) -> Deed | None:
    holders = token.holders()[:_ACCOUNTS_A_TRANSACTION]
    moves = [_move(token, token.tokens, account, 1 + index) for index, account in enumerate(holders)]
    return _in_batches(token, moves, "creator sent dust to {} holders")


def _seize_and_dump(token: LaunchedToken, _strike: Strike) -> Deed | None:
    held = [(account, token.actor.balance(account)) for account in token.holders()]
    moves = [_move(token, account, token.tokens, raw) for account, raw in held if raw]
    deed = _in_batches(token, moves, "creator seized the tokens of {} holders and sold them")
    return deed if deed and _sell_out(token) else None


def _dump_and_close(token: LaunchedToken, _strike: Strike) -> Deed | None:
    sold = _sell_out(token)
    closed = token.actor.lands([close_mint(token.mint, token.creator)])
    return _deed(f"creator sold out{' and closed the mint' if closed else ''}", sold)


def _arm_hook(token: LaunchedToken, _strike: Strike) -> Deed | None:
    # Which program is named does not matter: pools pass none to a transfer, so each one fails.
    armed = token.actor.lands([arm_hook(token.mint, token.creator, token.creator)])
    return _deed("creator armed the transfer hook", armed)


def _airdrop(token: LaunchedToken, strike: Strike) -> Deed | None:
    me, program, gifts = str(token.creator), str(token.program), []
    for wallet in strike.wallets[:_ACCOUNTS_A_TRANSACTION]:
        account = token.account_of(wallet)
        gift = create_associated_token_account(me, str(wallet), str(token.mint), program)
        gifts += [gift, mint_to(token.mint, account, token.creator, 10**9, token.program)]
    return _in_batches(token, gifts, "creator sent tokens to {} wallets", each=2)


def _wash(token: LaunchedToken, _strike: Strike) -> Deed | None:
    return _deed("creator's wallets bought and sold", token.insiders.wash(token))


def _dump_insiders(token: LaunchedToken, _strike: Strike) -> Deed | None:
    sales = token.insiders.dump(token)
    return _deed(f"{len(sales)} of the creator's wallets sold everything", sales[0] if sales else "")


def _sell_out(token: LaunchedToken) -> str:
    return sell(token.actor, token, token.actor.balance(token.tokens))


def _in_batches(
    token: LaunchedToken, instructions: list[Instruction], what: str, *, each: int = 1
) -> Deed | None:
    """As many transactions as that takes; ``what`` is told with how many ``each`` instructions landed."""
    done, first, size = 0, "", _ACCOUNTS_A_TRANSACTION
    for start in range(0, len(instructions), size):
        batch = instructions[start : start + size]
        signature = token.actor.lands(batch)
        done += len(batch) if signature else 0
        first = first or signature
    return _deed(what.format(done // each), first)


def _deed(what: str, signature: str) -> Deed | None:
    return Deed(what, signature) if signature else None


def _move(token: LaunchedToken, source: Pubkey, destination: Pubkey, raw: int) -> Instruction:
    """A transfer that the creator signs: of its own, or as permanent delegate."""
    return transfer_checked(
        str(source),
        str(token.mint),
        str(destination),
        str(token.creator),
        raw=raw,
        decimals=TOKEN_DECIMALS,
        token_program=str(token.program),
    )


_TABLE: Final[Mapping[Aftermath, Callable[[LaunchedToken, Strike], Deed | None]]] = {
    Aftermath.PULL_LIQUIDITY: _pull_liquidity,
    Aftermath.MINT_AND_DUMP: _mint_and_dump,
    Aftermath.FREEZE_BUYERS: _freeze_buyers,
    Aftermath.DUST_HOLDERS: _dust_holders,
    Aftermath.SEIZE_AND_DUMP: _seize_and_dump,
    Aftermath.DUMP_AND_CLOSE: _dump_and_close,
    Aftermath.ARM_HOOK: _arm_hook,
    Aftermath.AIRDROP: _airdrop,
    Aftermath.WASH: _wash,
    Aftermath.DUMP_INSIDERS: _dump_insiders,
}
