"""The WSGI app that test_wsgi.py asks, as source: it runs in the app process."""

# One app with a route for each behavior; the path's first part is the name of the function.
WSGI_APP = """
    import hashlib, io, json, sys, threading, time

    gate = threading.Event()
    seen = []

    def app(environ, start_response):
        return globals()["do_" + environ["PATH_INFO"].split("/")[1]](environ, start_response)

    def ok(start_response, *fields):
        return start_response("200 OK", [("Content-Type", "text/plain"), *fields])

    def do_hello(environ, start_response):
        ok(start_response, ("Content-Length", "5"))
        return [b"hello"]

    def do_environ(environ, start_response):
        ok(start_response)
        plain = {k: v for k, v in environ.items() if isinstance(v, (str, bool, tuple))}
        return [json.dumps(plain).encode()]

    def do_echo(environ, start_response):
        ok(start_response)
        head = f"{environ.get('CONTENT_LENGTH')} {environ.get('HTTP_TRANSFER_ENCODING')} "
        return [head.encode() + environ["wsgi.input"].read()]

    def do_lines(environ, start_response):
        ok(start_response)
        first = environ["wsgi.input"].readline()
        return [first, b"".join(environ["wsgi.input"])]

    class Steps:
        def __init__(self, *blocks):
            self.blocks = iter(blocks)
        def __iter__(self):
            return self
        def __next__(self):
            return next(self.blocks)
        def close(self):
            seen.append("closed")

    def do_seen(environ, start_response):
        ok(start_response)
        text, seen[:] = ",".join(seen), []
        return [text.encode()]

    def do_steps(environ, start_response):
        ok(start_response)
        return Steps(b"", b"one", b"", b"two")

    def do_exact(environ, start_response):
        ok(start_response, ("Content-Length", "3"))
        return Steps(b"one")

    def do_exact_and_more(environ, start_response):
        ok(start_response, ("Content-Length", "3"))
        yield b"one"
        time.sleep(60)

    def do_longer(environ, start_response):
        ok(start_response, ("Content-Length", "3"))
        return Steps(b"one", b"two")

    def do_nothing(environ, start_response):
        start_response("204 No Content", [])
        return Steps()

    def do_late(environ, start_response):
        ok(start_response)
        yield b"late"

    def do_write(environ, start_response):
        write = ok(start_response)
        write(b"one")
        write(b"two")
        return [b"three"]

    def do_file(environ, start_response):
        ok(start_response)
        return environ["wsgi.file_wrapper"](io.BytesIO(b"f" * 200_000))

    def do_big(environ, start_response):
        ok(start_response)
        return [bytes(range(256)) * 40_000]

    def do_endless(environ, start_response):
        ok(start_response)
        try:
            while True:
                yield b"x" * 1000
        finally:
            seen.append("left")

    def do_gate(environ, start_response):
        gate.wait()
        gate.clear()
        ok(start_response)
        return [b"through"]

    def do_open(environ, start_response):
        gate.set()
        ok(start_response)
        return [b"open"]

    def do_stream(environ, start_response):
        ok(start_response)
        yield b"first"
        gate.wait()
        gate.clear()
        yield b"second"

    def do_raise(environ, start_response):
        raise ValueError("no luck")

    def do_exit(environ, start_response):
        sys.exit(1)

    def do_break(environ, start_response):
        ok(start_response)
        yield b"half"
        raise ValueError("in the middle")

    def do_handled(environ, start_response):
        ok(start_response)
        try:
            1 / 0
        except ZeroDivisionError:
            start_response("500 Oops", [("X-Error", "handled")], sys.exc_info())
        return [b"page"]

    def do_toolate(environ, start_response):
        ok(start_response)
        yield b"half"
        try:
            1 / 0
        except ZeroDivisionError:
            start_response("500 Oops", [], sys.exc_info())
        yield b"page"

    def do_twice(environ, start_response):
        ok(start_response)
        ok(start_response)
        return []

    def do_forgot(environ, start_response):
        return [b"hello"]

    def do_none(environ, start_response):
        ok(start_response)

    async def do_coroutine(environ, start_response):
        pass

    def do_str(environ, start_response):
        ok(start_response)
        return ["text"]

    def do_stryield(environ, start_response):
        ok(start_response)
        yield "text"

    def do_badfield(environ, start_response):
        ok(start_response, ("X-A", "a\\0b"))
        return []
"""
