"""Commands against an endpoint that sends rubbish: exit 6 or 3 with a reason, and nothing is signed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sniperforge.config.genesis import GENESIS_HASHES
from tests.trading import MINTS, Project, Shell


@contextmanager
def endpoint(answer: Callable[[str], tuple[str, bytes]]) -> Iterator[tuple[str, list[str]]]:
    """An HTTP server on loopback, and the methods that it was asked; ``answer`` gives type and body."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(request["method"])
            kind, body = answer(request["method"])
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hunter2?key=hunter2", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def result(value: object) -> tuple[str, bytes]:
    """A proper reply to a client's first request."""
    return "application/json", json.dumps({"jsonrpc": "2.0", "id": 1, "result": value}).encode()


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        (lambda _: ("text/html", b"<html>hunter2</html>"), 6, "something that is not JSON (text/html)"),
        (lambda _: result("x" * (11 << 20)), 6, "its reply is longer than 10485760 bytes"),
        (lambda _: result(5), 6, "getGenesisHash: the node's answer is unusable"),
        (lambda _: result(GENESIS_HASHES["mainnet"]), 3, "wrong chain: the network file says localnet"),
    ],
    ids=["html", "long", "type", "chain"],
)
@pytest.mark.parametrize(
    "command", [("wallet", "send", MINTS[0], "0.1", "--yes"), ("sell", MINTS[0]), ("status",)]
)
def test_it_is_refused(
    shell: Shell,
    project: Project,
    command: tuple[str, ...],
    answer: Callable[[str], tuple[str, bytes]],
    code: int,
    reason: str,
) -> None:
    """Before a wallet is unlocked: only the chain's identity is ever asked for."""
    with endpoint(answer) as (url, asked):
        ran = shell(*command, env={"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": url})
    assert ran.code == code
    assert reason in ran.err
    assert "hunter2" not in ran.out + ran.err
    assert set(asked) == {"getGenesisHash"}
    assert not project.journal_path.exists()


def test_a_further_endpoint_of_another_chain_ends_what_signs(shell: Shell, project: Project) -> None:
    """Exit 3 with its name, before anything is signed; nothing else is asked of it."""
    with endpoint(lambda _: result(GENESIS_HASHES["mainnet"])) as (url, asked):
        further = f'[{{rpc_url = "{url}", roles = ["read", "send"]}}]'
        env = {"SNIPERFORGE_NETWORKS__LOCALNET__ENDPOINTS": further}
        ran = shell("wallet", "send", MINTS[0], "0.1", "--yes", env=env)
    assert ran.code == 3
    assert "it serves another chain" in ran.err
    assert "hunter2" not in ran.err
    assert asked == ["getGenesisHash"]
    assert not project.journal_path.exists()
