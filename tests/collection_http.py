"""The HTTP of a CollectionServer: see ``tests/collection.py``."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from tests.e2e.answers import SiteServer
from tests.e2e.faults import (
    Cut,
    Fault,
    Flip,
    Hold,
    NoLength,
    Replace,
    Slow,
    Status,
    WrongLength,
    flip_bit,
)
from tools.build.static_files import parse_range

if TYPE_CHECKING:
    from tests.collection import CollectionServer

#: The folder that the real collection lies in on its host.
MOUNT = "/rhasspy/piper-voices/resolve/main/"

Hop = Literal["front", "files"]

_CHUNK = 1 << 16
_HOLD_LIMIT = 60.0  # seconds
_SIGNED = "/blobs/"
#: What pages may read of an answer, beside the few that CORS always allows.
_EXPOSED = "ETag,Accept-Ranges,Content-Range,Content-Length,X-Linked-Size,X-Linked-ETag"
_TYPES = {".json": "application/json", ".onnx": "application/octet-stream", ".mp3": "audio/mpeg"}


@dataclass(frozen=True)
class NoRange:
    """A fault: ignore Range, answer with the whole file and 200."""


@dataclass
class Asked:
    """One request as it came in; ``sent`` counts the bytes of the body that left."""

    hop: Hop
    method: str
    path: str
    range: str | None = None
    if_range: str | None = None
    origin: str | None = None
    status: int = 0
    sent: int = 0


@dataclass
class Order:
    """A fault that was ordered; ``times`` None: for all requests from now on."""

    fault: Fault | NoRange
    times: int | None


class Origin(SiteServer):
    """One of the two ports."""

    def __init__(self, collection: CollectionServer, hop: Hop, port: int) -> None:
        super().__init__(("127.0.0.1", port), CollectionHandler)
        self.collection = collection
        self.hop: Hop = hop
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self.cut_all()
        self._thread.join()


class CollectionHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Origin
    asked: Asked

    def log_message(self, *_: object) -> None:
        """The collection's own log is what tests read."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_OPTIONS(self) -> None:
        """A CORS preflight."""
        self._begin(self._path_asked() or "")
        if not self.server.collection.preflight:
            self._short(403)
            return
        leave = {
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": self.headers.get("Access-Control-Request-Headers", ""),
        }
        self._head(204, leave, None)

    # -- one request --------------------------------------------------------------

    def _begin(self, path: str) -> None:
        headers = self.headers
        self.asked = Asked(self.server.hop, self.command, path)
        self.asked.range, self.asked.if_range = headers.get("Range"), headers.get("If-Range")
        self.asked.origin = headers.get("Origin")
        self.server.collection.log(self.asked)

    def _path_asked(self) -> str | None:
        """The file's path in the collection, None when the address is no file's."""
        collection = self.server.collection
        url = urlsplit(self.path)
        full = unquote(url.path)
        if self.server.hop == "front":
            return full.removeprefix(MOUNT) if full.startswith(MOUNT) else None
        if not full.startswith(_SIGNED) or not parse_qs(url.query).get("Signature"):
            return None
        return collection.by_hash(full.removeprefix(_SIGNED))

    def _answer(self) -> None:
        collection = self.server.collection
        path = self._path_asked()
        self._begin(path or self.path)
        fault = collection.take_fault(self.server.hop, path) if path else None
        if isinstance(fault, Hold):
            fault.arrived.set()
            fault.released.wait(_HOLD_LIMIT)
        data = collection.read(path) if path else None
        if isinstance(fault, Status):
            self._short(fault.code)
        elif path is None or data is None:
            self._short(404)
        elif self.server.hop == "front" and collection.is_redirected(path):
            self._redirect(data)
        else:
            self._file(path, data, fault)

    def _redirect(self, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        address = f"{self.server.collection.origin_of('files')}{_SIGNED}{digest}"
        headers = {
            "Location": f"{address}?Expires=1900000000&Signature={digest[:12]}",
            "X-Linked-Size": str(len(data)),
            "X-Linked-ETag": f'"{digest}"',
        }
        self._short(302, headers)

    def _file(self, path: str, data: bytes, fault: Fault | NoRange | None) -> None:
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        if isinstance(fault, Flip):
            data = flip_bit(data, fault.at)
        elif isinstance(fault, Replace):
            data = fault.data
        suffix = "." + path.rpartition(".")[2]
        headers = {"Content-Type": _TYPES.get(suffix, "text/plain; charset=utf-8"), "ETag": etag}
        if not isinstance(fault, NoRange):
            headers["Accept-Ranges"] = "bytes"
        status = 200
        wanted = self.headers.get("Range")
        whole = isinstance(fault, NoRange) or self.headers.get("If-Range", etag) != etag
        found = None if whole or not wanted else parse_range(wanted, len(data))
        if isinstance(found, str):
            self._head(416, {**headers, "Content-Range": f"bytes */{len(data)}"}, 0)
            return
        if found:
            start, end = found
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
            data, status = data[start:end], 206
        self._send(status, headers, data, fault)

    def _send(
        self, status: int, headers: dict[str, str], data: bytes, fault: Fault | NoRange | None
    ) -> None:
        length: int | None = len(data)
        size, pause = _CHUNK, 0.0
        match fault:
            case Cut(after, announced):
                length = length if announced else None
                data = data[:after]
                self.close_connection = True
            case WrongLength(by):
                length = len(data) + by
                self.close_connection = True
            case NoLength():
                length = None
            case Slow(seconds, parts):
                size, pause = max(1, -(-len(data) // parts)), seconds
        if length is None:
            self.close_connection = True
            headers["Connection"] = "close"
        self._head(status, headers, length)
        for start in range(0, len(data), size):
            if pause:
                threading.Event().wait(pause)
            self._write(data[start : start + size])

    def _short(self, status: int, headers: dict[str, str] | None = None) -> None:
        body = HTTPStatus(status).phrase.encode()
        self._head(status, {"Content-Type": "text/plain", **(headers or {})}, len(body))
        self._write(body)

    def _head(self, status: int, headers: dict[str, str], length: int | None) -> None:
        self.asked.status = status
        self.send_response(status)
        for name, value in {**self._cors(), **headers}.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _cors(self) -> dict[str, str]:
        shown = {"Access-Control-Expose-Headers": _EXPOSED}
        if self.server.hop == "files":
            return {"Access-Control-Allow-Origin": "*", **shown}
        origin = self.headers.get("Origin")
        if not origin:
            return {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **shown}

    def _write(self, data: bytes) -> None:
        if self.command != "HEAD":
            self.asked.sent += len(data)  # before: who has the bytes may look at once
            self.wfile.write(data)
