"""``sniperforge pools``: decode, show, record, watch."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.pool_stream import pool_document
from sniperforge.app.swap_checks import sol_usdc_pool
from sniperforge.cli.main import main
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.events import NewPool
from sniperforge.localnet.network import LocalNetwork
from tests.app.place import served
from tests.cli.terminal import Terminal, terminal_in

POOL = str(sol_usdc_pool("local-x"))
RECORDED = "raydium_cpmm/create_litesvm_spl.json"


@pytest.fixture(scope="module")
def network() -> Iterator[LocalNetwork]:
    """One network for all, with ten launches a second."""
    with served(market=True, per_minute=600) as running:
        yield running


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A project in an empty folder."""
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        yield found


def test_decoding_a_recorded_file(terminal: Terminal, shared_fixtures: Path) -> None:
    """The file, its result on stdin: the same events, amounts as text; no network is asked."""
    path = shared_fixtures / RECORDED
    document = terminal.document("pools", "decode", str(path))
    event = document["data"]["events"][0]
    assert document["network"] is None
    assert (event["dex"], event["kind"], event["quote_mint"], event["failed"]) == (
        "raydium_cpmm",
        "pool_created",
        WSOL_MINT,
        False,
    )
    assert event["quote_amount"] == "100000000000"
    assert {"program_id", "pool", "base_mint", "base_vault", "quote_vault"} <= set(event)
    terminal.type(json.dumps(json.loads(path.read_text())["result"]))
    assert terminal.data("pools", "decode", "-") == document["data"]
    shown = terminal.run("pools", "decode", str(path))
    assert shown.startswith("raydium_cpmm pool_created\n  program_id ")


def test_every_recorded_transaction(terminal: Terminal, shared_fixtures: Path) -> None:
    """Transactions decode to events, failed ones are marked; account dumps are malformed input."""
    matched = files = 0
    for path in sorted((shared_fixtures / "raydium_cpmm").glob("*.json")):
        files += 1
        if path.name.startswith("account_"):
            terminal.document("pools", "decode", str(path), code=3)
            matched += 1
            continue
        events = terminal.data("pools", "decode", str(path))["events"]
        assert {event["failed"] for event in events} == {"_fail_" in path.name}
        matched += 1
    print(f"matched {matched} of {files}")
    assert matched == files > 0


def test_a_failed_transaction_is_said(terminal: Terminal, shared_fixtures: Path) -> None:
    """It names what was tried and that nothing of it took effect."""
    path = shared_fixtures / "raydium_cpmm" / "swap_slippage_fail_litesvm.json"
    assert "swap  FAILED, nothing of it took effect" in terminal.run("pools", "decode", str(path))


@pytest.mark.parametrize(
    ("source", "stdin", "code"),
    [
        ("none.json", "", 9),
        (".", "", 3),
        ("-", "{", 3),
        ("-", "{}", 3),
        ("-", '{"result": null}', 3),
        ("~nobody-has-this-name/x", "", 2),
    ],
)
def test_what_cannot_be_decoded(terminal: Terminal, source: str, stdin: str, code: int) -> None:
    """Missing is 9, malformed is 3."""
    terminal.type(stdin)
    terminal.document("pools", "decode", source, code=code)


def test_bytes_on_stdin_are_malformed(terminal: Terminal) -> None:
    """Text that is no text is no bug of ours."""

    class Bytes:
        def isatty(self) -> bool:
            return False

        def read(self) -> str:
            return b"\xff".decode()

    terminal.monkeypatch.setattr("sys.stdin", Bytes())
    assert "not UTF-8" in terminal.error("pools", "decode", "-", code=3)


