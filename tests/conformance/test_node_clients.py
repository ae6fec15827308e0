"""Unmodified JavaScript clients against a network over sockets; needs Node.js and its package registry.

The packages of ``package-lock.json`` are installed once into a cache folder outside of the project.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.network import LocalNetwork

HERE = Path(__file__).resolve().parent
CLIENTS = {"web3js": (18, 250), "kit": (14, 50), "anchor": (8, 250), "jito": (6, 250)}
"""Script -> checks that it must make, so that none is lost unseen, and the length of its slots in ms.

web3.js keeps a blockhash for 30 s, so 150 slots must be longer than that.
"""

INSTALL_SECONDS = 240
RUN_SECONDS = 150
MANIFEST = ("package.json", "package-lock.json", ".npmrc")

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(INSTALL_SECONDS + RUN_SECONDS)]


def cache_folder() -> Path:
    """Where these very versions are installed."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "sniperforge" / f"conformance-{lock}"


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed packages; skips when there is no Node.js or they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = cache_folder()
    if not (folder / "node_modules").is_dir():
        _install(npm, folder, tmp_path_factory.mktemp("npm"))
    return folder / "node_modules"


def _install(npm: str, folder: Path, work: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f"{folder.name}.{os.getpid()}")
    made.mkdir()
    for name in MANIFEST:
        shutil.copy(HERE / name, made)
    command = [npm, "ci", "--prefer-offline", "--fetch-retries=1", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=made, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        words = done.stderr if done.returncode else ""
    except subprocess.TimeoutExpired:
        words = f"not done after {INSTALL_SECONDS} s"
    if words:
        shutil.rmtree(made)
        pytest.skip(f"npm could not install the clients: {words.strip()[-400:]}")
    try:
        made.rename(folder)
    except OSError:  # another run was first
        made.rename(work / "spare")


@pytest.fixture
def scripts(packages: Path, tmp_path: Path) -> Path:
    """The scripts beside the packages that they import."""
    for path in HERE.glob("*.mjs"):
        shutil.copy(path, tmp_path)
    (tmp_path / "node_modules").symlink_to(packages, target_is_directory=True)
    return tmp_path


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_finds_a_network(client: str, scripts: Path) -> None:
    """Every check of its script passes; each failing one is named."""
    checks, slot_ms = CLIENTS[client]
    profile = SlotProfile(slot_ms=slot_ms, confirm_slots=1, finalize_slots=8)
    async with LocalNetwork(profile=profile, block_engine_rate=0) as network:
        process = await asyncio.create_subprocess_exec(
            "node",
            str(scripts / f"{client}.mjs"),
            network.rpc_url,
            network.ws_url,
            network.jito_url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(RUN_SECONDS):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert process.returncode == 0, err.decode()[-2_000:]
    results: dict[str, str | None] = json.loads(out)
    failed = {name: words for name, words in results.items() if words is not None}
    assert not failed, "\n\n".join(f"{name}: {words}" for name, words in failed.items())
    assert len(results) == checks
