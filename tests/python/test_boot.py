"""Starting, failing to start, stopping and dying."""

from __future__ import annotations

import signal
import unittest

from fake_worker import FAILED, FakeWorker, asgi_pairs, pack_request, wsgi_pairs

WSGI = """
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    application = app
"""
ASGI = """
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"hello"})
"""


class BootTest(unittest.TestCase):
    def test_the_interface_is_found_out(self) -> None:
        for source, expected in [(WSGI, "wsgi"), (ASGI, "asgi")]:
            with FakeWorker(source, lifespan="off") as worker:
                self.assertEqual(worker.ready(), {"interface": expected, "threads": 1})

    def test_an_app_is_named_in_many_ways(self) -> None:
        source = (
            WSGI
            + """
    class Holder:
        inner = staticmethod(app)

    def make_app(*args, **keywords):
        assert args == (1, "x") and keywords == {"debug": True}, (args, keywords)
        return app
"""
        )
        for spec in ["main", "main:app", "main:Holder.inner", "main:make_app(1, 'x', debug=True)"]:
            with self.subTest(spec=spec), FakeWorker(source, app=spec) as worker:
                self.assertEqual(worker.ready()["interface"], "wsgi")

    def test_app_is_the_default_after_application(self) -> None:
        with FakeWorker("def app(environ, start_response): ...", app="main") as worker:
            worker.ready()

    def test_an_app_that_is_not_there_ends_with_4(self) -> None:
        cases = [
            ("mian:app", 'did you mean "main"?'),
            ("nowhere:app", 'there is no module "nowhere" in '),
            ("main:ap", 'has no "ap"; did you mean "app"?'),
            ("main:value", "it is an object of type int, and should be a callable"),
            ("main.py:app", 'should be the name of a module, perhaps "main"'),
            ("src/main:app", 'should be the name of a module, perhaps "src.main"'),
            ("inner_module:app", 'there is one in src/: use "--chdir src"'),
            ("main:app + 1", "should be a name, or a call with literal arguments"),
            ("main:app(x)", "the arguments of a factory must be literals"),
            ("main:value()", "is not a function that can be called"),
            (":app", "should be the name of a module"),
        ]
        for spec, message in cases:
            with self.subTest(spec=spec):
                worker = FakeWorker(WSGI + "\n    value = 1\n", app=spec)
                (worker.folder / "src").mkdir()
                (worker.folder / "src" / "inner_module.py").touch()
                self.assert_fails(worker, 4, message)

    def test_an_app_that_raises_while_it_is_loaded_ends_with_3(self) -> None:
        cases = [
            ("import os\nraise ValueError('no database')", "ValueError: no database"),
            ("def f():\n    1 / 0\nf()", 'main.py", line 3, in <module>'),
            ("def app(:\n  pass", "/main.py:1:"),
            ("import missing_dependency", "No module named 'missing_dependency'"),
            ("import sys; sys.exit(7)", "it called sys.exit(7) while it was loaded"),
        ]
        for source, message in cases:
            with self.subTest(source=source):
                text = self.assert_fails(FakeWorker(source), 3, message)
                self.assertNotIn("monoceros_host", text)
                self.assertNotIn("importlib", text)

    def test_a_folder_that_is_not_there_is_said(self) -> None:
        worker = FakeWorker(WSGI, chdir="/nonexistent/folder")
        self.assert_fails(worker, 4, 'Cannot change to directory "/nonexistent/folder"')

    def assert_fails(self, worker: FakeWorker, exit_code: int, message: str) -> str:
        with worker:
            frame = worker.expect(FAILED)
            self.assertEqual(frame.status, exit_code)
            self.assertIn(message, frame.text)
            self.assertEqual(worker.wait(), exit_code)
            self.assertEqual(worker.stderr, "")
            return frame.text


