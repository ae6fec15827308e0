"""One WebSocket connection: bytes and frames. No JSON, no subscriptions, no reconnecting.

Built on the sans-I/O half of ``websockets``: a message reaches its receiver within the loop's read event,
without a queue and a task switch in between.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import TYPE_CHECKING, Any, Final, cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from sniperforge.chain.endpoint import masked
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websockets.http11 import Response

CLOSED_NORMALLY: Final = 1000


class WebSocketLink(asyncio.Protocol):
    """A connection whose messages go to a callback. Made by :func:`open_link`.

    Attributes:
        closed: done, with the reason as text, once the connection has ended. It never fails.
        on_pong: called for every pong.
    """

    def __init__(
        self, protocol: ClientProtocol, headers: Mapping[str, str], on_message: Callable[[bytes], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[str] = loop.create_future()
        self.on_pong: Callable[[], None] = lambda: None
        self._protocol = protocol
        self._headers = headers
        self._on_message = on_message
        self._fragments = bytearray()
        self._transport: asyncio.Transport | None = None
        self._reason = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the opening handshake. For the event loop."""
        self._transport = cast("asyncio.Transport", transport)
        request = self._protocol.connect()
        request.headers.update(self._headers)
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Parse and hand on. For the event loop."""
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._frame(event)
        if not self.opened.done():
            self._handshake()
        self._flush()
        if self.opened.done() and protocol.state is not State.OPEN:
            self._finish(self._protocol_reason())

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner. For the event loop."""
        self._transport = None
        why = self._reason or (f"the connection broke: {exc}" if exc else "the node hung up")
        if not self.opened.done():
            self.opened.set_exception(UnavailableError(why))
        if not self.closed.done():
            self.closed.set_result(why)

    def send(self, text: bytes) -> None:
        """Send one text message; nothing happens once the connection has ended."""
        if self._transport is not None and self._protocol.state is State.OPEN:
            self._protocol.send_text(text)
            self._flush()

    def ping(self) -> None:
        """Ask the node for a pong; nothing happens once the connection has ended."""
        if self._transport is not None and self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
            self._flush()

    def close(self) -> None:
        """Say good-bye and close without waiting for the answer. Safe to call twice."""
        if self._transport is not None and self._protocol.state is State.OPEN:
            self._protocol.send_close(CLOSED_NORMALLY)
            self._flush()
        if self._transport is not None:
            self._finish("closed by us")

    def abort(self, reason: str) -> None:
        """Drop the connection at once, because of ``reason``."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    def _frame(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._on_message(bytes(frame.data))
            else:
                self._fragments += frame.data
        elif opcode is Opcode.CONT:
            self._fragments += frame.data
            if frame.fin:
                whole, self._fragments = self._fragments, bytearray()
                self._on_message(bytes(whole))
        elif opcode is Opcode.PONG:
            self.on_pong()

    def _handshake(self) -> None:
        error = self._protocol.handshake_exc
        if error is not None:
            self.opened.set_exception(_refusal(error))
        elif self._protocol.state is not State.CONNECTING:
            self.opened.set_result(None)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and self._transport is not None:
                self._transport.write(data)

    def _finish(self, reason: str) -> None:
        self._reason = self._reason or reason
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    def _protocol_reason(self) -> str:
        close = self._protocol.close_rcvd
        if close is not None:
            return f"the node closed the connection (code {close.code})"
        error = self._protocol.parser_exc
        return f"the node broke the protocol: {type(error).__name__}" if error else "no WebSocket here"


async def open_link(
    url: str,
    on_message: Callable[[bytes], None],
    *,
    headers: Mapping[str, str],
    patience: float,
    max_bytes: int,
) -> WebSocketLink:
    """Connect to ``url`` and complete the opening handshake.

    Raises:
        UnavailableError: not within ``patience`` seconds, or refused; the URL is shown by its host only.
    """
    name = masked(url)
    try:
        async with asyncio.timeout(patience):
            return await _open(url, on_message, headers, max_bytes)
    except TimeoutError:
        raise UnavailableError(f"{name}: no WebSocket within {patience:g} s") from None
    except UnavailableError as error:
        message = f"{name}: {error.message}"
        raise UnavailableError(message, hint=error.hint, details=error.details) from None
    except (OSError, WebSocketException, ValueError) as error:
        words = str(error) if isinstance(error, OSError) else type(error).__name__
        raise UnavailableError(f"{name}: no connection: {words}") from None


async def _open(
    url: str, on_message: Callable[[bytes], None], headers: Mapping[str, str], max_bytes: int
) -> WebSocketLink:
    uri = parse_uri(url)
    protocol = ClientProtocol(uri, max_size=max_bytes, logger=_silent_logger())
    security: dict[str, Any] = {}
    if uri.secure:
        security = {"ssl": ssl.create_default_context(), "server_hostname": uri.host}
    _, link = await asyncio.get_running_loop().create_connection(
        lambda: WebSocketLink(protocol, headers, on_message), uri.host, uri.port, **security
    )
    try:
        await link.opened
    except BaseException:
        link.abort("the handshake was given up")
        raise
    return link


def _silent_logger() -> logging.Logger:
    """The library writes request lines, keys included, to its debug log."""
    logger = logging.Logger("sniperforge.websocket")  # noqa: LOG001 (outside the tree, so nobody turns it on)
    logger.disabled = True
    return logger


def _refusal(error: Exception) -> UnavailableError:
    if isinstance(error, InvalidStatus):
        response: Response = error.response
        status = response.status_code
        hint = "check the endpoint's API key" if status in (401, 403) else ""
        return UnavailableError(f"it answered HTTP {status}", hint=hint, details={"http_status": status})
    return UnavailableError(f"no WebSocket handshake: {type(error).__name__}")
