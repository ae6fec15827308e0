"""What the network's processes have in common: their lines, and serving until their input ends."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from sniperforge.app.calm_memory import calm_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.network import LocalNetwork


def say(document: dict[str, Any]) -> None:
    """One line to the benchmark."""
    print(json.dumps(document), flush=True)


async def serve(network: LocalNetwork, act: Callable[[], None], last: Callable[[], dict[str, Any]]) -> None:
    """Say where it serves, ``act`` for every line that comes in, and at the end say what is ``last``."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with network:
        with calm_memory():
            say({"rpc_url": network.rpc_url, "ws_url": network.ws_url})
            while await lines.readline():
                act()
    say(last())
