"""Which newlines end a sentence: after headings, list items, verses and speeches.

A text that was wrapped to a width has newlines that mean nothing. A newline means
something when the next word would still have fitted on the line.
"""

from __future__ import annotations

import re

from lectern.abbreviations import Language
from lectern.source import Source

NEWLINE = r"(?:\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029])"
#: Two newlines with nothing between, or a page or paragraph separator.
BLANK_LINE = re.compile(
    rf"(?:{NEWLINE}[^\S\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*){{2}}|[\x0c\u2029]"
)
#: The mark of a list item, or the dash of a speech in a dialogue, with its white space.
LIST_MARK = re.compile(
    r"(?:[-*+•‣◦▪·●○■□–—―]|\(?\d{1,3}[.)]|\(?[a-z][.)]|[A-Z]\)|\([A-Z]\)|[ivx]{1,5}[.)]|[IVX]{2,5}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)"
    r"[^\S\n\r]+"
)
_HEADING = re.compile(
    r"(?:chapter|part|section|book|act|scene|volume|appendix|chapitre|partie|livre|acte|scène|"
    r"tome|annexe|kapitel|teil)\b[^.!?]{0,60}$",
    re.IGNORECASE,
)
_OPENERS = "\"'“‘«‹„‚「『(【[{¿¡*_ \u00a0\u202f"
#: Lines are looked at up to here; whoever wraps, wraps shorter.
_LOOK = 300
#: A line shorter than this is hardly ever the result of wrapping.
_SHORT = 40
_VERSE = 62


def ends_sentence(
    source: Source, line_start: int | None, newline: int, width: int, language: Language
) -> bool:
    """Whether the sentence ends at the single newline at ``newline``, without a full stop.

    ``line_start`` is where the line before it begins, None when that is not known;
    ``width`` is the longest of the sentence's earlier lines, 0 when there are none.
    """
    following = source.after_gap(newline)
    if following >= source.size:
        return True
    if BLANK_LINE.search(source.text, newline, following):
        return True
    if is_list_mark(source, following):
        return True
    index = following
    while index < following + 4 and source.char(index) in _OPENERS and source.char(index):
        index += 1
    first = source.char(index)
    if first.islower() or not first.isalnum():
        return False
    return _was_meant(source, line_start, newline, following, first, width, language)


def _was_meant(
    source: Source,
    line_start: int | None,
    newline: int,
    following: int,
    first: str,
    width: int,
    language: Language,
) -> bool:
    if line_start is None:
        return source.text[newline - 1 : newline] == ":"
    line = source.text[line_start:newline].strip()
    mark = LIST_MARK.match(line)
    following_line, following_end = source.line(following, _LOOK)
    if line.endswith(":") or _HEADING.match(line):
        return True
    if first.isdigit():
        return mark is not None
    capitals = line.isupper() and sum(map(str.isalpha, line)) > 1
    if capitals and not following_line.isupper() and line[-1:] not in ",-":
        return True
    verse = (
        first.isupper()
        and not width
        and len(line) <= _VERSE
        and len(following_line) <= _VERSE
        and _next_is_upper(source, following_end)
    )
    if verse and line[-1:] in ",;–—-":
        return True
    words = line.rsplit(None, 1)
    last = words[-1].lower().strip("\"'“”‘’«»") if words else ""
    if last in language.links or line[-1:] in ",-–—&/(":
        return False
    if mark is not None or verse:
        return True
    word = following_line.split(None, 1)[0] if following_line.split() else ""
    if first.isupper() and len(line) <= _SHORT and not width and line[-1:] not in ",;":
        return True
    width = max(width, len(following_line), len(line))
    return len(line) + 1 + len(word) < min(width, 100) * 0.9


def is_list_mark(source: Source, index: int) -> bool:
    """Whether a list item or a speech begins at ``index``."""
    token = source.token(index)
    after = source.char(index + len(token))
    return after not in "\n\r" and bool(LIST_MARK.fullmatch(token + after))


def starts_paragraph(source: Source, gap: int, following: int, line_length: int | None) -> bool:
    """Whether what begins after the gap between two sentences is a new paragraph.

    ``line_length`` is that of the line which ends the gap's first sentence, None when it
    does not begin with the sentence.
    """
    if following >= source.size:
        return True
    between = source.text[gap:following]
    if BLANK_LINE.search(between):
        return True
    if not re.search(NEWLINE, between):
        return False
    if is_list_mark(source, following):
        return True
    if line_length is None:
        return False
    following_line, _ = source.line(following, _LOOK)
    word = following_line.split(None, 1)[0]
    return line_length > 100 or line_length + 1 + len(word) < len(following_line) * 0.9


def _next_is_upper(source: Source, end: int) -> bool:
    """Whether the line after the one that ends at ``end`` begins with a capital or is none."""
    index = source.after_gap(end)
    first = source.char(index)
    while first and first in _OPENERS and index < end + 8:
        index += 1
        first = source.char(index)
    return not first or first.isupper()
