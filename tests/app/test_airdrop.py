"""Airdrops: asked for, waited for, and never on mainnet."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.airdrop import airdrop, check_faucet, usual_airdrop
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import RefusedError, RejectedError, RpcError, UnavailableError, UnknownOutcomeError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc, Sequenced
from tests.app.place import SOL, instant_network, settings_in

WALLET = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


def status(commitment: str | None, err: object = None) -> dict[str, object]:
    known = None if commitment is None else {"slot": 5, "err": err, "confirmationStatus": commitment}
    return {"context": {"slot": 9}, "value": [known]}


def faucet(*answers: object) -> tuple[RpcClient, FakeClock]:
    clock = FakeClock(autojump=True)
    answers_by_method = {"requestAirdrop": "sig", "getSignatureStatuses": Sequenced(*answers)}
    return RpcClient(FakeRpc(answers_by_method), clock), clock


async def test_it_arrives_on_the_embedded_network() -> None:
    """What is told is what the chain shows afterwards."""
    network, clock = instant_network(), FakeClock(autojump=True)
    rpc = RpcClient(network.transport(), clock)
    given = await airdrop(rpc, clock, WALLET, 3 * SOL)
    assert await rpc.balance(WALLET) == 3 * SOL
    document = given.to_json()
    assert (document["amount_sol"], document["amount"]["raw"]) == ("3.000000000", "3000000000")
    assert (document["signature"], document["address"]) == (given.signature, WALLET)


async def test_it_waits_for_confirmation() -> None:
    """Unknown, then processed, is not there yet; an outage in between is waited out."""
    down = [UnavailableError("down")] * 10  # more than a read is retried
    rpc, clock = faucet(status(None), status("processed"), *down, status("confirmed"))
    assert (await airdrop(rpc, clock, WALLET, SOL)).slot == 5


async def test_one_that_fails_on_chain_is_rejected() -> None:
    """Landed is not succeeded."""
    rpc, clock = faucet(status("confirmed", {"InstructionError": [0, {"Custom": 1}]}))
    with pytest.raises(RejectedError) as caught:
        await airdrop(rpc, clock, WALLET, SOL)
    assert caught.value.details == {"signature": "sig"}


async def test_one_that_never_confirms_is_unknown() -> None:
    """Not a failure: it may arrive later, so the signature is told."""
    rpc, clock = faucet(status(None))
    with pytest.raises(UnknownOutcomeError) as caught:
        await airdrop(rpc, clock, WALLET, SOL)
    assert caught.value.details == {"signature": "sig"}
    assert clock.monotonic() >= 60


async def test_a_refusing_faucet_is_told_in_its_own_words() -> None:
    """Devnet's faucet is often dry."""
    clock = FakeClock()
    rpc = RpcClient(FakeRpc({"requestAirdrop": RpcError("airdrop limit reached", rpc_code=-32603)}), clock)
    with pytest.raises(UnavailableError, match="airdrop limit reached"):
        await airdrop(rpc, clock, WALLET, SOL)


def test_there_is_none_on_mainnet(tmp_path: Path) -> None:
    """Refused before anything is asked; elsewhere nothing stands in the way."""
    with pytest.raises(RefusedError, match="no airdrop on mainnet"):
        check_faucet(settings_in(tmp_path, network="mainnet"))
    check_faucet(settings_in(tmp_path, network="devnet"))


def test_public_faucets_are_asked_for_little(tmp_path: Path) -> None:
    """The embedded one gives what the configuration says, devnet's no more than 1 SOL."""
    assert usual_airdrop(settings_in(tmp_path), 10 * SOL) == 10 * SOL
    assert usual_airdrop(settings_in(tmp_path, network="devnet"), 10 * SOL) == SOL
