"""What ``pools watch`` shows: new pools as lines, as JSON lines, or as one document at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings
    from sniperforge.domain.events import NewPool
    from sniperforge.market.feed_health import SourceHealth


class WatchView:
    """Where new pools go.

    Args:
        options: ``--json`` collects everything for one document, ``--quiet`` leaves out the notes.
        settings: of the network that is shown; ``None`` for a recording.
        jsonl: one document a line.
    """

    def __init__(self, options: Options, settings: Settings | None, *, jsonl: bool) -> None:
        self._options = options
        self._settings = settings
        self._jsonl = jsonl
        self._pools: list[dict[str, Any]] = []
        self._sources: list[dict[str, Any]] | None = None
        self._count = 0

    def begin(self, cluster: str) -> None:
        """Say which network is watched."""
        from sniperforge.cli.render import note, write_text

        banner = self._result().banner
        if banner and not (self._options.json or self._jsonl):
            write_text(banner)
        if not self._options.quiet:
            past = "a recording of " if self._settings is None else ""
            note(f"watching {past}{cluster} for new pools; Ctrl-C ends it")

    def tell(self, pool: NewPool, now: float) -> None:
        """Show a pool known at ``now``, in Unix seconds."""
        from sniperforge.app.pool_stream import pool_document
        from sniperforge.cli.render import write_line, write_text

        document = pool_document(pool, now)
        self._count += 1
        if self._options.json:
            self._pools.append(document)
        elif self._jsonl:
            write_line(document)
        else:
            write_text(pool_line(document))

    def report(self, sources: Sequence[SourceHealth]) -> None:
        """Show how each source does; in the one document of ``--json`` the last report counts."""
        from sniperforge.app.pool_stream import source_document
        from sniperforge.cli.render import write_line, write_text

        self._sources = [source_document(source) for source in sources]
        if self._jsonl and not self._options.json:
            write_line({"sources": self._sources})
        elif not self._options.json:
            write_text("\n".join(source_line(document) for document in self._sources))

    def end(self) -> Result | None:
        """The one document of ``--json``; nothing more where pools were shown as they came."""
        from sniperforge.cli.render import note

        if self._options.json:
            return self._result()
        if not self._options.quiet:
            note(f"{self._count} new pools")
        return None

    def _result(self) -> Result:
        sources = {} if self._sources is None else {"sources": self._sources}
        data = {"pools": self._pools, **sources}
        if self._settings is None:
            return Result(data, str)
        return Result(data, str, network=self._settings.network_name, chain=self._settings.network.chain)


def pool_line(document: dict[str, Any]) -> str:
    """A pool's document as one line for people."""
    parts = [
        document["time"][11:19],
        document["dex"] + (" migrated" if document["kind"] == "migrated" else ""),
        f"pool {document['pool']}",
        f"mint {document['base_mint']}",
        f"quote {document['quote_mint'] or 'not told'}",
        f"{document['liquidity_sol']} SOL" if document["liquidity_sol"] else "liquidity not in SOL",
        f"creator {document['creator'] or 'not told'}",
    ]
    if document["filled"]:
        parts.append("(found in history)")
    return "  ".join(parts)


def source_line(document: dict[str, Any]) -> str:
    """A source's document as one line for people."""
    heard, lag = document["heard_ms_ago"], document["lag_ms"]
    parts = [
        f"{document['source']:16}",
        f"{document['subscribed']} of {document['wanted']} subscribed",
        "never heard" if heard is None else f"heard {heard:.0f} ms ago",
        f"saw {document['seen']}, first {document['first']}, missed {document['missed']}",
        "never behind" if lag is None else f"behind {lag:g} ms, at worst {document['worst_lag_ms']:g} ms",
        f"{document['gaps']} gaps",
        document["last_error"],
    ]
    return "  ".join(part for part in parts if part)
