"""``sniperforge wallet balance``, ``airdrop`` and ``send``: the commands that ask the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sniperforge.cli.arguments import PasswordFile, PasswordStdin
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.balance import Balance
    from sniperforge.app.transfers import Transfer
    from sniperforge.config.load import Settings


def balance(
    ctx: typer.Context,
    who: Annotated[
        str, typer.Argument(metavar="[NAME|ADDRESS]", help="The selected wallet by default.")
    ] = "",
    address: Annotated[str, typer.Option("--address", help="Any address, instead of a wallet.")] = "",
) -> Result:
    """SOL, wrapped SOL and tokens of a wallet or of any address.

    Example: sniperforge wallet balance --json

    Example: sniperforge wallet balance So11111111111111111111111111111111111111112 --mainnet
    """
    from sniperforge.cli.arguments import address_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    if who and address:
        raise UsageError("give a wallet or --address, not both")
    if address:
        address_argument(address, name="--address")
    return run_async(_balance(load_settings(ctx.obj), who or address))


def airdrop(
    ctx: typer.Context,
    sol: Annotated[
        str, typer.Argument(metavar="[SOL]", help="How much; by default wallets.airdrop_sol, on devnet 1.")
    ] = "",
    address: Annotated[str, typer.Option("--address", help="For another address than the wallet's.")] = "",
) -> Result:
    """Ask the faucet for SOL and wait until it is there; localnet and devnet only.

    Example: sniperforge wallet airdrop 5
    """
    from sniperforge.app.airdrop import check_faucet, usual_airdrop
    from sniperforge.cli.arguments import address_argument, lamports_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.config.values import lamports_of

    asked = lamports_argument(sol) if sol else 0
    if address:
        address_argument(address, name="--address")
    settings = load_settings(ctx.obj)
    check_faucet(settings)
    usual = usual_airdrop(settings, lamports_of(settings.config.wallets.airdrop_sol))
    return run_async(_airdrop(settings, address, asked or usual))


def send(
    ctx: typer.Context,
    to: Annotated[str, typer.Argument(metavar="TO", help="An address, or the name of a wallet here.")],
    sol: Annotated[str, typer.Argument(metavar="SOL", help="How much arrives there.")],
    intent_id: Annotated[
        str, typer.Option("--intent-id", metavar="KEY", help="The same key never sends twice.")
    ] = "",
    live: Annotated[bool, typer.Option("--live", help="Mainnet; needs live = true too.")] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Send SOL from the selected wallet, and wait for the outcome.

    It passes the limits, takes the wallet's lock and is journalled before it leaves. Exit 5: a bot holds the
    wallet. Exit 8: sent, outcome not known yet.

    Example: sniperforge wallet send FRIENDS_ADDRESS 0.5 --intent-id rent-2026-07
    """
    from sniperforge.app.transfers import TransferRequest, send_sol
    from sniperforge.app.wallet import resolve_address
    from sniperforge.cli.arguments import lamports_argument
    from sniperforge.cli.password import password_source
    from sniperforge.cli.prompt import confirm
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    amount, settings = lamports_argument(sol), load_settings(ctx.obj)
    target = resolve_address(settings, to)
    if settings.trading_mode(live=live) == "live" and settings.network.chain == "mainnet":
        confirm(f"send {sol} SOL to {target} on mainnet?", ctx.obj)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    request = TransferRequest(target, amount, intent_id or None, live)
    return _sent(settings, run_async(send_sol(settings, request, source.read)))


async def _balance(settings: Settings, text: str) -> Result:
    from sniperforge.app.balance import read_balance
    from sniperforge.app.node import open_node
    from sniperforge.app.wallet import named_wallet
    from sniperforge.domain.base58 import is_address

    entry = None if is_address(text) else named_wallet(settings, text)
    async with open_node(settings) as node:
        found = await read_balance(node.rpc, entry.pubkey if entry else text)
        mode = node.mode
    name = entry.name if entry else None
    return Result(
        {"name": name, **found.to_json()},
        lambda: _table(name, found),
        network=settings.network_name,
        chain=settings.network.chain,
        mode=mode,
        wallet=entry.pubkey if entry else None,
    )


async def _airdrop(settings: Settings, address: str, amount: int) -> Result:
    from sniperforge.app.airdrop import airdrop as ask
    from sniperforge.app.node import open_node
    from sniperforge.app.wallet import wallet_entry
    from sniperforge.domain.amounts import format_sol

    entry = None if address else wallet_entry(settings)
    async with open_node(settings) as node:
        given = await ask(node.rpc, node.clock, entry.pubkey if entry else address, amount)
        now = await node.rpc.balance(given.address)
    data = {**given.to_json(), "balance_sol": format_sol(now)}
    text = f"{data['amount_sol']} SOL to {given.address}\nbalance {data['balance_sol']} SOL"
    return Result(
        data,
        lambda: f"{text}\nsignature {given.signature}",
        network=settings.network_name,
        chain=settings.network.chain,
        mode="live",
        wallet=entry.pubkey if entry else None,
    )


def _sent(settings: Settings, transfer: Transfer) -> Result:
    data = transfer.to_json()
    again = "\nsent by an earlier call with this --intent-id" if transfer.repeated else ""
    fee = f", fee {data['fee_sol']} SOL" if data["fee_sol"] else ""
    text = f"{data['outcome']}: {data['amount_sol']} SOL to {data['to']}{fee}\nsignature {data['signature']}"
    return Result(
        data,
        lambda: text + again,
        network=settings.network_name,
        chain=settings.network.chain,
        mode=transfer.mode,
        wallet=transfer.wallet,
        error=transfer.error(),
    )


def _table(name: str | None, found: Balance) -> str:
    data = found.to_json()
    rows = [("SOL", data["balance_sol"], ""), ("wSOL", data["wsol_sol"], "")]
    rows += [
        (holding.amount.mint, holding.amount.ui, "  frozen" if holding.frozen else "")
        for holding in found.tokens
        if holding.amount.raw
    ]
    label = max(len(row[0]) for row in rows)
    width = max(len(row[1]) for row in rows)
    head = f"{name}  {found.address}" if name else found.address
    return "\n".join([head, *(f"{what:{label}}  {amount:>{width}}{mark}" for what, amount, mark in rows)])
