"""A bot's whole session in this process, on a network in another one that tells its side of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.app.bot_run import run_bot
from sniperforge.app.bots import bot_named
from sniperforge.app.node import open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.config.files import write_defaults
from sniperforge.config.load import load
from sniperforge.config.network import NetworkConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from sniperforge.engine.events import SessionEvent
    from sniperforge.wallets.signer import KeypairSigner


class Network:
    """The network's process: a line in may get a line out; it ends with its input."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    async def heard(self) -> dict[str, Any]:
        """Its next line."""
        return json.loads(await self._out.readline())

    async def ask(self) -> dict[str, Any]:
        """Its answer to a line."""
        self._in.write(b"\n")
        return await self.heard()

    async def end(self) -> dict[str, Any]:
        """Its last line."""
        self._in.close()
        return await self.heard()


@contextlib.asynccontextmanager
async def network_process(script: Path, *arguments: object) -> AsyncIterator[Network]:
    """Run ``script`` in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), *map(str, arguments)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    try:
        yield Network(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def session(
    where: Mapping[str, str],
    signer: KeypairSigner,
    hear: Callable[[SessionEvent], None],
    environment: Mapping[str, str],
) -> AsyncIterator[Trader]:
    """``start --bot lp-sniper`` without its command line, in a temporary folder, while the block runs."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_defaults(folder / "configs")
        settings = replace(
            load(config=str(folder), env=dict(environment), cwd=folder),
            network=NetworkConfig(chain="localnet", **where),
        )
        node = await stack.enter_async_context(open_node(settings, locks=folder / "locks", patient=True))
        trader = await stack.enter_async_context(
            open_trader(node, signer, bot="lp-sniper", command="bench", tell=hear)
        )
        group = await stack.enter_async_context(asyncio.TaskGroup())
        work = run_bot(trader, bot_named("lp-sniper"), tell=hear, duration=None)
        stack.callback(group.create_task(work).cancel)
        yield trader
