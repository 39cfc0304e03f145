"""ASGI (HTTP and lifespan) through a real app process."""

from __future__ import annotations

import hashlib
import importlib.util
import unittest
from typing import Any

from asgi_app import ASGI_APP
from fake_worker import (
    BODY,
    CREDIT,
    DISCONNECT,
    END,
    FAIL,
    FAILED,
    LOG,
    RESPONSE,
    FakeWorker,
    asgi_pairs,
    pack,
    pack_request,
)

PING = 6
WINDOW = 262_144


class AsgiTest(unittest.TestCase):
    loop = "asyncio"

    def setUp(self) -> None:
        self.worker = FakeWorker(ASGI_APP, loop=self.loop)
        self.worker.__enter__()
        self.addCleanup(self.worker.__exit__, None, None, None)
        self.assertEqual(self.worker.ready(), {"interface": "asgi", "threads": 1})
        self.next_id = 100

    def ask(self, path: str, body: bytes = b"", **fields: str) -> bytes:
        self.next_id += 1
        return self.worker.ask(asgi_pairs(path, **fields), body, self.next_id).body

    def send(self, request_id: int, path: str, body: bytes = b"", flags: int = END) -> None:
        self.worker.send(pack_request(request_id, asgi_pairs(path), body, flags))

    def test_start_and_one_body_are_one_frame(self) -> None:
        self.send(7, "/hello")
        frame = self.worker.expect(RESPONSE)
        self.assertEqual((frame.id, frame.status, frame.flags), (7, 200, END))
        self.assertEqual(frame.fields, ["", "content-type", "text/plain"])
        self.assertEqual(frame.body, b"hello")

    def test_the_scope_is_as_specified(self) -> None:
        pairs = asgi_pairs("/scope?a=%20", "POST", x_a="é", cookie="a=b")
        pairs["path"] = "/scope/\xc3\xa9"
        pairs["target_path"] = "/scope/%C3%A9"
        scope = eval(self.worker.ask(pairs).body)
        self.assertEqual(
            scope,
            {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.5"},
                "http_version": "1.1",
                "method": "POST",
                "scheme": "http",
                "path": "/scope/é",
                "raw_path": b"/scope/%C3%A9",
                "query_string": b"a=%20",
                "root_path": "",
                "headers": [(b"x-a", b"\xe9"), (b"cookie", b"a=b")],
                "client": ("127.0.0.1", 50000),
                "server": ("127.0.0.1", 8000),
                "state": {"greeting": "hi", "own": True},
                "extensions": {},
            },
        )

    def test_on_a_unix_socket_there_is_no_client(self) -> None:
        pairs = {**asgi_pairs("/scope"), "client": "", "server": "/run/app.sock"}
        scope = eval(self.worker.ask(pairs).body)
        self.assertEqual((scope["client"], scope["server"]), (None, ("/run/app.sock", None)))

    def test_each_request_has_its_own_context_and_task(self) -> None:
        for text in ("one", "two"):
            self.assertEqual(self.ask(f"/context?{text}"), f"unset {text}".encode())
        self.assertEqual(self.ask("/task"), b"1")

    def test_requests_run_beside_each_other(self) -> None:
        self.send(1, "/gate")
        self.assertEqual(self.ask("/open"), b"open")
        self.assertEqual(self.worker.response(1).body, b"through")

    def test_many_requests_in_one_batch_are_all_answered(self) -> None:
        self.worker.send(*(pack_request(each, asgi_pairs("/hello")) for each in range(1, 501)))
        answered = {self.worker.expect(RESPONSE).id for _ in range(500)}
        self.assertEqual(answered, set(range(1, 501)))

    def test_a_body_comes_in_parts_and_is_credited(self) -> None:
        self.assertEqual(self.ask("/echo", b"abc"), b"abc")
        data = bytes(range(256)) * 256
        self.send(1, "/echo", data, flags=0)
        credit = 0
        for _ in range(20):
            self.worker.send(pack(BODY, 1, data))
            while credit < WINDOW and credit + 131_072 < WINDOW:
                credit += self.worker.expect(CREDIT).a
            credit -= len(data)
        self.worker.send(pack(BODY, 1, b"end", flags=END))
        frame = self.worker.expect_any(CREDIT, RESPONSE)
        while frame.kind == CREDIT:
            frame = self.worker.expect_any(CREDIT, RESPONSE)
        parts = [frame.body]
        while not frame.flags & END:
            self.worker.send(pack(CREDIT, 1, a=len(frame.body)))
            frame = self.worker.expect(BODY)
            parts.append(frame.body)
        self.assertEqual(b"".join(parts), data * 21 + b"end")

    def test_no_credit_is_given_for_what_the_app_does_not_read(self) -> None:
        self.send(1, "/noread", b"x" * 1000, flags=0)
        for _ in range(4):
            self.worker.send(pack(BODY, 1, b"x" * 60_000))
        self.assertEqual(self.ask("/open"), b"open")  # and no credit frame before it
        self.assertEqual(self.worker.response(1).body, b"through")
        self.worker.send(pack(BODY, 1, b"late", flags=END))
        self.assertEqual(self.ask("/hello"), b"hello")

    def test_parts_are_sent_as_they_come(self) -> None:
        self.send(1, "/stream")
        head = self.worker.expect(RESPONSE)
        self.assertEqual((head.body, head.flags), (b"one", 0))
        self.assertEqual(self.worker.response_body(), b"two")

    def test_a_big_body_has_a_length_and_arrives_whole(self) -> None:
        response = self.worker.ask(asgi_pairs("/big"))
        self.assertIn(("Content-Length", "10240000"), response.fields)
        expected = hashlib.sha256(bytes(range(256)) * 40_000).digest()
        self.assertEqual(hashlib.sha256(response.body).digest(), expected)

    def test_at_most_a_window_is_under_way_without_credit(self) -> None:
        self.send(1, "/big")
        received = len(self.worker.expect(RESPONSE).body)
        while received < WINDOW:
            received += len(self.worker.expect(BODY).body)
        self.assertEqual(received, WINDOW)
        self.assertEqual(self.ask("/hello"), b"hello")  # not held up by the other
        self.worker.send(pack(CREDIT, 1, a=65_536))
        self.assertEqual(len(self.worker.expect(BODY).body), 65_536)

    def test_after_a_disconnect_receive_says_so_and_send_raises(self) -> None:
        self.send(1, "/wait")
        self.send(2, "/endless")
        self.worker.expect(RESPONSE)
        received = 1000
        while received + 1000 <= WINDOW:
            received += len(self.worker.expect(BODY).body)
        for request_id in (1, 2):
            self.worker.send(pack(DISCONNECT, request_id))
            self.assertEqual(self.worker.expect(FAIL).id, request_id)  # its last frame
        self.assertEqual(self.ask("/seen"), b"http.disconnect,left")

    def test_an_error_that_passes_on_a_disconnect_is_not_logged(self) -> None:
        self.send(1, "/wrapped")
        self.worker.expect(RESPONSE)
        self.worker.send(pack(DISCONNECT, 1))
        while self.worker.expect_any(BODY, FAIL).kind != FAIL:
            pass

    def test_after_the_grace_time_the_task_is_cancelled(self) -> None:
        self.send(1, "/stuck")
        self.assertEqual(self.ask("/hello"), b"hello")
        self.worker.send(pack(DISCONNECT, 1))
        self.assertEqual(self.worker.expect(FAIL).id, 1)
        self.assertEqual(self.ask("/seen"), b"cancelled")

    def test_what_an_app_does_after_its_response(self) -> None:
        self.send(1, "/after")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"done")
        self.assertIn("after the response", self.worker.expect(LOG).text)
        self.assertEqual(self.ask("/seen"), b"http.disconnect")

    def test_an_error_is_logged_and_the_request_fails(self) -> None:
        cases = [
            ("/raise", "ValueError: no luck"),
            ("/exit", "SystemExit: 1"),
            ("/forgot", "the app returned before its response was complete"),
            ("/bodyfirst", "http.response.body came before http.response.start"),
            ("/twice", "http.response.start came twice"),
            ("/badtype", "there is no message of type 'http.response.cheese' for send()"),
            ("/badstatus", "must be an int from 200 to 999, not '200'"),
            ("/badfield", "both bytes, but one is ('a', 'b')"),
            ("/badbody", "must be bytes, not str"),
        ]
        for path, message in cases:
            with self.subTest(path=path):
                self.send(5, path)
                log = self.worker.expect(LOG)
                self.assertEqual((log.id, log.status), (5, 3))
                self.assertTrue(log.text.startswith(f"Error handling GET {path}\n"))
                self.assertIn(message, log.text)
                self.assertNotIn("monoceros_host/", log.text)
                self.assertEqual(self.worker.expect(FAIL).id, 5)
        self.send(6, "/half")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"half")
        self.assertIn("in the middle", self.worker.expect(LOG).text)
        self.worker.expect(FAIL)

    def test_a_ping_is_answered(self) -> None:
        self.worker.send(pack(PING, 0))
        self.assertEqual(self.worker.expect(PING).id, 0)

    def test_stop_finishes_what_was_begun_and_ends_the_lifespan(self) -> None:
        self.send(1, "/gate")
        self.assertEqual(self.ask("/hello"), b"hello")
        self.worker.command(b"s")
        self.assertEqual(self.ask("/open"), b"open")
        self.assertEqual(self.worker.response(1).body, b"through")
        self.assertEqual(self.worker.wait(), 0)
        self.assertEqual(self.worker.stdout, "shutdown\n")


