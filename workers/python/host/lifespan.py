"""ASGI lifespan: lets the app prepare before the first request and clean up after the last."""

from __future__ import annotations

import asyncio
from typing import Any

from .report import ProtocolError, format_error

# An app that hangs in its clean-up must not hold the process; gunicorn waits as long.
SHUTDOWN_SECONDS = 30.0


# Messages of an app: which stage they answer, and whether they say that it failed.
ANSWERS = {
    "lifespan.startup.complete": ("startup", False),
    "lifespan.startup.failed": ("startup", True),
    "lifespan.shutdown.complete": ("shutdown", False),
    "lifespan.shutdown.failed": ("shutdown", True),
}


class LifespanFailed(Exception):
    """The app says that it cannot start, or failed while it started and `lifespan` is on."""


class Lifespan:
    """The one lifespan scope of an app process."""

    def __init__(self, app: Any, mode: str) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._mode = mode
        self._task: asyncio.Task[None] | None = None
        self._to_app: asyncio.Queue[dict[str, Any]]
        self._started: asyncio.Future[str | None]
        self._stopped: asyncio.Future[str | None]

    async def start(self) -> str | None:
        """Waits until the app is started.

        Returns why the app is taken to have no lifespan, if so; raises LifespanFailed if it cannot
        start.
        """
        if self._mode == "off":
            return None
        loop = asyncio.get_running_loop()
        self._to_app = asyncio.Queue()
        self._started = loop.create_future()
        self._stopped = loop.create_future()
        self._to_app.put_nowait({"type": "lifespan.startup"})
        self._task = loop.create_task(self._run())
        await self._wait_for(self._started)
        if self._started.done():
            message = self._started.result()
            if message is not None:
                raise LifespanFailed(f"The app failed to start: {message or 'no reason given'}")
            return None
        reason = self._explain_end(self._task)
        if self._mode == "on":
            raise LifespanFailed(f"The app failed to start: {reason}")
        self._task = None
        return f"The app has no lifespan: {reason}"

    async def stop(self) -> str | None:
        """Lets the app clean up; returns what went wrong, if anything."""
        if self._task is None:
            return None
        self._to_app.put_nowait({"type": "lifespan.shutdown"})
        await self._wait_for(self._stopped, timeout=SHUTDOWN_SECONDS)
        if self._stopped.done():
            message = self._stopped.result()
            return None if message is None else f"The app failed to shut down: {message}"
        if not self._task.done():
            return f"The app did not end its lifespan within {SHUTDOWN_SECONDS:g} s"
        error = self._take_error(self._task)
        return None if error is None else f"The app's lifespan failed\n{format_error(error)}"

    async def _wait_for(
        self, answer: asyncio.Future[str | None], timeout: float | None = None
    ) -> None:
        """Waits until the app answers or leaves its lifespan."""
        ends: set[asyncio.Future[Any]] = {answer}
        if self._task is not None:
            ends.add(self._task)
        await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        await self._app(scope, self._to_app.get, self._send)

    async def _send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind not in ANSWERS:
            raise ProtocolError(f"ASGI lifespan: there is no message of type {kind!r} for send()")
        stage, has_failed = ANSWERS[kind]
        future = self._started if stage == "startup" else self._stopped
        text = message.get("message", "") if has_failed else None
        if not future.done():
            future.set_result(text)

    def _explain_end(self, task: asyncio.Task[None]) -> str:
        error = self._take_error(task)
        if error is None:
            return "it returned without lifespan.startup.complete"
        return f"it raised an error\n{format_error(error)}"

    @staticmethod
    def _take_error(task: asyncio.Task[None]) -> BaseException | None:
        return asyncio.CancelledError() if task.cancelled() else task.exception()
