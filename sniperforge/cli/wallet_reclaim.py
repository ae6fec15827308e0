"""``sniperforge wallet reclaim``: the rent of token accounts that nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sniperforge.cli.arguments import PasswordFile, PasswordStdin
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.reclaim import Reclaim
    from sniperforge.app.reclaim_survey import Candidate
    from sniperforge.config.load import Settings


def reclaim(
    ctx: typer.Context,
    worthless: Annotated[
        bool, typer.Option("--worthless", help="Burn and close what is known to be worth nothing, too.")
    ] = False,
    burn: Annotated[
        list[str] | None,
        typer.Option("--burn", metavar="MINT", help="Burn all of this token, whatever it is worth."),
    ] = None,
    nonces: Annotated[
        bool, typer.Option("--nonces", help="Close nonce accounts too; the next position makes new ones.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be closed.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Mainnet; needs live = true too.")] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Close empty token accounts and take their rent back; asks first.

    Worth nothing is what was given up with `positions abandon`, and what is left of a sold position when its
    pool pays less than a sale costs. Wrapped SOL and tokens of held positions stay. Exit 5: a bot holds the
    wallet.

    Example: sniperforge wallet reclaim --worthless --dry-run
    """
    from sniperforge.app.reclaim import look
    from sniperforge.app.reclaim import reclaim as close
    from sniperforge.app.reclaim_survey import Wanted
    from sniperforge.cli.arguments import address_argument
    from sniperforge.cli.password import password_source
    from sniperforge.cli.prompt import confirm
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    settings = load_settings(ctx.obj)
    mints = frozenset(address_argument(mint, name="--burn") for mint in burn or ())
    wanted = Wanted(worthless, mints, nonces)
    found = run_async(look(settings, wanted, to_close=not dry_run))
    if dry_run or not (found.disposals or found.nonces):
        return _result(settings, found)
    confirm(_question(found), ctx.obj)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    agreed = frozenset(found.disposals)
    return _result(settings, run_async(close(settings, wanted, agreed, source.read, live=live)))


def _question(found: Reclaim) -> str:
    from sniperforge.domain.amounts import format_sol

    count, burned = len(found.disposals), [each for each in found.candidates if each.action == "burn"]
    rent = format_sol(sum(each.rent for each in found.disposals))
    lines = [f"burn {_tokens(each)} of {each.mint} for ever" for each in burned]
    accounts = "account" if count == 1 else "accounts"
    closing = [f"close {count} token {accounts} for {rent} SOL of rent"] if count else []
    if found.nonces:
        held = format_sol(sum(found.nonces.values()))
        closing.append(f"close {len(found.nonces)} nonce accounts for {held} SOL of rent")
    return "; ".join([*lines, *closing]) + "?"


def _result(settings: Settings, found: Reclaim) -> Result:
    return Result(
        found.to_json(),
        lambda: _text(found),
        network=settings.network_name,
        chain=settings.network.chain,
        mode=found.mode,
        wallet=found.wallet,
        error=found.error(),
    )


def _text(found: Reclaim) -> str:
    data = found.to_json()
    lines = [_line(each) for each in found.candidates] or ["no token accounts"]
    lines += [f"nonce  {each['account']:44}  {each['rent_sol']} SOL" for each in data["nonces"]]
    if found.closings:
        lines.append(
            f"{data['closed']} closed: {data['rent_returned_sol']} SOL of rent came back, "
            f"fees {data['fees_sol']} SOL"
        )
        lines += [f"{each['outcome']}  {each['signature'] or each['text']}" for each in data["transactions"]]
    elif found.disposals or found.nonces:
        lines.append(
            f"{data['closable']} to close, {data['closable_rent_sol']} SOL of rent; nothing was sent"
        )
    else:
        lines.append("nothing to close")
    return "\n".join(lines)


def _line(each: Candidate) -> str:
    why = f"  {each.keep}" if each.keep else ""
    return f"{each.action:5}  {each.account:44}  {_tokens(each)} of {each.mint or '?'}{why}"


def _tokens(each: Candidate) -> str:
    return each.amount.ui if each.amount else "?"
