"""Sending SOL by command, against a real network: once, within the limits, to a wallet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from sniperforge.app.holding import take
from sniperforge.app.node import open_node
from sniperforge.app.transfers import Transfer, TransferRequest, _settled, send_sol
from sniperforge.app.wallet import wallet_directory, wallet_entry
from sniperforge.config.load import Settings
from sniperforge.domain.addresses import USDC_MINT
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.errors import (
    ConfigError,
    RefusedError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
    UsageError,
    WalletBusyError,
)
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_settlement
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText
from tests.app.place import SEED, SOL, on, settings_in
from tests.localnet.kit import mint

FRIEND = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


def no_password() -> SecretText:
    raise AssertionError("nobody may be asked")


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    """A network with a mint on it."""
    async with LocalNetwork(Genesis(SEED, accounts=(mint(USDC_MINT),)), profile=FAST) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, network: LocalNetwork) -> Settings:
    """A project on it with 5 SOL in its own wallet."""
    found = on(settings_in(tmp_path), network)
    network.faucet.drip(wallet_entry(found).pubkey, 5 * SOL)
    return found


async def test_it_arrives(settings: Settings, network: LocalNetwork) -> None:
    """What the document says is what the chain shows, fee included."""
    done = await send_sol(settings, TransferRequest(FRIEND, SOL), no_password)
    document = done.to_json()
    assert done.error() is None
    assert network.ledger.account(FRIEND).lamports == SOL  # type: ignore[union-attr]
    left = network.ledger.account(done.wallet).lamports  # type: ignore[union-attr]
    assert document["outcome"] == "filled"
    assert document["fee_sol"] == f"0.{4 * SOL - left:09d}"
    assert document["amount"]["ui"] == "1"
    assert (document["from"], document["to"], document["repeated"]) == (done.wallet, FRIEND, False)


async def test_the_same_key_sends_once(settings: Settings, network: LocalNetwork) -> None:
    """The second call tells the first one's outcome, also while another process holds the wallet."""
    request = TransferRequest(FRIEND, SOL, client_key="rent")
    first = await send_sol(settings, request, no_password)
    async with open_node(settings) as node:
        with take(node, first.wallet, bot="lp-sniper", command="start"):
            again = await send_sol(settings, request, no_password)
    assert (again.repeated, again.outcome.signature) == (True, first.outcome.signature)
    assert network.ledger.account(FRIEND).lamports == SOL  # type: ignore[union-attr]
    with pytest.raises(UsageError, match=r"used before .* transfer of 1\.000000000 SOL to"):
        await send_sol(settings, TransferRequest(FRIEND, 2 * SOL, client_key="rent"), no_password)


async def test_a_held_wallet_is_left_alone(settings: Settings) -> None:
    """The holder is named before a password is asked for."""
    async with open_node(settings) as node:
        lock = take(node, wallet_entry(settings).pubkey, bot="lp-sniper", command="start")
        with lock, pytest.raises(WalletBusyError, match="bot lp-sniper") as caught:
            await send_sol(settings, TransferRequest(FRIEND, SOL), no_password)
    assert caught.value.details["bot"] == "lp-sniper"


async def test_the_limits_hold(settings: Settings, network: LocalNetwork) -> None:
    """The reserve stays; nothing is signed."""
    done = await send_sol(settings, TransferRequest(FRIEND, 5 * SOL), no_password)
    assert isinstance(done.error(), RefusedError)
    assert done.to_json()["signature"] is None
    assert network.ledger.account(FRIEND) is None


async def test_a_destination_that_could_not_keep_it(settings: Settings) -> None:
    """Less than an account needs to exist, and what is no wallet, are refused before a fee is paid."""
    with pytest.raises(RefusedError, match=r"is empty: an account needs at least 0\.000890880 SOL"):
        await send_sol(settings, TransferRequest(FRIEND, 100_000), no_password)
    with pytest.raises(RefusedError, match="is not a wallet"):
        await send_sol(settings, TransferRequest(USDC_MINT, SOL), no_password)
    await send_sol(settings, TransferRequest(FRIEND, SOL), no_password)
    assert (await send_sol(settings, TransferRequest(FRIEND, 1), no_password)).error() is None


