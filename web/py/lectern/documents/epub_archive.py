"""The ZIP archive of an EPUB: looked up by path, unpacked in memory, with limits."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from urllib.parse import unquote

from lectern.documents.markup_tree import decoded, parse
from lectern.errors import DocumentUnreadable, Reason

MIB = 1024 * 1024
#: What is unpacked of one archive, all together.
MOST_UNPACKED = 300 * MIB
#: One text in it. War and Peace has 4.
MOST_TEXT = 20 * MIB
MOST_ENTRIES = 10_000
#: Of what is larger than RATIO_FROM. Text packs to a quarter, a bomb to a thousandth.
MOST_RATIO = 200
RATIO_FROM = MIB

_CHUNK = 256 * 1024
_ENTRY = b"PK\x01\x02"
_END = b"PK\x05\x06"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//")
#: Other ways to pack are unknown to EPUB, and Python unpacks them without bounds.
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
#: Whatever zipfile raises for bytes that are none.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,  # and those of its kind: a way to pack that is unknown
    ValueError,
)
#: Fonts that are scrambled so that nobody takes them out: not the texts.
_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#rc"}
_DRM = {
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/rights.xml": "Adobe ADEPT",
}


class Archive:
    """The files of an EPUB by their paths in it.

    Nothing is written anywhere, so a path is only a name: ``..`` stays within, an absolute
    one begins at the archive's root, and ``\\`` is ``/``.

    Raises:
        DocumentUnreadable: no ZIP archive, a damaged one, one of too many entries, or one
            that is protected by DRM.
    """

    def __init__(self, data: bytes) -> None:
        # Counted before zipfile makes an object of each.
        if data.count(_ENTRY) > MOST_ENTRIES:
            raise DocumentUnreadable(
                f"This EPUB holds more than {MOST_ENTRIES:,} files; no book needs so many.",
                Reason.TOO_MUCH,
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise _not_a_zip(data) from None
        self._size = len(data)
        self._unpacked = 0
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._loosely: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if not info.is_dir():
                path = joined("", info.filename)
                self._members[path] = info
                self._loosely.setdefault(_loose(path), info)
                if path != (real := _as_utf8(path)):
                    self._loosely.setdefault(_loose(real), info)
        self._refuse_encrypted()

    def paths(self) -> list[str]:
        return list(self._members)

    def __contains__(self, path: str) -> bool:
        return self._find(path) is not None

    def key(self, path: str) -> str:
        """The same for all spellings that lead to the same file."""
        info = self._find(path)
        return joined("", info.filename) if info else path

    def text(self, path: str) -> str | None:
        """A file of markup, decoded; None where it is missing or damaged."""
        data = self.read(path, MOST_TEXT)
        return None if data is None else decoded(data)

    def read(self, path: str, most: int) -> bytes | None:
        """A file; None where it is missing or damaged.

        Raises:
            DocumentUnreadable: larger than ``most`` bytes, packed like a bomb, or everything
                that was read together is too much.
        """
        info = self._find(path)
        if info is None or info.compress_type not in _PACKED:
            return None
        chunks: list[bytes] = []
        size = 0
        packed = min(info.compress_size, self._size)
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(_CHUNK):
                    chunks.append(chunk)
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    self._check(info.filename, size, packed, most)
        except _BROKEN:
            return None
        return b"".join(chunks)

    def _check(self, name: str, size: int, packed: int, most: int) -> None:
        if size > RATIO_FROM and size > MOST_RATIO * packed:
            raise DocumentUnreadable(
                f"{name} in this EPUB is packed as only a ZIP bomb is; it will not be unpacked.",
                Reason.TOO_MUCH,
            )
        if size > most:
            raise DocumentUnreadable(
                f"{name} in this EPUB is larger than {most // MIB} MB, which is too much to read.",
                Reason.TOO_MUCH,
            )
        if self._unpacked > MOST_UNPACKED:
            raise DocumentUnreadable(
                f"This EPUB unpacks to more than {MOST_UNPACKED // MIB} MB,"
                " which is too much to read.",
                Reason.TOO_MUCH,
            )

    def _find(self, path: str) -> zipfile.ZipInfo | None:
        """By its path, percent-encoded or not; then whatever the case and the accents' form."""
        for spelling in (path, joined("", unquote(path))):
            if found := self._members.get(spelling) or self._loosely.get(_loose(spelling)):
                return found
        return None

    def _refuse_encrypted(self) -> None:
        """Raises: DocumentUnreadable: the texts are encrypted."""
        scheme = next((name for path, name in _DRM.items() if path in self), "")
        encrypted = any(info.flag_bits & 1 for info in self._members.values())
        if not encrypted and "META-INF/encryption.xml" in self:
            # One that can't be read says nothing that would make it harmless.
            tree = parse(self.text("META-INF/encryption.xml") or "", "encryption.xml")
            methods = [one.get("algorithm").lower() for one in tree.all("encryptionmethod")]
            pieces = sum(1 for _ in tree.all("encrypteddata"))
            encrypted = pieces > len(methods) or not _OBFUSCATION.issuperset(methods)
        if encrypted:
            named = f" ({scheme})" if scheme else ""
            raise DocumentUnreadable(
                f"This EPUB is protected by DRM{named}, which only its seller's own reader opens."
                " Get a copy without protection.",
                Reason.ENCRYPTED,
            )


def joined(folder: str, path: str) -> str:
    """A path from a folder, without ``.``, ``..`` and empty parts, which never leads out."""
    path = path.replace("\\", "/")
    parts = [] if path.startswith("/") else folder.split("/")
    parts = [part for part in parts if part]
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def followed(base: str, reference: str) -> tuple[str, str] | None:
    """(path, fragment) of a reference in the file ``base``; None where it leads elsewhere.

    The fragment is decoded, the path is not: names with a real ``%`` in them exist.
    """
    reference = reference.strip()
    if _SCHEME.match(reference) or len(reference) > 2000:
        return None
    path, _, fragment = reference.partition("#")
    path = path.partition("?")[0]
    folder = base.rpartition("/")[0]
    return (joined(folder, path) if path else base), unquote(fragment)


def _loose(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _as_utf8(path: str) -> str:
    """A name that was written in UTF-8 without saying so, which is read as code page 437."""
    try:
        return path.encode("cp437").decode("utf-8")
    except ValueError:
        return path


def _not_a_zip(data: bytes) -> DocumentUnreadable:
    if not data:
        return DocumentUnreadable("This file is empty.", Reason.EMPTY)
    if data.startswith(b"PK\x03\x04"):
        # A ZIP archive's directory is its end: without it the rest is missing.
        return DocumentUnreadable(
            "This EPUB is cut off or damaged. Download or copy it again.",
            Reason.BROKEN if _END in data else Reason.CUT,
        )
    return DocumentUnreadable(
        "This is not an EPUB: an EPUB is a ZIP archive, and this file is none.",
        Reason.UNSUPPORTED,
    )
