"""How fast the embedded network is: in process, over a raw socket, and from submit to notification.

Prints one JSON document with medians of several rounds: transfers a second into the ledger, through the
JSON-RPC dispatcher (``sendTransaction``, bytes to bytes, signatures verified) and over 16 HTTP connections.
The client signs beforehand; client and server share one event loop, so the socket's figures include both.
"""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
import time
from typing import Any

import aiohttp
from _report import at_least, at_most, quantiles, report
from solders.hash import Hash
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.cli.event_loop import loop_factory
from sniperforge.localnet.network import LocalNetwork

FLOORS = {"ledger": 8_000, "dispatcher": 8_000, "sockets": 3_000}
CEILINGS_MS = {"p50": 0.6, "p99": 2.0}
CONNECTIONS = 16
ROUNDS = 5
IN_PROCESS = 3_000
PIPELINED = 2_000
NOTIFIED = 300
_HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def signed_transfers(network: LocalNetwork, count: int, first: int) -> list[bytes]:
    """Transfers that differ in their amount, on the newest blockhash."""
    payer, recent = network.payer, Hash.from_string(network.ledger.chain.tip.blockhash)
    key, target = payer.pubkey(), Pubkey.new_unique()
    network.faucet.drip(str(target), 10_000_000)
    return [
        bytes(
            VersionedTransaction(
                MessageV0.try_compile(
                    key,
                    [transfer(TransferParams(from_pubkey=key, to_pubkey=target, lamports=first + number))],
                    [],
                    recent,
                ),
                [payer],
            )
        )
        for number in range(count)
    ]


def request(raw: bytes, number: int) -> bytes:
    """A ``sendTransaction`` body without preflight."""
    options = {"encoding": "base64", "skipPreflight": True}
    return json.dumps(
        {
            "jsonrpc": "2.0",
            "id": number,
            "method": "sendTransaction",
            "params": [base64.b64encode(raw).decode(), options],
        }
    ).encode()


def in_process(network: LocalNetwork, call: Any, bodies: list[bytes]) -> float:
    """Transfers per second through ``call``; every one must have landed."""
    before = network.ledger.chain.tip.total
    started = time.perf_counter()
    for body in bodies:
        call(body)
    seconds = time.perf_counter() - started
    assert network.ledger.chain.tip.total - before == len(bodies)
    return len(bodies) / seconds


async def pipelined(network: LocalNetwork, raws: list[bytes]) -> float:
    """Transfers per second over raw sockets, requests written without waiting for replies."""
    before = network.ledger.chain.tip.total
    started = time.perf_counter()
    async with asyncio.TaskGroup() as clients:
        for number in range(CONNECTIONS):
            clients.create_task(over_one_socket(network, raws[number::CONNECTIONS]))
    seconds = time.perf_counter() - started
    assert network.ledger.chain.tip.total - before == len(raws)
    return len(raws) / seconds


async def over_one_socket(network: LocalNetwork, raws: list[bytes]) -> None:
    """Send all, and read every reply."""
    host, port = network.rpc_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for number, raw in enumerate(raws):
        body = request(raw, number)
        writer.write(_HEAD % len(body) + body)
    await writer.drain()
    replies = 0
    while replies < len(raws):
        replies += (await reader.read(1 << 16)).count(b"HTTP/1.1 200")
    writer.close()


async def notified(network: LocalNetwork, raws: list[bytes]) -> list[float]:
    """Seconds from writing each transfer to the arrival of its ``processed`` signature notification."""
    latencies = []
    host, port = network.rpc_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with aiohttp.ClientSession() as session, session.ws_connect(network.ws_url) as socket:
        for number, raw in enumerate(raws):
            signature = str(VersionedTransaction.from_bytes(raw).signatures[0])
            await socket.send_str(
                json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "id": number,
                        "method": "signatureSubscribe",
                        "params": [signature, {"commitment": "processed"}],
                    }
                )
            )
            await socket.receive_str()
            body = request(raw, number)
            started = time.perf_counter()
            writer.write(_HEAD % len(body) + body)
            await socket.receive_str()
            latencies.append(time.perf_counter() - started)
            await reader.read(1 << 16)
    writer.close()
    return latencies


async def main() -> None:
    """Run all rounds and print the figures."""
    rates: dict[str, list[float]] = {"ledger": [], "dispatcher": [], "sockets": []}
    latencies: list[float] = []
    async with LocalNetwork() as network:
        for number in range(ROUNDS):
            first = 1_000_000 * (number + 1)
            raws = signed_transfers(network, IN_PROCESS, first)
            rates["ledger"].append(in_process(network, network.ledger.send, raws))
            await asyncio.sleep(0)
            raws = signed_transfers(network, IN_PROCESS, first)
            bodies = [request(raw, index) for index, raw in enumerate(raws)]
            rates["dispatcher"].append(in_process(network, network.dispatcher.dispatch, bodies))
            await asyncio.sleep(0)
            rates["sockets"].append(await pipelined(network, signed_transfers(network, PIPELINED, first)))
            latencies += await notified(network, signed_transfers(network, NOTIFIED, first))
    medians = {name: round(statistics.median(values)) for name, values in rates.items()}
    to_processed = quantiles(latencies, 1e-3)
    figures = {"rounds": ROUNDS, "transfers_per_second": medians, "submit_to_processed_ms": to_processed}
    budgets = {f"{name} transfers/s": at_least(medians[name], floor) for name, floor in FLOORS.items()}
    for share, ceiling in CEILINGS_MS.items():
        budgets[f"submit_to_processed_ms {share}"] = at_most(to_processed[share], ceiling)
    report("localnet_throughput", figures, budgets)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())
