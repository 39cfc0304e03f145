"""Serves a WSGI app: requests come in frames from the worker, answers leave in batches.

Threads and locks. `_pending` holds requests that are not begun; taking one is atomic, so that a
request is either run here or handed back by the control thread, never both. `_read_lock` guards the
socket's reading end, `_send_lock` its writing end. Everything else relies on single operations of
list, dict and deque being atomic.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections import deque
from time import monotonic
from typing import Any

from .frames import (
    BODY,
    CACHE_LIMIT,
    CREDIT,
    DISCONNECT,
    ERROR,
    LOG,
    REQUEST,
    RETURNED,
    FrameReader,
    pack_frame,
)
from .report import format_error
from .wsgi_exchange import Environ, Exchange, FileWrapper, WsgiApp

# Enough for a batch of some 60 requests; larger reads cost Python a memory mapping each.
READ_SIZE = 65_536
# An answer waits at most so long for others to leave with it before the next request is begun.
COLLECT_SECONDS = 0.0005


class Server:
    """Runs requests one after the other in the main thread."""

    def __init__(self, app: WsgiApp, boot: dict[str, Any], data: socket.socket) -> None:
        self.environ = make_base_environ(boot)
        # PEP 3333: bytes as latin-1, like PATH_INFO.
        self.root_path: str = boot["rootPath"].rstrip("/").encode().decode("latin-1")
        self._app = app
        self._socket = data
        self._reader = FrameReader(
            {
                REQUEST: self._on_request,
                CREDIT: self._on_credit,
                DISCONNECT: self._on_disconnect,
                BODY: _ignore,
            }
        )
        self._keys: dict[bytes, tuple[str, ...]] = {}
        self._active: dict[int, Exchange] = {}
        self._output: list[Any] = []
        self._output_since = 0.0
        self._read_lock = threading.Lock()
        self._send_lock = threading.Lock()
        self._is_stopping = False
        self._pending: deque[Exchange] = deque()

    def serve(self) -> None:
        """Returns after `stop`, when what was begun is answered."""
        pending = self._pending
        app = self._app
        while True:
            while pending:
                try:
                    exchange = pending.popleft()
                except IndexError:
                    break  # the control thread was faster
                if self._output and monotonic() - self._output_since > COLLECT_SECONDS:
                    self.flush()
                exchange.run(app)
                self._active.pop(exchange.id, None)
            self.flush()
            if self._is_stopping and not self._active:
                return
            self._receive()

    def stop(self) -> None:
        """Makes `serve` return once nothing is pending or running. Any thread may call it."""
        self._is_stopping = True
        if not self._active:
            self._wake_reader()

    def give_back(self) -> None:
        """Hands back what is not begun and sends what is ready. Called by the control thread."""
        if self._read_lock.acquire(blocking=False):
            # Nobody is reading, so requests may wait in the socket as well.
            try:
                while self._receive_waiting():
                    pass
            finally:
                self._read_lock.release()
        while True:
            exchange = self._take_pending()
            if exchange is None:
                break
            self._active.pop(exchange.id, None)
            self.post(pack_frame(RETURNED, exchange.id), b"", b"")
        self.flush()
        if self._is_stopping and not self._active:
            self._wake_reader()

    # What an exchange uses.

    def post(self, header: bytes, first: Any, second: Any) -> None:
        """Adds a frame to the output."""
        output = self._output
        if not output:
            self._output_since = monotonic()
        output += (header, first, second)

    def flush(self) -> None:
        """Sends the output."""
        output = self._output
        with self._send_lock:
            count = len(output)
            if count:
                data = b"".join(output[:count])
                del output[:count]  # others may have added more since
                try:
                    self._socket.sendall(data)
                except OSError:
                    os._exit(1)  # the worker died

    def flush_last(self) -> None:
        """Sends the output if no answer will join it soon: the app may go on after its response."""
        if not self._pending:
            self.flush()

    def poll(self) -> None:
        """Looks for credit and disconnects that have come while a response is streamed."""
        if self._read_lock.acquire(blocking=False):
            try:
                self._receive_waiting()
            finally:
                self._read_lock.release()

    def await_credit(self, exchange: Exchange, limit: int) -> None:
        """Returns when at most `limit` bytes of a response are under way or nobody waits."""
        self.flush()
        while exchange.under_way > limit and not exchange.is_gone:
            self._receive()

    def mount(self, environ: Environ) -> None:
        """Moves the root path from PATH_INFO to SCRIPT_NAME."""
        root = self.root_path
        environ["SCRIPT_NAME"] = root
        path = environ["PATH_INFO"]
        if path == root or path.startswith(root + "/"):
            environ["PATH_INFO"] = path[len(root) :]

    def log_error(self, request_id: int, request: str, error: BaseException) -> None:
        """Writes an error of the app to the log of the worker."""
        text = f"Error handling {request}\n{format_error(error)}"
        payload = text.encode("utf-8", "backslashreplace")
        self.post(pack_frame(LOG, request_id, payload, status=ERROR), b"", b"")

    # Frames.

    def _receive(self) -> None:
        with self._read_lock:
            try:
                data = self._socket.recv(READ_SIZE)
            except OSError:
                os._exit(1)  # the worker died
            if data:
                self._reader.feed(data)
            elif self._active or not self._is_stopping:
                os._exit(1)

    def _receive_waiting(self) -> bool:
        try:
            data = self._socket.recv(READ_SIZE, socket.MSG_DONTWAIT)
        except OSError:
            return False
        if data:
            self._reader.feed(data)
        return bool(data)

    def _on_request(
        self, request_id: int, flags: int, a: int, b: int, data: bytes, begin: int, end: int
    ) -> None:
        names_end = begin + a
        values_end = names_end + b
        names = data[begin:names_end]
        keys = self._keys.get(names)
        if keys is None:
            keys = self._learn_keys(names)
        values = data[names_end:values_end]
        exchange = Exchange(self, request_id, flags, keys, values, data[values_end:end])
        self._active[request_id] = exchange
        self._add_pending(exchange)

    def _learn_keys(self, names: bytes) -> tuple[str, ...]:
        if len(self._keys) >= CACHE_LIMIT:
            self._keys.clear()
        keys = self._keys[names] = tuple(map(sys.intern, names.decode("latin-1").split("\0")))
        return keys

    def _on_credit(self, request_id: int, _flags: int, a: int, *_rest: Any) -> None:
        exchange = self._active.get(request_id)
        if exchange is not None:
            exchange.credited += a

    def _on_disconnect(self, request_id: int, *_rest: Any) -> None:
        exchange = self._active.get(request_id)
        if exchange is not None:
            exchange.is_gone = True

    def _add_pending(self, exchange: Exchange) -> None:
        self._pending.append(exchange)

    def _take_pending(self) -> Exchange | None:
        try:
            return self._pending.pop()
        except IndexError:
            return None

    def _wake_reader(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # the worker has closed its end, which wakes the reader as well


def make_base_environ(boot: dict[str, Any]) -> Environ:
    """The environ members that are the same for all requests."""
    return {
        "SERVER_SOFTWARE": boot["serverSoftware"],
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": boot["threads"] > 1,
        "wsgi.multiprocess": boot["multiprocess"],
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.input_terminated": True,
    }


def _ignore(*_frame: Any) -> None:
    """A body frame of a request that was complete or is over."""
