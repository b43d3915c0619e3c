"""What is to be packed: documents as the page opens them, and lists of phrases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lectern.documents.model import Document
from lectern.documents.reading import (
    MOST_BYTES,
    decode,
    is_pdf,
    read,
    read_pdf,
)
from lectern.errors import LecternError
from lectern.jsonchecks import parse
from lectern.published import MARKED_EACH
from lectern.sentences import split

from tools.build.errors import BuildError
from tools.build.pack_pdf import PdfItems


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be spoken.

    Args:
        source: the file it is from.
        kind: "document" or "phrases".
        spoken: all of it, skipped parts blanked, as the page speaks it.
        sentences: as the page splits it.
    """

    source: Path
    kind: str
    title: str
    spoken: str
    sentences: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.spoken.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def marked_each(self) -> int:
        """Phrases are heard one by one: each of them leads to its list."""
        return 1 if self.kind == "phrases" else MARKED_EACH


def read_text(
    path: Path,
    *,
    language: str,
    max_chars: int,
    pdf: PdfItems,
    phrases: bool = False,
    title: str = "",
) -> Text:
    """A file as it is to be spoken.

    Args:
        language: the voice's (BCP 47), for documents that don't say theirs or say another.
        max_chars: longer sentences are cut, as the page cuts them.
        pdf: reads PDFs.
        phrases: it is a list of phrases, one a line; JSON always is one.
        title: in place of the document's own.

    Raises:
        BuildError: it can't be read, in words.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BuildError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        data = path.read_bytes()
    except OSError as reason:
        raise BuildError(f"{path} can't be read: {reason.strerror}.") from reason
    if path.suffix.lower() == ".json" or phrases:
        listed = _phrases(path, data)
        pieces = [s for one in listed for s in _split(one, language, max_chars)]
        return Text(path, "phrases", title or path.stem, "\n".join(listed), tuple(pieces))
    try:
        document = _document(path.name, data, pdf)
    except LecternError as reason:
        raise BuildError(reason.message) from reason
    spoken = spoken_text(document)
    own = document.language or language
    rules = own if own.partition("-")[0] == language.partition("-")[0] else language
    sentences = _split(spoken, rules, max_chars)
    return Text(path, "document", title or document.title, spoken, tuple(sentences))


def spoken_text(document: Document) -> str:
    """The text with blanks in the place of what is skipped (``view/open_document.js``)."""
    pieces: list[str] = []
    done = 0
    for block in document.blocks:
        spans = [block] if block.skip else block.skipped
        for span in spans:
            pieces += [document.text[done : span.start], " " * (span.end - span.start)]
            done = span.end
    return "".join([*pieces, document.text[done:]])


def _document(name: str, data: bytes, pdf: PdfItems) -> Document:
    if is_pdf(data):
        return read_pdf(name, pdf(data))
    # Of a page the page may read the article alone: its sentences are among these.
    return read(name, data)


def _split(text: str, language: str, max_chars: int) -> list[str]:
    sentences, _ = split(text, language, final=True, max_chars=max_chars)
    return [sentence.text for sentence in sentences]


def _phrases(path: Path, data: bytes) -> list[str]:
    try:
        text = decode(data, path.name)
    except LecternError as reason:
        raise BuildError(reason.message) from reason
    if path.suffix.lower() == ".json":
        found = parse(text)
        if found is None:
            raise BuildError(f"{path.name} is no JSON.", "A list of phrases is wanted.")
        listed = list(_strings(found))
        if not listed:
            hint = json.dumps({"greetings": ["Good morning.", "Welcome back."]})
            raise BuildError(f"There is no list of phrases in {path.name}.", f"Such as {hint}")
    else:
        listed = text.splitlines()
    return list(dict.fromkeys(phrase.strip() for phrase in listed if phrase.strip()))


def _strings(value: object, *, listed: bool = False) -> Iterator[str]:
    """Whatever is text in a list, or is called "text", however deep."""
    if isinstance(value, str):
        if listed:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, listed=True)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _strings(one, listed=name == "text")
