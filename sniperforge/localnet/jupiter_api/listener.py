"""APIs over HTTP on one loopback port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from sniperforge.localnet.port_holder import port_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.localnet.jupiter_api.api import Reply

HOST: Final = "127.0.0.1"
CLOSE_SECONDS: Final = 1.0

_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "*",
}


class Api(Protocol):
    """Whatever answers requests."""

    async def handle(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Answer one request; never raises for what a client sends."""
        ...


class Listener:
    """Serves over HTTP.

    Args:
        api: answers.
        under: others that answer instead where the path begins with the key.
    """

    def __init__(self, api: Api, under: Mapping[str, Api] | None = None) -> None:
        self._api = api
        self._under = under or {}
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
        path = request.path
        api = next((other for prefix, other in self._under.items() if path.startswith(prefix)), self._api)
        reply = await api.handle(
            request.method,
            path,
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
