"""Running a network until a signal ends it."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from solders.keypair import Keypair

from sniperforge.errors import ConfigError, UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.market.truth import Truth
from sniperforge.localnet.service.files import ServiceFiles
from sniperforge.localnet.service.foreground import MarketPlan, ServiceOptions, up_foreground
from sniperforge.localnet.service.info import NetworkInfo, read_info, write_info


def options(folder: Path, **more: Any) -> ServiceOptions:
    files = ServiceFiles.in_folder(folder)
    free = {"rpc_port": 0, "ws_port": 0, "jupiter_port": 0}
    return ServiceOptions(files, Genesis(bytes(32)), profile=FAST, **free, **more)


def run(made: ServiceOptions, number: signal.Signals = signal.SIGTERM) -> tuple[NetworkInfo, signal.Signals]:
    """Run until the announcement, then end it as a user would."""
    seen: list[NetworkInfo] = []

    def announce(info: NetworkInfo) -> None:
        seen.append(info)
        assert read_info(made.files.info) == info
        signal.raise_signal(number)
        signal.raise_signal(number)

    ended = up_foreground(made, announce, now=time.time)
    return seen[0], ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_the_signal(tmp_path: Path, number: signal.Signals) -> None:
    """And leaves no info file; a second signal changes nothing."""
    made = options(tmp_path)
    _, ended = run(made, number)
    assert ended is number
    assert not made.files.info.exists()


def test_the_payer_is_kept(tmp_path: Path) -> None:
    """Its key file is made once, private, in the form of the Solana tools, and used again."""
    made = options(tmp_path)
    first, _ = run(made)
    key = Keypair.from_bytes(bytes(json.loads(made.files.payer.read_text())))
    assert (str(key.pubkey()), first.keypair_file) == (first.payer, str(made.files.payer))
    assert made.files.payer.stat().st_mode & 0o777 == 0o600
    second, _ = run(options(tmp_path))
    assert second.payer == first.payer


def test_a_payers_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    made = options(tmp_path)
    made.files.payer.write_text("[1,2]")
    made.files.payer.chmod(0o600)
    with pytest.raises(ConfigError, match=made.files.payer.name):
        run(made)
    assert made.files.payer.read_text() == "[1,2]"


def test_only_one_at_a_time(tmp_path: Path) -> None:
    """A second one with the same files is refused while the first runs."""
    made = options(tmp_path)

    def announce(_info: NetworkInfo) -> None:
        try:
            with pytest.raises(UnavailableError, match="already running"):
                up_foreground(made, lambda _: None, now=time.time)
        finally:
            signal.raise_signal(signal.SIGTERM)

    up_foreground(made, announce, now=time.time)


def test_anothers_info_file_is_left_alone(tmp_path: Path) -> None:
    """What is no longer ours is not removed at the end."""
    made = options(tmp_path)

    def announce(info: NetworkInfo) -> None:
        other = NetworkInfo.from_json({**info.to_json(), "pid": info.pid + 1})
        write_info(made.files.info, other)
        signal.raise_signal(signal.SIGTERM)

    up_foreground(made, announce, now=time.time)
    assert made.files.info.exists()


def test_a_market_may_run_on_it(tmp_path: Path) -> None:
    """It is open before the network is announced, and closed afterwards; its truth has a file."""
    made = options(tmp_path, market=MarketPlan(seed=1, per_minute=0))
    made.files.truth.write_text("of the last network")
    _, ended = run(made)
    assert ended is signal.SIGTERM
    assert made.files.truth.read_text() == ""


def test_coins_may_be_launched_on_the_curve(tmp_path: Path) -> None:
    """Beside the pools, when a number of them is given; their truth is in the same file."""
    made = options(tmp_path, market=MarketPlan(seed=1, per_minute=0, curve_per_minute=600))

    def until_launched(_info: NetworkInfo) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + 20

        def look() -> None:
            if made.files.truth.read_text() or loop.time() > deadline:
                signal.raise_signal(signal.SIGTERM)
            else:
                loop.call_later(0.05, look)

        look()

    up_foreground(made, until_launched, now=time.time)
    told = Truth.read(made.files.truth).launches.values()
    assert told
    assert all(each.archetype.name.startswith("curve_") for each in told)
