"""A static host as dumb as the real ones, over any folder, with faults to order.

It knows MIME types, ETag, Range and index.html, and nothing of Lectern. Files can be
replaced or removed in an overlay without touching the folder. Every request is
logged. ``stop()`` cuts all connections and gives nothing back until ``start()``,
which takes the same port again.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

from tests.e2e.answers import MIME_TYPES, Hit, SiteHandler, SiteServer
from tests.e2e.faults import Fault, Hold

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class StaticSite:
    """A static host on a port of its own; a context manager that starts and stops it.

    Args:
        root: the folder; None for a site that has overlay files only.
        isolation: send COOP, COEP and CORP with every answer.
        mount: the sub-path that the folder appears under, "/" or "/some/path/".
        cache_control: sent with every file, as the host's only caching policy.
        mime: changes to MIME_TYPES, by suffix.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        isolation: bool = True,
        mount: str = "/",
        cache_control: str | None = "no-cache",
        mime: dict[str, str] | None = None,
    ) -> None:
        self.mime = {**MIME_TYPES, **(mime or {})}
        self.root = root.resolve() if root else None
        self.mount = "/" + "".join(f"{part}/" for part in mount.split("/") if part)
        self.headers = dict(ISOLATION if isolation else {})
        if cache_control:
            self.headers["Cache-Control"] = cache_control
        self.port = 0
        self._overlay: dict[str, bytes | None] = {}
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._hits: list[Hit] = []
        self._lock = threading.Lock()
        self._server: SiteServer | None = None
        self._thread: threading.Thread | None = None

    # -- its life ---------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after a ``stop()`` on the same port as before."""
        if self._server:
            return
        self._server = SiteServer(("127.0.0.1", self.port), SiteHandler)
        self._server.site = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections and cut those that are open, as a killed server does."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        server.cut_all()
        if self._thread:
            self._thread.join()

    # -- addresses --------------------------------------------------------------

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Absolute URL of the folder, with a final slash."""
        return self.origin + self.mount

    def url_at(self, host: str) -> str:
        """The same folder under another host name (``*.test`` names reach this machine).

        Such an address is no secure context: no service worker, no Web Crypto.
        """
        return f"http://{host}:{self.port}{self.mount}"

    # -- what it serves -----------------------------------------------------------

    def put(self, path: str, data: bytes | str | Path) -> None:
        """Serve ``data`` (or a file's bytes) at ``path`` in place of the folder's file."""
        if isinstance(data, Path):
            data = data.read_bytes()
        self._overlay[path] = data.encode() if isinstance(data, str) else data

    def remove(self, path: str) -> None:
        """Serve 404 for ``path``."""
        self._overlay[path] = None

    def restore(self, path: str) -> None:
        """Serve the folder's own file again."""
        self._overlay.pop(path, None)

    def read(self, path: str) -> bytes | None:
        """The bytes that ``path`` is served with when there is no fault."""
        if path in self._overlay:
            return self._overlay[path]
        if self.root is None:
            return None
        file = (self.root / path).resolve()
        return file.read_bytes() if file.is_relative_to(self.root) and file.is_file() else None

    def fault(self, path: str, fault: Fault, *, times: int | None = None) -> None:
        """Make the next ``times`` requests of ``path`` go wrong (all of them when None)."""
        with self._lock:
            self._faults[path] = (fault, times)

    def hold(self, path: str) -> Hold:
        """Hold requests of ``path`` back until the result's ``release()``."""
        hold = Hold()
        self.fault(path, hold)
        return hold

    def heal(self, path: str | None = None) -> None:
        """Take back the fault of ``path``, or all of them."""
        with self._lock:
            if path is None:
                self._faults.clear()
            else:
                self._faults.pop(path, None)

    def take_fault(self, path: str) -> Fault | None:
        with self._lock:
            fault, times = self._faults.get(path, (None, None))
            if times is not None and fault is not None:
                if times <= 1:
                    del self._faults[path]
                else:
                    self._faults[path] = (fault, times - 1)
            return fault

    # -- what was asked -------------------------------------------------------------

    def log(self, hit: Hit) -> None:
        with self._lock:
            self._hits.append(hit)

    def hits(self, path: str | None = None) -> list[Hit]:
        """The requests so far, of one path or of all, oldest first."""
        with self._lock:
            return [hit for hit in self._hits if path is None or hit.path == path]

    def count(self, path: str | None = None) -> int:
        return len(self.hits(path))

    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits()]

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._hits.clear()
