"""What waits for one client."""

from __future__ import annotations

from sniperforge.localnet.pubsub.outbox import Outbox


def test_messages_leave_in_order() -> None:
    """First in, first out; every arrival wakes the sender."""
    woken: list[None] = []
    outbox = Outbox(lambda: woken.append(None))
    outbox.put(b"a")
    outbox.put(b"b")
    assert [outbox.take(), outbox.take(), outbox.take()] == [b"a", b"b", None]
    assert len(woken) == 2


def test_a_slow_client_is_cut() -> None:
    """Beyond the limit everything is dropped and nothing more is taken; what was sent makes room."""
    woken: list[bool] = []
    outbox = Outbox(lambda: woken.append(outbox.cut), limit=10)
    for _ in range(5):
        outbox.put(b"x" * 10)
        assert outbox.take() == b"x" * 10
    outbox.put(b"x" * 10)
    assert not outbox.cut
    outbox.put(b"x")
    assert (outbox.cut, outbox.take(), woken[-1]) == (True, None, True)
    outbox.put(b"y")
    assert outbox.take() is None