async def test_an_encrypted_wallet_needs_its_password(settings: Settings, network: LocalNetwork) -> None:
    """A wrong one sends nothing."""
    directory = wallet_directory(settings)
    entry = directory.create("safe", SecretText("right"), cost=KdfCost(1, 8 * 1024))
    directory.set_default("safe")
    network.faucet.drip(entry.pubkey, 2 * SOL)
    with pytest.raises(ConfigError, match="password"):
        await send_sol(settings, TransferRequest(FRIEND, SOL), lambda: SecretText("wrong"))
    done = await send_sol(settings, TransferRequest(FRIEND, SOL), lambda: SecretText("right"))
    assert (done.wallet, done.error()) == (entry.pubkey, None)


async def test_on_paper_nothing_is_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer has no paper form."""
    monkeypatch.setattr(type(settings), "trading_mode", lambda *_, **__: "paper")
    with pytest.raises(RefusedError, match="mainnet is on paper"):
        await send_sol(settings, TransferRequest(FRIEND, SOL), no_password)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (OutcomeKind.FILLED, None),
        (OutcomeKind.REFUSED, RefusedError),
        (OutcomeKind.REJECTED, RejectedError),
        (OutcomeKind.DEAD, UnavailableError),
        (OutcomeKind.UNKNOWN, UnknownOutcomeError),
    ],
)
def test_every_outcome_has_its_error(kind: OutcomeKind, error: type[Exception] | None) -> None:
    """Unknown is not a failure and dead is not a success."""
    found = Transfer("w", "live", TransferRequest(FRIEND, 1), Outcome(kind, "i", "sig", "why")).error()
    assert (found is None) if error is None else (type(found) is error)
    if kind in (OutcomeKind.DEAD, OutcomeKind.UNKNOWN):
        assert found is not None
        assert found.details == {"signature": "sig"}


def test_a_refusal_tells_its_numbers() -> None:
    """Each limit that says no, with what was compared."""
    numbers = (("reserve", {"balance_lamports": 5, "reserve_lamports": 9}),)
    refused = Outcome(OutcomeKind.REFUSED, reason="why", details=numbers)
    found = Transfer("w", "live", TransferRequest(FRIEND, 1), refused).error()
    assert found is not None
    assert (found.exit_code, found.details) == (4, dict(numbers))


async def test_an_outcome_that_comes_late(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known when the wait ends is settled by the drain, and told."""
    monkeypatch.setattr("sniperforge.app.transfers.WAIT_SECONDS", 0.0)
    done = await send_sol(settings, TransferRequest(FRIEND, SOL), no_password)
    assert (done.outcome.kind, done.error()) == (OutcomeKind.FILLED, None)


@pytest.mark.parametrize(
    ("err", "kind"), [(None, OutcomeKind.FILLED), ({"InsufficientFundsForRent": {}}, OutcomeKind.REJECTED)]
)
def test_how_an_intent_on_record_ended(tmp_path: Path, err: object, kind: OutcomeKind) -> None:
    """In flight there is no outcome yet; then it is the fill's."""
    wanted = make_intent("i", IntentKind.TRANSFER)
    sent = make_attempt(wanted)
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.record_intent(wanted, sent)
        assert _settled(journal, wanted) is None
        landed = make_fill(wanted, make_settlement(sent.signature, err=err))
        journal.book(landed, TxEvent.LANDED if err is None else TxEvent.FAILED)
        found = _settled(journal, wanted)
    assert found is not None
    assert (found.kind, found.signature) == (kind, sent.signature)


def test_a_dead_intent_stays_dead(tmp_path: Path) -> None:
    """The same key never sends again."""
    wanted = make_intent("i", IntentKind.TRANSFER)
    sent = make_attempt(wanted)
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.record_intent(wanted, sent)
        journal.mark_dead(sent.signature, 1.0)
        found = _settled(journal, wanted)
    assert found is not None
    assert found.kind is OutcomeKind.DEAD


async def test_a_key_of_another_command(settings: Settings) -> None:
    """A sale's key says nothing about a transfer."""
    async with open_node(settings) as node:
        path = node.journal_path(wallet_entry(settings).pubkey)
    sale = make_intent("i", IntentKind.SELL, client_key="k", reason="sold by command")
    with closing(Journal(path)) as journal:
        journal.record_intent(sale, make_attempt(sale, state=TxState.SUBMITTED))
    with pytest.raises(UsageError, match="something else: sell sold by command"):
        await send_sol(settings, TransferRequest(FRIEND, SOL, client_key="k"), no_password)
