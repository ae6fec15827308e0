"""HTTP as a node, a proxy and a failing network do it, over loopback sockets; for both HTTP libraries."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import ssl
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.errors import ConfigError, UnavailableError
from sniperforge.testing.clock import eventually
from sniperforge.testing.rpc_contract import check_transport
from sniperforge.testing.rpc_server import ScriptedHttp, http_reply, listening, scripted_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Transport = HttpTransport | AiohttpTransport
OK = http_reply(b'{"jsonrpc":"2.0","id":1,"result":1}')


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHttp]:
    """A loopback server without a script."""
    async with scripted_http() as running:
        yield running


@pytest.fixture(params=[HttpTransport, AiohttpTransport])
def kind(request: pytest.FixtureRequest) -> type[Transport]:
    """Each of the two implementations."""
    return request.param


@pytest.fixture
async def transport(server: ScriptedHttp, kind: type[Transport]) -> AsyncIterator[Transport]:
    """A transport to that server."""
    one = kind(server.url, timeout=1.0)
    yield one
    await one.aclose()


async def refused(transport: Transport) -> UnavailableError:
    """The error of one post; neither its text nor its traceback shows the endpoint's key."""
    with pytest.raises(UnavailableError) as caught:
        await transport.post(b"{}")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.details)
    assert "SECRET" not in shown
    assert caught.value.details["endpoint"] == transport._endpoint.name
    return caught.value


async def test_a_reply_comes_back_whole_over_one_kept_connection(
    server: ScriptedHttp, transport: Transport
) -> None:
    """Two posts share a connection, carry their bodies, and say that they are JSON."""
    server.reply(OK)
    assert await transport.post(b'{"a":1}') == b'{"jsonrpc":"2.0","id":1,"result":1}'
    await transport.post(b'{"b":2}')
    assert (server.bodies, server.connections) == ([b'{"a":1}', b'{"b":2}'], 1)
    head = server.heads[0].lower()
    assert b"post /secret/path?api-key=secret http/1.1" in head
    assert b"content-type: application/json" in head
    assert f"host: 127.0.0.1:{server.port}".encode() in head


async def test_it_keeps_the_contract_of_a_transport(server: ScriptedHttp, transport: Transport) -> None:
    """Replies belong to their requests under load; a closed transport answers no more."""

    def echo(body: bytes) -> bytes:
        return http_reply(
            json.dumps({"jsonrpc": "2.0", "id": json.loads(body)["id"], "result": "ok"}).encode()
        )

    server.reply(echo)
    await check_transport(transport)


async def test_a_compressed_reply_is_unpacked(server: ScriptedHttp, transport: Transport) -> None:
    """Gzip is asked for and undone."""
    server.reply(http_reply(gzip.compress(b'{"id":1}'), headers=("content-encoding: gzip",)))
    assert await transport.post(b"{}") == b'{"id":1}'
    assert b"accept-encoding: gzip" in server.heads[0].lower()


async def test_a_broken_compressed_reply_is_unavailable(server: ScriptedHttp, transport: Transport) -> None:
    """A body that is not gzip though its header says so is no answer."""
    server.reply(http_reply(b"{not gzip}", headers=("content-encoding: gzip",)))
    assert "broke off" in (await refused(transport)).message


async def test_extra_headers_are_sent(server: ScriptedHttp, kind: type[Transport]) -> None:
    """A header of the caller's reaches the node."""
    server.reply(OK)
    transport = kind(server.url, headers={"x-token": "T"})
    await transport.post(b"{}")
    await transport.aclose()
    assert b"x-token: t" in server.heads[0].lower()


async def test_a_user_part_is_sent_as_authorization_only(server: ScriptedHttp, kind: type[Transport]) -> None:
    """An endpoint behind a password gets it in the header that is for it, and no error shows it."""
    server.reply(OK, http_reply(b"", status="500 Oops"))
    transport = kind(f"http://user:SECRET@127.0.0.1:{server.port}/")
    await transport.post(b"{}")
    await refused(transport)
    await transport.aclose()
    assert b"authorization: Basic dXNlcjpTRUNSRVQ=".lower() in server.heads[0].lower()
    assert b"user:" not in server.heads[0]


