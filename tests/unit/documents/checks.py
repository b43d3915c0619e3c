"""What holds for every document, whatever it was made from."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import pytest
from lectern.documents.model import GAP, Block, Document, Kind, Skip
from lectern.errors import LecternError, TooLarge

#: Seconds of the processor's time for some 0.3 MB of hostile text; it takes 0.1 to 1.5.
LIMIT = 4.0
#: Characters of a hostile text, about.
_SIZE = 150_000
#: What no reader of text may trip over, whatever its syntax.
HOSTILE = {
    "less-than": "<" * _SIZE,
    "unclosed tags": "<a " * (_SIZE // 3),
    "unclosed comments": "a <!--" * (_SIZE // 6),
    "entities": "&" * _SIZE + "&#" * 1000,
    "stars": "*" * _SIZE,
    "brackets": "[" * _SIZE,
    "quotes": "> " * _SIZE,
    "deeply quoted lines": (">" * 60 + "a\n") * (_SIZE // 61),
    "items": "- a\n" * (_SIZE // 4),
    "line ends": "\n" * _SIZE,
    "short lines": "a\n" * _SIZE,
    "spaces around": " " * _SIZE + "x" + " " * _SIZE,
    "tabs": "\t" * _SIZE + "x",
    "one word": "a" * _SIZE,
    "one line": "word " * (_SIZE // 5),
}
#: Pieces of random documents in any syntax.
ODD = [
    "word ",
    "a",
    " ",
    "\n",
    "\r\n",
    "été",
    "é",
    "\u00ad",
    "\x00",
    "😀",
    "\u2028",
    "&",
    "<",
    "[1]",
]


def heard(document: Document, kind: Kind | None = None) -> list[str]:
    """The blocks that are read, of one kind or of all."""
    return [
        document.text[block.start : block.end]
        for block in document.blocks
        if block.skip is Skip.NO and kind in (None, block.kind)
    ]


def texts(document: Document, skip: Skip | None = None) -> list[str]:
    """The blocks' texts: all, or those that are skipped so."""
    return [
        document.text[block.start : block.end]
        for block in document.blocks
        if skip is None or block.skip is skip
    ]


def shapes(document: Document) -> list[tuple[str, str]]:
    """Kind and text of each block; a heading's kind has its level."""
    return [
        (block.kind.value + str(block.level or ""), document.text[block.start : block.end])
        for block in document.blocks
    ]


def block_of(document: Document, part: str) -> Block:
    """The first block with ``part`` in it."""
    return next(one for one in document.blocks if part in document.text[one.start : one.end])


def skipped(document: Document) -> list[tuple[str, Skip]]:
    """What is skipped within blocks that are read."""
    return [
        (document.text[span.start : span.end], span.skip)
        for block in document.blocks
        for span in block.skipped
    ]


def check(document: Document) -> None:
    """Blocks ascend, lie in the text, have gaps between them and something in them."""
    position = 0
    for index, block in enumerate(document.blocks):
        if index:
            assert document.text[position : block.start] == GAP
        else:
            assert block.start == 0
        assert block.start < block.end <= len(document.text)
        assert any(map(str.isalnum, document.text[block.start : block.end]))
        at = block.start
        for span in block.skipped:
            assert at <= span.start < span.end <= block.end
            at = span.end
        position = block.end
    assert position == len(document.text)


def check_soup(read: Callable[[str], Document], parts: Sequence[str], rounds: int = 400) -> None:
    """Random documents of ``parts`` are read, or refused by an error of ours."""
    chance = random.Random(4)
    for _ in range(rounds):
        soup = "".join(chance.choices(parts, k=chance.randrange(1, 60)))
        try:
            check(read(soup))
        except LecternError:
            continue
        except Exception as error:
            raise AssertionError(f"{soup!r} is not read") from error


def hostile(texts: Mapping[str, str]) -> pytest.MarkDecorator:
    """A test's parameter ``text``: what is hostile to every reader, and to this one."""
    cases = {**HOSTILE, **texts}
    return pytest.mark.parametrize("text", cases.values(), ids=cases.keys())


def check_refused(
    read: Callable[[str], Document],
    module: ModuleType,
    limit: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One character more than ``module.limit`` is refused in words, as many are read."""
    monkeypatch.setattr(module, limit, 10)
    check(read("a" * 10))
    with pytest.raises(TooLarge, match="Split"):
        read("a" * 11)


def check_time(read: Callable[[str], Document], text: str, limit: float = LIMIT) -> Document:
    start = time.process_time()
    document = read(text)
    assert time.process_time() - start < limit
    check(document)
    return document
