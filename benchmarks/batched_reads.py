"""Reads of 500 mints made at one moment: each a request of its own, and gathered. Prints one JSON document.

The node is an embedded network in a process of its own, asked over loopback as ``start`` asks it. Both ways
begin all reads at once and share the same bound of connections; the rounds alternate. A further figure is of
reads one after another, which is what code without either does.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from _mint_node import mint_address
from _report import at_least, report
from _session import network_process

from sniperforge.chain.clock import SystemClock
from sniperforge.chain.plain_http import PlainHttpTransport
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.wire import OneAccount, account_value
from sniperforge.cli.event_loop import loop_factory
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sniperforge.domain.chain import Account

MINTS = 500
ROUNDS = 7
CONNECTIONS = 16
TIMES_FASTER = 5.0


async def single(rpc: RpcClient, address: str) -> Account | None:
    """One account by a request of its own."""
    params = (address, {"encoding": "base64", "commitment": "confirmed"})
    return account_value(
        address, (await rpc.read("getAccountInfo", params, OneAccount)).value, "getAccountInfo"
    )


async def at_once(read: Callable[[str], Awaitable[Account | None]]) -> float:
    """Milliseconds until every mint has been read and decoded, all begun together."""
    addresses = [mint_address(number) for number in range(1, MINTS + 1)]
    begun = time.perf_counter()
    for number, account in enumerate(await asyncio.gather(*map(read, addresses)), start=1):
        assert account is not None
        assert decode_mint(account).supply == number
    return (time.perf_counter() - begun) * 1_000


async def measure() -> None:
    """Ask, and report."""
    async with network_process(Path(__file__).with_name("_mint_node.py"), MINTS) as node:
        transport = PlainHttpTransport((await node.heard())["rpc_url"], connections=CONNECTIONS)
        rpc = RpcClient(transport, SystemClock())
        times: dict[str, list[float]] = {"single": [], "batched": []}
        for _ in range(ROUNDS):
            times["single"].append(await at_once(lambda address: single(rpc, address)))
            times["batched"].append(await at_once(rpc.account))
        begun = time.perf_counter()
        for number in range(1, MINTS + 1):
            await rpc.account(mint_address(number))
        in_turn = (time.perf_counter() - begun) * 1_000
        await transport.aclose()
    medians = {name: round(statistics.median(values), 2) for name, values in times.items()}
    faster = {
        "one after another": round(in_turn / medians["batched"], 1),
        "at once": round(medians["single"] / medians["batched"], 1),
    }
    figures = {
        "mints": MINTS,
        "rounds": ROUNDS,
        "median_ms": medians,
        "one_after_another_ms": round(in_turn, 2),
    }
    budgets = {
        f"times faster than single, {how}": at_least(times, TIMES_FASTER) for how, times in faster.items()
    }
    report("batched_reads", figures, budgets)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(measure())