async def test_a_proxy_is_asked_instead(server: ScriptedHttp, kind: type[Transport]) -> None:
    """The whole URL goes to the proxy, which finds the node."""
    server.reply(OK)
    transport = kind("http://node.example/path", proxy=f"http://127.0.0.1:{server.port}")
    await transport.post(b"{}")
    await transport.aclose()
    assert server.heads[0].startswith(b"POST http://node.example/path HTTP/1.1\r\n")


async def test_html_is_no_answer(server: ScriptedHttp, transport: Transport) -> None:
    """A captive portal's page is named by its type and not quoted."""
    server.reply(http_reply(b"<html>SECRET</html>", kind="text/html"))
    error = await refused(transport)
    assert "not JSON (text/html)" in error.message


async def test_an_empty_reply_is_no_answer(server: ScriptedHttp, transport: Transport) -> None:
    """HTTP 200 without a body is refused too."""
    server.reply(http_reply(b""))
    assert "not JSON" in (await refused(transport)).message


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("500 Oops", ""),
        ("503 Busy", ""),
        ("401 No", "API key"),
        ("403 No", "API key"),
        ("429 Slow", "slow down"),
    ],
)
async def test_another_status_than_200_is_unavailable(
    server: ScriptedHttp, transport: Transport, status: str, hint: str
) -> None:
    """The status is in the message and the details, and a hint says what helps."""
    server.reply(http_reply(b'{"SECRET":1}', status=status))
    error = await refused(transport)
    assert error.details["http_status"] == int(status[:3])
    assert f"HTTP {status[:3]}" in error.message
    assert hint in error.hint


async def test_a_redirect_is_not_followed(server: ScriptedHttp, transport: Transport) -> None:
    """Requests go to the configured host and nowhere else."""
    server.reply(http_reply(b"", status="302 Found", headers=("location: http://elsewhere.example/SECRET",)))
    assert "HTTP 302" in (await refused(transport)).message
    assert len(server.bodies) == 1


async def test_retry_after_is_in_the_details(server: ScriptedHttp, transport: Transport) -> None:
    """A rate limiter's wish reaches the retry policy in seconds."""
    server.reply(http_reply(b"", status="429 Slow", headers=("retry-after: 7",)))
    assert (await refused(transport)).details["retry_after"] == 7.0


async def test_a_reply_longer_than_the_limit_is_refused(server: ScriptedHttp, kind: type[Transport]) -> None:
    """The limit holds for the body as unpacked, so that a small reply cannot blow up."""
    server.reply(http_reply(gzip.compress(b"[" + b" " * 200_000), headers=("content-encoding: gzip",)))
    transport = kind(server.url, max_bytes=100_000)
    assert "longer than 100000 bytes" in (await refused(transport)).message
    await transport.aclose()


async def test_a_reply_of_exactly_the_limit_is_taken(server: ScriptedHttp, kind: type[Transport]) -> None:
    """The limit itself is allowed."""
    body = b"[" + b" " * 98 + b"]"
    server.reply(http_reply(body))
    transport = kind(server.url, max_bytes=100)
    assert await transport.post(b"{}") == body
    await transport.aclose()


async def test_a_truncated_reply_is_unavailable(server: ScriptedHttp, transport: Transport) -> None:
    """A connection cut within the body is an outage, not half an answer."""
    server.reply(OK[:-5])
    server.hang_up = True
    assert "broke off" in (await refused(transport)).message


async def test_a_connection_cut_before_any_reply_is_unavailable(
    server: ScriptedHttp, transport: Transport
) -> None:
    """A node that hangs up on a request is an outage."""
    server.reply(b"")
    server.hang_up = True
    assert "broke off" in (await refused(transport)).message


async def test_a_connection_closed_between_requests_is_opened_again(
    server: ScriptedHttp, transport: Transport
) -> None:
    """A node may close an idle connection; the next request does not notice."""
    server.reply(OK)
    server.hang_up = True
    await transport.post(b"{}")
    await asyncio.sleep(0.01)
    await transport.post(b"{}")
    assert server.connections == 2


