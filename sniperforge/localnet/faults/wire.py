"""HTTP replies that a proxy, a rate limit or a bad line would give."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from sniperforge.localnet.faults.plan import RATE_SECONDS
from sniperforge.localnet.faults.rate import rate_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sniperforge.localnet.faults.dice import FaultDice
    from sniperforge.localnet.faults.rate import RateWindow

RATE_LIMITED: Final = (
    "Too many requests for a specific RPC call, contact your app developer or support@rpcpool.com."
)
"""What api.mainnet-beta.solana.com says (solana-program-library issue 2784)."""

TOO_MANY: Final = "Too many requests from your IP, contact your app developer or support@rpcpool.com."
"""The same about all requests of a client together."""

_REASONS: Final = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


async def faulty_answer(
    request: web.BaseRequest,
    dice: FaultDice,
    window: RateWindow,
    work: Callable[[bytes], Awaitable[bytes]],
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """Answer ``request`` as ``dice`` decides, and within the rate that its plan allows.

    Args:
        request: a POST.
        dice: decides.
        window: of this endpoint.
        work: does what the body asks, if it is done.
        headers: of every reply.
    """
    body, fate, plan = await request.read(), dice.http(), dice.plan
    if plan.rate_per_10s:
        now = asyncio.get_running_loop().time()
        remaining = window.remaining(plan.rate_per_10s, _requests_in(body), now)
        headers = {**headers, **rate_headers(plan.rate_per_10s, remaining)}
        if remaining < 0:
            return rate_limited(body, TOO_MANY, RATE_SECONDS, headers)
    reply = await work(body) if fate.handled else b""
    if fate.delay_ms:
        await asyncio.sleep(fate.delay_ms / 1_000)
    if fate.status == 429:
        return rate_limited(body, RATE_LIMITED, plan.retry_after, headers)
    if fate.status != 200:
        return gateway_error(fate.status, headers)
    if fate.truncated:
        return await _truncated(request, reply, headers)
    return web.Response(body=reply, content_type="application/json", headers=headers)


def rate_limited(body: bytes, message: str, seconds: int, headers: Mapping[str, str]) -> web.Response:
    """The 429 of a public endpoint for the request ``body``."""
    document = _decoded(body)
    identifier = document.get("id") if isinstance(document, dict) else None
    error = {"code": 429, "message": message}
    reply = msgspec.json.encode({"jsonrpc": "2.0", "error": error, "id": identifier})
    return web.Response(
        status=429,
        body=reply + b"\r\n",
        content_type="application/json",
        headers={**headers, "Retry-After": str(seconds)},
    )


def gateway_error(status: int, headers: Mapping[str, str]) -> web.Response:
    """The page of a reverse proxy whose node does not answer."""
    title = f"{status} {_REASONS[status]}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return web.Response(status=status, text=page, content_type="text/html", headers=headers)


async def _truncated(
    request: web.BaseRequest, reply: bytes, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Announce the whole reply, send half of it, hang up."""
    response = web.StreamResponse(headers={**headers, "Content-Type": "application/json"})
    response.content_length = len(reply)
    await response.prepare(request)
    await response.write(reply[: len(reply) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _requests_in(body: bytes) -> int:
    document = _decoded(body)
    return len(document) if isinstance(document, list) else 1


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
