"""What is aiohttp's alone; everything else it shares with httpx, and ``test_http_transport`` tries both."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.testing.rpc_server import http_reply, scripted_http


def test_it_can_be_made_outside_an_event_loop() -> None:
    """Only the first request opens anything, so closing an unused one needs no loop either."""
    assert AiohttpTransport("http://127.0.0.1")._session is None


async def test_an_unused_one_is_closed_without_a_trace() -> None:
    """No connection is opened just to be closed."""
    transport = AiohttpTransport("http://127.0.0.1:1")
    await transport.aclose()
    assert transport._session is None


async def test_certificates_are_checked() -> None:
    """TLS is verified against the system's authorities, and no cookie is kept between requests."""
    transport = AiohttpTransport("https://node.example")
    session = transport._opened()
    assert session.connector is not None
    assert session.connector._ssl is True
    await transport.aclose()


async def test_cookies_are_not_kept() -> None:
    """A node that sets a cookie does not get it back."""
    async with scripted_http() as server:
        server.reply(http_reply(b"{}", headers=("set-cookie: track=me; path=/",)))
        transport = AiohttpTransport(server.url)
        await transport.post(b"{}")
        await transport.post(b"{}")
        await transport.aclose()
    assert b"track" not in server.heads[1]


@pytest.mark.parametrize("module", ["sniperforge.app.node", "sniperforge.chain.http_transport"])
def test_short_commands_do_not_load_it(module: str) -> None:
    """What every command imports leaves the slow library out."""
    code = f"import sys, {module}; print('aiohttp' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
