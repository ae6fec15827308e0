"""A bot on a real wallet in the foreground: log, lock, recovery, trading, drain."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.airdrop import airdrop, usual_airdrop
from sniperforge.app.alerts import channels, open_alerts
from sniperforge.app.bot_run import RunTally, run_bot
from sniperforge.app.bots import bot_config, bot_named
from sniperforge.app.holding import refuse_held
from sniperforge.app.node import open_node
from sniperforge.app.session_log import log_event, open_log
from sniperforge.app.trader import Trader, open_trader
from sniperforge.app.wallet import open_signer, wallet_entry
from sniperforge.config.values import lamports_of
from sniperforge.domain.amounts import format_sol
from sniperforge.engine.events import Waiting
from sniperforge.errors import RefusedError, SniperForgeError
from sniperforge.market.pool_feed import PoolFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.app.node import Node
    from sniperforge.config.load import Settings
    from sniperforge.engine.events import SessionEvent
    from sniperforge.telemetry.pipeline import LogPipeline
    from sniperforge.wallets.secret import SecretText

WAITING_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What ``start`` was asked for.

    Attributes:
        bot: name; ``None`` is the configured one.
        duration: seconds; ``None`` runs until a signal.
        live: the command says ``--live``.
    """

    bot: str | None
    duration: float | None
    live: bool


async def start(
    settings: Settings,
    request: StartRequest,
    *,
    password: Callable[[], SecretText],
    tell: Callable[[SessionEvent], None],
    ready: Callable[[Trader], None],
    note: Callable[[str], None],
    console: bool,
) -> dict[str, Any]:
    """Run a bot and return what it did.

    Args:
        tell: hears every event, for a view.
        ready: called once the wallet is held and recovery is under way.
        note: is told what was done for the user unasked.
        console: log warnings on stderr too.

    Raises:
        WalletBusyError: another process trades this wallet; told before a password is asked for.
        RefusedError: mainnet without both ``live = true`` and ``--live``.
        ExceptionGroup: a service failed; trading stopped.
    """
    spec = bot_named(request.bot or settings.config.bot)
    bot_config(settings, spec)  # a mistake in its file shows before anything is taken
    told = channels(settings, note)
    tally, feeds, traders = RunTally(), list[PoolFeed](), list[Trader]()
    with open_log(settings, command="start", bot=spec.name, console=console) as log:

        def hear(event: SessionEvent) -> None:
            tally.hear(event)
            log_event(log, event)
            alerts.hear(event)
            tell(event)

        async with open_node(settings, live=request.live, patient=True) as node:
            if node.mode == "paper":
                raise RefusedError(
                    "mainnet is traded only with `live = true` in the configuration and --live;"
                    " paper trading is not there yet",
                    hint="practise on localnet: sniperforge demo",
                )
            entry = wallet_entry(settings)
            log.bind(wallet=entry.pubkey, network=settings.network_name)
            refuse_held(node, entry.pubkey)
            signer = open_signer(entry, password)
            if funded := await _fund(node, entry.pubkey, log):
                note(funded)
            began = node.clock.now()
            async with (
                open_alerts(settings, told, node.clock, trouble=partial(_undelivered, log)) as alerts,
                open_trader(
                    node,
                    signer,
                    bot=spec.name,
                    command="start",
                    tell=hear,
                    health=lambda: _health(tally, feeds, traders),
                ) as trader,
            ):
                traders.append(trader)
                trader.session.add_service(lambda: _say_why_nothing(trader, tally, feeds, hear))
                trader.session.add_service(lambda: alerts.watch(trader.journal))
                log.emit("info", "started", genesis=node.genesis_hash, mode=node.mode)
                ready(trader)
                try:
                    await run_bot(trader, spec, tell=hear, duration=request.duration, on_feed=feeds.append)
                except asyncio.CancelledError:
                    pass  # a signal: what was done is told all the same
                finally:
                    log.emit("info", "stopped", **_counts(tally))
                return _document(trader, tally, began)


def _undelivered(log: LogPipeline, channel: str, why: str) -> None:
    log.emit("warning", "alert not delivered", channel=channel, reason=why)


async def _fund(node: Node, wallet: str, log: LogPipeline) -> str:
    """Give an empty wallet play money where there is any; what to tell the user about it."""
    settings = node.settings
    configured = lamports_of(settings.config.wallets.airdrop_sol)
    if settings.network.chain not in ("localnet", "devnet") or not configured:
        return ""
    if await node.rpc.balance(wallet) > 0:
        return ""
    try:
        given = await airdrop(node.rpc, node.clock, wallet, usual_airdrop(settings, configured))
    except SniperForgeError as error:
        log.emit("warning", "no airdrop", reason=error.message)
        return f"the wallet is empty, and the faucet gave nothing: {error.message}"
    log.emit("info", "airdrop", signature=given.signature, amount_sol=format_sol(given.lamports))
    return f"the wallet was empty: the faucet gave it {format_sol(given.lamports)} SOL of play money"


async def _say_why_nothing(
    trader: Trader, tally: RunTally, feeds: list[PoolFeed], tell: Callable[[SessionEvent], None]
) -> None:
    """Every minute without a buy, one line that says why: silence is never left unexplained."""
    clock, bought = trader.node.clock, len(tally.bought)
    while True:
        await clock.sleep(WAITING_SECONDS)
        if len(tally.bought) == bought:
            tell(Waiting(waiting_line(tally, feeds)))
        bought = len(tally.bought)


def waiting_line(tally: RunTally, feeds: list[PoolFeed]) -> str:
    """Why nothing was bought: how many pools, what refused them most, how old the feed is."""
    age = feeds[0].health().age if feeds else float("inf")
    heard = "never heard" if age == float("inf") else f"heard {age:.1f} s ago"
    top = ", ".join(f"{name} {count}" for name, count in list(tally.refused_by.items())[:3])
    refused = f", refused by {top}" if top else ""
    return f"no buy in the last minute: {tally.seen} pools seen so far{refused}; feed {heard}"


def _document(trader: Trader, tally: RunTally, began: float) -> dict[str, Any]:
    journal = trader.journal
    return {
        **_counts(tally),
        "open_positions": len(journal.positions()),
        "unresolved": [attempt.signature for _, attempt in journal.unresolved()],
        "realized_pnl_sol": format_sol(journal.realized_since(began)),
        "refusals_by_check": tally.refused_by,
    }


def _counts(tally: RunTally) -> dict[str, int]:
    return {
        "pools_seen": tally.seen,
        "bought": len(tally.bought),
        "refused": tally.refused,
        "exits": tally.exits,
    }


def _health(tally: RunTally, feeds: list[PoolFeed], traders: list[Trader]) -> dict[str, Any]:
    health: dict[str, Any] = {**_counts(tally), "refusals_by_check": tally.refused_by}
    if traders:
        values = traders[0].guard.values
        health["values_sol"] = {position: format_sol(value) for position, value in values.items()}
    if feeds:
        feed = feeds[0].health()
        age = feed.age
        health["feed"] = {
            "age_seconds": None if age == float("inf") else round(age, 1),
            "subscribed": feed.subscribed,
            "wanted": feed.wanted,
            "created": feed.counts.created,
            "unrecognised": feed.counts.unrecognised,
            "lost": feed.counts.lost,
            "gaps": feed.counts.gaps,
            "last_error": feed.last_error,
        }
    return health
