"""Checks of the Jupiter API: that it answers, and that its quote is what the pool itself gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.check_run import Finding, ok, skip, warn
from sniperforge.app.located import service_files
from sniperforge.app.pool_lookup import COMMITMENT, load_pool
from sniperforge.app.swap_checks import OPENING_SECONDS, SPEND, TRIES, sol_usdc_pool
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.amounts import format_sol, format_units
from sniperforge.errors import UnavailableError
from sniperforge.localnet.service.client import get_json
from sniperforge.localnet.service.info import read_info

if TYPE_CHECKING:
    from sniperforge.app.check_run import CheckRun
    from sniperforge.app.node import Node

KEY: Final = "jup_sniperforge_test"
"""Any key of this form is good on the embedded network; it keeps the checks out of the keyless limit."""


async def jupiter_checks(run: CheckRun) -> None:
    """The API of this project's embedded network; others have none that a command would ask."""
    urls: list[str] = []

    async def reach() -> Finding:
        if run.settings.network.chain == "mainnet":
            return skip("no command of this version trades through Jupiter")
        url = _url(run)
        if url is None:
            return skip(f"{run.settings.network_name} has no Jupiter that this project knows of")
        labels = await _ask(url, "/swap/v1/program-id-to-label", {})
        urls.append(url)
        return ok(f"{url} trades on {', '.join(labels.values())}")

    async def compare(node: Node) -> Finding:
        return await _compared(node, urls[0])

    if await run.check("jupiter", "api", reach):
        await run.on_node("jupiter", "quote", compare)


def _url(run: CheckRun) -> str | None:
    """Where the API of the selected network is, when that is this project's running service."""
    info = read_info(service_files(run.settings).info)
    if run.node is None or info is None or info.rpc_url != run.node.settings.network.rpc_url:
        return None
    return info.jupiter_url


async def _compared(node: Node, url: str) -> Finding:
    """The quote beside the pool's; asked again while somebody trades between the two."""
    address = sol_usdc_pool(node.cluster)
    if address is None or await node.rpc.account(address, COMMITMENT) is None:
        return skip(f"there is no SOL/USDC pool on {node.cluster}")
    opens_in = (await load_pool(node.rpc, address)).state.open_time + 1 - node.clock.now()
    if opens_in > OPENING_SECONDS:
        return skip(f"{address} is not open yet")
    await node.clock.sleep(max(opens_in, 0))
    quoted = expected = 0
    for _ in range(TRIES):
        asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": str(SPEND)}
        quoted = int((await _ask(url, "/swap/v1/quote", asked))["outAmount"])
        state = (await load_pool(node.rpc, address)).state
        expected = state.quote(WSOL_MINT, SPEND).amount_out
        if quoted == expected:
            amount = format_units(quoted, state.decimals(USDC_MINT))
            return ok(f"{format_sol(SPEND)} SOL buy {amount} USDC, as the pool says")
    return warn(f"Jupiter quotes {quoted}, the pool {expected} raw USDC; the pool is being traded")


async def _ask(url: str, path: str, query: dict[str, str]) -> Any:
    status, document = await asyncio.to_thread(get_json, url, path, query, {"x-api-key": KEY})
    if status != 200:
        raise UnavailableError(f"{url}{path} answers {status}: {document}")
    return document
