"""Frames between a worker and an app process; the contract is frames.ts."""

from __future__ import annotations

import struct
from typing import Any, Callable

HEADER = struct.Struct("<IIBBHII")  # length, id, type, flags, status, a, b
HEADER_SIZE = HEADER.size

REQUEST = 2
BODY = 3
DISCONNECT = 4
CREDIT = 5
PING = 6
RESPONSE = 16
FAIL = 17
RETURNED = 18
READY = 19
FAILED = 20
LOG = 21

END = 1
BODY_IN_FILE = 2

# Bytes of one body that may be under way without credit.
WINDOW = 262_144
# A longer body is sent in pieces, so that the frames of other requests come between them.
PIECE = 65_536

GIVE_BACK = ord("r")
STOP = ord("s")

# Indexes in LOG_LEVELS of lib/log.ts.
DEBUG, INFO, WARNING, ERROR = 0, 1, 2, 3

# Bound of the caches keyed by what clients send; one is emptied when it is full.
CACHE_LIMIT = 1024

# Called with id, flags, a, b, the received bytes, and where the payload begins and ends in them.
FrameHandler = Callable[[int, int, int, int, bytes, int, int], Any]


def pack_frame(kind: int, request_id: int, payload: bytes = b"", *, status: int = 0) -> bytes:
    """A frame whose payload is one thing."""
    return HEADER.pack(len(payload), request_id, kind, 0, status, 0, 0) + payload


def pack_credit(request_id: int, size: int) -> bytes:
    """Says that `size` bytes of a request's body were taken."""
    return HEADER.pack(0, request_id, CREDIT, 0, 0, size, 0)


class FrameReader:
    """Splits what was received into frames and calls the handler of each frame's type."""

    def __init__(self, handlers: dict[int, FrameHandler]) -> None:
        self._handlers = handlers
        self._pieces: list[bytes] = []
        self._size = 0
        self._needed = HEADER_SIZE

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the stream; a frame that is cut waits for its rest."""
        if self._pieces:
            self._pieces.append(data)
            self._size += len(data)
            if self._size < self._needed:
                return
            data = b"".join(self._pieces)
            self._pieces.clear()
        handlers = self._handlers
        unpack = HEADER.unpack_from
        start = 0
        size = len(data)
        needed = HEADER_SIZE
        while size - start >= HEADER_SIZE:
            length, request_id, kind, flags, _status, a, b = unpack(data, start)
            begin = start + HEADER_SIZE
            end = begin + length
            if end > size:
                needed = HEADER_SIZE + length
                break
            handlers[kind](request_id, flags, a, b, data, begin, end)
            start = end
        if start < size:
            self._pieces.append(data[start:])
            self._size = size - start
            self._needed = needed
