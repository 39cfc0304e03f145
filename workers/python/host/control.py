"""The control line: a thread waits for the worker's commands, and for its death."""

from __future__ import annotations

import os
import socket
import threading
from typing import Callable

from .frames import GIVE_BACK, STOP

# When the worker is gone and this process was stopping already, its exit handlers have so long.
EXIT_SECONDS = 30.0


class Control:
    """Listens on the control socket, in a thread: a busy app does not keep commands waiting."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._handlers: dict[int, Callable[[], None]] = {}
        self._is_stopping = False

    def listen(self, *, stop: Callable[[], None], give_back: Callable[[], None]) -> None:
        """Starts the thread, which calls `stop` and `give_back`."""
        self._handlers = {STOP: stop, GIVE_BACK: give_back}
        threading.Thread(target=self._run, name="control", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                commands = self._connection.recv(64)
            except OSError:
                commands = b""
            if not commands:
                break
            for command in commands:
                self._is_stopping = self._is_stopping or command == STOP
                self._handlers[command]()
        if self._is_stopping:
            threading.Event().wait(EXIT_SECONDS)
        os._exit(1)
