"""The API on a loopback port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from sniperforge.localnet.port_holder import port_taken

if TYPE_CHECKING:
    from sniperforge.localnet.jupiter_api.api import JupiterApi

HOST: Final = "127.0.0.1"
CLOSE_SECONDS: Final = 1.0

_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "*",
}


class Listener:
    """Serves one API over HTTP."""

    def __init__(self, api: JupiterApi) -> None:
        self._api = api
        self._runner: web.ServerRunner | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Open the port; 0 takes a free one.

        Raises:
            UnavailableError: it is taken; says by whom when that can be seen.
        """
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            await self.stop()
            raise port_taken(HOST, port, error) from None
        self.port = int(runner.addresses[-1][1])

    async def stop(self) -> None:
        """Free the port. Safe to call twice."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=_CORS)
        reply = await self._api.handle(
            request.method,
            request.path,
            request.query,
            headers=request.headers,
            body=await request.read(),
        )
        return web.Response(
            status=reply.status,
            body=reply.body,
            content_type="application/json",
            headers={**reply.headers, **_CORS},
        )
