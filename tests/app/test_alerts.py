"""Which events are worth an alert, what the record says by itself, where the URL may stand, and a whole run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import alerts as module
from sniperforge.app.alerts import SessionAlerts, alert_of, alerts_url, channels, open_alerts, standing
from sniperforge.app.start import StartRequest, start
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.events import EntriesHalted, PositionMoved, SessionEvent, Trouble, Waiting
from sniperforge.errors import ConfigError, NotFoundError, StorageError
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.risk.limits import Limits
from sniperforge.store.journal import Journal
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_settlement
from tests.app.place import settings_in
from tests.app.session_kit import place, until
from tests.notify.service import SECRET, Service
from tests.session_events import FAIL, bought, judged, mint, not_bought, position, seen, sold
from tests.trading import SOL

LIMITS = Limits(
    max_trade_lamports=SOL,
    max_open_positions=5,
    max_exposure_lamports=2 * SOL,
    max_daily_loss_lamports=SOL // 2,
    reserve_lamports=SOL // 10,
)
NOW = 1_700_000_000.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty record."""
    with closing(Journal(tmp_path / "journal.db")) as made:
        yield made


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that takes everything."""
    made = Service()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("event", "kind", "told"),
    [
        (bought(1), AlertKind.FILL, f"{mint(1)} for 0.100000000 SOL"),
        (sold(1, 150_000_000), AlertKind.FILL, "take_profit: up"),
        (PositionMoved("stuck", position(1), "no pool"), AlertKind.STUCK, f"{mint(1)}: no pool"),
        (EntriesHalted("by hand"), AlertKind.HALT, "by hand"),
        (not_bought(1, OutcomeKind.UNKNOWN, "late"), AlertKind.UNKNOWN, "the buy signature was sent"),
    ],
    ids=["bought", "sold", "stuck", "halted", "unknown"],
)
def test_what_is_worth_an_alert(event: SessionEvent, kind: AlertKind, told: str) -> None:
    """Each with its kind and what a person needs to know."""
    alert = alert_of(event)
    assert alert is not None
    assert alert.kind is kind
    assert told in alert.text
    assert alert.subject


@pytest.mark.parametrize(
    "event",
    [
        seen(1),
        judged(1, FAIL),
        not_bought(1, OutcomeKind.REFUSED, "limits"),
        not_bought(1, OutcomeKind.DEAD, "expired"),
        PositionMoved("exiting", position(1), "x"),
        PositionMoved("exit failed", position(1), "x"),
        Trouble("audit", "x"),
        Waiting("x"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_not(event: SessionEvent) -> None:
    """The log has it."""
    assert alert_of(event) is None


def test_a_transaction_in_doubt_is_told(journal: Journal) -> None:
    """After a while without an outcome, of whatever kind; the same subject as the buy's own event."""
    intent = make_intent("s", IntentKind.SELL, position_id="p")
    journal.record_intent(intent, make_attempt(intent, created_at=NOW, state=TxState.SUBMITTED))
    assert standing(journal, LIMITS, NOW + 29) == []
    (alert,) = standing(journal, LIMITS, NOW + 30)
    assert alert.kind is AlertKind.UNKNOWN
    assert alert.subject == make_attempt(intent).signature
    assert alert.text.startswith("the sell signature of s was sent")


def test_a_limit_that_stops_entries_is_told(journal: Journal) -> None:
    """The day's loss; limits that only a larger trade would break are no alert."""
    assert standing(journal, replace(LIMITS, reserve_lamports=10**18), NOW) == []
    intent = make_intent("t", IntentKind.CLOSE_ACCOUNT, mint="")
    journal.record_intent(intent, make_attempt(intent))
    done = make_settlement(make_attempt(intent).signature, fee=SOL)
    journal.book(make_fill(intent, done, booked_at=NOW), TxEvent.LANDED)
    (alert,) = standing(journal, LIMITS, NOW)
    assert (alert.kind, alert.subject) == (AlertKind.HALT, "daily_loss")
    assert "realised loss today is 1 SOL" in alert.text


class Heard:
    """A dispatcher that only remembers."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def offer(self, alert: Alert) -> None:
        self.alerts.append(alert)


async def test_what_stands_is_told_each_time_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again while it stands; a record that cannot be read is passed over."""
    states = [["a"], ["a", "b"], StorageError("disk"), ["b"], ["a", "b"]]

    def looked(_journal: Any, _limits: Any, _now: float) -> list[Alert]:
        state = states.pop(0)
        if isinstance(state, Exception):
            raise state
        return [Alert(AlertKind.UNKNOWN, each, "t", "x") for each in state]

    monkeypatch.setattr(module, "standing", looked)
    clock, heard = FakeClock(), Heard()
    watching = asyncio.create_task(SessionAlerts(heard, LIMITS, clock).watch(None))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    for _ in range(4):
        await clock.advance(module.LOOK_SECONDS)
    watching.cancel()
    await asyncio.wait([watching])
    assert [each.subject for each in heard.alerts] == ["a", "b", "b", "a"]


