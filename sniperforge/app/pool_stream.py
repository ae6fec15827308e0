"""New pools as they come: the feed of a bot without the bot, for every venue that is known."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.decoding import read_text
from sniperforge.app.node import Node, open_node
from sniperforge.app.pool_filter import PoolFilter, liquidity_of
from sniperforge.app.pool_sources import open_feed
from sniperforge.config.nearest import did_you_mean
from sniperforge.config.values import lamports_of
from sniperforge.dex.launchpads import LAUNCHPADS, launchpad_of
from sniperforge.dex.registry import DETECTORS, program_on, programs_on
from sniperforge.domain.amounts import format_sol
from sniperforge.errors import ConfigError, UsageError
from sniperforge.market.feed_recording import read_recording
from sniperforge.market.feed_replay import Replay
from sniperforge.market.pool_feed import PoolFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from sniperforge.config.load import Settings
    from sniperforge.config.model import Watch
    from sniperforge.domain.events import NewPool
    from sniperforge.market.feed_health import SourceHealth
    from sniperforge.ports import Clock

REPORT_SECONDS: Final = 10.0


def pool_filter(config: Watch, options: Mapping[str, Any]) -> PoolFilter:
    """The filter of ``[watch]``, with what ``options`` say instead, by attribute; empty ones say nothing.

    Raises:
        UsageError: an option names no venue or launchpad that is known, or its bounds contradict each other.
        ConfigError: the configuration does.
    """
    configured = PoolFilter(
        dexes=config.dexes,
        launchpads=config.launchpads,
        quote_mints=config.quote_mints,
        creators=config.creators,
        names=config.names,
        min_liquidity=lamports_of(config.min_quote_liquidity_sol),
        max_liquidity=lamports_of(config.max_quote_liquidity_sol),
        max_age=config.max_pool_age_seconds,
    )
    _check_names(configured, ConfigError)
    wanted = replace(configured, **{name: value for name, value in options.items() if value})
    _check_names(wanted, UsageError)
    if 0 < wanted.max_liquidity < wanted.min_liquidity:
        least, most = format_sol(wanted.min_liquidity), format_sol(wanted.max_liquidity)
        raise UsageError(f"no pool has at least {least} and at most {most} SOL")
    return wanted


def _check_names(wanted: PoolFilter, error: type[ConfigError | UsageError]) -> None:
    venues = [detector.name for detector in DETECTORS]
    for names, known, what in (
        (wanted.dexes, venues, "venue"),
        (wanted.launchpads, LAUNCHPADS, "launchpad"),
    ):
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known) or f"{what}s: {', '.join(known)}"
                raise error(f'no such {what} "{name}"', hint=hint)


def pool_document(pool: NewPool, now: float) -> dict[str, Any]:
    """The document form: the event, and how soon it was known at ``now``, in Unix seconds."""
    event = pool.event
    liquidity = liquidity_of(event)
    return {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **event.to_json(),
        "creator": event.facts.get("creator"),
        "launchpad": launchpad_of(event),
        "liquidity_sol": None if liquidity is None else format_sol(liquidity),
        "block_time": pool.transaction.block_time,
        "filled": pool.filled,
        "notified_to_decoded_ms": round((pool.decoded_at - pool.received_at) * 1_000, 3),
    }


def source_document(health: SourceHealth) -> dict[str, Any]:
    """How a source did, against the others, in the document form; times in milliseconds."""
    standing = health.standing
    return {
        "source": health.name,
        "subscribed": health.subscribed,
        "wanted": health.wanted,
        "heard_ms_ago": _milliseconds(health.age) if isfinite(health.age) else None,
        "gaps": health.gaps,
        "seen": standing.seen,
        "first": standing.first,
        "missed": standing.missed,
        "lag_ms": _milliseconds(standing.lag),
        "worst_lag_ms": _milliseconds(standing.worst_lag),
        "last_error": health.last_error,
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1_000, 3)


async def watch_pools(
    settings: Settings,
    *,
    wanted: PoolFilter,
    duration: float | None,
    ready: Callable[[Node], None],
    tell: Callable[[NewPool, float], None],
    report: Callable[[Sequence[SourceHealth]], None] | None = None,
    record: Path | None = None,
) -> None:
    """Tell of every creation and migration until cancelled, or for ``duration`` seconds.

    Args:
        wanted: what is left out.
        ready: called once the chain is known.
        tell: called with each pool and the time in Unix seconds; must not block.
        report: called with how each source does, every :data:`REPORT_SECONDS` and at the end.
        record: a new file for the raw messages.

    Raises:
        StorageError: the recording cannot be written.
        UnavailableError: the node does not answer.
        UsageError: a venue is not on this chain.
    """
    async with open_node(settings, patient=True) as node:
        programs = _programs(node.cluster, wanted.dexes)
        ready(node)
        async with (
            node.pubsub() as pubsub,
            open_feed(node, pubsub, programs, migrations=True, record=record) as feed,
        ):
            try:
                async with asyncio.TaskGroup() as group:
                    beside = [feed.run(), _report_often(feed, node.clock, report)]
                    running = [group.create_task(work) for work in beside]
                    with suppress(TimeoutError):
                        async with asyncio.timeout(duration):
                            await _tell_all(feed, node.clock, wanted, tell)
                    for task in running:
                        task.cancel()
            finally:
                if report is not None:
                    report(feed.health().sources)


async def replay_pools(
    path: Path,
    *,
    wanted: PoolFilter,
    speed: float,
    ready: Callable[[str], None],
    tell: Callable[[NewPool, float], None],
    report: Callable[[Sequence[SourceHealth]], None] | None = None,
) -> None:
    """Tell of every creation and migration in a recording, the same each time.

    Args:
        path: what ``record`` of :func:`watch_pools` made.
        wanted: what is left out.
        speed: 1 for the recording's own; 0 without pauses.
        ready: called with the cluster of the recording.
        tell: called with each pool and the time it was then, in Unix seconds.
        report: called with how each source did, at the end.

    Raises:
        NotFoundError: there is no such file.
        DecodeError: it is no recording of a feed.
    """
    head, documents = read_recording(read_text(path), str(path))
    replay = Replay(head, documents)
    ready(head.cluster)
    feed = PoolFeed(
        head.programs,
        history=replay.history,
        pubsub=replay.lines[0].pubsub,
        clock=replay.clock,
        commitment=head.commitment,
        migrations=True,
        lines=replay.lines,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(feed.run())
        telling = group.create_task(_tell_all(feed, replay.clock, wanted, tell))
        await replay.play(speed)
        running.cancel()
        await telling
    if report is not None:
        report(feed.health().sources)


async def _report_often(
    feed: PoolFeed, clock: Clock, report: Callable[[Sequence[SourceHealth]], None] | None
) -> None:
    while report is not None:
        await clock.sleep(REPORT_SECONDS)
        report(feed.health().sources)


async def _tell_all(
    feed: PoolFeed, clock: Clock, wanted: PoolFilter, tell: Callable[[NewPool, float], None]
) -> None:
    async for pool in feed:
        now = clock.now()
        if wanted.admits(pool, now):
            tell(pool, now)


def _programs(cluster: str, dexes: Collection[str]) -> tuple[str, ...]:
    for detector in DETECTORS:
        if detector.name in dexes and program_on(detector, cluster) is None:
            raise UsageError(f"{detector.name} is not on {cluster}")
    silent = [detector.name for detector in DETECTORS if not detector.creation_lines]
    # What announces nothing itself is seen where its coins migrate to.
    return programs_on(cluster, () if set(silent) & set(dexes) else dexes)
