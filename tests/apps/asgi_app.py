"""An ASGI app of the standard library alone."""

import asyncio
import hashlib
import json
import os

state = {"started": False}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] != "http":
        return
    await ROUTES.get(scope["path"], not_found)(scope, receive, send)


async def lifespan(receive, send):
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            state["started"] = True
            await send({"type": "lifespan.startup.complete"})
        else:
            print("lifespan is over", flush=True)
            await send({"type": "lifespan.shutdown.complete"})
            return


async def respond(send, body, status=200, content_type=b"text/plain"):
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def hello(scope, receive, send):
    await respond(send, b"Hello from ASGI\n")


async def pid(scope, receive, send):
    await respond(send, str(os.getpid()).encode())


async def show_scope(scope, receive, send):
    plain = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
        "started": state["started"],
    }
    await respond(send, json.dumps(plain).encode(), content_type=b"application/json")


async def upload(scope, receive, send):
    digest, length, more = hashlib.sha256(), 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        digest.update(chunk)
        length += len(chunk)
        more = message.get("more_body", False)
    result = {"length": length, "sha256": digest.hexdigest()}
    await respond(send, json.dumps(result).encode(), content_type=b"application/json")


async def stream(scope, receive, send):
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for part in (b"one\n", b"two\n", b"three\n"):
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0.005)
    await send({"type": "http.response.body", "body": b""})


async def slow(scope, receive, send):
    await asyncio.sleep(float(scope["query_string"] or b"0.5"))
    await hello(scope, receive, send)


async def fail(scope, receive, send):
    raise RuntimeError("failing on purpose")


async def not_found(scope, receive, send):
    await respond(send, b"not found", status=404)


ROUTES = {
    "/": hello,
    "/pid": pid,
    "/scope": show_scope,
    "/upload": upload,
    "/stream": stream,
    "/slow": slow,
    "/fail": fail,
}