def test_texts_are_masked() -> None:
    """A reason that quotes an endpoint keeps its key to itself."""
    heard = Heard()
    session = SessionAlerts(heard, LIMITS, FakeClock())  # type: ignore[arg-type]
    session.hear(EntriesHalted(f"https://rpc.example/?api-key={SECRET}"))
    session.hear(Waiting("nothing"))
    (alert,) = heard.alerts
    assert SECRET not in alert.text
    assert "rpc.example" in alert.text


def url_of(tmp_path: Path, **env: str) -> str | None:
    """Where alerts go under this environment."""
    found = alerts_url(settings_in(tmp_path, env))
    return None if found is None else found.reveal()


def test_where_the_url_comes_from(tmp_path: Path) -> None:
    """Nowhere, the environment by either way, a private file, a private main file."""
    assert url_of(tmp_path) is None
    assert url_of(tmp_path, SNIPERFORGE_ALERTS__URL="json://a") == "json://a"
    config = tmp_path / "configs" / "sniperforge.toml"
    config.parent.mkdir()
    config.write_text('[alerts]\nurl = "${HOOK}"\n')
    assert url_of(tmp_path, HOOK="json://b") == "json://b"
    config.write_text('[alerts]\nurl = "json://c"\n')
    config.chmod(0o600)
    assert url_of(tmp_path) == "json://c"
    config.write_text('[alerts]\nurl_file = "hook"\n')
    hook = tmp_path / "hook"
    hook.write_text("json://d\nmore\n")
    hook.chmod(0o600)
    assert url_of(tmp_path) == "json://d"


def test_where_the_url_may_not_stand(tmp_path: Path) -> None:
    """A file that others can read, an empty or missing one; the URL is never quoted."""
    config, hook = tmp_path / "configs" / "sniperforge.toml", tmp_path / "hook"
    config.parent.mkdir()
    config.write_text(f'[alerts]\nurl = "json://{SECRET}"\n')
    config.chmod(0o644)
    with pytest.raises(ConfigError, match=r"alerts\.url is a secret: .*chmod 600") as caught:
        url_of(tmp_path)
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{caught.value.details}"
    config.write_text('[alerts]\nurl_file = "hook"\n')
    with pytest.raises(NotFoundError):
        url_of(tmp_path)
    hook.write_text("\n")
    hook.chmod(0o600)
    with pytest.raises(ConfigError, match="is empty"):
        url_of(tmp_path)
    hook.chmod(0o640)
    with pytest.raises(ConfigError, match=r"url_file: .*chmod 600"):
        url_of(tmp_path)


def test_channels_are_those_of_the_configuration(tmp_path: Path) -> None:
    """Console, URL, both or neither."""
    off = {"SNIPERFORGE_ALERTS__CONSOLE": "false"}
    hook = {"SNIPERFORGE_ALERTS__URL": "json://127.0.0.1:1/x"}
    wanted = [({}, ["console"]), (hook, ["console", "JSON"]), (off, []), (off | hook, ["JSON"])]
    for env, names in wanted:
        found = channels(settings_in(tmp_path, env), print)
        assert [each.name for each in found] == names


async def test_the_end_waits_for_alerts_on_their_way_but_not_long(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was offered last is still delivered; a service that hangs costs the bounded wait."""
    settings, troubles = settings_in(tmp_path, {"SNIPERFORGE_ALERTS__URL": service.url}), list[Any]()

    def opened() -> Any:
        told = channels(settings, lambda _line: None)
        return open_alerts(settings, told, FakeClock(), trouble=lambda *told: troubles.append(told))

    async with opened() as alerts:
        alerts.hear(EntriesHalted("first"))
    assert [document["message"] for _, document in service.got] == ["first"]
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.1)
    service.gate.clear()
    async with asyncio.timeout(5), opened() as alerts:
        alerts.hear(EntriesHalted("second"))
    assert troubles == []


@pytest.mark.parametrize("works", [True, False], ids=["taken", "refused"])
async def test_a_session_tells_of_its_halt(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    """Console and service hear of the kill file; a service that refuses is logged without its URL."""
    service.status = 200 if works else 500
    async with place(tmp_path, monkeypatch) as (_, project):
        project.extra["SNIPERFORGE_ALERTS__URL"] = service.url
        notes, ready = list[str](), list[Any]()
        running = asyncio.create_task(
            start(
                project.settings,
                StartRequest(None, None, live=False),
                password=lambda: pytest.fail("asked"),
                tell=lambda _event: None,
                ready=ready.append,
                note=notes.append,
                console=False,
            )
        )
        await until(lambda: ready or running.done())
        project.settings.kill_file.write_text("")
        await until(lambda: service.got and any("ALERT halt" in line for line in notes))
        if not works:
            await until(lambda: _logged(project.folder / "logs", "alert not delivered"))
        running.cancel()
        await running
        lines = [path.read_text() for path in (project.folder / "logs").iterdir()]
    assert service.got[0][1]["title"] == "entries are halted"
    assert SECRET not in "".join(lines) + "".join(notes)
    if not works:
        (line, *_) = [each for each in "".join(lines).splitlines() if "alert not delivered" in each]
        assert json.loads(line)["reason"] == "JSON answered HTTP 500"


def _logged(folder: Path, event: str) -> bool:
    return any(event in path.read_text() for path in folder.iterdir())
