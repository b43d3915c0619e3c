"""Marks of citations that no markup tells: "word.[12]", "as shown [3, 4]", "here¹²,¹³".

Those in brackets are known by the word that they are glued to. With a space before them, or
raised, they are marks only where the document lists what they stand for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from lectern.documents.model import Block, Builder, Kind, Skip, Span

_HEADING = re.compile(
    r"\W*(?:\d{1,2}\.?\s+)?(?:references?(?:\s+cited|\s+and\s+notes)?|bibliography|works\s+cited"
    r"|literature(?:\s+cited)?|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?|références"
    r"|références\s+bibliographiques|bibliographie|referencias|bibliografía|bibliografia)\W*",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"(?:(?<=\s)|^)(?:\[(\d{1,3})\]|(\d{1,3})[.)]?)(?=\s)")
_BRACKETED_ENTRY = re.compile(r"\[(\d{1,3})\]\s")
_SEPARATOR = r"\s?[,;–-]\s?"
_BRACKETS = re.compile(rf"\s?\[([1-9]\d{{0,2}}(?:{_SEPARATOR}[1-9]\d{{0,2}}){{0,30}})\]")
_RAISED = re.compile(rf"[⁰¹²³⁴-⁹]{{1,3}}(?:{_SEPARATOR}[⁰¹²³⁴-⁹]{{1,3}}){{0,30}}")
#: What a mark is glued to: a word or a number with its punctuation; "a[1]" is none, nor are
#: names of programs: "x.items[1]", "last_row[2]".
_WORD = re.compile(
    r"(?:(?<![\w.])[^\W\d_]{2,}(?:['’-][^\W\d_]+)*|(?<![\w.])\d[\d.,]{0,12}%?)"
    r"[.,;:!?…)”\"»’']{0,4}\Z"
)
_CAMEL = re.compile(r"[a-z][A-Z]")
#: What follows an element of an array.
_INDEXED = re.compile(r"\s?[=+*/({]|\.\w|\w|\[\D|->")
_RAISED_BASE = re.compile(r"(?:[^\W\d_]{3,}|\b(?:1[5-9]|20)\d\d|[^\W\d_][.,;:!?)”\"»’'])\Z")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NUMBER = re.compile(r"\d+|[–-]")
_LOOK = 30


def skip_citations(builder: Builder) -> None:
    """Skip the marks of citations in the blocks that are read, code and verse apart."""
    text = builder.text
    if "[" not in text and not _RAISED.search(text):
        return
    listed, entries = _listed(builder.blocks, text)
    for index, block in enumerate(builder.blocks):
        if block.skip is not Skip.NO or block.kind is Kind.VERSE or index in entries:
            continue
        marks = [*_bracketed(block, text, builder, listed), *_raised(block, text, listed)]
        new = [one for one in marks if not _meets(one, block.skipped)]
        if new:
            spans = sorted([*block.skipped, *new], key=lambda span: span.start)
            builder.blocks[index] = replace(block, skipped=tuple(spans))


def _listed(blocks: list[Block], text: str) -> tuple[set[int], set[int]]:
    """The numbers of what the document lists, and the blocks with the list."""
    found: set[int] = set()
    bracketed: set[int] = set()
    entries: set[int] = set()
    within = False
    last = 0
    for index, block in enumerate(blocks):
        if block.skip is not Skip.NO:
            continue
        first = text[block.start : min(block.end, block.start + 80)].partition("\n")[0]
        if block.kind is Kind.HEADING or _HEADING.fullmatch(first):
            within, last = _HEADING.fullmatch(first) is not None, 0
        elif not within and (entry := _BRACKETED_ENTRY.match(first)):
            bracketed.add(int(entry[1]))
            entries.add(index)
        if not within:
            continue
        entries.add(index)
        before = last
        for entry in _ENTRY.finditer(text, block.start, block.end):
            if int(entry[1] or entry[2]) == last + 1:
                last += 1
        # A list's own numbers are no text.
        last += last == before and block.kind is Kind.ITEM
        found.update(range(before + 1, last + 1))
    # One alone may be anything.
    listed = {number for one in (found, bracketed) if len(one) > 1 for number in one}
    return listed, entries


def _bracketed(block: Block, text: str, builder: Builder, listed: set[int]) -> Iterator[Span]:
    done = -1
    for match in _BRACKETS.finditer(text, block.start, block.end):
        start, end = match.span()
        before = text[max(block.start, start - _LOOK) : start]
        if (
            not before.strip()
            or builder.is_literal(end - 1)
            or _INDEXED.match(text, end, block.end)
        ):
            continue
        glued = match[0][0] == "["
        word = _WORD.search(before) if glued and start != done else None
        is_word = word is not None and not _CAMEL.search(word[0])
        if is_word or start == done or _numbers(match[1]) <= listed:
            yield Span(start, end, Skip.REFERENCE)
            done = end


def _raised(block: Block, text: str, listed: set[int]) -> Iterator[Span]:
    if not listed:
        return
    for match in _RAISED.finditer(text, block.start, block.end):
        start, end = match.span()
        before = text[max(block.start, start - _LOOK) : start]
        if text[end : end + 1] in ("⁺", "⁻", "/", "⁄") or not _RAISED_BASE.search(before):
            continue
        if _numbers(match[0].translate(_PLAIN)) <= listed:
            yield Span(start, end, Skip.REFERENCE)


def _numbers(text: str) -> set[int]:
    """The numbers of a list, the ends of its ranges among them; {0} for a range backwards."""
    found: set[int] = set()
    parts = _NUMBER.findall(text)
    for at, part in enumerate(parts):
        if part in "–-":
            if int(parts[at - 1]) >= int(parts[at + 1]):
                return {0}
        else:
            found.add(int(part))
    return found


def _meets(span: Span, others: tuple[Span, ...]) -> bool:
    at = bisect_right(others, span.start, key=lambda other: other.start)
    return (at > 0 and others[at - 1].end > span.start) or (
        at < len(others) and others[at].start < span.end
    )
