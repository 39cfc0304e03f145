"""One request of an ASGI app and its response (ASGI HTTP, spec version 2.5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .fields import encode_asgi, with_length
from .frames import BODY, END, HEADER, PIECE, RESPONSE, WINDOW, pack_credit
from .report import ProtocolError

if TYPE_CHECKING:
    from .asgi_server import Server

Message = dict[str, Any]

pack = HEADER.pack

# Credit for a request's body is collected up to a quarter of the window: that makes fewer frames,
# and the worker never starves.
CREDIT_STEP = WINDOW // 4


class ClientGone(OSError):
    """What `send` raises when nobody takes the response any more."""


class Exchange:
    """A request from its frame until its response is complete."""

    __slots__ = (
        "id",
        "is_gone",
        "is_complete",
        "task",
        "grace",
        "_server",
        "_chunks",
        "_uncredited",
        "_is_input_due",
        "_is_input_ended",
        "_status",
        "_block",
        "_declared",
        "_is_head_sent",
        "_under_way",
        "_waiters",
    )

    def __init__(self, server: Server, request_id: int, body: bytes, is_body_complete: int) -> None:
        self.id = request_id
        self.is_gone = False
        self.is_complete = False
        self.task: asyncio.Task[None] | None = None
        self.grace: asyncio.TimerHandle | None = None
        self._server = server
        self._chunks: Any = body  # bytes, or a list of them once there are several
        self._uncredited = 0
        self._is_input_due = True  # the first message is due even when the body is empty
        self._is_input_ended = is_body_complete
        self._status = 0
        self._block: bytes | None = None
        self._declared = -1
        self._is_head_sent = False
        self._under_way = 0
        self._waiters: list[asyncio.Future[None]] | None = None

    # What the app calls.

    async def receive(self) -> Message:
        """ASGI `receive`."""
        while True:
            if self.is_gone or self.is_complete:
                return {"type": "http.disconnect"}
            if self._is_input_due:
                return self._take_input()
            await self._change()

    async def send(self, message: Message) -> None:
        """ASGI `send`."""
        if self.is_gone:
            raise ClientGone("the client has closed the connection")
        if self.is_complete:
            return  # "any further messages on the channel will be ignored"
        kind = message["type"]
        if kind == "http.response.body":
            body = message.get("body", b"")
            if type(body) is not bytes:
                body = _to_bytes(body)
            block = self._block
            if block is None:
                raise ProtocolError("ASGI HTTP: http.response.body came before http.response.start")
            size = len(body)
            if message.get("more_body") or self._is_head_sent or size > PIECE:
                await self._stream(body, message.get("more_body", False))
                return
            self._is_head_sent = self.is_complete = True
            fields = len(block)
            self._server.post(
                pack(fields + size, self.id, RESPONSE, END, self._status, fields, 0), block, body
            )
            self._finish()
        elif kind == "http.response.start":
            if self._block is not None:
                raise ProtocolError("ASGI HTTP: http.response.start came twice")
            self._status = _check_status(message)
            self._block, self._declared = encode_asgi(message.get("headers", ()))
        else:
            raise ProtocolError(f"ASGI HTTP: there is no message of type {kind!r} for send()")

    # What the server calls.

    def add_input(self, chunk: bytes, is_last: bool) -> None:
        """Takes a part of the request's body."""
        if type(self._chunks) is not list:
            self._chunks = [self._chunks]
        self._chunks.append(chunk)
        self._is_input_due = True
        self._is_input_ended = is_last
        self.wake()

    def add_credit(self, size: int) -> None:
        """The worker has passed on a part of the response's body."""
        self._under_way -= size
        self.wake()

    def wake(self) -> None:
        """Lets those who wait in `receive` and `send` look again."""
        if self._waiters:
            waiters, self._waiters = self._waiters, None
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def _change(self) -> None:
        waiter = self._server.loop.create_future()
        if self._waiters is None:
            self._waiters = []
        self._waiters.append(waiter)
        await waiter

    def _take_input(self) -> Message:
        body = self._chunks
        if type(body) is list:
            body = b"".join(body)
        self._chunks = b""
        self._is_input_due = False
        if self._is_input_ended:
            return {"type": "http.request", "body": body, "more_body": False}
        self._uncredited += len(body)
        if self._uncredited >= CREDIT_STEP:
            self._server.post(pack_credit(self.id, self._uncredited), b"", b"")
            self._uncredited = 0
        return {"type": "http.request", "body": body, "more_body": True}

    async def _stream(self, body: bytes, more_body: bool) -> None:
        view = memoryview(body)
        if not self._is_head_sent:
            self._send_head(bytes(view[:PIECE]), len(body), more_body)
            view = view[PIECE:]
        for start in range(0, len(view), PIECE):
            await self._send_piece(view[start : start + PIECE])
        if not more_body:
            self.is_complete = True
            self._server.post(pack(0, self.id, BODY, END, 0, 0, 0), b"", b"")
            self._finish()
        elif self._server.is_paused:
            await self._server.drain()

    def _send_head(self, body: bytes, total: int, more_body: bool) -> None:
        block = self._block or b""
        if not more_body:
            block = with_length(block, self._status, self._declared, total)
        fields = len(block)
        size = len(body)
        self._is_head_sent = True
        self._under_way = size
        self._server.post(
            pack(fields + size, self.id, RESPONSE, 0, self._status, fields, 0), block, body
        )

    async def _send_piece(self, piece: memoryview) -> None:
        size = len(piece)
        while self._under_way + size > WINDOW and not self.is_gone:
            await self._change()
        if self.is_gone:
            raise ClientGone("the client has closed the connection")
        self._under_way += size
        self._server.post(pack(size, self.id, BODY, 0, 0, 0, 0), piece, b"")

    def _finish(self) -> None:
        self._server.exchanges.pop(self.id, None)
        self.wake()


def _to_bytes(body: Any) -> bytes:
    if isinstance(body, (bytearray, memoryview, bytes)):
        return bytes(body)
    raise ProtocolError(
        f"ASGI HTTP: body of http.response.body must be bytes, not {type(body).__name__}"
    )


def _check_status(message: Message) -> int:
    status = message.get("status")
    if isinstance(status, int) and 200 <= status <= 999:
        return int(status)
    raise ProtocolError(
        f"ASGI HTTP: status of http.response.start must be an int from 200 to 999, not {status!r}"
    )
