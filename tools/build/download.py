"""One file from the network: resumed, tried again, and what is kept is what was promised.

What arrives goes into a *part* file that belongs to one content (its MD5 is in its name), so
the next call goes on where this one ended, whatever ended it. Nothing but a whole and right
part makes ``fetch`` return.
"""

from __future__ import annotations

import errno
import http.client
import re
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from tools.build import terminal
from tools.build.errors import BuildError
from tools.build.hashing import digests_of

#: Called with the bytes that are here so far.
Progress = Callable[[int], None]

_CHUNK = 1 << 16
#: Worth another try: the server is busy or ill, or what it sent ended early.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_WAIT = 60.0  # seconds
#: Left free beside the file.
_SPARE_ROOM = 16 << 20
_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the collection promises of a file."""

    size: int
    md5: str


class _Failed(Exception):
    """This attempt failed; another may not. ``wait``: seconds that the server asked for."""

    def __init__(self, why: str, wait: float = 0) -> None:
        super().__init__(why)
        self.wait = wait


class _NoSuchPart(_Failed):
    """416: what is here is not the beginning of what is there."""


class _Downgrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not from https to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise BuildError(f"{req.full_url} leads to an address without encryption.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True)
class Client:
    """Asks for files.

    Args:
        tries: attempts in a row that may bring nothing new.
        timeout: seconds of silence after which an attempt has failed.
        pause: seconds before the second attempt, doubled before each further one.
        sleep: waits so many seconds.
    """

    tries: int = 5
    timeout: float = 30
    pause: float = 1
    sleep: Callable[[float], None] = time.sleep
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(_Downgrade)
    )

    def read(self, url: str, most: int) -> bytes:
        """A small file's bytes. Raises BuildError: it can't be had, or is longer than ``most``."""
        for attempt in range(self.tries):
            try:
                with self._open(url, {}) as answer:
                    data = _read(answer, most + 1)
                    length = answer.headers.get("Content-Length", "")
                    if len(data) > most:
                        raise BuildError(f"{url} is longer than {terminal.size(most)}.")
                    if length.isdigit() and len(data) < int(length):
                        raise _Failed("the connection was cut")
                    return data
            except _Failed as failure:
                self._again(url, failure, attempt + 1)
        raise AssertionError("unreachable")

    def fetch(self, url: str, part: Path, expected: Expected, progress: Progress) -> None:
        """Have the file in ``part``, whole and right.

        Raises:
            BuildError: it can't be had, is another file than ``expected``, or has no room here.
                What came so far stays in ``part`` unless it is wrong or the disk is full.
        """
        part.parent.mkdir(parents=True, exist_ok=True)
        failures, wrong = 0, ""
        while True:
            here = _length(part)
            if here < expected.size:
                check_room(part.parent, expected.size - here, name_of(url))
                try:
                    self._attempt(url, part, expected, progress)
                except _Failed as failure:
                    gained = _length(part) - here
                    failures = (
                        1 if gained >= min(_CHUNK, expected.size // 100 + 1) else failures + 1
                    )
                    self._again(url, failure, failures)
                    continue
            found = unlike(part, expected)
            if not found:
                return
            drop(part)
            if wrong:
                raise BuildError(
                    f"{url} is not the file that the collection's list promises: {found}.",
                    "It was fetched twice. Try again later, or another --source.",
                )
            wrong = found  # damaged on the way, perhaps: once more from its beginning
            terminal.note(f"{name_of(url)}: {found}; fetching it anew.")

    def _attempt(self, url: str, part: Path, expected: Expected, progress: Progress) -> None:
        here = _length(part)
        try:
            opened = self._open(url, _resume(part, here))
        except _NoSuchPart:
            drop(part)
            raise
        with opened as answer:
            if here and (answer.status != 206 or not _continues(answer, here, expected.size)):
                # The server begins anew, or has another file now.
                drop(part)
                if answer.status == 206:
                    raise _Failed("the server sent another part than was asked for")
                here = 0
            etag = answer.headers.get("ETag", "")
            _etag_of(part).write_text(etag if etag.startswith('"') else "", "utf-8")
            progress(here)
            try:
                with part.open("ab" if here else "wb") as stream:
                    while here <= expected.size and (chunk := _chunk(answer)):
                        stream.write(chunk)
                        here += len(chunk)
                        progress(min(here, expected.size))
            except OSError as reason:
                raise no_write(part, reason) from reason
        if here < expected.size:
            raise _Failed(f"the connection was cut after {terminal.size(here)}")

    def _open(self, url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        request = urllib.request.Request(
            url, headers={"User-Agent": "lectern-build", "Accept-Encoding": "identity", **headers}
        )
        try:
            answer: http.client.HTTPResponse = self.opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _status(url, error, resumed="Range" in headers) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise BuildError(
                    f"{url}: the server's certificate is not to be trusted: "
                    f"{error.reason.verify_message}.",
                    "Is the clock right? Is there a proxy whose certificate Python doesn't know?",
                ) from error
            raise _Failed(str(getattr(error.reason, "strerror", None) or error.reason)) from error
        except (OSError, http.client.HTTPException) as error:
            raise _Failed(str(error) or type(error).__name__) from error
        return answer

    def _again(self, url: str, failure: _Failed, failures: int) -> None:
        """Wait before the next attempt. Raises BuildError after too many."""
        if failures >= self.tries:
            raise BuildError(
                f"{url} can't be fetched: {failure}.",
                "Is the network there? What came so far is kept: the same command goes on with it.",
            ) from failure
        self.sleep(min(_MOST_WAIT, max(failure.wait, self.pause * 2 ** (failures - 1))))


def name_of(url: str) -> str:
    """The file's name in an address."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def drop(part: Path) -> None:
    """Forget what came so far."""
    part.unlink(missing_ok=True)
    _etag_of(part).unlink(missing_ok=True)


