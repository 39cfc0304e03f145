"""The app process's end of the frame stream for an ASGI app, and the requests under way."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from time import monotonic
from typing import Any, Callable

from .asgi_exchange import ClientGone, Exchange
from .frames import (
    BODY,
    CREDIT,
    DISCONNECT,
    END,
    ERROR,
    FAIL,
    LOG,
    PING,
    REQUEST,
    FrameReader,
    pack_frame,
)
from .report import ProtocolError, comes_from, format_error
from .scope import Scope, ScopeMaker

# An answer waits at most so long for others to leave with it before the next request is begun.
COLLECT_SECONDS = 0.0002
# A buffer of its own, because asyncio allocates 256 KiB for each read: that costs 1 µs a request.
READ_SIZE = 65_536
HAS_EAGER_TASKS = sys.version_info >= (3, 12)

# Errors that only say that the client had left or that the app was cancelled because of it.
LEAVING = (ClientGone, asyncio.CancelledError)

StartTask = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class Server(asyncio.BufferedProtocol):
    """The app process's end of the frame stream, and the requests under way."""

    def __init__(self, app: Any, scopes: ScopeMaker, grace_seconds: float) -> None:
        self.loop = loop = asyncio.get_running_loop()
        self.exchanges: dict[int, Exchange] = {}
        self.is_paused = False
        self.closed: asyncio.Future[None] = loop.create_future()
        self.idle: asyncio.Future[None] | None = None
        self._app = app
        self._make_scope = scopes.make
        self._grace_seconds = grace_seconds
        self._feed = FrameReader(
            {
                REQUEST: self._on_request,
                BODY: self._on_body,
                CREDIT: self._on_credit,
                DISCONNECT: self._on_disconnect,
                PING: self._on_ping,
            }
        ).feed
        self._start_task = _task_starter(loop)
        self._tasks: set[asyncio.Task[None]] = set()
        self._input = memoryview(bytearray(READ_SIZE))
        self._output: list[Any] = []
        self._output_since = 0.0
        self._is_flush_due = False
        self._resumed: asyncio.Future[None] | None = None
        self._transport: Any = None

    # asyncio.BufferedProtocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def get_buffer(self, _size_hint: int) -> memoryview:
        return self._input

    def buffer_updated(self, size: int) -> None:
        self._is_flush_due = True  # at the end of this call
        self._feed(bytes(self._input[:size]))
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        if self.idle is None:
            os._exit(1)  # the worker died
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        self.is_paused = True

    def resume_writing(self) -> None:
        self.is_paused = False
        if self._resumed is not None:
            self._resumed.set_result(None)
            self._resumed = None

    # What an exchange uses.

    def post(self, header: bytes, first: Any, second: Any) -> None:
        """Adds a frame to the output, which is sent in this turn of the loop."""
        output = self._output
        if not output:
            self._output_since = monotonic()
            if not self._is_flush_due:
                self._is_flush_due = True
                self.loop.call_soon(self._flush)
        output += (header, first, second)

    async def drain(self) -> None:
        """Waits until the worker takes bytes again."""
        while self.is_paused:
            if self._resumed is None:
                self._resumed = self.loop.create_future()
            await asyncio.shield(self._resumed)

    def log(self, level: int, text: str, request_id: int = 0) -> None:
        """Writes to the error log of the worker."""
        payload = text.encode("utf-8", "backslashreplace")
        self.post(pack_frame(LOG, request_id, payload, status=level), b"", b"")

    async def finish(self) -> None:
        """Returns when no request is under way."""
        self.idle = self.loop.create_future()
        if self._tasks:
            await self.idle

    async def close(self) -> None:
        """Sends what is left and closes the stream."""
        self._flush()
        self._transport.close()
        await self.closed

    # Frames.

    def _on_request(
        self, request_id: int, flags: int, a: int, b: int, data: bytes, begin: int, end: int
    ) -> None:
        if self._output and monotonic() - self._output_since > COLLECT_SECONDS:
            self._flush()
            self._is_flush_due = True
        names_end = begin + a
        values_end = names_end + b
        scope = self._make_scope(data[begin:names_end], data[names_end:values_end])
        exchange = Exchange(self, request_id, data[values_end:end], flags & END)
        self.exchanges[request_id] = exchange
        task = self._start_task(self._run(exchange, scope))
        if not task.done():
            exchange.task = task
            self._tasks.add(task)

    def _on_body(
        self, request_id: int, flags: int, _a: int, _b: int, data: bytes, begin: int, end: int
    ) -> None:
        exchange = self.exchanges.get(request_id)
        if exchange is not None:
            exchange.add_input(data[begin:end], bool(flags & END))

    def _on_credit(self, request_id: int, _flags: int, a: int, *_rest: Any) -> None:
        exchange = self.exchanges.get(request_id)
        if exchange is not None:
            exchange.add_credit(a)

    def _on_disconnect(self, request_id: int, *_rest: Any) -> None:
        exchange = self.exchanges.pop(request_id, None)
        if exchange is None:
            return
        exchange.is_gone = True
        exchange.wake()
        if exchange.task is not None:
            exchange.grace = self.loop.call_later(self._grace_seconds, exchange.task.cancel)

    def _on_ping(self, *_rest: Any) -> None:
        """Shows the worker that the loop turns."""
        self.post(pack_frame(PING, 0), b"", b"")

    async def _run(self, exchange: Exchange, scope: Scope) -> None:
        try:
            await self._app(scope, exchange.receive, exchange.send)
            if not exchange.is_complete and not exchange.is_gone:
                raise ProtocolError("ASGI HTTP: the app returned before its response was complete")
        except BaseException as error:
            # SystemExit included: one request must not take the others of this process with it.
            self._report(exchange, scope, error)
        if exchange.is_gone and not exchange.is_complete:
            self.post(pack_frame(FAIL, exchange.id), b"", b"")  # the worker counts it as done
        if exchange.grace is not None:
            exchange.grace.cancel()
        if exchange.task is not None:
            self._tasks.discard(exchange.task)
            if self.idle is not None and not self._tasks and not self.idle.done():
                self.idle.set_result(None)

    def _report(self, exchange: Exchange, scope: Scope, error: BaseException) -> None:
        self.exchanges.pop(exchange.id, None)
        if exchange.is_gone and comes_from(error, LEAVING):
            return
        text = f"Error handling {scope['method']} {scope['path']}\n{format_error(error)}"
        self.log(ERROR, text, exchange.id)
        if not exchange.is_complete and not exchange.is_gone:
            self.post(pack_frame(FAIL, exchange.id), b"", b"")

    def _flush(self) -> None:
        self._is_flush_due = False
        if self._output:
            output, self._output = self._output, []
            self._transport.write(b"".join(output))


def _task_starter(loop: asyncio.AbstractEventLoop) -> StartTask:
    """How a request's task is made: where Python can, its first step runs at once."""
    if not HAS_EAGER_TASKS:
        return loop.create_task
    return lambda coroutine: asyncio.Task(coroutine, loop=loop, eager_start=True)
