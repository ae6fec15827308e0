"""A real service on loopback behind a real URL: taken, refused, hanging, and no secret in any log."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Iterator

import pytest

from sniperforge.errors import ConfigError, SniperForgeError, UnavailableError, UnknownOutcomeError
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.notify.webhook import Webhook
from tests.notify.service import SECRET, Service

ALERT = Alert(AlertKind.HALT, "why", "entries are halted", "by hand")
FILL = Alert(AlertKind.FILL, "f", "bought", "a token")


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that takes everything."""
    made = Service()
    yield made
    made.close()


async def test_the_service_gets_it(service: Service) -> None:
    """Title and text, in its form, without the loop waiting."""
    await Webhook(service.url, timeout=20).send(ALERT)
    ((path, document),) = service.got
    assert path == f"/hooks/{SECRET}"
    assert (document["title"], document["message"]) == ("entries are halted", "by hand")


async def test_fills_are_optional(service: Service) -> None:
    """Only they are left out."""
    hook = Webhook(service.url, timeout=20, fills=False)
    await hook.send(FILL)
    await hook.send(ALERT)
    assert [document["title"] for _, document in service.got] == ["entries are halted"]
    await Webhook(service.url, timeout=20).send(FILL)
    assert len(service.got) == 2


async def test_a_service_that_refuses(service: Service) -> None:
    """Its status is said, the URL is not."""
    service.status = 500
    with pytest.raises(UnavailableError, match=r"^JSON answered HTTP 500$"):
        await Webhook(service.url, timeout=20).send(ALERT)


async def test_nobody_listens() -> None:
    """A closed port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=r"^JSON could not be reached$"):
            await Webhook(f"json://127.0.0.1:{port}/{SECRET}", timeout=20).send(ALERT)


async def test_a_service_that_hangs(service: Service) -> None:
    """It is waited for no longer than the limit, and the loop runs on meanwhile."""
    service.gate.clear()
    hook, ticks = Webhook(service.url, timeout=0.3), 0
    started = time.monotonic()
    sending = asyncio.create_task(hook.send(ALERT))
    while not sending.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert time.monotonic() - started < 5
    assert ticks > 5
    with pytest.raises(UnknownOutcomeError, match="did not answer within"):
        await sending
    with pytest.raises(UnavailableError, match="has not answered the last alert yet"):
        await hook.send(ALERT)


@pytest.mark.parametrize("url", ["nonsense://x", "", SECRET, "discord://", f"slack://{SECRET}"])
def test_an_url_that_is_none(url: str) -> None:
    """Told before anything starts, without quoting it."""
    with pytest.raises(ConfigError) as caught:
        Webhook(url, timeout=1)
    error = caught.value
    assert SECRET not in f"{error.message}{error.hint}{error.details}"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        ("ntfy://a-topic", "ntfy"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "Telegram"),
    ],
)
def test_the_services_of_the_documentation(url: str, name: str) -> None:
    """Their URLs are known; what is shown of one is its name."""
    hook = Webhook(url, timeout=1)
    assert hook.name == name
    assert repr(hook) == f"Webhook({name})"


class Lines(logging.Handler):
    """Everything that reaches the root logger, as the session's log has it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(f"{record.name} {record.getMessage()} {record.exc_info}")


@pytest.fixture
def log() -> Iterator[Lines]:
    """The root logger at its most talkative."""
    root, lines = logging.getLogger(), Lines()
    before = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(before)
    root.removeHandler(lines)


async def test_no_log_has_the_secret(service: Service, log: Lines) -> None:
    """Whatever the level, whether an alert is taken, refused or finds nobody."""
    hooks = [Webhook(service.url, timeout=20), Webhook(f"json://127.0.0.1:1/{SECRET}", timeout=20)]
    for status in (200, 404):
        service.status = status
        for hook in hooks:
            try:
                await hook.send(ALERT)
            except SniperForgeError as error:
                logging.getLogger("ours").warning("%s %s %r", error.message, error.details, hook)
    assert any("could not be reached" in line for line in log.lines)
    assert any("HTTP 404" in line for line in log.lines)
    assert not [line for line in log.lines if SECRET in line]
