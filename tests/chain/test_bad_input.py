"""Endpoints that send rubbish, over loopback: each is refused with exit 6 or 3 and a reason."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import serve

import sniperforge
from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.http_endpoint import MAX_REPLY_BYTES
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.plain_http import PlainHttpTransport
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.rpc_endpoint import RpcEndpoint
from sniperforge.chain.ws_link import open_link
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc_server import ScriptedHttp, http_reply, scripted_http

Transport = HttpTransport | AiohttpTransport | PlainHttpTransport
BOMB = http_reply(b'{"jsonrpc":"2.0","id":1,"result":"' + b"x" * MAX_REPLY_BYTES + b'"}')


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHttp]:
    """A loopback server without a script."""
    async with scripted_http() as running:
        yield running


@pytest.fixture(params=[HttpTransport, AiohttpTransport, PlainHttpTransport], ids=lambda kind: kind.__name__)
async def transport(server: ScriptedHttp, request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    """Each way of asking that server."""
    one = request.param(server.url, timeout=5.0)
    yield one
    await one.aclose()


def error_reply(error: object) -> bytes:
    """A JSON-RPC error, well or badly formed."""
    return http_reply(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode())


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (http_reply(b"<html><h1>It works!</h1></html>", kind="text/html"), "something that is not JSON"),
        (http_reply(b"{<html>", kind="text/html"), "the node's answer is unusable"),
        (http_reply(b'{"jsonrpc":"2.0","id":1,"result":{"slot":'), "the node's answer is unusable"),
        (http_reply(b'{"jsonrpc":"2.0","id":77,"result":5}'), "the answer is to another request"),
        (http_reply(b'{"jsonrpc":"2.0","id":1}'), "neither a result nor an error"),
        (http_reply(b'{"jsonrpc":"2.0","id":1,"result":"many"}'), "the result is malformed"),
        (http_reply(b"[" * 100_000), "the node's answer is unusable"),
        (BOMB, f"its reply is longer than {MAX_REPLY_BYTES} bytes"),
    ],
    ids=["html", "half html", "cut", "another id", "nothing", "another type", "nested", "10 MB"],
)
async def test_rubbish_is_unavailable_and_says_why(
    server: ScriptedHttp, transport: Transport, reply: bytes, reason: str
) -> None:
    """Whatever asks: the endpoint is named by its host, what it sent is not quoted, the exit is 6."""
    server.reply(reply)
    with pytest.raises(UnavailableError, match=reason) as caught:
        await RpcClient(transport, FakeClock(), retry=NO_RETRY).slot()
    assert caught.value.exit_code == 6
    assert "SECRET" not in caught.value.message
    assert "It works" not in caught.value.message


@pytest.mark.parametrize("code", [-32002, -32005, -32016], ids=str)
@pytest.mark.parametrize("shape", ["bare", "null data", "text"])
async def test_an_error_without_data_is_only_an_error(
    server: ScriptedHttp, transport: Transport, code: int, shape: str
) -> None:
    """Parsers of the SDK end the process on these: they never see a reply."""
    error: object = {"code": code, "message": "no"}
    if shape == "null data":
        error = {"code": code, "message": "no", "data": None}
    elif shape == "text":
        error = "no"
    server.reply(error_reply(error))
    with pytest.raises(RpcError, match="getSlot: no") as caught:
        await RpcClient(transport, FakeClock(), retry=NO_RETRY).slot()
    assert caught.value.rpc_code == (0 if shape == "text" else code)


def test_no_reply_reaches_the_sdks_parsers() -> None:
    """Nothing in the package imports them."""
    package = Path(sniperforge.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    assert [path for path, text in sources.items() if "solders.rpc" in text or "solana.rpc" in text] == []


async def test_a_lie_about_the_chain_ends_before_anything_is_sent(
    server: ScriptedHttp, transport: Transport
) -> None:
    """The one request is for the genesis hash; the signed bytes never leave."""
    server.reply(http_reply(b'{"jsonrpc":"2.0","id":1,"result":"stranger"}'))
    endpoint = RpcEndpoint(transport, FakeClock(), name="http://h")
    endpoint.expect("ours")
    with pytest.raises(UnavailableError, match="it serves another chain: genesis stranger, not ours"):
        await RpcClient(endpoint, FakeClock(), retry=NO_RETRY).send(b"signed")
    assert [b"getGenesisHash" in body for body in server.bodies] == [True]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context with a certificate that nobody has vouched for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    folder: Path = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run([*command, *name, "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.parametrize("kind", [HttpTransport, AiohttpTransport], ids=lambda kind: kind.__name__)
async def test_a_certificate_that_nobody_vouches_for(
    certificate: ssl.SSLContext, kind: type[HttpTransport | AiohttpTransport]
) -> None:
    """The request does not leave; the error names the certificate, and what to do."""
    async with scripted_http(ssl=certificate) as server:
        transport = kind(server.url.replace("http:", "https:"), timeout=5.0)
        with pytest.raises(UnavailableError, match="certificate") as caught:
            await transport.post(b'{"method":"sendTransaction"}')
        await transport.aclose()
        assert server.bodies == []
    assert caught.value.exit_code == 6
    assert "certificate" in caught.value.hint
    assert "SECRET" not in caught.value.message + repr(caught.value.details)


async def test_a_websocket_with_such_a_certificate(certificate: ssl.SSLContext) -> None:
    """Refused in the handshake, with the same words."""

    async def silent(_socket: object) -> None:
        """Nothing is ever heard here."""

    async with serve(silent, "127.0.0.1", 0, ssl=certificate) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(UnavailableError, match="certificate") as caught:
            await open_link(
                f"wss://127.0.0.1:{port}/SECRET", lambda _: None, headers={}, patience=5.0, max_bytes=1_000
            )
    assert "SECRET" not in caught.value.message
