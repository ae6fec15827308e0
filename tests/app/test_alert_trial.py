"""Trying the channels: each by itself, and what the exit code says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sniperforge.app.alert_trial import Trial, trial_error, try_channels
from sniperforge.errors import UnavailableError
from tests.app.place import settings_in
from tests.notify.service import Service


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that takes everything."""
    made = Service()
    yield made
    made.close()


async def test_all_take_it(tmp_path: Path, service: Service) -> None:
    """A line on the console, a message at the service."""
    lines: list[str] = []
    settings = settings_in(tmp_path, {"SNIPERFORGE_ALERTS__URL": service.url})
    trials = await try_channels(settings, lines.append)
    assert trials == (Trial("console"), Trial("JSON"))
    assert trial_error(trials) is None
    assert lines == ["ALERT test: SniperForge: this is a test; alerts of this bot will come here"]
    assert service.got[0][1]["title"] == "SniperForge"


async def test_one_does_not(tmp_path: Path, service: Service) -> None:
    """The others are tried all the same."""
    service.status = 403
    settings = settings_in(tmp_path, {"SNIPERFORGE_ALERTS__URL": service.url})
    trials = await try_channels(settings, lambda _line: None)
    assert [trial.to_json()["delivered"] for trial in trials] == [True, False]
    error = trial_error(trials)
    assert isinstance(error, UnavailableError)
    assert error.message == "JSON answered HTTP 403"
