"""The API of a whole network over its socket: an order is made, signed, executed, lossy network or not."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp
import pytest
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, USDC_MINT, WSOL_MINT
from sniperforge.localnet.faults.plan import NO_FAULTS, FaultPlan
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from tests.localnet.kit import NOW, SEED

KEY = {"x-api-key": "jup_test"}


@pytest.mark.parametrize("faults", [NO_FAULTS, FaultPlan(drop=0.7, delay=0.5, delay_slots=3, seed=4)])
async def test_an_order_over_http(faults: FaultPlan) -> None:
    """What was quoted is in the wallet when ``execute`` answers."""
    now = [float(NOW)]
    network = LocalNetwork(Genesis(SEED), profile=FAST, now=lambda: now[0])
    market = Market(network.ledger, seed=7, per_minute=0)
    market.open()
    market.close()
    now[0] += 5
    network.ledger.advance()
    wallet = Keypair.from_seed(bytes([3]) * 32)
    network.faucet.drip(str(wallet.pubkey()), 10 * LAMPORTS_PER_SOL)
    network.faults.set(faults)
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": "1000000000"}
    async with network, aiohttp.ClientSession(network.jupiter_url, headers=KEY) as http:
        async with http.get("/swap/v2/order", params={**asked, "taker": str(wallet.pubkey())}) as reply:
            order = await reply.json()
        done = await _executed(http, wallet, order)
    assert (done["status"], done["code"]) == ("Success", 0), done
    record = network.ledger.history.record(done["signature"])
    assert record is not None
    owner = bytes(wallet.pubkey())
    held = {holding.amount for holding in record.post_tokens if holding.owner == owner}
    assert int(order["outAmount"]) in held
    assert done["totalOutputAmount"] == order["outAmount"]


async def _executed(http: aiohttp.ClientSession, wallet: Keypair, order: Any) -> Any:
    message = VersionedTransaction.from_bytes(base64.b64decode(order["transaction"])).message
    signed = bytes(VersionedTransaction(message, [wallet]))
    body = {
        "signedTransaction": base64.b64encode(signed).decode(),
        "requestId": order["requestId"],
        "lastValidBlockHeight": order["lastValidBlockHeight"],
    }
    async with http.post("/swap/v2/execute", json=body) as reply:
        return await reply.json()
