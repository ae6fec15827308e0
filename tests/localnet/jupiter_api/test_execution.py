"""Executing orders."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.localnet.jupiter_api.context import Request
from sniperforge.localnet.jupiter_api.execution import Executor, _program_error
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.jupiter_api.fields import Fields
from sniperforge.localnet.jupiter_api.orders import Orders
from sniperforge.localnet.ledger.envelope import Envelope
from tests.localnet.jupiter_api.bench import Bench

SOL = 10**9


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


async def test_it_waits_and_reports_what_moved() -> None:
    """One hop, then two, to the unit; the same bytes again get the same answer."""
    bench = Bench()
    order = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    done = await bench.execute(order)
    record = bench.ledger.history.record(done["signature"])
    assert record is not None
    assert (done["status"], done["code"], done["slot"]) == ("Success", 0, str(record.slot))
    assert done["totalOutputAmount"] == order["outAmount"] == str(bench.balance(USDC_MINT))
    assert bench.ledger.chain.at("confirmed").slot >= record.slot
    assert await bench.execute(order) == done
    assert str(bench.balance(USDC_MINT)) == order["outAmount"]
    through = await bench.order(USDC_MINT, bench.token, 10**7)
    done = await bench.execute(through)
    assert (done["totalInputAmount"], done["totalOutputAmount"]) == ("10000000", through["outAmount"])
    assert [event["inputMint"] for event in done["swapEvents"]] == [USDC_MINT, WSOL_MINT]
    assert bench.balance(bench.token) == int(through["outAmount"])


async def test_a_price_that_moved_is_an_error_of_the_program() -> None:
    """It lands, fails, and costs its fee."""
    bench = Bench()
    order = await bench.order(WSOL_MINT, USDC_MINT, SOL, slippageBps=0)
    await bench.execute(await bench.order(WSOL_MINT, USDC_MINT, 5 * SOL))
    failed = await bench.execute(order)
    assert (failed["status"], failed["code"]) == ("Failed", 6_001)
    assert failed["error"] == "Slippage tolerance exceeded"
    assert "totalInputAmount" not in failed
    assert failed["slot"] != "0"


async def test_what_is_not_the_order_is_refused() -> None:
    """Another message, other bytes, another signer, nothing at all."""
    bench = Bench()
    order, other = [await bench.order(WSOL_MINT, USDC_MINT, amount) for amount in (SOL, 2 * SOL)]
    changed = encoded(bench.signed(other["transaction"]))
    message = VersionedTransaction.from_bytes(base64.b64decode(order["transaction"])).message
    forged = bytes([1]) + bytes(Keypair().sign_message(b"x")) + base64.b64decode(order["transaction"])[65:]
    assert message.account_keys[0] == bench.wallet.pubkey()
    for changes, code in (
        ({"signedTransaction": changed}, -3),
        ({"signedTransaction": "!!!"}, -2),
        ({"signedTransaction": encoded(b"abc")}, -2),
        ({"requestId": "unknown"}, -1),
        ({"requestId": ""}, -4),
        ({"signedTransaction": None}, -5),
    ):
        assert (await bench.execute(order, code=400, **changes))["code"] == code
    unsigned = await bench.execute(order, signedTransaction=order["transaction"])
    assert (unsigned["code"], unsigned["slot"]) == (-1003, "0")
    assert (await bench.execute(order, signedTransaction=encoded(forged)))["code"] == -1003
    assert bench.balance(USDC_MINT) == 0


async def test_an_order_that_expired_never_lands() -> None:
    """Past its block height."""
    bench = Bench()
    order = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    bench.chain.slots(160)
    assert (await bench.execute(order))["code"] == -1005


async def test_what_the_network_refuses_is_told() -> None:
    """A wallet without lamports cannot pay: nothing lands."""
    bench = Bench()
    order = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    bench.chain.drain(bench.user)
    failed = await bench.execute(order)
    assert (failed["status"], failed["code"], failed["slot"]) == ("Failed", -1000, "0")


async def test_a_confirmation_that_does_not_come_leaves_the_outcome_open() -> None:
    """500 with the signature, so that the client can look for itself."""
    bench = Bench()
    kept = Orders(bench.context)
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": str(SOL), "taker": bench.user}
    order = kept.order(Request(Fields(asked), Fields({}), 0.0))
    body = {"requestId": order["requestId"], "signedTransaction": encoded(bench.signed(order["transaction"]))}
    with pytest.raises(ApiError) as caught:
        await Executor(bench.context, kept, bench.ledger.submit, 0).execute(
            Request(Fields({}), Fields(body), 0.0)
        )
    assert caught.value.status == 500
    assert bench.ledger.history.record(caught.value.body["signature"]) is not None
    assert json.dumps(caught.value.body)


@pytest.mark.parametrize(
    ("err", "code"),
    [
        ({"InstructionError": [3, {"Custom": 6_005}]}, 6_001),
        ({"InstructionError": [3, {"Custom": 6_000}]}, 6_000),
        ({"InstructionError": [3, "InvalidArgument"]}, -1001),
        ("AccountInUse", -1001),
    ],
)
def test_codes(err: Any, code: int) -> None:
    """The program's own number, where there is one."""
    assert _program_error(err)[0] == code


class Lossy:
    """A network that loses the first submissions."""

    def __init__(self, bench: Bench, lost: int) -> None:
        self.bench = bench
        self.lost = lost
        self.sent = 0

    def submit(self, envelope: Envelope) -> None:
        self.sent += 1
        if self.sent > self.lost:
            self.bench.ledger.submit(envelope)


@pytest.mark.parametrize(("lost", "code", "sent"), [(2, 0, 3), (1_000, -1000, 31)])
async def test_what_is_lost_is_sent_again(lost: int, code: int, sent: int) -> None:
    """Every five blocks until it lands or cannot any more; never twice on the chain."""
    bench = Bench()
    network, kept = Lossy(bench, lost), Orders(bench.context)
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": str(SOL), "taker": bench.user}
    order = kept.order(Request(Fields(asked), Fields({}), 0.0))
    body = {"requestId": order["requestId"], "signedTransaction": encoded(bench.signed(order["transaction"]))}
    executor = Executor(bench.context, kept, network.submit)
    waiting = asyncio.ensure_future(executor.execute(Request(Fields({}), Fields(body), 0.0)))
    for _ in range(160):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bench.chain.slots()
    done = await waiting
    assert (done["code"], abs(network.sent - sent) <= 1) == (code, True), network.sent
    assert bench.balance(USDC_MINT) == (0 if code else int(order["outAmount"]))
