"""structlog and the standard library's logging end in the pipeline."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from sniperforge.telemetry.logs import Bridge, configure
from sniperforge.telemetry.pipeline import LEVELS, LogPipeline, LogSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[LogPipeline]:
    """Started; structlog is put back afterwards."""
    settings = LogSettings(tmp_path, console_level=LEVELS["info"])
    made = LogPipeline(settings, now=lambda: 1_795_176_000.0, stderr=io.StringIO())
    made.start()
    yield made
    made.stop()
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def records(pipeline: LogPipeline, tmp_path: Path) -> list[dict[str, Any]]:
    """What was written."""
    pipeline.stop()
    return [json.loads(line) for line in (tmp_path / "sniperforge.log.2026-11-20").read_text().splitlines()]


def test_structlog_writes_to_the_pipeline(
    pipeline: LogPipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bound and context fields, levels and exceptions arrive; nothing goes to stdout."""
    configure(pipeline)
    structlog.contextvars.bind_contextvars(intent="i1")
    log = structlog.get_logger().bind(bot="lp-sniper")
    log.debug("too low")
    log.info("bought", mint="M", password="hunter2")
    try:
        raise ValueError("bad https://h/?k=hunter2")
    except ValueError:
        log.exception("failed")
    first, second = records(pipeline, tmp_path)
    assert (first["event"], first["bot"], first["intent"], first["password"]) == (
        "bought",
        "lp-sniper",
        "i1",
        "***",
    )
    assert (second["level"], second["event"]) == ("error", "failed")
    assert "ValueError: bad https://h/?k=***" in second["exception"]
    assert "hunter2" not in json.dumps([first, second])
    assert capsys.readouterr().out == ""


def test_standard_logging_is_bridged(pipeline: LogPipeline, tmp_path: Path) -> None:
    """Warnings of other libraries are kept with their logger and traceback; broken formats too."""
    bridge = Bridge(pipeline)
    bridge.install()
    logger = logging.getLogger("some.library")
    try:
        logger.info("too low")
        logger.warning("slow: %s", "https://h/?k=hunter2")
        bridge.emit(logging.LogRecord("some.library", logging.WARNING, "f", 1, "broken %d", ("x",), None))
        try:
            raise OSError("gone")
        except OSError:
            logger.exception("failed")
    finally:
        bridge.remove()
    logger.warning("after removal")
    slow, broken, failed = records(pipeline, tmp_path)
    assert (slow["event"], slow["logger"], slow["level"]) == (
        "slow: https://h/?k=***",
        "some.library",
        "warning",
    )
    assert broken["event"] == "broken %d"
    assert "OSError: gone" in failed["exception"]