class EndTest(unittest.TestCase):
    def test_stop_ends_with_0_and_runs_exit_handlers(self) -> None:
        source = "import atexit, sys\natexit.register(lambda: print('bye', file=sys.stderr))\n"
        wsgi = source + "def app(environ, start_response): ..."
        asgi = source + "async def app(scope, receive, send): ..."
        for app, threads in [(wsgi, 1), (wsgi, 2), (asgi, 1)]:
            with self.subTest(app=app, threads=threads):
                with FakeWorker(app, threads=threads, lifespan="off") as worker:
                    worker.ready()
                    worker.command(b"s")
                    self.assertEqual(worker.wait(), 0)
                    self.assertEqual(worker.stderr, "bye\n")

    def test_signals_to_the_whole_group_are_left_to_the_supervisor(self) -> None:
        for source, pairs in [(WSGI, wsgi_pairs()), (ASGI, asgi_pairs())]:
            with FakeWorker(source, lifespan="off") as worker:
                worker.ready()
                for number in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1"):
                    worker.process.send_signal(getattr(signal, number))
                self.assertEqual(worker.ask(pairs).body, b"hello")

    def test_the_death_of_the_worker_ends_the_process(self) -> None:
        for source in (WSGI, ASGI):
            for line in ("data", "control"):
                with self.subTest(source=source, line=line):
                    with FakeWorker(source, lifespan="off") as worker:
                        worker.ready()
                        getattr(worker, line).close()
                        self.assertEqual(worker.wait(), 1)

    def test_the_death_of_the_worker_ends_a_busy_process(self) -> None:
        source = """
            import threading
            def app(environ, start_response):
                threading.Event().wait()
        """
        with FakeWorker(source) as worker:
            worker.ready()
            worker.send(pack_request(1, wsgi_pairs()))
            worker.control.close()
            self.assertEqual(worker.wait(), 1)

    def test_a_hung_app_shows_its_stacks(self) -> None:
        source = """
            import threading
            def app(environ, start_response):
                environ["wsgi.errors"].write("begun\\n")
                environ["wsgi.errors"].flush()
                threading.Event().wait()
        """
        with FakeWorker(source) as worker:
            worker.ready()
            worker.send(pack_request(1, wsgi_pairs()))
            while "begun" not in worker.stderr:
                self.assertIsNone(worker.process.poll())
            worker.process.send_signal(signal.SIGUSR2)
            text = ""
            while "in app" not in text:
                text += worker.control.recv(65536).decode()
            self.assertIn('main.py", line 6 in app', text)

    def test_children_of_the_app_do_not_inherit_the_sockets(self) -> None:
        source = """
            import os, subprocess, sys
            check = "import os; print([fd for fd in '34' if os.path.exists('/proc/self/fd/' + fd)])"
            def app(environ, start_response):
                start_response("200 OK", [])
                run = subprocess.run(
                    [sys.executable, "-c", check + "; import signal; print(signal.getsignal(2))"],
                    close_fds=False, capture_output=True)
                return [run.stdout + run.stderr]
        """
        with FakeWorker(source) as worker:
            worker.ready()
            body = worker.ask(wsgi_pairs()).body.decode()
            self.assertIn("default_int_handler", body)
            self.assertNotIn("['3', '4']", body)

    def test_a_forked_child_lets_go_of_the_worker(self) -> None:
        source = """
            import os, signal, time
            def app(environ, start_response):
                read, write = os.pipe()
                if os.fork() == 0:
                    has_socket = os.path.exists("/proc/self/fd/3")
                    os.write(write, repr((signal.getsignal(signal.SIGTERM), has_socket)).encode())
                    os._exit(0)
                os.wait()
                start_response("200 OK", [])
                return [os.read(read, 1000)]
        """
        with FakeWorker(source) as worker:
            worker.ready()
            self.assertEqual(worker.ask(wsgi_pairs()).body, b"(<Handlers.SIG_DFL: 0>, False)")


if __name__ == "__main__":
    unittest.main()