def test_recording_a_pool(terminal: Terminal, network: LocalNetwork) -> None:
    """Into a new file only; nothing is written when there is no pool."""
    terminal.use(network)
    data = terminal.data("pools", "record", POOL, "--out", "pool.json")
    written = json.loads((terminal.folder / "pool.json").read_text())
    assert [entry["pubkey"] for entry in written["value"]] == data["accounts"]
    assert (data["pool"], data["slot"], len(data["accounts"])) == (POOL, written["context"]["slot"], 9)
    assert "it exists already" in terminal.error("pools", "record", POOL, "--out", "pool.json", code=2)
    shown = terminal.run("pools", "record", POOL, "--out", "again.json")
    assert " accounts of slot " in shown
    terminal.error("pools", "record", USDC_MINT, "--out", "none.json", code=9)
    assert not (terminal.folder / "none.json").exists()


def test_a_signature_is_fetched(terminal: Terminal, network: LocalNetwork) -> None:
    """From the selected network; what it does not know is not found; without pools nothing is told."""
    terminal.use(network)
    signature = terminal.data("wallet", "airdrop", "1")["signature"]
    document = terminal.document("pools", "decode", signature)
    assert (document["data"], document["network"]) == ({"events": []}, "localnet")
    assert "nothing in it touches a pool" in terminal.run("pools", "decode", signature)
    terminal.document("pools", "decode", "5" * 87, code=9)


def test_showing_a_pool(terminal: Terminal, network: LocalNetwork) -> None:
    """For people and for scripts, the same numbers."""
    terminal.use(network)
    data = terminal.data("pools", "show", POOL)
    assert (data["base_mint"], data["quote_mint"], data["canonical"]) == (USDC_MINT, WSOL_MINT, True)
    assert data["price"]["decimal"].startswith("0.0066")
    shown = terminal.run("pools", "show", POOL)
    assert f"pool           {POOL}  (raydium_cpmm)" in shown
    assert "canonical      yes" in shown
    assert "trade 0.25 %" in shown
    for address, code in ((USDC_MINT, 9), ("abc", 2)):
        terminal.document("pools", "show", address, code=code)


def watched(terminal: Terminal, *arguments: str, enough: int = 2) -> str:
    """Watch until ``enough`` pools were told, then end it as Ctrl-C does."""
    told = 0

    def document(pool: NewPool, now: float) -> dict[str, Any]:
        nonlocal told
        told += 1
        if told == enough:
            signal.raise_signal(signal.SIGINT)
        return pool_document(pool, now)

    terminal.monkeypatch.setattr("sniperforge.app.pool_stream.pool_document", document)
    assert main(["pools", "watch", *arguments]) == 130
    shown = terminal.capsys.readouterr()
    assert ("-q" in arguments) is ("watching" not in shown.err)
    return shown.out


def test_watching(terminal: Terminal, network: LocalNetwork) -> None:
    """Lines for people, JSON lines for streams; only rich ones when asked."""
    terminal.use(network)
    head, *lines = watched(terminal).splitlines()
    assert head == "LOCALNET"
    assert all(
        re.match(r"\d\d:\d\d:\d\d  raydium_cpmm  pool \w+  mint \w+  quote \w+  \d", line) for line in lines
    )
    assert len(lines) >= 2
    streamed = watched(terminal, "--jsonl", "-q", "--min-liquidity-sol", "20", "--dex", "raydium_cpmm")
    documents = [json.loads(line) for line in streamed.splitlines()]
    assert {document["kind"] for document in documents} == {"pool_created"}
    assert all(float(document["liquidity_sol"]) >= 20 for document in documents)


def test_a_signal_ends_the_watch(terminal: Terminal, network: LocalNetwork) -> None:
    """With ``--json`` what was seen is still told in the one document."""
    terminal.use(network)
    document = json.loads(watched(terminal, "--json", "-q"))
    assert document["error"]["code"] == "interrupted"
    assert len(document["data"]["pools"]) >= 2
    assert set(document["data"]) == {"pools"}


