"""Counters of a feed."""

from __future__ import annotations

from sniperforge.market.feed_health import FeedCounts


def test_frames_are_noise_and_the_rest() -> None:
    """What the prefilter drops was received too."""
    assert FeedCounts(noise=5, relevant=2).frames == 7
