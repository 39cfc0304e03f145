"""Response fields of an app, checked for shape and joined as the frame wants them.

The worker checks names and values (RFC 9110 §5.5) once for each distinct block; here is checked
only what would make the block ambiguous: the types and the separator.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .frames import CACHE_LIMIT
from .report import ProtocolError

CONTENT_LENGTH = "content-length"
# Responses that have no body, so that no content-length may be made for them (RFC 9110 §8.6).
BODILESS = frozenset({204, 304})

_statuses: dict[str, tuple[int, str]] = {}


def read_status(status: str) -> tuple[int, str]:
    """Splits the status of `start_response` ("404 Not Found") into number and reason phrase."""
    try:
        return _statuses[status]
    except (KeyError, TypeError):
        pass
    if not isinstance(status, str) or not status[:3].isdecimal() or status[3:4] not in ("", " "):
        raise ProtocolError(
            'PEP 3333: status must be a str like "200 OK", three digits and a reason, '
            f"but it is {status!r}"
        )
    code = int(status[:3])
    if not status.isascii() or "\0" in status or not 200 <= code <= 999:
        raise ProtocolError(f"PEP 3333: {status!r} is not the status of a response")
    if len(_statuses) >= CACHE_LIMIT:
        _statuses.clear()
    _statuses[status] = code, status[4:]
    return code, status[4:]


def encode_wsgi(reason: str, headers: list[tuple[str, str]]) -> tuple[bytes, int]:
    """The field block of a response, and its content-length or -1."""
    length = -1
    parts = [reason]
    try:
        for name, value in headers:
            parts.append(name)
            parts.append(value)
            if len(name) == 14 and name.lower() == CONTENT_LENGTH:
                length = int(value)
        block = "\0".join(parts).encode("latin-1")
    except (TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(_explain_wsgi(headers)) from error
    if block.count(0) != len(parts) - 1:
        raise ProtocolError(_explain_wsgi(headers))
    return block, length


def _explain_wsgi(headers: Any) -> str:
    if not isinstance(headers, (list, tuple)):
        return f"PEP 3333: headers must be a list of (name, value) tuples, not {headers!r}"
    for pair in headers:
        if not isinstance(pair, tuple) or len(pair) != 2:
            return f"PEP 3333: a header must be a tuple (name, value), but one is {pair!r}"
        for text in pair:
            if not isinstance(text, str):
                return f"PEP 3333: header names and values must be str, but one is {pair!r}"
            if "\0" in text or any(ord(char) > 255 for char in text):
                return f"PEP 3333: header {pair!r} has a character that latin-1 or HTTP lacks"
    return f"PEP 3333: the content-length of {headers!r} is not a number"


def encode_asgi(headers: Iterable[Iterable[bytes]]) -> tuple[bytes, int]:
    """The field block of a response, and its content-length or -1."""
    length = -1
    parts = [b""]
    try:
        for name, value in headers:
            parts.append(name)
            parts.append(value)
            if len(name) == 14 and name.lower() == b"content-length":
                length = int(value)
        block = b"\0".join(parts)
    except (TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(_explain_asgi(headers)) from error
    if block.count(0) != len(parts) - 1:
        raise ProtocolError(_explain_asgi(headers))
    return block, length


def _explain_asgi(headers: Any) -> str:
    rule = "ASGI http.response.start: headers must be an iterable of [name, value], both bytes"
    try:
        for pair in headers:
            name, value = pair
            if not isinstance(name, bytes) or not isinstance(value, bytes):
                return f"{rule}, but one is {pair!r}"
            if b"\0" in name or b"\0" in value:
                return f"{rule} without NUL, but one is {pair!r}"
    except (TypeError, ValueError):
        pass
    return f"{rule}; they are {headers!r}"


def with_length(block: bytes, status: int, declared: int, size: int) -> bytes:
    """`block` with a content-length if the app gave none; for a whole body sent in pieces."""
    if declared >= 0 or status in BODILESS:
        return block
    return b"%b\0Content-Length\0%d" % (block, size)
