"""Checks of the node: requests, slots, subscriptions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from sniperforge.app.check_run import Finding, ok, warn
from sniperforge.chain.endpoint import masked
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from sniperforge.app.check_run import CheckRun
    from sniperforge.app.node import Node
    from sniperforge.chain.rpc_endpoint import EndpointReport

MOVING_SECONDS: Final = 5.0
"""A cluster opens a slot every 0.4 s."""

_POLL_SECONDS: Final = 0.1


async def solana_checks(run: CheckRun) -> None:
    """What every command asks of a node."""
    for name, work in (
        ("version", _version),
        ("health", _health),
        ("blockhash", _blockhash),
        ("slots", _slots),
        ("websocket", _websocket),
        ("endpoints", _endpoints),
    ):
        await run.on_node("solana", name, work)
    if run.settings.config.execution.mev != "none":
        await run.on_node("solana", "jito", _block_engines)


async def _version(node: Node) -> Finding:
    return ok(f"node software {await node.rpc.version()}")


async def _health(node: Node) -> Finding:
    try:
        return ok(f"the node says {await node.rpc.health()}")
    except RpcError as error:
        return warn(f"the node says it is behind: {error.message}")


async def _blockhash(node: Node) -> Finding:
    found = await node.rpc.latest_blockhash()
    left = found.last_valid_height - await node.rpc.block_height()
    return ok(f"{found.hash}, good for {left} blocks")


async def _slots(node: Node) -> Finding:
    first = await node.rpc.slot("processed")
    deadline = node.clock.monotonic() + MOVING_SECONDS
    while node.clock.monotonic() < deadline:
        await node.clock.sleep(_POLL_SECONDS)
        now = await node.rpc.slot("processed")
        if now > first:
            return ok(f"slot {now}, moving")
    raise UnavailableError(f"slot {first} has not moved for {MOVING_SECONDS:.0f} s", hint="the node is stuck")


async def _websocket(node: Node) -> Finding:
    async with node.pubsub() as pubsub:
        try:
            async with asyncio.timeout(MOVING_SECONDS):
                stream = await pubsub.subscribe("slotSubscribe", [])
                async for item in stream:
                    if isinstance(item, dict):
                        await stream.aclose()
                        return ok(f"notified of slot {item.get('slot')}")
        except TimeoutError:
            pass
        reason = pubsub.health().last_error
    raise UnavailableError(f"no notification within {MOVING_SECONDS:.0f} s: {reason}")


async def _endpoints(node: Node) -> Finding:
    reports = await node.survey()
    told = "; ".join(endpoint_line(report) for report in reports)
    return ok(told) if all(report.state == "ok" for report in reports) else warn(told)


async def _block_engines(node: Node) -> Finding:
    """Whether each takes bundles, and tips where we pay them."""
    node.settings.require_block_engine()
    told, good = [], True
    for url, engine in zip(node.settings.network.block_engine_urls, node.private, strict=True):
        try:
            known = await engine.tip_accounts() == frozenset(TIP_ACCOUNTS)
            said = "answers" if known else "wants tips on other accounts than the known ones"
        except UnavailableError as error:
            known, said = False, error.message
        told.append(f"{masked(url)} {said}")
        good = good and known
    return ok("; ".join(told)) if good else warn("; ".join(told))


def endpoint_line(report: EndpointReport) -> str:
    """One endpoint's health in a line; its URL without keys."""
    late = f", {report.lag} slots behind" if report.state == "lagging" else ""
    quick = "" if report.latency_ms is None else f", answers in {report.latency_ms:.1f} ms"
    why = f": {report.last_error}" if report.last_error and report.state != "ok" else ""
    return f"{report.name} {report.state}{late}{quick}{why}"
