"""Session events as log lines: the record of what a process did, for `logs/` and `tail -f`."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sniperforge.engine import events
from sniperforge.telemetry.logs import Bridge, configure
from sniperforge.telemetry.pipeline import LEVELS, OFF, LogPipeline, LogSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.config.load import Settings
    from sniperforge.engine.events import SessionEvent


@contextmanager
def open_log(settings: Settings, *, command: str, bot: str, console: bool) -> Iterator[LogPipeline]:
    """The process's log pipeline, started; flushed and stopped when the block ends.

    Args:
        console: also warnings and errors on stderr.
    """
    logging = settings.config.logging
    pipeline = LogPipeline(
        LogSettings(
            folder=settings.logs_dir,
            spill_folder=settings.state_dir / "spill",
            keep_days=logging.retention_days,
            file_level=LEVELS[logging.level],
            console_level=LEVELS["warning"] if console else OFF,
            capacity=logging.queue_lines,
        ),
        now=time.time,
        stderr=sys.stderr,
        bound={"command": command, "bot": bot},
    )
    configure(pipeline)
    bridge = Bridge(pipeline)
    bridge.install()
    pipeline.start()
    try:
        yield pipeline
    finally:
        bridge.remove()
        pipeline.stop()


def log_event(pipeline: LogPipeline, event: SessionEvent) -> None:
    """One event as one line; returns at once."""
    match event:
        case events.PoolSeen(pool=pool):
            pipeline.emit(
                "info", "pool seen", dex=pool.event.dex, pool=pool.event.pool, mint=pool.event.base_mint
            )
        case events.PoolJudged(judgement=judgement):
            verdict = judgement.verdict
            pipeline.emit(
                "info", "pool judged", pool=verdict.pool, mint=verdict.mint, verdict=verdict.summary
            )
        case events.BuyEnded(judgement=judgement, outcome=outcome):
            level = "info" if outcome.ok else "warning"
            pipeline.emit(
                level,
                f"buy {outcome.kind}",
                mint=judgement.verdict.mint,
                intent=outcome.intent_id,
                signature=outcome.signature,
                reason=outcome.reason,
            )
        case events.PositionMoved(what=what, position=position, text=text):
            level = "error" if what == "stuck" else "info"
            pipeline.emit(level, f"position {what}", mint=position.mint, position=position.id, reason=text)
        case events.EntriesHalted(reason=reason):
            pipeline.emit("error", "entries halted", reason=reason)
        case events.Waiting(text=text):
            pipeline.emit("info", "waiting", reason=text)
        case events.Trouble(where=where, text=text):
            pipeline.emit("warning", f"trouble in {where}", reason=text)
