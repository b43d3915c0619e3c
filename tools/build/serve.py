"""The ``serve`` command: dist/ over HTTP, for one's own machine."""

from __future__ import annotations

import errno
import socket
import sys
import threading
import webbrowser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.build import terminal
from tools.build.errors import BuildError
from tools.build.hashing import HashCache
from tools.build.static_files import Reply, StaticFolder, text_reply

_CHUNK = 1 << 18


class Server(ThreadingHTTPServer):
    """Serves one folder; ``port`` 0 takes a free one."""

    daemon_threads = True
    # On Windows this would let two servers share a port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, folder: Path, host: str, port: int, hashes: HashCache | None = None) -> None:
        self.folder = StaticFolder(folder, hashes or HashCache(folder.parent / ".no-such-file"))
        self.hash_lock = threading.Lock()
        addresses = _addresses(host, port)
        self.address_family = addresses[0][0]
        super().__init__(addresses[0][1], Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def reply(self, target: str, headers: dict[str, str]) -> Reply:
        with self.hash_lock:  # the hash cache is one dictionary for all threads
            return self.folder.reply(target, headers)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD, with the connection kept for the next request."""

    protocol_version = "HTTP/1.1"
    #: A body is sent after its head: it would wait 40 ms for the head's acknowledgement.
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def version_string(self) -> str:
        return "Lectern"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the browser's own network panel shows more."""

    def _answer(self, *, with_body: bool) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            reply = self.server.reply(self.path, headers)
        except (OSError, ValueError):
            # The folder is being built anew under us.
            reply = text_reply(HTTPStatus.NOT_FOUND, "There is no such file.\n")
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(reply.length))
        self.end_headers()
        if not with_body:
            return
        if reply.file is None:
            self.wfile.write(reply.body)
            return
        self._send_file(reply.file, reply.start, reply.length)

    def _send_file(self, path: Path, start: int, length: int) -> None:
        left = length
        with path.open("rb") as stream:
            stream.seek(start)
            while left > 0:
                chunk = stream.read(min(_CHUNK, left))
                if not chunk:  # cut short meanwhile: the length was a promise
                    self.close_connection = True
                    return
                self.wfile.write(chunk)
                left -= len(chunk)


def serve(folder: Path, host: str, port: int, *, open_page: bool) -> int:
    """Serve until interrupted. Raises BuildError when the port can't be had."""
    try:
        server = Server(folder, host, port)
    except OSError as reason:
        raise _no_port(host, port, reason) from reason
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{server.port}/"
    with server:
        terminal.done(f"Lectern is at {address} (Ctrl-C ends it)")
        if open_page:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            terminal.note("Stopped.")
    return 0


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A browser tries both for "localhost"; IPv4 is there on every machine.
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return [(entry[0], (str(entry[4][0]), int(entry[4][1]))) for entry in found]


def _no_port(host: str, port: int, reason: OSError) -> BuildError:
    if reason.errno == errno.EADDRINUSE:
        return BuildError(
            f"Port {port} is in use already.",
            f"Stop what uses it, or take another: python3 build.py serve --port {port + 1}",
        )
    if reason.errno == errno.EACCES:
        return BuildError(
            f"Port {port} is not for ordinary users.", "Take one above 1023, for instance 8000."
        )
    return BuildError(f"{host}:{port} can't be listened on: {reason.strerror or reason}.")
