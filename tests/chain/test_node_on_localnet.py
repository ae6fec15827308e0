"""The node's side against the embedded network over real sockets: contracts, reads, and three fates."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.chain.clock import SystemClock
from sniperforge.chain.fate import Pace
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.landing import Landing
from sniperforge.chain.rpc import RpcClient, unsigned
from sniperforge.chain.websocket import PubSubClient
from sniperforge.chain.witnesses import Witness, Witnesses
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.errors import RpcError
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.network import LocalNetwork
from sniperforge.testing.pubsub_contract import check_pubsub
from sniperforge.testing.rpc_contract import check_transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROFILE = SlotProfile(slot_ms=10, confirm_slots=1, finalize_slots=3)
PACE = Pace(resend=0.05, poll=0.02, bury=0.03)


@dataclass
class Node:
    """A running network and everything that talks to it."""

    network: LocalNetwork
    transport: HttpTransport
    rpc: RpcClient
    pubsub: PubSubClient
    landing: Landing

    def payment(self, blockhash: str, lamports: int = 1_000_000) -> VersionedTransaction:
        """A signed transfer from the payer to a fresh account."""
        payer = self.network.payer
        pay = TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Pubkey.new_unique(), lamports=lamports)
        message = MessageV0.try_compile(payer.pubkey(), [transfer(pay)], [], Hash.from_string(blockhash))
        return VersionedTransaction(message, [payer])


@asynccontextmanager
async def running(profile: SlotProfile = PROFILE) -> AsyncIterator[Node]:
    """A network on loopback with clients connected."""
    clock = SystemClock()
    async with LocalNetwork(profile=profile) as network:
        transport = HttpTransport(network.rpc_url)
        rpc = RpcClient(transport, clock)
        async with PubSubClient(network.ws_url, clock) as pubsub:
            landing = Landing(
                senders=[rpc],
                witnesses=Witnesses([Witness(rpc)], clock),
                pubsub=pubsub,
                clock=clock,
                pace=PACE,
            )
            yield Node(network, transport, rpc, pubsub, landing)
        await transport.aclose()


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    """A running network with clients."""
    async with running() as made:
        yield made


async def test_the_transport_keeps_its_contract(node: Node) -> None:
    """Over HTTP and in process."""
    await check_transport(node.transport)
    await check_transport(node.network.transport())


async def test_the_pubsub_keeps_its_contract(node: Node) -> None:
    """Over a WebSocket, on the network's own slots."""
    await check_pubsub(node.pubsub)


async def test_reads_agree_with_the_ledger(node: Node) -> None:
    """Identity, height, balances and accounts."""
    payer = str(node.network.payer.pubkey())
    assert await node.rpc.genesis_hash() == node.network.genesis_hash
    assert await node.rpc.health() == "ok"
    assert await node.rpc.version()
    at = await node.rpc.epoch_info("finalized")
    assert at.slot <= await node.rpc.slot("processed")
    assert at.block_height <= await node.rpc.block_height()
    account = await node.rpc.account(payer)
    assert account is not None
    assert (account.owner, account.lamports) == (SYSTEM_PROGRAM, await node.rpc.balance(payer))
    nobody = str(Pubkey.new_unique())
    found = await node.rpc.accounts([payer, nobody])
    assert (found.accounts[payer], found.accounts[nobody]) == (account, None)
    assert await node.rpc.minimum_rent(165) == 2_039_280
    assert await node.rpc.token_accounts_by_owner(payer) == ()
    await node.rpc.recent_fees([payer])


async def test_a_payment_lands_and_is_told_from_all_sides(node: Node) -> None:
    """Landing, statuses, history and the transaction agree; finality follows."""
    fresh = await node.rpc.latest_blockhash("processed")
    payment = node.payment(fresh.hash)
    signature = str(payment.signatures[0])
    fate = await node.landing.land(
        bytes(payment), signature, fresh.last_valid_height, deadline=time.monotonic() + 5
    )
    assert isinstance(fate, Landed)
    assert fate.err is None
    view = await node.landing.transaction(signature)
    assert (view.signature, view.err, view.fee) == (signature, None, 5000)
    assert view.lamports_delta(str(node.network.payer.pubkey())) == -1_005_000
    history = await node.rpc.signatures_for_address(str(node.network.payer.pubkey()), limit=5)
    assert signature in [entry.signature for entry in history]
    final = await node.landing.finality(signature, fresh.last_valid_height, deadline=time.monotonic() + 5)
    assert isinstance(final, Landed)
    assert (final.err, final.commitment) == (None, "finalized")
    assert await node.landing.is_dead(signature, 0) is None


async def test_a_failed_transaction_landed(node: Node) -> None:
    """More than the payer has: it lands with its error."""
    fresh = await node.rpc.latest_blockhash("processed")
    payment = node.payment(fresh.hash, lamports=2**62)
    signature = str(payment.signatures[0])
    fate = await node.landing.land(
        bytes(payment), signature, fresh.last_valid_height, deadline=time.monotonic() + 5
    )
    assert isinstance(fate, Landed)
    assert fate.err == {"InstructionError": [0, {"Custom": 1}]}


async def test_bytes_that_never_arrive_are_in_doubt_and_then_dead(node: Node) -> None:
    """Before the last valid height there is no proof, after it there is."""
    fresh = await node.rpc.latest_blockhash("processed")
    payment = node.payment(fresh.hash)
    signature = str(payment.signatures[0])
    soon = time.monotonic() + 0.1
    fate = await node.landing.land(b"", signature, fresh.last_valid_height, send=False, deadline=soon)
    assert isinstance(fate, InDoubt)
    for _ in range(160):
        node.network.ledger.advance()
    fate = await node.landing.land(
        b"", signature, fresh.last_valid_height, send=False, deadline=time.monotonic() + 5
    )
    assert isinstance(fate, Dead)
    late = await node.landing.land(
        bytes(payment), signature, fresh.last_valid_height, deadline=time.monotonic() + 5
    )
    assert isinstance(late, Dead)


async def test_a_message_is_simulated_unsigned(node: Node) -> None:
    """Its effects on the accounts asked for come back; nothing lands."""
    payer = node.network.payer
    target = Pubkey.new_unique()
    pay = TransferParams(from_pubkey=payer.pubkey(), to_pubkey=target, lamports=5_000_000)
    message = MessageV0.try_compile(payer.pubkey(), [transfer(pay)], [], Hash.default())
    found = await node.rpc.simulate(unsigned(to_bytes_versioned(message)), accounts=[str(target)])
    assert found.err is None
    assert found.units > 0
    state = found.accounts[str(target)]
    assert state is not None
    assert state.lamports == 5_000_000
    assert await node.rpc.balance(str(target)) == 0


async def test_a_refused_preflight_is_an_rpc_error(node: Node) -> None:
    """Code -32002 with the error in its data; a stranger's signature is refused as well."""
    fresh = await node.rpc.latest_blockhash("confirmed")
    with pytest.raises(RpcError) as caught:
        await node.rpc.send(bytes(node.payment(fresh.hash, lamports=2**62)), skip_preflight=False)
    assert caught.value.rpc_code == -32002
    assert caught.value.data["err"] == {"InstructionError": [0, {"Custom": 1}]}


async def test_an_airdrop_arrives(node: Node) -> None:
    """The faucet's signature lands."""
    target = str(Keypair().pubkey())
    signature = await node.rpc.request_airdrop(target, 7_000_000)
    await node.landing.transaction(signature)
    assert await node.rpc.balance(target, "processed") == 7_000_000
