"""``sniperforge wallet reclaim``: what it shows, asks and says."""

from __future__ import annotations

from sniperforge.domain.addresses import USDC_MINT
from tests.localnet.kit import address, holding, mint
from tests.trading import Project, ServedNetwork, Shell


def give(network: ServedNetwork, project: Project, number: int, raw: int = 0) -> str:
    """Put a token account into the project's wallet."""
    token = mint(USDC_MINT, supply=10**12)
    account = holding(address(number), USDC_MINT, project.wallet, raw)
    network.do(lambda: [network.network.ledger.set_account(each) for each in (token, account)])
    return account.address


def test_nothing_to_close(shell: Shell) -> None:
    """No question is asked."""
    assert shell("wallet", "reclaim").out == "LOCALNET\nno token accounts\nnothing to close\n"


def test_a_dry_run_and_the_question(shell: Shell, project: Project, still_network: ServedNetwork) -> None:
    """What would be closed; without a terminal the option that answers is named."""
    empty = give(still_network, project, 11)
    full = give(still_network, project, 12, 1_500_000)
    shown = shell("wallet", "reclaim", "--dry-run").out.splitlines()
    assert shown[1].split()[:2] == ["close", empty]
    assert shown[2].split()[:5] == ["keep", full, "1.5", "of", USDC_MINT]
    assert "--worthless" in shown[2]
    assert shown[3] == "1 to close, 0.002039280 SOL of rent; nothing was sent"
    asked = shell("wallet", "reclaim", "--burn", USDC_MINT)
    assert (asked.code, asked.out) == (2, "")
    assert f"burn 1.5 of {USDC_MINT} for ever; close 2 token accounts for 0.004078560 SOL" in asked.err
    assert "--yes" in asked.err
    assert shell("wallet", "reclaim", "--burn", "nothing").code == 2


def test_it_closes_and_shows_what_came_back(
    shell: Shell, project: Project, still_network: ServedNetwork
) -> None:
    """The document and the text; the trades have it too."""
    give(still_network, project, 21)
    told = shell("wallet", "reclaim", "--yes").out.splitlines()
    assert told[2].startswith("1 closed: 0.002039280 SOL of rent came back, fees 0.0000")
    assert told[3].startswith("filled  ")
    give(still_network, project, 22, 7)
    data = shell("wallet", "reclaim", "--yes", "--burn", USDC_MINT, "--json").data
    assert (data["closed"], data["burned"], data["rent_returned_sol"]) == (1, 1, "0.002039280")
    trades = shell("trades", "--json").data["trades"]
    assert [trade["kind"] for trade in trades] == ["close_account", "close_account"]
    assert {trade["rent_returned_sol"] for trade in trades} == {"0.002039280"}


def test_nonce_accounts_are_asked_for_and_shown() -> None:
    """With the rent that they hold; alone, no token accounts are spoken of."""
    from sniperforge.app.reclaim import Reclaim
    from sniperforge.cli.wallet_reclaim import _question, _text

    found = Reclaim("w", "live", (), nonces={"n1": 1_447_680, "n2": 1_447_680})
    assert _question(found) == "close 2 nonce accounts for 0.002895360 SOL of rent?"
    assert "nonce  n1" in _text(found)
    assert _text(found).endswith("nothing was sent")
