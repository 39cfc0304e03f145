"""Makes the scope of an ASGI request from a request frame."""

from __future__ import annotations

from typing import Any

from .frames import CACHE_LIMIT

# Names of a request frame before the fields: SCOPE_NAMES of frames.ts.
SCOPE_NAMES = 8
ASGI = {"version": "3.0", "spec_version": "2.5"}

Scope = dict[str, Any]


class ScopeMaker:
    """Keeps what scopes share: the root path, field names and addresses seen before."""

    def __init__(self, root_path: str, state: dict[str, Any]) -> None:
        self._root_path = root_path.rstrip("/")
        self._root_bytes = self._root_path.encode()
        self._state = state
        self._names: dict[bytes, list[bytes]] = {}
        self._addresses: dict[bytes, Any] = {b"": None}

    def make(self, names: bytes, values: bytes) -> Scope:
        """The scope of a request whose frame has these names and values."""
        fields = self._names.get(names)
        if fields is None:
            fields = self._learn_names(names)
        scheme, client, server, method, raw_path, query, version, raw, *texts = values.split(b"\0")
        path = raw.decode("utf-8", "replace")
        if self._root_path and not (path + "/").startswith(self._root_path + "/"):
            path = self._root_path + path
            raw_path = self._root_bytes + raw_path
        return {
            "type": "http",
            "asgi": ASGI,
            "http_version": version.decode("latin-1"),
            "method": method.decode("latin-1"),
            "scheme": scheme.decode("latin-1"),
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "root_path": self._root_path,
            "headers": list(zip(fields, texts)),
            "client": self._to_address(client),
            "server": self._to_address(server),
            "state": self._state.copy(),
            "extensions": {},
        }

    def _learn_names(self, names: bytes) -> list[bytes]:
        if len(self._names) >= CACHE_LIMIT:
            self._names.clear()
        fields = self._names[names] = names.split(b"\0")[SCOPE_NAMES:]
        return fields

    def _to_address(self, value: bytes) -> Any:
        try:
            return self._addresses[value]
        except KeyError:
            pass
        if len(self._addresses) >= CACHE_LIMIT:
            self._addresses.clear()
            self._addresses[b""] = None
        host, _, port = value.decode("latin-1").partition("\x1f")
        # A unix socket has a path and no port (ASGI HTTP, connection scope, server).
        address = self._addresses[value] = (host, int(port) if port else None)
        return address