async def test_a_reply_that_is_no_http_is_unavailable(server: ScriptedHttp, transport: Transport) -> None:
    """Another service on the port does not crash the client."""
    server.reply(b"220 smtp.example ESMTP\r\n")
    server.hang_up = True
    assert "broke off" in (await refused(transport)).message


async def test_silence_ends_with_the_time_out(server: ScriptedHttp, kind: type[Transport]) -> None:
    """A node that accepts and says nothing is given up on."""
    server.reply(None)
    transport = kind(server.url, timeout=0.03)
    assert "no answer within 0.03 s" in (await refused(transport)).message
    await transport.aclose()


async def test_a_trickle_does_not_outlive_the_time_out(kind: type[Transport]) -> None:
    """The time-out counts for the whole request: a byte now and then does not stretch it."""

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.005)

    async with listening(trickle) as port:
        transport = kind(f"http://127.0.0.1:{port}", timeout=0.04)
        assert "no answer within 0.04 s" in (await refused(transport)).message
        await transport.aclose()


async def test_no_free_connection_is_unavailable(server: ScriptedHttp, kind: type[Transport]) -> None:
    """A full pool is waited for no longer than a connection would be."""
    server.reply(None)
    transport = kind(server.url, timeout=0.2, connect_timeout=0.02, connections=1)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(refused(transport))
        await asyncio.sleep(0.005)
        assert "no connection within 0.02 s" in (await refused(transport)).message
    assert "no answer within 0.2 s" in first.result().message
    await transport.aclose()


async def test_a_closed_port_is_unavailable(kind: type[Transport]) -> None:
    """Nobody listening is said in the message, with the host only."""
    async with listening(lambda _reader, _writer: asyncio.sleep(0)) as port:
        pass
    transport = kind(f"http://127.0.0.1:{port}/SECRET")
    error = await refused(transport)
    assert error.message.startswith(f"http://127.0.0.1:{port}/…: no connection")
    await transport.aclose()


async def test_cancellation_is_not_swallowed(server: ScriptedHttp, transport: Transport) -> None:
    """A stop reaches the caller as such, and the transport works on."""
    server.reply(None, OK)
    task = asyncio.create_task(transport.post(b"{}"))
    await eventually(lambda: server.bodies)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await transport.post(b"{}")


async def test_nothing_is_logged(
    server: ScriptedHttp, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    """No logger of the HTTP library tells the key, whatever its level."""
    caplog.set_level(logging.DEBUG)
    server.reply(OK)
    await transport.post(b"{}")
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/SECRET",
        "SECRET",
        "http://",
        "http://host:SECRET",
        "http://host:0",
        f"http://{'h' * 64}.example/SECRET",
    ],
)
def test_a_url_that_is_no_http_url_is_a_config_error(url: str, kind: type[Transport]) -> None:
    """The message does not show what it was."""
    with pytest.raises(ConfigError) as caught:
        kind(url)
    assert "SECRET" not in caught.value.message


def test_a_url_that_only_httpx_refuses_is_a_config_error() -> None:
    """Its checks go further; they raise our error too."""
    with pytest.raises(ConfigError):
        HttpTransport("http://host\x7f/SECRET")


def test_its_import_leaves_the_command_line_of_httpx_out() -> None:
    """Short commands do not pay for click and rich."""
    code = "import sys, sniperforge.chain.http_transport; print(sorted({'rich', 'click'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(("scheme", "checked"), [("https", ssl.CERT_REQUIRED), ("http", ssl.CERT_NONE)])
def test_certificates_are_checked_where_there_are_some(scheme: str, checked: ssl.VerifyMode) -> None:
    """Loading them takes longer than a request on loopback."""
    pool: Any = HttpTransport(f"{scheme}://127.0.0.1")._opened()
    assert pool._pool._ssl_context.verify_mode == checked


def test_its_repr_shows_the_host_only(kind: type[Transport]) -> None:
    """A transport in a log line tells no key."""
    assert repr(kind("https://node.example/SECRET")) == f"{kind.__name__}(https://node.example/…)"