def _resume(part: Path, here: int) -> dict[str, str]:
    if not here:
        return {}
    try:
        etag = _etag_of(part).read_text("utf-8")
    except OSError:
        etag = ""
    return {"Range": f"bytes={here}-", **({"If-Range": etag} if etag else {})}


def _etag_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _continues(answer: http.client.HTTPResponse, here: int, size: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == here and found[2] in ("*", str(size))


def _chunk(answer: http.client.HTTPResponse) -> bytes:
    """Some bytes, none at the end. Raises _Failed when the connection breaks."""
    try:
        return answer.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Failed(f"the connection broke: {error or type(error).__name__}") from error


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    data = bytearray()
    while len(data) < most and (chunk := _chunk(answer)):
        data += chunk
    return bytes(data)


def unlike(part: Path, expected: Expected) -> str:
    """How the part differs from what was promised; "" when it does not."""
    found = digests_of(part) if part.exists() else None
    if found is None or found.size != expected.size:
        more = found is not None and found.size > expected.size
        return f"it has {'more' if more else 'fewer'} than {expected.size} bytes"
    return "" if found.md5 == expected.md5 else f"its MD5 is {found.md5}, not {expected.md5}"


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raises BuildError when the disk of ``folder`` has not so many bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_ROOM:
        raise BuildError(
            f"The disk has no room for {what}: {terminal.size(needed)} are needed, "
            f"{terminal.size(free)} free.",
            "Free some, and repeat the command.",
        )


def no_write(part: Path, reason: OSError) -> BuildError:
    """Of a full disk what came is given back; of other reasons it is kept."""
    if reason.errno in _NO_ROOM:
        drop(part)
        return BuildError("The disk is full.", "Free some room, and repeat the command.")
    return BuildError(f"{part} can't be written: {reason.strerror or reason}.")


def _status(url: str, error: urllib.error.HTTPError, *, resumed: bool) -> Exception:
    """What an HTTP status means for us: another try, or the end."""
    what = f"the server answered {error.code} {error.reason}"
    if error.code in _PASSING:
        after = error.headers.get("Retry-After", "")
        return _Failed(what, float(after) if after.isdigit() else 0)
    if error.code == 416 and resumed:
        return _NoSuchPart("the server has no such part of the file")
    if error.code in (404, 410):
        return BuildError(f"{url} is not there ({error.code}).", "Is the --source right?")
    if error.code in (401, 403):
        return BuildError(f"{url} is not for everybody ({error.code}).", "Is the --source right?")
    return BuildError(f"{url} can't be fetched: {what}.")
