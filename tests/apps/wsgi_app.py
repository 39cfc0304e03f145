"""A WSGI app of the standard library alone."""

import hashlib
import json
import os
import time


def app(environ, start_response):
    handler = ROUTES.get(environ["PATH_INFO"], not_found)
    return handler(environ, start_response)


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello from WSGI\n"]


def pid(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def show_environ(environ, start_response):
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(plain).encode()]


def upload(environ, start_response):
    digest, length = hashlib.sha256(), 0
    for chunk in iter(lambda: environ["wsgi.input"].read(65536), b""):
        digest.update(chunk)
        length += len(chunk)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"length": length, "sha256": digest.hexdigest()}).encode()]


def stream(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (part for part in (b"one\n", b"two\n", b"three\n"))


def blocks(environ, start_response):
    """As many blocks of 64 KiB as the query says."""
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return (bytes(65536) for _ in range(int(environ["QUERY_STRING"])))


def slow(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or "0.5"))
    return hello(environ, start_response)


def fail(environ, start_response):
    raise RuntimeError("failing on purpose")


def not_found(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"not found"]


ROUTES = {
    "/": hello,
    "/blocks": blocks,
    "/pid": pid,
    "/environ": show_environ,
    "/upload": upload,
    "/stream": stream,
    "/slow": slow,
    "/fail": fail,
}
