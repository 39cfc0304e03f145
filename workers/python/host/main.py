"""What an app process does from its boot frame to its exit."""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from .control import Control
from .frames import FAILED, READY, pack_frame
from .loading import AppLoadError, load_app

# A terminal or a service manager sends them to all processes at once: what they mean is for the
# supervisor to say, and until the worker has none left requests are answered here.
GROUP_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
)


def run(boot: dict[str, Any], data_fd: int, control_fd: int) -> None:
    """Loads the app, serves it until the worker says stop, and exits."""
    data = socket.socket(fileno=data_fd)
    control_line = socket.socket(fileno=control_fd)
    for connection in (data, control_line):
        connection.set_inheritable(False)
        connection.setblocking(True)
    _prepare_process(control_fd)
    os.register_at_fork(after_in_child=lambda: _forget_worker(data, control_line))
    try:
        app, interface = load_app(boot)
    except AppLoadError as error:
        fail_boot(data, str(error), error.exit_code)
    control = Control(control_line)
    if interface == "asgi":
        from .asgi import serve_asgi

        serve_asgi(app, boot, data, control)
    else:
        _serve_wsgi(app, boot, data, control)


def say_ready(data: socket.socket, interface: str, threads: int) -> None:
    """Tells the worker that requests may come."""
    # What the app made while it was loaded stays; the collector need not look at it any more.
    gc.collect()
    gc.freeze()
    text = json.dumps({"interface": interface, "threads": threads})
    data.sendall(pack_frame(READY, 0, text.encode()))


def fail_boot(data: socket.socket, message: str, exit_code: int) -> NoReturn:
    """Tells the worker why the app cannot be served, and exits."""
    data.sendall(pack_frame(FAILED, 0, message.encode("utf-8", "replace"), status=exit_code))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(exit_code)  # not sys.exit(), which waits for threads that the app may have started


def _serve_wsgi(app: Any, boot: dict[str, Any], data: socket.socket, control: Control) -> None:
    from .wsgi import Server
    from .wsgi_threads import ThreadedServer

    server = (ThreadedServer if boot["threads"] > 1 else Server)(app, boot, data)
    say_ready(data, "wsgi", boot["threads"])
    control.listen(stop=server.stop, give_back=server.give_back)
    server.serve()


def _prepare_process(control_fd: int) -> None:
    sys.argv[:] = ["monoceros"]
    # Not SIG_IGN: programs that the app starts would inherit it.
    for number in GROUP_SIGNALS:
        signal.signal(number, lambda *_: None)
    faulthandler.register(signal.SIGUSR2, file=control_fd, all_threads=True, chain=False)


def _forget_worker(*connections: socket.socket) -> None:
    """In a child that the app forked: it neither holds our sockets nor obeys our signals."""
    faulthandler.unregister(signal.SIGUSR2)
    signal.set_wakeup_fd(-1)
    for number in GROUP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for connection in connections:
        connection.close()
