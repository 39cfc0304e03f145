"""Serves an ASGI app from its lifespan's start to its end."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Any

from .asgi_server import Server
from .control import Control
from .frames import DEBUG, ERROR
from .lifespan import Lifespan, LifespanFailed
from .scope import ScopeMaker

# Exit code of a failed start, see EXIT in lib/errors.ts.
WORKER_BOOT = 3
# What the app left running is cancelled at the end and gets so long to clean up.
CANCEL_SECONDS = 5.0


def serve_asgi(app: Any, boot: dict[str, Any], data: socket.socket, control: Control) -> None:
    """Serves until the worker says stop."""
    from .main import fail_boot

    loop = _make_loop(boot["loop"])
    if loop is None:
        fail_boot(data, "Cannot use the event loop uvloop: it is not installed", WORKER_BOOT)
    asyncio.set_event_loop(loop)
    failure = None
    try:
        loop.run_until_complete(_serve(app, boot, data, control))
    except LifespanFailed as error:
        failure = str(error)
    _close_loop(loop)
    if failure is not None:
        fail_boot(data, failure, WORKER_BOOT)


async def _serve(app: Any, boot: dict[str, Any], data: socket.socket, control: Control) -> None:
    from .main import say_ready

    loop = asyncio.get_running_loop()
    lifespan = Lifespan(app, boot["lifespan"])
    note = await lifespan.start()
    scopes = ScopeMaker(boot["rootPath"], lifespan.state)
    server = Server(app, scopes, boot["disconnectGraceMs"] / 1000)
    stopping = asyncio.Event()
    say_ready(data, "asgi", 1)
    data.setblocking(False)
    await loop.create_connection(lambda: server, sock=data)
    control.listen(stop=partial(_set_from_thread, loop, stopping), give_back=_give_back)
    if note is not None:
        server.log(DEBUG, note)
    await stopping.wait()
    await server.finish()
    trouble = await lifespan.stop()
    if trouble is not None:
        server.log(ERROR, trouble)
    await server.close()


def _set_from_thread(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)


def _give_back() -> None:
    """Does nothing: requests are begun when they come, and answers leave in each turn."""


def _make_loop(name: str) -> asyncio.AbstractEventLoop | None:
    if name != "asyncio":
        try:
            import uvloop
        except ImportError:
            if name == "uvloop":
                return None
        else:
            loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
            return loop
    return asyncio.new_event_loop()


def _close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Ends what the app left running, as `asyncio.run` does."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=CANCEL_SECONDS))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
