"""Leading structlog and the standard library's logging into a :class:`LogPipeline`; nothing else is global.

structlog is imported only when :func:`configure` is called: short commands use the pipeline alone.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from sniperforge.telemetry.pipeline import LogPipeline


def configure(pipeline: LogPipeline) -> None:
    """Make ``structlog.get_logger()`` write to ``pipeline``, context variables and exceptions included."""
    import structlog

    def deliver(_logger: Any, method: str, fields: MutableMapping[str, Any]) -> NoReturn:
        pipeline.emit(method, str(fields.pop("event", "")), **fields)
        raise structlog.DropEvent

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            deliver,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(pipeline.lowest_level),
        cache_logger_on_first_use=False,
    )


class Bridge(logging.Handler):
    """Passes records of the standard library's loggers on: what asyncio and other libraries complain of.

    Args:
        pipeline: gets them, with the logger's name and the traceback.
        level: the lowest level that passes.
    """

    def __init__(self, pipeline: LogPipeline, *, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._pipeline = pipeline

    def install(self) -> None:
        """Become the root logger's handler. Python's own last resort stays silent then."""
        logging.getLogger().addHandler(self)

    def remove(self) -> None:
        """Undo :meth:`install`."""
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by ``logging``."""
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[0] is not None:
            fields["exception"] = logging.Formatter().formatException(record.exc_info)
        try:
            event = record.getMessage()
        except (TypeError, ValueError):
            event = str(record.msg)
        self._pipeline.emit(record.levelname.lower(), event, **fields)
