"""Checks of wallets: what is fine, what should be mended, what fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sniperforge.app.check_run import CheckRow, CheckRun, CheckStatus
from sniperforge.app.holding import take
from sniperforge.app.node import Node, open_node
from sniperforge.app.wallet import wallet_directory, wallet_entry
from sniperforge.app.wallet_checks import wallet_checks
from sniperforge.chain.clock import SystemClock
from sniperforge.config.load import Settings
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText
from tests.app.place import SEED, SOL, on, settings_in


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    async with LocalNetwork(Genesis(SEED), profile=FAST) as running:
        yield running


@pytest.fixture
async def node(network: LocalNetwork, tmp_path: Path) -> AsyncIterator[Node]:
    async with open_node(on(settings_in(tmp_path), network)) as opened:
        yield opened


async def checked(settings: Settings, node: Node | None = None) -> dict[str, CheckRow]:
    run = CheckRun(settings, node, SystemClock())
    await wallet_checks(run)
    return {row.name: row for row in run.rows}


async def test_a_funded_wallet_that_nobody_trades(node: Node, network: LocalNetwork) -> None:
    """Made when it was missing; all rows are ok."""
    network.faucet.drip(wallet_entry(node.settings).pubkey, SOL)
    network.ledger.advance(3)
    rows = await checked(node.settings, node)
    assert {name: row.status for name, row in rows.items()} == dict.fromkeys(
        ("selected", "files", "key", "balance", "holder"), CheckStatus.OK
    )
    assert rows["balance"].message == "1.000000000 SOL"
    assert rows["files"].message.startswith("1 in ")


async def test_an_empty_wallet_warns(node: Node) -> None:
    """With what to do about it."""
    row = (await checked(node.settings, node))["balance"]
    assert row.status is CheckStatus.WARN
    assert "wallet airdrop" in row.message


@pytest.mark.parametrize(("bot", "said"), [("lp-sniper", "bot lp-sniper"), ("", "`start`")])
async def test_the_holder_is_named(node: Node, bot: str, said: str) -> None:
    """Whoever trades the wallet now."""
    with take(node, wallet_entry(node.settings).pubkey, bot=bot, command="start"):
        assert (await checked(node.settings, node))["holder"].message.startswith(f"{said} trades it: pid ")


async def test_an_encrypted_wallet_is_not_unlocked(tmp_path: Path) -> None:
    """No password is asked for, and none is needed to say that the file is whole."""
    settings = settings_in(tmp_path)
    wallet_directory(settings).create("safe", SecretText("pw"), cost=KdfCost(1, 8 * 1024))
    row = (await checked(settings))["key"]
    assert (row.status, row.message) == (CheckStatus.OK, "encrypted; the password is not asked for here")


async def test_files_that_others_can_read_warn(tmp_path: Path) -> None:
    """A key file first, then the folder."""
    settings = settings_in(tmp_path)
    entry = wallet_entry(settings)
    entry.path.chmod(0o644)
    assert "chmod 600" in (await checked(settings))["files"].message
    entry.path.chmod(0o600)
    entry.path.parent.chmod(0o755)
    row = (await checked(settings))["files"]
    assert (row.status, "mode 0755" in row.message) == (CheckStatus.WARN, True)


async def test_without_a_wallet(tmp_path: Path) -> None:
    """On a chain where none is made: exit 9, and no folder to look at."""
    rows = await checked(settings_in(tmp_path, network="mainnet"))
    assert {name: row.status for name, row in rows.items()} == {
        "selected": CheckStatus.FAIL,
        "files": CheckStatus.SKIP,
    }
    assert rows["selected"].error is not None
    assert rows["selected"].error.exit_code == 9


async def test_a_key_that_is_not_the_addresss(tmp_path: Path) -> None:
    """The public half of a plain file is only a claim until the key is loaded."""
    settings = settings_in(tmp_path)
    entry = wallet_entry(settings)
    numbers = entry.path.read_text().strip("[]\n").split(",")
    entry.path.write_text(f"[{','.join([str((int(numbers[0]) + 1) % 256), *numbers[1:]])}]")
    row = (await checked(settings))["key"]
    assert row.status is CheckStatus.FAIL
    assert row.error is not None
    assert row.error.exit_code == 3
