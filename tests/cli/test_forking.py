"""Forking a pool as a user does: recorded accounts, a network that continues from them, a swap on it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sniperforge.app.swap_checks import sol_usdc_pool
from sniperforge.cli.main import main
from sniperforge.dex.raydium_cpmm.accounts import decode_pool
from sniperforge.dex.raydium_cpmm.program import PROGRAMS, authority
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.localnet.genesis_files import read_recording
from sniperforge.localnet.recording import CLOCK, parse_recording
from tests.app.place import served
from tests.cli.terminal import Terminal, terminal_in
from tests.conftest import PROJECT
from tests.localnet.kit import base64_of, mint

POOL = str(sol_usdc_pool("local-x"))
RECORDED = (
    *("raydium_cpmm/account_pool_state_sol_usdc", "raydium_cpmm/account_amm_config_0"),
    *(
        "raydium_cpmm/account_vault_sol",
        "raydium_cpmm/account_vault_usdc",
        "raydium_cpmm/account_observation",
    ),
    *("risk_mints/mint_usdc_mainnet", "risk_mints/mint_wsol_mainnet"),
)
SPENT = 10_000_000


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A project whose network, if one was started, is stopped afterwards."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        yield found
        main(["localnet", "down"])


def up(terminal: Terminal, *options: str) -> dict[str, Any]:
    return terminal.data("localnet", "up", "--port", "0", "--slot-ms", "50", "--detach", *options)


def swap(network: dict[str, Any]) -> dict[str, Any]:
    """Sell SOL for USDC with the payer's key, through the network's Jupiter API; what it says at the end."""
    payer = Keypair.from_bytes(bytes(json.loads(Path(network["payer"]["keypair_file"]).read_text())))
    query = f"inputMint={WSOL_MINT}&outputMint={USDC_MINT}&amount={SPENT}&taker={payer.pubkey()}"
    with urllib.request.urlopen(f"{network['jupiter_url']}/swap/v2/order?{query}") as reply:
        order = json.load(reply)
    message = VersionedTransaction.from_bytes(base64.b64decode(order["transaction"])).message
    signed = base64.b64encode(bytes(VersionedTransaction(message, [payer]))).decode()
    request = urllib.request.Request(
        f"{network['jupiter_url']}/swap/v2/execute",
        json.dumps({"signedTransaction": signed, "requestId": order["requestId"]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as reply:
        return {**json.load(reply), "quoted": order["outAmount"]}


def check_a_swap(terminal: Terminal, network: dict[str, Any]) -> None:
    """The pool is decoded, a swap on it is simulated as quoted, and another lands as quoted."""
    terminal.run("localnet", "fund", "default", "1")
    before = terminal.data("pools", "show", POOL)
    assert (before["canonical"], before["base_mint"]) == (True, USDC_MINT)
    done = swap(network)
    assert (done["status"], done["outputAmountResult"]) == ("Success", done["quoted"])
    after = terminal.data("pools", "show", POOL)
    sold = int(before["base_reserve"]["raw"]) - int(after["base_reserve"]["raw"])
    assert sold == int(done["quoted"]) > 0


def test_a_pool_recorded_on_mainnet(terminal: Terminal, shared_fixtures: Path) -> None:
    """Its accounts, files of different origin, and our program: a swap lands to the unit."""
    folder = terminal.folder / "pool"
    folder.mkdir()
    for name in RECORDED:
        document = json.loads((shared_fixtures / f"{name}.json").read_text())["account"]
        (folder / f"{Path(name).name}.json").write_text(json.dumps(document))
    # the LP mint was not recorded: made here as the pool describes it
    recorded = parse_recording([json.loads(path.read_text()) for path in folder.iterdir()], "folder")
    pool = decode_pool(next(account for account in recorded.accounts if account.address == POOL))
    lp_mint = mint(pool.lp_mint, decimals=9, supply=pool.lp_supply, authority=authority(PROGRAMS["mainnet"]))
    raw = {"lamports": lp_mint.lamports, "data": [base64_of(lp_mint.data), "base64"], "owner": lp_mint.owner}
    answer = {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": 450_000_000}, "value": raw}}
    (folder / f"{pool.lp_mint}.json").write_text(json.dumps(answer))
    network = up(terminal, "--account", "pool")
    assert terminal.data("localnet")["slot"] >= 450_000_000
    check_a_swap(terminal, network)


def test_a_pool_recorded_by_command(terminal: Terminal) -> None:
    """One file from a network that runs, its program with it: the copy goes on from its slot."""
    with served(market=True) as source:
        terminal.use(source)
        told = terminal.data("pools", "record", POOL, "--out", "pool.json", "--with-program")
        block = source.ledger.chain.in_slot(told["slot"])
    assert block is not None
    for name in ("RPC_URL", "WS_URL"):
        terminal.monkeypatch.delenv(f"SNIPERFORGE_NETWORKS__LOCALNET__{name}")
    # the pool opens a second after it was made: later than its clock was when it was recorded
    network = up(terminal, "--account", "pool.json", "--clock-time", str(block.time + 5))
    assert told["slot"] <= terminal.data("localnet")["slot"] < told["slot"] + 10_000
    assert network["genesis_hash"] != source.genesis_hash
    check_a_swap(terminal, network)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_pool_recorded_with_curl(terminal: Terminal) -> None:
    """As docs/forking.md shows it; what it writes is what the command writes."""
    page = (PROJECT / "docs" / "forking.md").read_text()
    blocks = re.findall(r"^```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (script,) = (block for block in blocks if "curl" in block)
    with served(market=True, per_minute=1) as source:  # so long since that the pool is finalized
        terminal.use(source)
        told = terminal.data("pools", "record", POOL, "--out", "command.json")
        shell = script.replace("https://api.mainnet-beta.solana.com", source.rpc_url)
        subprocess.run(["bash", "-euc", shell], cwd=terminal.folder, check=True, timeout=20)
    by_curl = read_recording([terminal.folder / "pool.json"])
    assert {account.address for account in by_curl.accounts} | {CLOCK} == set(told["accounts"])
    assert by_curl.time is not None
    assert by_curl.slot is not None


def test_the_market_does_not_mix_with_a_fork_of_its_coin(terminal: Terminal) -> None:
    """USDC would be of two makers."""
    with served(market=True) as source:
        terminal.use(source)
        terminal.run("pools", "record", POOL, "--out", "pool.json")
    error = terminal.document("localnet", "up", "--account", "pool.json", "--market", "--detach", code=3)
    assert USDC_MINT in error["error"]["message"]
