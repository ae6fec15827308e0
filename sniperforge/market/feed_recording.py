"""A feed's raw messages with their times of receipt, and what history answered: written down, read back.

One JSON object a line: the head, then subscriptions, items, gaps and answers in the order they came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from sniperforge.domain.events import Gap
from sniperforge.errors import DecodeError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sniperforge.market.sources import FilteringPubSub, History, HistoryEntry, TimedStream
    from sniperforge.ports import Clock

FORMAT: Final = "sniperforge feed 1"


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a recording is of.

    Attributes:
        cluster: of the chain.
        programs: that were followed.
        sources: names, in the order of the feed's lines.
        commitment: that was asked for.
        started: Unix seconds.
    """

    cluster: str
    programs: tuple[str, ...]
    sources: tuple[str, ...]
    commitment: str
    started: float


class FeedRecorder:
    """Writes a recording; the file must not exist. A ``with`` block owns it.

    Raises:
        StorageError: the file cannot be made, here, or written, at the end at the latest.
    """

    def __init__(self, path: Path, head: FeedHead, clock: Clock) -> None:
        self._path = path
        self._began = clock.monotonic()
        self._streams = 0
        try:
            self._file = path.open("x", encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from None
        names = ("cluster", "programs", "sources", "commitment", "started")
        self.write({"format": FORMAT, **{name: getattr(head, name) for name in names}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as trouble:
            raise StorageError(f"{self._path}: {trouble.strerror}") from None

    def write(self, document: Mapping[str, Any]) -> None:
        """Add a line."""
        try:
            self._file.write(json.dumps(document, separators=(",", ":")) + "\n")
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None

    def since(self, at: float) -> float:
        """Monotonic seconds as seconds of the recording."""
        return round(at - self._began, 6)

    def stream(self, line: int, method: str, params: Sequence[Any]) -> int:
        """Note a subscription; its number."""
        self._streams += 1
        self.write({"stream": self._streams, "line": line, "method": method, "params": list(params)})
        return self._streams


class RecordedPubSub:
    """A PubSub whose notifications are written down as they are taken."""

    def __init__(self, pubsub: FilteringPubSub, recorder: FeedRecorder, line: int) -> None:
        self._pubsub = pubsub
        self._recorder = recorder
        self._line = line

    @property
    def frame_age(self) -> float:
        """Of the PubSub itself."""
        return self._pubsub.frame_age

    async def subscribe(
        self, method: str, params: Sequence[Any], *, prefilter: Callable[[bytes], bool] | None = None
    ) -> TimedStream:
        """Open a subscription that is recorded."""
        stream = await self._pubsub.subscribe(method, params, prefilter=prefilter)
        return RecordedStream(stream, self._recorder, self._recorder.stream(self._line, method, params))


class RecordedStream:
    """A stream whose items are written down as they are taken."""

    def __init__(self, stream: TimedStream, recorder: FeedRecorder, number: int) -> None:
        self._stream = stream
        self._recorder = recorder
        self._number = number

    @property
    def received_at(self) -> float:
        """Of the item last yielded."""
        return self._stream.received_at

    async def __aiter__(self) -> AsyncIterator[Any]:
        """The stream's items."""
        async for item in self._stream:
            told = {"gap": [item.since_slot, item.reason]} if isinstance(item, Gap) else {"item": item}
            at = self._recorder.since(self._stream.received_at)
            self._recorder.write({"on": self._number, "at": at, **told})
            yield item

    async def aclose(self) -> None:
        """Unsubscribe."""
        await self._stream.aclose()


class RecordedHistory:
    """A history whose answers are written down; what it did not know or could not answer is not."""

    def __init__(self, history: History, recorder: FeedRecorder) -> None:
        self._history = history
        self._recorder = recorder

    async def transaction(self, signature: str, commitment: str = "confirmed") -> dict[str, Any] | None:
        """As the history answers."""
        found = await self._history.transaction(signature, commitment)
        if found is not None:
            self._recorder.write({"transaction": signature, "answer": found})
        return found

    async def signatures_for_address(
        self,
        address: str,
        *,
        before: str | None = None,
        until: str | None = None,
        limit: int = 1000,
        commitment: str = "confirmed",
    ) -> Sequence[HistoryEntry]:
        """As the history answers."""
        page = await self._history.signatures_for_address(
            address, before=before, until=until, limit=limit, commitment=commitment
        )
        entries = [[entry.signature, entry.slot, entry.err] for entry in page]
        self._recorder.write({"signatures": address, "answer": entries})
        return page


def read_recording(text: str, where: str) -> tuple[FeedHead, list[dict[str, Any]]]:
    """The head of a recording and its lines; a last line that was cut short is left out.

    Raises:
        DecodeError: it is no recording of a feed; says where.
    """
    lines = text.splitlines()
    whole = lines if text.endswith("\n") else lines[:-1]
    documents = [_document(line, f"{where}:{number}") for number, line in enumerate(whole, 1)]
    head = documents[0] if documents else {}
    if head.get("format") != FORMAT:
        raise DecodeError(f"{where}: it is no recording of a feed", hint="`pools watch --record` makes one")
    try:
        return (
            FeedHead(
                cluster=str(head["cluster"]),
                programs=tuple(map(str, head["programs"])),
                sources=tuple(map(str, head["sources"])),
                commitment=str(head["commitment"]),
                started=float(head["started"]),
            ),
            documents[1:],
        )
    except (KeyError, TypeError, ValueError):
        raise DecodeError(f"{where}:1: the head of the recording is damaged") from None


def _document(line: str, where: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise DecodeError(f"{where}: it is no line of a recording")
    return document
