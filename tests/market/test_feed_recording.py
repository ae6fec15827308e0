"""What is written of a feed, and read back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.events import Gap
from sniperforge.errors import DecodeError, StorageError
from sniperforge.market.feed_recording import (
    FeedHead,
    FeedRecorder,
    RecordedHistory,
    RecordedPubSub,
    read_recording,
)
from sniperforge.market.feed_replay import ReplayEntry
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.pubsub import FakePubSub

if TYPE_CHECKING:
    from pathlib import Path

HEAD = FeedHead("local-x", ("P",), ("logsSubscribe",), "confirmed", 1_700_000_000.0)


class History:
    """Knows one transaction and one page."""

    async def transaction(self, signature: str, _commitment: str) -> dict[str, Any] | None:
        return {"slot": 5} if signature == "s" else None

    async def signatures_for_address(self, _address: str, **_options: Any) -> list[ReplayEntry]:
        return [ReplayEntry("s", 5, None)]


async def test_what_is_taken_is_written(tmp_path: Path) -> None:
    """Subscriptions, items with their times, gaps, answers that were had; the feed sees no difference."""
    clock = FakeClock()
    pubsub = FakePubSub(clock)
    path = tmp_path / "feed.jsonl"
    with FeedRecorder(path, HEAD, clock) as recorder:
        recorded = RecordedPubSub(pubsub, recorder, 0)
        stream = await recorded.subscribe("logsSubscribe", [{"mentions": ["P"]}])
        await clock.advance(1.5)
        pubsub.push("logsSubscribe", {"value": 1})
        pubsub.gap(7)
        items = stream.__aiter__()
        assert await anext(items) == {"value": 1}
        assert stream.received_at == clock.monotonic()
        assert await anext(items) == Gap(7, "reconnected")
        await stream.aclose()
        assert (pubsub.streams, recorded.frame_age) == ([], 0.0)
        history = RecordedHistory(History(), recorder)  # type: ignore[arg-type]
        assert await history.transaction("s") == {"slot": 5}
        assert await history.transaction("t") is None
        assert len(await history.signatures_for_address("P", limit=5)) == 1
    head, documents = read_recording(path.read_text(), str(path))
    assert head == HEAD
    assert documents == [
        {"stream": 1, "line": 0, "method": "logsSubscribe", "params": [{"mentions": ["P"]}]},
        {"on": 1, "at": 1.5, "item": {"value": 1}},
        {"on": 1, "at": 1.5, "gap": [7, "reconnected"]},
        {"transaction": "s", "answer": {"slot": 5}},
        {"signatures": "P", "answer": [["s", 5, None]]},
    ]


def test_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is there is never overwritten; a full disk is said, not swallowed."""
    path = tmp_path / "feed.jsonl"
    FeedRecorder(path, HEAD, FakeClock()).__exit__(None, None, None)
    with pytest.raises(StorageError, match=r"feed\.jsonl: File exists"):
        FeedRecorder(path, HEAD, FakeClock())

    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    recorder = FeedRecorder(tmp_path / "full.jsonl", HEAD, FakeClock())
    recorder.__exit__(None, None, None)
    monkeypatch.setattr(recorder, "_file", Full())
    with pytest.raises(StorageError, match="No space"):
        recorder.write({})
    with pytest.raises(StorageError, match="No space"):
        recorder.__exit__(None, None, None)


def test_a_last_line_that_was_cut_short(tmp_path: Path) -> None:
    """A process that was killed leaves one; all before it counts."""
    path = tmp_path / "feed.jsonl"
    with FeedRecorder(path, HEAD, FakeClock()) as recorder:
        recorder.write({"transaction": "s"})
    text = path.read_text()
    assert read_recording(text + '{"on":', "f")[1] == [{"transaction": "s"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f: it is no recording"),
        ("{}\n", "f: it is no recording"),
        ("[]\n", "f:1: it is no line"),
        ('{"format": "sniperforge feed 1"}\n', "f:1: the head"),
        ('{"format": "sniperforge feed 1"}\nx\n', "f:2: it is no line"),
    ],
)
def test_what_is_no_recording(text: str, message: str) -> None:
    """Says where."""
    with pytest.raises(DecodeError, match=message):
        read_recording(text, "f")