def test_the_sources_are_shown(terminal: Terminal, network: LocalNetwork) -> None:
    """In every form of output, at the end too; each of those that the network file names."""
    names = ["logsSubscribe", "blockSubscribe"]
    terminal.use(network)
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__LOCALNET__FEED_SOURCES", json.dumps(names))
    document = json.loads(watched(terminal, "--sources", "--json", "-q"))
    assert [source["source"] for source in document["data"]["sources"]] == names
    assert max(source["seen"] for source in document["data"]["sources"]) >= 2
    streamed = watched(terminal, "--sources", "--jsonl", "-q")
    assert [source["source"] for source in json.loads(streamed.splitlines()[-1])["sources"]] == names
    assert watched(terminal, "--sources").splitlines()[-1].startswith("blockSubscribe ")


def test_a_recorded_watch_is_seen_again(terminal: Terminal, network: LocalNetwork) -> None:
    """Without the network, all of it and the same each time; filters apply; a recording is not overwritten."""
    terminal.use(network)
    file = str(terminal.folder / "feed.jsonl")
    live = json.loads(watched(terminal, "--record", file, "--json", "-q"))["data"]["pools"]
    assert "it exists already" in terminal.error("pools", "watch", "--record", file, code=2)
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL", "http://127.0.0.1:9")
    replay = ("pools", "watch", "--replay", file)
    document = terminal.document(*replay, "--sources")
    assert document["network"] is None
    assert document["data"]["sources"][0]["seen"] >= len(live)
    pools = document["data"]["pools"]
    assert {pool["signature"] for pool in live} <= {pool["signature"] for pool in pools}
    for options in ((), ("--speed", "20")):
        assert terminal.data(*replay, *options)["pools"] == pools
    assert terminal.data(*replay, "--dex", "pumpswap")["pools"] == []
    shown = terminal.run(*replay)
    assert shown.splitlines()[0].split("  ")[1] == "raydium_cpmm"


def test_the_watch_ends_by_itself(terminal: Terminal, network: LocalNetwork) -> None:
    """After the time given, with how many there were."""
    terminal.use(network)
    assert isinstance(terminal.data("pools", "watch", "--duration", "0.2")["pools"], list)
    assert main(["pools", "watch", "--duration", "0.2"]) == 0
    assert terminal.capsys.readouterr().err.endswith(" new pools\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--dex", "raydium_cpm"), 2),
        (("--min-liquidity-sol", "much"), 2),
        (("--min-liquidity-sol", "2", "--max-liquidity-sol", "1"), 2),
        (("--launchpad", "moon"), 2),
        (("--creator", "me"), 2),
        (("--duration", "nan"), 2),
        (("--max-age", "nan"), 2),
        (("--replay", "x", "--speed", "nan"), 2),
        (("--replay", "x", "--record", "y"), 2),
        (("--replay", "x", "--duration", "1"), 2),
        (("--replay", "none.jsonl"), 9),
        (("--duration", "-1"), 2),
        ((), 6),
    ],
)
def test_what_cannot_be_watched(terminal: Terminal, arguments: tuple[str, ...], code: int) -> None:
    """Wrong options, and a network that does not answer."""
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL", "http://127.0.0.1:9")
    terminal.document("pools", "watch", *arguments, code=code)


def test_a_pool_that_says_less() -> None:
    """A price that is not there; transfer fees."""
    from sniperforge.cli.pools import _pool_text

    class Loaded:
        slot = 3

    data = {
        "pool": "p",
        "dex": "d",
        "base_mint": "b",
        "quote_mint": "q",
        "base_reserve": {"ui": "0"},
        "quote_reserve": {"ui": "0"},
        "price": None,
        "open": False,
        "swap_enabled": False,
        "canonical": False,
        "creator": "c",
        "fees": {"trade_percent": "0.25", "transfer": {"b": {"bps": 300}}},
    }
    shown = _pool_text(Loaded(), data)  # type: ignore[arg-type]
    assert "price          none: the pool is empty" in shown
    assert "swaps          disabled" in shown
    assert "canonical      NO" in shown
    assert "transfer fees  b 300 bps" in shown
