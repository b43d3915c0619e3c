"""The HTTP of a StaticSite: requests in, right or ordered-wrong answers out."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

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

if TYPE_CHECKING:
    from tests.e2e.server import StaticSite

MIME_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".data": "application/octet-stream",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}

_CHUNK = 1 << 16
_HOLD_LIMIT = 60.0  # seconds
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


@dataclass
class Hit:
    """One request as it came in. ``path`` is relative to the mount, without a slash."""

    method: str
    path: str
    query: str = ""
    range: str | None = None
    status: int = 0
    sent: int = 0  # bytes of the body


class SiteServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    site: StaticSite

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request, client_address):  # type: ignore[no-untyped-def]
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):  # type: ignore[no-untyped-def]
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):  # type: ignore[no-untyped-def]
        """A browser that hangs up is daily life, no traceback."""

    def cut_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class SiteHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A body is sent after its head: it would wait 40 ms for the head's acknowledgement.
    disable_nagle_algorithm = True
    server: SiteServer

    def log_message(self, *_: object) -> None:
        """The site's own log is what tests read."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        site = self.server.site
        url = urlsplit(self.path)
        full = unquote(url.path)
        inside = full.startswith(site.mount)
        path = full[len(site.mount) :] if inside else full
        hit = Hit(self.command, path, url.query, self.headers.get("Range"))
        site.log(hit)
        if full + "/" == site.mount:
            self._short(hit, 301, {"Location": site.mount})
            return
        name = path + "index.html" if path == "" or path.endswith("/") else path
        fault = site.take_fault(name)
        if isinstance(fault, Hold):
            fault.arrived.set()
            fault.released.wait(_HOLD_LIMIT)
        if isinstance(fault, Status):
            self._short(hit, fault.code)
            return
        data = site.read(name) if inside else None
        if data is None:
            self._short(hit, 404)
            return
        self._file(hit, name, data, fault)

    def _short(self, hit: Hit, status: int, headers: dict[str, str] | None = None) -> None:
        body = HTTPStatus(status).phrase.encode()
        self._head(hit, status, {"Content-Type": "text/plain", **(headers or {})}, len(body))
        self._write(hit, body)

    def _file(self, hit: Hit, name: str, data: bytes, fault: Fault | None) -> None:
        if isinstance(fault, Flip):
            data = flip_bit(data, fault.at)
        elif isinstance(fault, Replace):
            data = fault.data
        etag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
        suffix = PurePosixPath(name).suffix
        headers = {
            "Content-Type": self.server.site.mime.get(suffix, "application/octet-stream"),
            "ETag": etag,
            "Accept-Ranges": "bytes",
        }
        if fault is None and self.headers.get("If-None-Match") == etag:
            self._head(hit, 304, headers, None)
            return
        status = 200
        if hit.range and fault is None:
            asked = _byte_range(hit.range, len(data))
            if asked is None:
                self._head(hit, 416, {"Content-Range": f"bytes */{len(data)}"}, 0)
                return
            first, last = asked
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            data, status = data[first : last + 1], 206
        self._send(hit, status, headers, data, fault)

    def _send(
        self, hit: Hit, status: int, headers: dict[str, str], data: bytes, fault: Fault | None
    ) -> None:
        length: int | None = len(data)
        pause: Callable[[], object] | None = None
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
            case Slow(seconds):
                pause = partial(threading.Event().wait, seconds)
        if length is None:
            self.close_connection = True
            headers["Connection"] = "close"
        self._head(hit, status, headers, length)
        parts = fault.parts if isinstance(fault, Slow) else 1
        size = max(1, -(-len(data) // parts)) if pause else _CHUNK
        for part in _slices(data, size):
            if pause:
                pause()
            self._write(hit, part)

    def _head(self, hit: Hit, status: int, headers: dict[str, str], length: int | None) -> None:
        hit.status = status
        self.send_response(status)
        for name, value in {**self.server.site.headers, **headers}.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _write(self, hit: Hit, data: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(data)
            hit.sent += len(data)


def _slices(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def _byte_range(value: str, size: int) -> tuple[int, int] | None:
    """(first, last) of a single range, or None when it can't be satisfied."""
    match = _RANGE.match(value.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    return (start, end) if start <= end and start < size else None
