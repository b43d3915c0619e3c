"""A folder as a static host would serve it: types, hashes, ranges, isolation headers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from tools.build.hashing import HashCache

MIME_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".opus": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
#: With these the page may use SharedArrayBuffer, and so threads.
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_POLICY = re.compile(r'<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]*)"')
#: Named by what is in them.
_FOR_EVER = re.compile(r"audio/(?:[0-9a-f]{2}|documents)/[0-9a-f-]+\.(?:opus|json)\Z")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: ``length`` bytes of ``file`` from ``start`` (or ``body``)."""

    status: HTTPStatus
    headers: dict[str, str]
    file: Path | None = None
    start: int = 0
    length: int = 0
    body: bytes = b""


@dataclass(frozen=True)
class StaticFolder:
    """Answers for one folder."""

    root: Path
    hashes: HashCache = field(default_factory=lambda: HashCache(Path()))

    def reply(self, target: str, headers: dict[str, str]) -> Reply:
        """Answer a GET for ``target`` (path and query as in the request line).

        ``headers``: those of the request, names in lower case.
        """
        path = self._file(target)
        if path is None:
            return text_reply(HTTPStatus.NOT_FOUND, "There is no such file.\n")
        etag = f'"{self.hashes.sha256(path)}"'
        size = path.stat().st_size
        common = {
            **ISOLATION,
            "Content-Type": MIME_TYPES.get(path.suffix.lower(), "application/octet-stream"),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": self._caching(path),
            "Accept-Ranges": "bytes",
            "ETag": etag,
            **self._policy(path),
        }
        if _matches(headers.get("if-none-match", ""), etag):
            return Reply(HTTPStatus.NOT_MODIFIED, common)
        wanted = headers.get("range", "")
        if wanted and headers.get("if-range", etag) == etag:
            found = parse_range(wanted, size)
            if found == "unsatisfiable":
                refused = {**common, "Content-Range": f"bytes */{size}"}
                return Reply(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, refused)
            if isinstance(found, tuple):
                start, end = found
                partial = {**common, "Content-Range": f"bytes {start}-{end - 1}/{size}"}
                return Reply(HTTPStatus.PARTIAL_CONTENT, partial, path, start, end - start)
        return Reply(HTTPStatus.OK, common, path, 0, size)

    def _caching(self, path: Path) -> str:
        name = path.relative_to(self.root.resolve()).as_posix()
        return "public, max-age=31536000, immutable" if _FOR_EVER.match(name) else "no-cache"

    def _policy(self, path: Path) -> dict[str, str]:
        """For scripts, as the service worker does it: a worker has no <meta> of its own."""
        if path.suffix not in (".js", ".mjs"):
            return {}
        try:
            found = _POLICY.search((self.root / "index.html").read_text("utf-8"))
        except OSError:
            return {}
        return {"Content-Security-Policy": " ".join(found[1].split())} if found else {}

    def _file(self, target: str) -> Path | None:
        """The file that is meant; nothing outside the folder, nothing hidden."""
        name = unquote(urlsplit(target).path).lstrip("/")
        parts = PurePosixPath(name).parts
        if "\0" in name or "\\" in name or any(part.startswith(".") for part in parts):
            return None
        root = self.root.resolve()
        path = root.joinpath(*parts)
        if name == "" or name.endswith("/"):
            path = path / "index.html"
        try:
            real = path.resolve(strict=True)
        except OSError:
            return None
        return real if real.is_file() and root in real.parents else None


def parse_range(header: str, size: int) -> tuple[int, int] | str | None:
    """One range as (start, end), ``"unsatisfiable"``, or None: answer with the whole.

    Several ranges, other units and nonsense are ignored, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        count = min(int(found[2]), size)
        return (size - count, size) if count else "unsatisfiable"
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return None
    return (start, end) if start < size else "unsatisfiable"


def text_reply(status: HTTPStatus, text: str) -> Reply:
    body = text.encode()
    headers = {**ISOLATION, "Content-Type": "text/plain; charset=utf-8"}
    return Reply(status, headers, body=body, length=len(body))


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags
