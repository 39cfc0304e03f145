"""Serves a WSGI app in several threads. See wsgi.py for what is shared and how it is guarded."""

from __future__ import annotations

import socket
import threading
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from .wsgi import COLLECT_SECONDS, Server
from .wsgi_exchange import Exchange, WsgiApp


class ThreadedServer(Server):
    """Runs requests in `threads` threads; the main thread only reads."""

    def __init__(self, app: WsgiApp, boot: dict[str, Any], data: socket.socket) -> None:
        super().__init__(app, boot, data)
        self._thread_count: int = boot["threads"]
        self._queue: SimpleQueue[Exchange | None] = SimpleQueue()
        self._credit = threading.Condition()

    def serve(self) -> None:
        threads = [
            threading.Thread(target=self._work, name=f"request-{index}", daemon=True)
            for index in range(self._thread_count)
        ]
        for thread in threads:
            thread.start()
        while not self._is_stopping or self._active:
            self._receive()
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()
        self.flush()

    def flush_last(self) -> None:
        if self._queue.empty():
            self.flush()

    def poll(self) -> None:
        """The main thread reads at all times."""

    def await_credit(self, exchange: Exchange, limit: int) -> None:
        self.flush()
        with self._credit:
            self._credit.wait_for(lambda: exchange.under_way <= limit or exchange.is_gone)

    def _work(self) -> None:
        queue = self._queue
        while True:
            try:
                exchange = queue.get_nowait()
            except Empty:
                self.flush()
                exchange = queue.get()
            if exchange is None:
                return
            if self._output and monotonic() - self._output_since > COLLECT_SECONDS:
                self.flush()
            exchange.run(self._app)
            self._active.pop(exchange.id, None)
            if self._is_stopping and not self._active:
                self.flush()
                self._wake_reader()

    def _on_credit(self, request_id: int, _flags: int, a: int, *_rest: Any) -> None:
        exchange = self._active.get(request_id)
        if exchange is not None:
            with self._credit:
                exchange.credited += a
                self._credit.notify_all()

    def _on_disconnect(self, request_id: int, *_rest: Any) -> None:
        super()._on_disconnect(request_id)
        with self._credit:
            self._credit.notify_all()

    def _add_pending(self, exchange: Exchange) -> None:
        self._queue.put(exchange)

    def _take_pending(self) -> Exchange | None:
        try:
            return self._queue.get_nowait()
        except Empty:
            return None
