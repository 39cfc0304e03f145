"""The smallest ASGI app: every request is answered with one line of text."""

from typing import Any, Awaitable, Callable

BODY = b"Hello, World!"
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"13")],
}
END = {"type": "http.response.body", "body": BODY}


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        # Servers take an exception as "this app has no lifespan" and go on.
        raise NotImplementedError(scope["type"])
    await send(START)
    await send(END)
