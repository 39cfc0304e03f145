"""The ASGI app that test_asgi.py asks, as source: it runs in the app process."""

# One app with a route for each behavior; the path's first part is the name of the function.
ASGI_APP = """
    import asyncio, contextvars

    gate = None
    seen = []
    current = contextvars.ContextVar("current", default="unset")

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["greeting"] = "hi"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            seen.append("shutdown")
            print(",".join(seen), flush=True)
            await send({"type": "lifespan.shutdown.complete"})
            return
        await globals()["do_" + scope["path"].split("/")[1]](scope, receive, send)

    async def start(send, *headers, status=200):
        fields = [(b"content-type", b"text/plain"), *headers]
        await send({"type": "http.response.start", "status": status, "headers": fields})

    async def body(send, data, more=False):
        await send({"type": "http.response.body", "body": data, "more_body": more})

    async def do_hello(scope, receive, send):
        await start(send)
        await body(send, b"hello")

    async def do_scope(scope, receive, send):
        await start(send)
        scope["state"]["own"] = True
        await body(send, repr(scope).encode())

    async def do_echo(scope, receive, send):
        data, more, count = b"", True, 0
        while more:
            message = await receive()
            assert message["type"] == "http.request", message
            data += message["body"]
            more = message["more_body"]
        await start(send)
        await body(send, data)

    async def do_noread(scope, receive, send):
        await do_gate(scope, receive, send)

    async def do_context(scope, receive, send):
        before = current.get()
        current.set(scope["query_string"].decode())
        await asyncio.sleep(0)
        await start(send)
        await body(send, f"{before} {current.get()}".encode())

    async def do_task(scope, receive, send):
        tasks = {asyncio.current_task()}
        await asyncio.wait_for(asyncio.sleep(0), 1)
        tasks.add(asyncio.current_task())
        await start(send)
        await body(send, str(len(tasks - {None})).encode())

    async def do_gate(scope, receive, send):
        global gate
        gate = asyncio.Event()
        await gate.wait()
        await start(send)
        await body(send, b"through")

    async def do_open(scope, receive, send):
        gate.set()
        await start(send)
        await body(send, b"open")

    async def do_stream(scope, receive, send):
        await start(send)
        await body(send, b"one", True)
        await asyncio.sleep(0)
        await body(send, b"", True)
        await body(send, b"two")

    async def do_big(scope, receive, send):
        await start(send)
        await body(send, bytes(range(256)) * 40_000)

    async def do_endless(scope, receive, send):
        await start(send)
        try:
            while True:
                await body(send, b"x" * 1000, True)
        finally:
            seen.append("left")

    async def do_wrapped(scope, receive, send):
        await start(send)
        try:
            while True:
                await body(send, b"x" * 1000, True)
        except OSError:
            raise RuntimeError("the framework says it in its own words")

    async def do_wait(scope, receive, send):
        await receive()
        seen.append((await receive())["type"])

    async def do_stuck(scope, receive, send):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def do_after(scope, receive, send):
        await start(send)
        await body(send, b"done")
        await body(send, b"ignored")
        seen.append((await receive())["type"])
        raise ValueError("after the response")

    async def do_seen(scope, receive, send):
        await start(send)
        text, seen[:] = ",".join(seen), []
        await body(send, text.encode())

    async def do_raise(scope, receive, send):
        raise ValueError("no luck")

    async def do_half(scope, receive, send):
        await start(send)
        await body(send, b"half", True)
        raise ValueError("in the middle")

    async def do_forgot(scope, receive, send):
        await start(send)

    async def do_bodyfirst(scope, receive, send):
        await body(send, b"x")

    async def do_twice(scope, receive, send):
        await start(send)
        await start(send)

    async def do_badtype(scope, receive, send):
        await send({"type": "http.response.cheese"})

    async def do_badstatus(scope, receive, send):
        await start(send, status="200")

    async def do_badfield(scope, receive, send):
        await start(send, ("a", "b"))

    async def do_badbody(scope, receive, send):
        await start(send)
        await body(send, "text")

    async def do_exit(scope, receive, send):
        raise SystemExit(1)
"""
