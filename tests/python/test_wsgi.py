"""WSGI (PEP 3333) through a real app process."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import unittest
from pathlib import Path

from fake_worker import (
    BODY,
    BODY_IN_FILE,
    CREDIT,
    DISCONNECT,
    END,
    FAIL,
    LOG,
    RESPONSE,
    RETURNED,
    FakeWorker,
    pack,
    pack_request,
    wsgi_pairs,
)
from wsgi_app import WSGI_APP

WINDOW = 262_144


class WsgiTest(unittest.TestCase):
    threads = 1

    def setUp(self) -> None:
        self.worker = self.enterContext_(FakeWorker(WSGI_APP, threads=self.threads))
        self.worker.ready()

    def enterContext_(self, worker: FakeWorker) -> FakeWorker:
        # unittest has enterContext only since Python 3.11.
        worker.__enter__()
        self.addCleanup(worker.__exit__, None, None, None)
        return worker

    def ask(self, path: str, body: bytes = b"", **fields: str) -> bytes:
        return self.worker.ask(wsgi_pairs(path, **fields), body).body

    def send(self, request_id: int, path: str) -> None:
        self.worker.send(pack_request(request_id, wsgi_pairs(path)))

    def test_a_list_of_one_block_is_one_frame(self) -> None:
        self.send(7, "/hello")
        frame = self.worker.expect(RESPONSE)
        self.assertEqual((frame.id, frame.status, frame.flags), (7, 200, END))
        self.assertEqual(frame.fields, ["OK", "Content-Type", "text/plain", "Content-Length", "5"])
        self.assertEqual(frame.body, b"hello")

    def test_the_environ_has_what_pep_3333_asks_for(self) -> None:
        text = self.ask("/environ?a=1", HTTP_X_A="é")
        for part in (
            b'"REQUEST_METHOD": "GET"',
            b'"PATH_INFO": "/environ"',
            b'"QUERY_STRING": "a=1"',
            b'"HTTP_X_A": "\\u00e9"',
            b'"wsgi.version": [1, 0]',
            b'"wsgi.url_scheme": "http"',
            b'"wsgi.multiprocess": true',
            b'"wsgi.multithread": %s' % (b"true" if self.threads > 1 else b"false"),
            b'"wsgi.run_once": false',
            b'"wsgi.input_terminated": true',
            b'"SERVER_SOFTWARE": "monoceros/test"',
        ):
            self.assertIn(part, text)

    def test_a_body_can_be_read(self) -> None:
        self.assertEqual(self.ask("/echo", b"abc", CONTENT_LENGTH="3"), b"3 None abc")
        self.assertEqual(self.ask("/echo"), b"None None ")
        self.assertEqual(self.ask("/lines", b"one\ntwo\nthree"), b"one\ntwo\nthree")
        big = bytes(range(256)) * 4096
        self.assertEqual(self.ask("/echo", big)[len("1048576 None ") :], big)

    def test_a_body_that_was_chunked_has_a_length(self) -> None:
        self.assertEqual(self.ask("/echo", b"abc", HTTP_TRANSFER_ENCODING="chunked"), b"3 None abc")

    def test_a_body_can_be_a_file(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"from a file")
            file.flush()
            pairs = wsgi_pairs("/echo")
            request = pack_request(1, pairs, file.name.encode(), flags=END | BODY_IN_FILE)
            self.worker.send(request)
            self.assertEqual(self.worker.response().body, b"11 None from a file")

    def test_blocks_are_sent_as_they_are_made_and_the_iterable_is_closed(self) -> None:
        self.send(1, "/steps")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"one")
        self.assertEqual(self.worker.expect(BODY).body, b"two")
        self.assertEqual(self.worker.expect(BODY).flags, END)
        self.assertEqual(self.ask("/seen"), b"closed")

    def test_the_content_length_ends_a_response(self) -> None:
        self.send(1, "/exact")
        frame = self.worker.expect(RESPONSE)
        self.assertEqual((frame.flags, frame.body), (END, b"one"))
        while self.ask("/seen") != b"closed":
            pass  # with several threads, close() may come after the next request
        self.send(1, "/longer")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"one")
        self.assertIn("longer than its Content-Length", self.worker.expect(LOG).text)
        self.assertEqual(self.ask("/seen"), b"closed")

    def test_a_complete_response_does_not_wait_for_the_iterable(self) -> None:
        self.send(1, "/exact_and_more")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"one")
        self.worker.process.kill()  # else it would sleep for a minute

    def test_a_body_file_that_is_gone_with_its_client_is_no_error(self) -> None:
        request = pack_request(1, wsgi_pairs("/echo"), b"/nonexistent", END | BODY_IN_FILE)
        self.worker.send(request, pack(DISCONNECT, 1))
        self.worker.expect(FAIL)
        self.worker.send(request)
        self.assertIn("FileNotFoundError", self.worker.expect(LOG).text)

    def test_an_empty_iterable_and_a_late_start_response(self) -> None:
        self.assertEqual(self.worker.ask(wsgi_pairs("/nothing")).status, 204)
        self.assertEqual(self.ask("/late"), b"late")

    def test_write_sends_before_the_iterable(self) -> None:
        self.send(1, "/write")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"one")
        self.assertEqual(self.worker.expect(BODY).body, b"two")
        self.assertEqual(self.worker.expect(BODY).body, b"three")
        self.assertEqual(self.worker.expect(BODY).flags, END)

    def test_the_file_wrapper_sends_large_blocks(self) -> None:
        self.send(1, "/file")
        sizes = [len(self.worker.expect(RESPONSE).body)]
        sizes += [len(self.worker.expect(BODY).body) for _ in range(4)]
        self.assertEqual(sizes, [65_536, 65_536, 65_536, 200_000 - 3 * 65_536, 0])

    def test_a_big_body_has_a_length_and_arrives_whole(self) -> None:
        response = self.worker.ask(wsgi_pairs("/big"))
        self.assertIn(("Content-Length", "10240000"), response.fields)
        self.assertEqual(
            hashlib.sha256(response.body).digest(),
            hashlib.sha256(bytes(range(256)) * 40_000).digest(),
        )

    def test_at_most_a_window_is_under_way_without_credit(self) -> None:
        self.send(1, "/big")
        received = len(self.worker.expect(RESPONSE).body)
        while received < WINDOW:
            received += len(self.worker.expect(BODY).body)
        self.assertEqual(received, WINDOW)
        self.worker.data.settimeout(0.05)  # nothing may come; there is no event for that
        with self.assertRaises(socket.timeout):
            self.worker.receive()
        self.worker.data.settimeout(20)
        self.worker.send(pack(CREDIT, 1, a=65_536))
        self.assertEqual(len(self.worker.expect(BODY).body), 65_536)

    def test_a_disconnect_ends_a_stream_that_waits_for_credit(self) -> None:
        self.send(1, "/endless")
        received = len(self.worker.expect(RESPONSE).body)
        while received + 1000 <= WINDOW:
            received += len(self.worker.expect(BODY).body)
        self.worker.send(pack(DISCONNECT, 1))
        self.assertEqual(self.worker.expect(FAIL).id, 1)  # the last frame of the request
        self.assertEqual(self.ask("/seen"), b"left")

    def test_a_disconnect_ends_a_stream_that_goes_on(self) -> None:
        self.send(1, "/endless")
        self.worker.expect(RESPONSE)
        self.worker.send(pack(DISCONNECT, 1), pack(CREDIT, 1, a=1 << 30))
        while self.worker.expect_any(BODY, FAIL).kind != FAIL:
            pass
        self.assertEqual(self.ask("/seen"), b"left")

    def test_a_request_that_was_given_up_before_it_began_is_not_run(self) -> None:
        self.worker.send(pack_request(1, wsgi_pairs("/raise")) + pack(DISCONNECT, 1))
        if self.threads == 1:
            self.assertEqual(self.worker.expect(FAIL).id, 1)

    def test_an_error_is_logged_and_the_request_fails(self) -> None:
        cases = [
            ("/raise?secret=1", "ValueError: no luck"),
            ("/exit", "SystemExit: 1"),
            ("/twice", "PEP 3333: start_response() called again without exc_info"),
            ("/forgot", "PEP 3333: the app returned without calling start_response()"),
            ("/none", "PEP 3333: the app must return an iterable of bytes, not NoneType"),
            ("/coroutine", "The app returned a coroutine, so it is an ASGI app"),
            ("/str", "PEP 3333: the body's blocks must be bytes, not str"),
            ("/stryield", "PEP 3333: the body's blocks must be bytes, not str"),
            ("/badfield", "PEP 3333: header ('X-A', 'a\\x00b') has a character"),
        ]
        for path, message in cases:
            with self.subTest(path=path):
                self.send(5, path)
                log = self.worker.expect(LOG)
                self.assertEqual((log.id, log.status), (5, 3))
                self.assertTrue(log.text.startswith(f"Error handling GET {path.split('?')[0]}\n"))
                self.assertIn(message, log.text)
                self.assertNotIn("secret", log.text)
                self.assertNotIn("monoceros_host/", log.text)
                self.assertEqual(self.worker.expect(FAIL).id, 5)
                self.assertEqual(self.ask("/hello"), b"hello")

    def test_an_error_in_the_middle_fails_after_what_was_sent(self) -> None:
        for path, message in [("/break", "in the middle"), ("/toolate", "ZeroDivisionError")]:
            self.send(1, path)
            self.assertEqual(self.worker.expect(RESPONSE).body, b"half")
            self.assertIn(message, self.worker.expect(LOG).text)
            self.worker.expect(FAIL)

    def test_exc_info_replaces_the_response_before_it_is_sent(self) -> None:
        response = self.worker.ask(wsgi_pairs("/handled"))
        self.assertEqual((response.status, response.reason), (500, "Oops"))
        self.assertEqual((response.fields, response.body), ([("X-Error", "handled")], b"page"))

    def test_many_requests_in_one_batch_are_all_answered(self) -> None:
        self.worker.send(*(pack_request(each, wsgi_pairs("/hello")) for each in range(1, 501)))
        answered = {self.worker.expect(RESPONSE).id for _ in range(500)}
        self.assertEqual(answered, set(range(1, 501)))

    def test_each_request_is_answered_or_handed_back_exactly_once(self) -> None:
        ends: list[int] = []
        for start in range(1, 3001, 100):
            ids = range(start, start + 100)
            self.worker.send(*(pack_request(each, wsgi_pairs("/hello")) for each in ids))
            self.worker.command(b"r")
            ends += (self.worker.expect_any(RESPONSE, RETURNED).id for _ in ids)
        self.assertEqual(sorted(ends), list(range(1, 3001)))

    def test_stop_finishes_what_was_begun(self) -> None:
        self.send(1, "/stream")
        self.assertEqual(self.worker.expect(RESPONSE).body, b"first")
        self.worker.command(b"s")
        self.worker.send(pack(DISCONNECT, 99))  # not known, so ignored
        if self.threads > 1:
            self.assertEqual(self.worker.ask(wsgi_pairs("/open"), request_id=2).body, b"open")
            self.assertEqual(self.worker.expect(BODY).body, b"second")
            self.assertEqual(self.worker.expect(BODY).flags, END)
            self.assertEqual(self.worker.wait(), 0)


class ThreadedWsgiTest(WsgiTest):
    """The same with several threads, and what only threads can do."""

    threads = 3

    def test_requests_run_beside_each_other(self) -> None:
        self.send(1, "/gate")
        self.assertEqual(self.worker.ask(wsgi_pairs("/open"), request_id=2).body, b"open")
        self.assertEqual(self.worker.response(1).body, b"through")

    def test_what_is_not_begun_is_handed_back_once(self) -> None:
        for request_id in range(1, 9):
            self.send(request_id, "/gate")
        self.worker.command(b"r")
        returned = {self.worker.expect(RETURNED).id for _ in range(5)}
        self.assertEqual(len(returned), 5)
        begun = set(range(1, 9)) - returned
        self.worker.send(pack(DISCONNECT, min(begun)))  # begun: it goes on


class GiveBackTest(unittest.TestCase):
    SOURCE = """
        import threading
        gate = threading.Event()
        def app(environ, start_response):
            start_response("200 OK", [])
            if environ["PATH_INFO"] == "/slow":
                environ["wsgi.errors"].write("begun\\n")
                environ["wsgi.errors"].flush()
                open(environ["QUERY_STRING"]).read()
            return [environ["PATH_INFO"].encode()]
    """

    def test_what_is_not_begun_is_handed_back_and_ready_answers_are_sent(self) -> None:
        with FakeWorker(self.SOURCE) as worker:
            worker.ready()
            fifo = worker.folder / "fifo"
            os.mkfifo(fifo)
            slow = pack_request(2, wsgi_pairs(f"/slow?{fifo}"))
            quick = [pack_request(each, wsgi_pairs("/quick")) for each in (1, 3, 4)]
            worker.send(quick[0], slow, quick[1])
            while "begun" not in worker.stderr:
                self.assertIsNone(worker.process.poll())
            worker.send(quick[2])  # waits in the socket: the main thread is busy
            worker.command(b"r")
            self.assertEqual(worker.expect(RESPONSE).id, 1)
            self.assertEqual([worker.expect(RETURNED).id for _ in range(2)], [4, 3])
            Path(fifo).write_text("")
            self.assertEqual(worker.expect(RESPONSE).id, 2)
            # A request that was handed back is forgotten: its number may come again.
            worker.send(quick[1])
            self.assertEqual(worker.expect(RESPONSE).id, 3)
            worker.command(b"s")
            self.assertEqual(worker.wait(), 0)


class RootPathTest(unittest.TestCase):
    def test_the_root_path_moves_to_script_name(self) -> None:
        source = """
            def app(environ, start_response):
                start_response("200 OK", [])
                return [f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()]
        """
        cases = {"/api": "/api|", "/api/x": "/api|/x", "/apix": "/api|/apix", "/x": "/api|/x"}
        with FakeWorker(source, rootPath="/api/") as worker:
            worker.ready()
            for path, expected in cases.items():
                self.assertEqual(worker.ask(wsgi_pairs(path)).body.decode(), expected)

    def test_a_root_path_that_is_not_ascii_is_bytes_as_latin_1(self) -> None:
        source = """
            def app(environ, start_response):
                start_response("200 OK", [])
                return [f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode("latin-1")]
        """
        with FakeWorker(source, rootPath="/é") as worker:
            worker.ready()
            pairs = wsgi_pairs("/é/x".encode().decode("latin-1"))
            self.assertEqual(worker.ask(pairs).body.decode(), "/é|/x")


class ValidatorTest(unittest.TestCase):
    def test_the_validator_of_the_standard_library_finds_nothing(self) -> None:
        source = """
            from wsgiref.validate import validator
            def plain(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"valid ", environ["wsgi.input"].read(3), environ["wsgi.input"].readline(9)]
            app = validator(plain)
        """
        with FakeWorker(source) as worker:
            worker.ready()
            pairs = wsgi_pairs("/a%20b?x=1", "POST", CONTENT_LENGTH="5", CONTENT_TYPE="text/plain")
            pairs.update(SERVER_SOFTWARE="x", HTTP_COOKIE="a=b")
            self.assertEqual(worker.ask(pairs, b"abcde").body, b"valid abcde")
            self.assertEqual(worker.stderr, "")


if __name__ == "__main__":
    unittest.main()
