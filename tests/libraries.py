"""Makes files of libraries for tests, good and bad ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any

HEAD: dict[str, Any] = {"lectern": "library", "version": 1, "documents": 1}


def document(title: str = "A Book", text: str = "One two. Three four.", **more: Any) -> Any:
    """A document as it stands in a library's file: one block, all of it."""
    return {
        "text": text,
        "blocks": [{"start": 0, "end": len(text), "kind": "paragraph"}],
        "contents": [],
        "title": title,
        "author": "Ann Author",
        "language": "en",
        **more,
    }


def row(title: str = "A Book", text: str = "One two. Three four.", **more: Any) -> Any:
    """A line of the file; ``more``: reading, source, added, cover."""
    return {"document": document(title, text), **more}


def lines(rows: Sequence[Any], *, head: Any = None, end: int | None = None) -> bytes:
    """The file before it is packed. ``end``: what its last line says, default the truth."""
    told = len(rows) if end is None else end
    whole = [head or {**HEAD, "documents": len(rows)}, *rows, {"end": told}]
    return "".join(json.dumps(one) + "\n" for one in whole).encode()


def pack(rows: Sequence[Any], *, head: Any = None, end: int | None = None) -> bytes:
    """A library's file."""
    return gzip.compress(lines(rows, head=head, end=end), mtime=0)


def unpack(data: bytes) -> list[Any]:
    """The lines of a library's file."""
    return [json.loads(line) for line in gzip.decompress(data).splitlines()]
