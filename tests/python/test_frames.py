"""Tables for the parts of the host that need no process."""

from __future__ import annotations

import functools
import unittest
from typing import Any

from fake_worker import import_host, pack

frames = import_host("frames")
loading = import_host("loading")
fields = import_host("fields")
report = import_host("report")


class FrameReaderTest(unittest.TestCase):
    def test_frames_are_the_same_wherever_the_stream_is_cut(self) -> None:
        sent = [(2, 1, b"names"), (3, 2, b""), (3, 9, b"x" * 50)]
        stream = b"".join(pack(kind, request_id, payload) for kind, request_id, payload in sent)
        for cut in range(len(stream)):
            for second in (cut, min(cut + 1, len(stream)), len(stream)):
                self.assertEqual(self.read(stream[:cut], stream[cut:second], stream[second:]), sent)
        self.assertEqual(self.read(*(stream[at : at + 1] for at in range(len(stream)))), sent)

    def read(self, *pieces: bytes) -> list[tuple[int, int, bytes]]:
        seen: list[tuple[int, int, bytes]] = []

        def handle(kind: int, request_id: int, _f: int, _a: int, _b: int, *place: Any) -> None:
            data, begin, end = place
            seen.append((kind, request_id, data[begin:end]))

        kinds = {kind: functools.partial(handle, kind) for kind in (2, 3)}
        reader = frames.FrameReader(kinds)
        for piece in pieces:
            if piece:
                reader.feed(piece)
        return seen


def wsgi(environ: Any, start_response: Any) -> Any: ...
def wsgi_with_default(environ: Any, start_response: Any, more: Any = None) -> Any: ...
async def asgi(scope: Any, receive: Any, send: Any) -> None: ...
def asgi_plain(scope: Any, receive: Any, send: Any) -> Any: ...
def asgi_2(scope: Any) -> Any: ...
def anything(*args: Any) -> Any: ...
def nothing() -> Any: ...


class WsgiObject:
    def __call__(self, environ: Any, start_response: Any) -> Any: ...


class WsgiClass:
    def __init__(self, environ: Any, start_response: Any) -> None: ...
    def __iter__(self) -> Any: ...


class AsgiObject:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Holder:
    async def handle(self, scope: Any, receive: Any, send: Any) -> None: ...


async def asgi_with_settings(settings: Any, scope: Any, receive: Any, send: Any) -> None: ...


@functools.wraps(asgi)
def decorated(*args: Any) -> Any: ...


class FindInterfaceTest(unittest.TestCase):
    def test_the_interface_is_told_by_the_callable(self) -> None:
        cases = [
            (wsgi, "wsgi"),
            (wsgi_with_default, "wsgi"),
            (WsgiObject(), "wsgi"),
            (WsgiClass, "wsgi"),
            (functools.partial(wsgi), "wsgi"),
            (lambda environ, start_response: [], "wsgi"),
            (anything, "wsgi"),
            (asgi, "asgi"),
            (asgi_plain, "asgi"),
            (AsgiObject(), "asgi"),
            (Holder().handle, "asgi"),
            (functools.partial(asgi), "asgi"),
            (functools.partial(asgi_with_settings, {}), "asgi"),
            (functools.partial(AsgiObject()), "asgi"),
            (decorated, "asgi"),
        ]
        for app, interface in cases:
            with self.subTest(app=app):
                self.assertEqual(loading.find_interface(app, "main:app"), interface)

    def test_what_is_neither_is_refused_with_advice(self) -> None:
        for app, advice in [(asgi_2, "guarantee_single_callable"), (nothing, "--interface")]:
            with self.subTest(app=app), self.assertRaisesRegex(loading.AppLoadError, advice):
                loading.find_interface(app, "main:app")


class FieldsTest(unittest.TestCase):
    def test_a_status_is_split(self) -> None:
        cases = {
            "200 OK": (200, "OK"),
            "404 Not Found": (404, "Not Found"),
            "299 ": (299, ""),
            "204": (204, ""),
        }
        for text, expected in cases.items():
            self.assertEqual(fields.read_status(text), expected)

    def test_a_wrong_status_is_refused(self) -> None:
        texts = ["", "OK", "20 OK", "2000 OK", "²00 OK", "100 Continue", "200 \u20ac"]
        for wrong in [*texts, 200, b"200 OK", ["200"]]:
            with self.subTest(status=wrong):
                with self.assertRaisesRegex(report.ProtocolError, "PEP 3333"):
                    fields.read_status(wrong)

    def test_fields_are_joined_and_the_length_is_seen(self) -> None:
        headers = [("X-A", "é"), ("content-length", "5")]
        block = b"OK\0X-A\0\xe9\0content-length\x005"
        self.assertEqual(fields.encode_wsgi("OK", headers), (block, 5))
        pairs = ((b"a", b"b"), [b"Content-Length", b"7"])
        self.assertEqual(fields.encode_asgi(pairs), (b"\0a\0b\0Content-Length\x007", 7))
        self.assertEqual(fields.encode_wsgi("", []), (b"", -1))

    def test_wrong_wsgi_fields_are_named(self) -> None:
        cases = [
            ([("A", 1)], "must be str, but one is ('A', 1)"),
            ([(b"A", "b")], "must be str"),
            ([("A",)], "must be a tuple"),
            ([("A", "b\0c")], "a character"),
            ([("A", "b\0c\0d")], "a character"),
            ([("A", "\u20ac")], "a character"),
            ([("Content-Length", "many")], "not a number"),
            (None, "must be a list"),
        ]
        for headers, message in cases:
            with self.subTest(headers=headers):
                with self.assertRaises(report.ProtocolError) as caught:
                    fields.encode_wsgi("OK", headers)
                self.assertIn(message, str(caught.exception))

    def test_wrong_asgi_fields_are_named(self) -> None:
        for headers in [[("a", "b")], [(b"a", 1)], [(b"a",)], [(b"a", b"b\0c")], 5, None]:
            with self.subTest(headers=headers):
                with self.assertRaisesRegex(report.ProtocolError, "both bytes"):
                    fields.encode_asgi(headers)


if __name__ == "__main__":
    unittest.main()