@unittest.skipUnless(importlib.util.find_spec("uvloop"), "uvloop is not installed")
class UvloopTest(AsgiTest):
    loop = "uvloop"


class RootPathTest(unittest.TestCase):
    def test_path_has_the_root_path(self) -> None:
        source = """
            async def app(scope, receive, send):
                text = f"{scope['root_path']}|{scope['path']}|{scope['raw_path'].decode()}"
                await send({"type": "http.response.start", "status": 200})
                await send({"type": "http.response.body", "body": text.encode()})
        """
        cases = {
            "/api": "/api|/api|/api",
            "/api/x": "/api|/api/x|/api/x",
            "/x": "/api|/api/x|/api/x",
            "/apix": "/api|/api/apix|/api/apix",
        }
        with FakeWorker(source, rootPath="/api/", lifespan="off") as worker:
            worker.ready()
            for path, expected in cases.items():
                self.assertEqual(worker.ask(asgi_pairs(path)).body.decode(), expected)


LIFESPAN = """
    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            await send({{"type": "http.response.start", "status": 200}})
            await send({{"type": "http.response.body", "body": repr(scope["state"]).encode()}})
            return
        message = await receive()
        assert message == {{"type": "lifespan.startup"}}
        {then}
"""


class LifespanTest(unittest.TestCase):
    def start(self, then: str, mode: str) -> FakeWorker:
        return FakeWorker(LIFESPAN.format(then=then), lifespan=mode)

    def test_a_failed_start_is_a_failed_boot(self) -> None:
        failed = 'await send({"type": "lifespan.startup.failed", "message": "no database"})'
        cases: list[Any] = [
            (failed, "auto", "no database"),
            (failed, "on", "no database"),
            ("1 / 0", "on", "ZeroDivisionError"),
            ("return", "on", "it returned without lifespan.startup.complete"),
        ]
        for then, mode, message in cases:
            with self.subTest(then=then, mode=mode), self.start(then, mode) as worker:
                frame = worker.expect(FAILED)
                self.assertEqual(frame.status, 3)
                self.assertIn(message, frame.text)
                self.assertEqual(worker.wait(), 3)
                self.assertEqual(worker.stderr, "")

    def test_auto_takes_an_error_for_no_lifespan(self) -> None:
        for then in ("1 / 0", "return"):
            with self.subTest(then=then), self.start(then, "auto") as worker:
                worker.ready()
                self.assertIn("The app has no lifespan", worker.expect(LOG).text)
                self.assertEqual(worker.ask(asgi_pairs()).body, b"{}")

    def test_off_does_not_ask(self) -> None:
        with self.start("1 / 0", "off") as worker:
            worker.ready()
            self.assertEqual(worker.ask(asgi_pairs()).body, b"{}")

    def test_a_failed_shutdown_is_logged(self) -> None:
        then = (
            'await send({"type": "lifespan.startup.complete"}); await receive(); '
            'await send({"type": "lifespan.shutdown.failed", "message": "still open"})'
        )
        with self.start(then, "auto") as worker:
            worker.ready()
            worker.command(b"s")
            self.assertIn("still open", worker.expect(LOG).text)
            self.assertEqual(worker.wait(), 0)

    def test_a_loop_that_is_not_there_is_said(self) -> None:
        if importlib.util.find_spec("uvloop"):
            self.skipTest("uvloop is installed")
        with FakeWorker("async def app(scope, receive, send): ...", loop="uvloop") as worker:
            self.assertIn("uvloop: it is not installed", worker.expect(FAILED).text)
            self.assertEqual(worker.wait(), 3)


if __name__ == "__main__":
    unittest.main()
