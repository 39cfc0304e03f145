"""A worker for tests of the host: starts an app process and speaks frames with it."""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import types
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

HOST = Path(__file__).parents[2] / "workers" / "python" / "host"
HEADER = struct.Struct("<IIBBHII")

BOOT, REQUEST, BODY, DISCONNECT, CREDIT = 1, 2, 3, 4, 5
RESPONSE, FAIL, RETURNED, READY, FAILED, LOG = 16, 17, 18, 19, 20, 21
END, BODY_IN_FILE = 1, 2

# A test that waits longer has failed.
DEADLINE = 20.0


class Frame(NamedTuple):
    kind: int
    id: int
    flags: int
    status: int
    a: int
    b: int
    payload: bytes

    @property
    def text(self) -> str:
        return self.payload.decode()

    @property
    def fields(self) -> list[str]:
        return self.payload[: self.a].decode("latin-1").split("\0")

    @property
    def body(self) -> bytes:
        return self.payload[self.a :] if self.kind == RESPONSE else self.payload


class Response(NamedTuple):
    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes


def pack(
    kind: int, request_id: int, payload: bytes = b"", *, flags: int = 0, a: int = 0, b: int = 0
) -> bytes:
    return HEADER.pack(len(payload), request_id, kind, flags, 0, a, b) + payload


def pack_request(
    request_id: int, pairs: dict[str, str], body: bytes = b"", flags: int = END
) -> bytes:
    names = "\0".join(pairs).encode("latin-1")
    values = "\0".join(pairs.values()).encode("latin-1")
    payload = names + values + body
    return pack(REQUEST, request_id, payload, flags=flags, a=len(names), b=len(values))


def wsgi_pairs(path: str = "/", method: str = "GET", **fields: str) -> dict[str, str]:
    return {
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SCRIPT_NAME": "",
        "REQUEST_METHOD": method,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "RAW_URI": path,
        "QUERY_STRING": path.partition("?")[2],
        "PATH_INFO": path.partition("?")[0],
        **fields,
    }


def asgi_pairs(path: str = "/", method: str = "GET", **fields: str) -> dict[str, str]:
    return {
        "scheme": "http",
        "client": "127.0.0.1\x1f50000",
        "server": "127.0.0.1\x1f8000",
        "method": method,
        "target_path": path.partition("?")[0],
        "query": path.partition("?")[2],
        "http_version": "1.1",
        "path": path.partition("?")[0],
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }


class FakeWorker:
    """One app process. `source` becomes `main.py` in a folder of its own."""

    def __init__(self, source: str, **boot: Any) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name).resolve()
        (self.folder / "main.py").write_text(textwrap.dedent(source))
        self.boot = {
            "modules": {
                f"monoceros_host.{file.stem}": file.read_text()
                for file in HOST.glob("*.py")
                if file.stem != "bootstrap"
            },
            "app": "main:app",
            "interface": "auto",
            "threads": 1,
            "chdir": str(self.folder),
            "pythonpath": [],
            "lifespan": "auto",
            "loop": "asyncio",
            "rootPath": "",
            "multiprocess": True,
            "serverSoftware": "monoceros/test",
            "disconnectGraceMs": 50,
            **boot,
        }
        self._frames: deque[Frame] = deque()
        self._rest = b""

    def __enter__(self) -> FakeWorker:
        self.data, data = socket.socketpair()
        self.control, control = socket.socketpair()
        for connection in (self.data, self.control):
            connection.settimeout(DEADLINE)
        self._errors = (self.folder / "stderr").open("w+")
        self._prints = (self.folder / "stdout").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", (HOST / "bootstrap.py").read_text(), "3", "4"],
            pass_fds=(3, 4),
            preexec_fn=lambda: place_sockets(data, control),
            stdout=self._prints,
            stderr=self._errors,
        )
        data.close()
        control.close()
        self.send(pack(BOOT, 0, json.dumps(self.boot).encode()))
        return self

    def __exit__(self, *_: object) -> None:
        self.data.close()
        self.control.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)
        self._errors.close()
        self._prints.close()
        self._folder.cleanup()

    @property
    def stdout(self) -> str:
        self._prints.seek(0)
        return self._prints.read()

    @property
    def stderr(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    def send(self, *frames: bytes) -> None:
        self.data.sendall(b"".join(frames))

    def command(self, command: bytes) -> None:
        self.control.sendall(command)

    def receive(self) -> Frame | None:
        """The next frame, or None at the end of the stream."""
        while not self._frames:
            try:
                data = self.data.recv(1 << 20)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._split(self._rest + data)
        return self._frames.popleft()

    def expect(self, kind: int) -> Frame:
        return self.expect_any(kind)

    def expect_any(self, *kinds: int) -> Frame:
        frame = self.receive()
        assert frame is not None, f"the process ended: {self.stderr}"
        assert frame.kind in kinds, f"{frame} {self.stderr}"
        return frame

    def ready(self) -> dict[str, Any]:
        return json.loads(self.expect(READY).payload)

    def ask(self, pairs: dict[str, str], body: bytes = b"", request_id: int = 1) -> Response:
        """Sends a request and reads its whole response, giving credit as it comes."""
        self.send(pack_request(request_id, pairs, body))
        return self.response(request_id)

    def response(self, request_id: int = 1) -> Response:
        head = self.expect(RESPONSE)
        assert head.id == request_id, head
        body = head.body if head.flags & END else head.body + self.response_body(len(head.body))
        reason, *fields = head.fields
        return Response(head.status, reason, list(zip(fields[::2], fields[1::2])), body)

    def response_body(self, taken: int = 0) -> bytes:
        """The rest of a body, of which `taken` bytes came with the head."""
        parts, is_last = [], False
        while not is_last:
            frame = self.expect(BODY)
            self.send(pack(CREDIT, frame.id, a=taken + len(frame.body)))
            taken = 0
            parts.append(frame.body)
            is_last = bool(frame.flags & END)
        return b"".join(parts)

    def wait(self) -> int:
        return self.process.wait(DEADLINE)

    def _split(self, data: bytes) -> None:
        start = 0
        while len(data) - start >= HEADER.size:
            length, request_id, kind, flags, status, a, b = HEADER.unpack_from(data, start)
            end = start + HEADER.size + length
            if end > len(data):
                break
            payload = data[start + HEADER.size : end]
            self._frames.append(Frame(kind, request_id, flags, status, a, b, payload))
            start = end
        self._rest = data[start:]


def place_sockets(data: socket.socket, control: socket.socket) -> None:
    """In the child: gives the sockets the numbers 3 and 4."""
    copies = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 100) for each in (data, control)]
    for number, copy in zip((3, 4), copies):
        os.dup2(copy, number)


def import_host(name: str) -> types.ModuleType:
    """A module of the host, for tests that need no process."""
    package = sys.modules.setdefault("monoceros_host", types.ModuleType("monoceros_host"))
    package.__path__ = [str(HOST)]
    return importlib.import_module(f"monoceros_host.{name}")
