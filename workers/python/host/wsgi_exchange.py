"""One request of a WSGI app and its response (PEP 3333)."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Callable

from .fields import encode_wsgi, read_status, with_length
from .frames import BODY, BODY_IN_FILE, END, FAIL, HEADER, PIECE, RESPONSE, WINDOW
from .report import ProtocolError, comes_from

if TYPE_CHECKING:
    from .wsgi import Server

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

pack = HEADER.pack


class ClientGone(ConnectionError):
    """The client left, or the worker gave the request up: nobody takes the rest of the response."""


class FileWrapper:
    """`wsgi.file_wrapper`: iterates over the blocks of a file."""

    def __init__(self, filelike: Any, block_size: int = 8192) -> None:
        self.filelike = filelike
        self.block_size = block_size
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self) -> FileWrapper:
        return self

    def __next__(self) -> bytes:
        block: bytes = self.filelike.read(self.block_size)
        if block:
            return block
        raise StopIteration


class Exchange:
    """A request until its response is complete; only one thread works on it once it is begun."""

    __slots__ = (
        "id",
        "is_gone",
        "credited",
        "_sent",
        "_server",
        "_flags",
        "_keys",
        "_values",
        "_body",
        "_input",
        "_status",
        "_block",
        "_declared",
        "_is_head_sent",
        "_is_complete",
    )

    def __init__(
        self,
        server: Server,
        request_id: int,
        flags: int,
        keys: tuple[str, ...],
        values: bytes,
        body: bytes,
    ) -> None:
        self.id = request_id
        self.is_gone = False
        self.credited = 0  # written by the thread that reads, `_sent` by the one that runs the app
        self._sent = 0
        self._server = server
        self._flags = flags
        self._keys = keys
        self._values = values
        self._body = body
        self._input: Any = None
        self._block: bytes | None = None
        self._is_head_sent = False
        self._is_complete = False

    def run(self, app: WsgiApp) -> None:
        """Calls the app and sends its answer, or the message of its failure; never raises."""
        if self.is_gone:
            self._send_fail()
            return
        try:
            result = app(self._make_environ(), self.start_response)
            kind = type(result)
            if kind is list or kind is tuple:
                self._send_list(result)
            else:
                try:
                    self._send_iterable(result)
                finally:
                    close = getattr(result, "close", None)
                    if close is not None:
                        close()
        except BaseException as error:
            # SystemExit included: one request must not take the others of this process with it.
            self._fail(error)
        if self._input is not None:
            self._input.close()

    @property
    def under_way(self) -> int:
        """Bytes of body that are sent and not credited."""
        return self._sent - self.credited

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """PEP 3333 `start_response`."""
        if exc_info:
            try:
                if self._is_head_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self._block is not None:
            raise ProtocolError("PEP 3333: start_response() called again without exc_info")
        self._status, reason = read_status(status)
        self._block, self._declared = encode_wsgi(reason, headers)
        return self.write

    def write(self, block: bytes) -> None:
        """The callable that `start_response` returns; for apps older than iterables."""
        if type(block) is not bytes:
            raise ProtocolError(f"PEP 3333: write() takes bytes, not {type(block).__name__}")
        if block:
            self._send_block(block)

    def describe(self) -> str:
        """Method and path, for the log."""
        values = dict(zip(self._keys, self._values.decode("latin-1").split("\0")))
        return f"{values.get('REQUEST_METHOD')} {values.get('RAW_URI', '').split('?')[0]}"

    def _make_environ(self) -> Environ:
        server = self._server
        environ = server.environ.copy()
        environ.update(zip(self._keys, self._values.decode("latin-1").split("\0")))
        if self._flags & BODY_IN_FILE:
            self._input = self._open_body()
            environ["wsgi.input"] = self._input
            size = self._input.seek(0, io.SEEK_END)
            self._input.seek(0)
        else:
            environ["wsgi.input"] = io.BytesIO(self._body)
            size = len(self._body)
        if size and "CONTENT_LENGTH" not in environ:
            # The worker removed the chunks, and frameworks need the length (RFC 9112 §7.1.3).
            environ["CONTENT_LENGTH"] = str(size)
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        if server.root_path:
            server.mount(environ)
        return environ

    def _open_body(self) -> Any:
        try:
            return open(self._body.decode(), "rb")  # closed by run()
        except FileNotFoundError:
            self._server.poll()  # the worker removes it when the client leaves, and says so
            if not self.is_gone:
                raise
            raise ClientGone("the client has closed the connection") from None

    def _send_list(self, blocks: Any) -> None:
        body = blocks[0] if len(blocks) == 1 else b"".join(blocks)
        if type(body) is not bytes:
            raise _not_bytes(body)
        if not self._is_head_sent:
            self._send_whole(body)
            return
        if body:
            self._send_body(body)
        self._send_end()

    def _send_iterable(self, blocks: Iterable[bytes]) -> None:
        if type(blocks) is FileWrapper:
            blocks.block_size = PIECE
        for block in _iterate(blocks):
            if type(block) is not bytes:
                raise _not_bytes(block)
            if block:
                self._send_block(block)
        if self._is_complete:
            return
        if self._is_head_sent:
            self._send_end()
        else:
            self._send_whole(b"")

    def _send_block(self, block: bytes) -> None:
        if self._is_complete:
            raise ProtocolError("PEP 3333: the body is longer than its Content-Length")
        if self._is_head_sent:
            self._send_body(block)
        elif self._block is not None and self._declared == len(block):
            self._send_whole(block)  # the content-length says that nothing follows
            self._server.flush_last()
            return
        else:
            self._send_head(block[:PIECE])
            if len(block) > PIECE:
                self._send_body(memoryview(block)[PIECE:])
        # PEP 3333 forbids to hold a block back while the app makes the next one.
        self._server.flush()
        self._server.poll()

    def _send_whole(self, body: bytes) -> None:
        block = self._get_block()
        size = len(body)
        if size > PIECE:
            self._block = with_length(block, self._status, self._declared, size)
            self._send_head(body[:PIECE])
            self._send_body(memoryview(body)[PIECE:])
            self._send_end()
            return
        self._is_head_sent = self._is_complete = True
        fields = len(block)
        self._server.post(
            pack(fields + size, self.id, RESPONSE, END, self._status, fields, 0), block, body
        )

    def _send_head(self, body: bytes) -> None:
        block = self._get_block()
        fields = len(block)
        size = len(body)
        self._is_head_sent = True
        self._sent = size
        self._server.post(
            pack(fields + size, self.id, RESPONSE, 0, self._status, fields, 0), block, body
        )

    def _send_body(self, body: bytes | memoryview) -> None:
        for start in range(0, len(body), PIECE):
            piece = body[start : start + PIECE]
            size = len(piece)
            if self.under_way + size > WINDOW:
                self._server.await_credit(self, WINDOW - size)
            if self.is_gone:
                raise ClientGone("the client has closed the connection")
            self._sent += size
            self._server.post(pack(size, self.id, BODY, 0, 0, 0, 0), piece, b"")

    def _send_end(self) -> None:
        self._is_complete = True
        self._server.post(pack(0, self.id, BODY, END, 0, 0, 0), b"", b"")

    def _fail(self, error: BaseException) -> None:
        # It is the client's right to leave, so that is not logged.
        if not (self.is_gone and comes_from(error, (ClientGone,))):
            self._server.log_error(self.id, self.describe(), error)
        if not self._is_complete:
            self._send_fail()

    def _send_fail(self) -> None:
        self._server.post(pack(0, self.id, FAIL, 0, 0, 0, 0), b"", b"")

    def _get_block(self) -> bytes:
        if self._block is None:
            raise ProtocolError("PEP 3333: the app returned without calling start_response()")
        return self._block


def _iterate(result: Any) -> Iterator[bytes]:
    try:
        return iter(result)
    except TypeError:
        pass
    if inspect.iscoroutine(result):
        raise ProtocolError(
            "The app returned a coroutine, so it is an ASGI app: use --interface asgi"
        )
    raise ProtocolError(
        f"PEP 3333: the app must return an iterable of bytes, not {type(result).__name__}"
    )


def _not_bytes(block: object) -> ProtocolError:
    return ProtocolError(f"PEP 3333: the body's blocks must be bytes, not {type(block).__name__}")
