"""Recording a pool's accounts."""

from __future__ import annotations

import pytest

from sniperforge.app.pool_record import record_pool
from sniperforge.app.swap_checks import sol_usdc_pool
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import NotFoundError
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.recording import parse_recording
from tests.app.place import market_network

POOL = str(sol_usdc_pool("local-x"))


@pytest.fixture
def network() -> LocalNetwork:
    return market_network()[0]


def client(network: LocalNetwork) -> RpcClient:
    return RpcClient(network.transport(), SystemClock())


async def test_it_is_what_a_swap_touches(network: LocalNetwork) -> None:
    """Pool, configuration, vaults, mints, observation and LP mint as they are, of one slot, and the clock."""
    document = await record_pool(client(network), POOL)
    found = parse_recording(document, "x")
    names = {account.address for account in found.accounts}
    assert {POOL, WSOL_MINT, USDC_MINT} < names
    assert len(names) == 8
    assert TOKEN_PROGRAM not in names
    assert all(network.ledger.account(account.address) == account for account in found.accounts)
    assert (found.slot, found.time) == (document["context"]["slot"], network.ledger.chain.tip.time)


async def test_the_program_may_come_along(network: LocalNetwork) -> None:
    """In both accounts of an upgradeable one; in its only one otherwise."""
    rpc = client(network)
    found = parse_recording(await record_pool(rpc, POOL, with_program=True), "x").accounts[-2:]
    assert [account.address == CPMM.address for account in found] == [False, True]
    assert found[0].data[45:49] == b"\x7fELF"
    program = network.ledger.account(CPMM.address)
    assert program is not None
    network.ledger.set_account(Account(found[0].address, found[0].owner, 0, b""))
    with pytest.raises(NotFoundError, match="was closed"):
        await record_pool(rpc, POOL, with_program=True)
    network.ledger.set_account(Account(CPMM.address, TOKEN_PROGRAM, 1, b"elf"))
    alone = await record_pool(rpc, POOL, with_program=True)
    assert alone["value"][-1]["account"]["owner"] == TOKEN_PROGRAM
    network.ledger.set_account(Account(CPMM.address, TOKEN_PROGRAM, 0, b""))
    with pytest.raises(NotFoundError, match="no program"):
        await record_pool(rpc, POOL, with_program=True)


async def test_no_pool_is_not_found() -> None:
    """As ``pools show`` says it."""
    with pytest.raises(NotFoundError, match="no pool at"):
        await record_pool(client(LocalNetwork(profile=INSTANT)), POOL)
