from __future__ import annotations

import pytest

from sniperforge.cli.result import Result


@pytest.mark.parametrize(
    ("network", "chain", "mode", "banner"),
    [
        (None, None, None, None),
        ("localnet", None, "live", "LOCALNET"),
        ("devnet", "devnet", "paper", "DEVNET"),
        ("mainnet", None, "live", "MAINNET LIVE"),
        ("mainnet", None, None, "MAINNET PAPER"),
        ("my-node", "mainnet", "paper", "MAINNET PAPER"),
        ("my-node", "localnet", "live", "LOCALNET"),
    ],
)
def test_the_banner_says_where_money_is_at_stake(
    network: str | None, chain: str | None, mode: str | None, banner: str | None
) -> None:
    """It goes by the chain behind the network's name, and names the mode on mainnet only."""
    assert Result({}, lambda: "", network=network, chain=chain, mode=mode).banner == banner
