"""The text within a block of Markdown -> runs of what is heard."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Set
from dataclasses import dataclass
from html import unescape
from html.entities import html5

from lectern.documents.mdblocks import MAX_LABEL, normal
from lectern.documents.model import Skip
from lectern.documents.raised import subscript, superscript

_MAX_DESTINATION = 2000
_MAX_TITLE = 1000
_MAX_PARENTHESES = 32
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SPECIAL = re.compile(r"[\\`*_\[\]!<&\n~]|(?<![\w@])(?:https?://|www\.)(?=\w)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}):([^\s<>]{0,2000})>")
_MAIL = re.compile(r"<([\w.!#$%&'*+/=?^`{|}~-]{1,200}@[\w.-]{1,200})>")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]{0,40})(?:[\s/][^<>]*)?>")
_URL = re.compile(r"(?:https?://)?[^\s<>]{1,2000}", re.IGNORECASE)
_NOTE = re.compile(r"\[\^([^\]\s]{1,200})\]")
_BRACKETED = re.compile(r"\s*\[\s*\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\s*\]\s*")
_MARK = re.compile(r"\s*(?:\d{1,4}|[a-zA-Z]|[ivxlc]{1,7}|[*†‡§¶‖#]{1,4})\s*")
#: What begins a tag, a comment or an address behind "<", besides letters and digits.
_TAG_STARTS = frozenset("/!.#$%&'*+=?^_`{|}~-")
_TICKS = re.compile(r"`+")


@dataclass(slots=True)
class Piece:
    """A run. ``is_break``: the end of a line that is meant."""

    text: str
    skip: Skip = Skip.NO
    is_break: bool = False
    is_raised: bool = False
    is_lowered: bool = False
    is_code: bool = False


@dataclass(slots=True)
class Labels:
    """The labels that the document defines, as ``normal`` makes them."""

    links: Set[str]
    notes: Set[str]


@dataclass(slots=True)
class _Mark:
    """A run of * or _ or ~: the piece with it and what of it may still open or close."""

    piece: int
    character: str
    count: int
    whole: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class _Bracket:
    piece: int
    #: Where its text begins in the source, and how many marks there were before.
    start: int
    marks: int
    is_image: bool


def pieces_of(text: str, labels: Labels) -> tuple[list[Piece], list[str]]:
    """The runs of a block's text, and the alternative texts of its pictures, which are not
    among them. Takes time in proportion to the text."""
    return _Inline(text, labels).read()


class _Inline:
    def __init__(self, text: str, labels: Labels) -> None:
        self._text = text
        self._labels = labels
        self._pieces: list[Piece] = []
        self._marks: list[_Mark] = []
        self._brackets: list[_Bracket] = []
        self._alts: list[str] = []
        self._raised = 0
        self._lowered = 0
        #: Brackets below this place are outside of a link: they can't be links any more.
        self._inactive = 0
        self._no_comment = False
        self._ticks: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            self._ticks.setdefault(len(run[0]), []).append(run.start())

    def read(self) -> tuple[list[Piece], list[str]]:
        text, position = self._text, 0
        while True:
            special = _SPECIAL.search(text, position)
            if special is None:
                self._add(text[position:])
                break
            at = special.start()
            self._add(text[position:at])
            position = self._special(special[0], at)
        self._pair(0)
        _set_scripts(self._pieces)
        return self._pieces, self._alts

    def _add(self, text: str, skip: Skip = Skip.NO) -> None:
        if text:
            self._pieces.append(Piece(text, skip, False, self._raised > 0, self._lowered > 0))

    def _special(self, found: str, at: int) -> int:
        """Read what begins at ``at``; where it goes on."""
        text = self._text
        if found == "\\":
            following = text[at + 1 : at + 2]
            if following == "\n":
                return self._line_end(at + 1, is_hard=True)
            if following in _PUNCTUATION:
                self._add(following)
                return at + 2
        elif found == "`":
            return self._code(at)
        elif found in "*_~":
            return self._delimiters(found, at)
        elif found == "\n":
            return self._line_end(at, is_hard=text[max(0, at - 2) : at] == "  ")
        elif found == "!":
            if text[at + 1 : at + 2] == "[" and text[at + 2 : at + 3] != "^":
                return self._open(at, 2)
        elif found == "[":
            note = _NOTE.match(text, at)
            if note and normal(note[1]) in self._labels.notes:
                self._add(note[0], Skip.NOTE)
                return note.end()
            return self._open(at, 1)
        elif found == "]":
            return self._close(at)
        elif found == "&":
            entity = _ENTITY.match(text, at)
            if entity and (entity[0][1] == "#" or entity[0][1:] in html5):
                self._add(unescape(entity[0]))
                return entity.end()
        elif found == "<":
            return self._angle(at)
        else:
            return self._url(at)
        self._add(found)
        return at + 1

    def _line_end(self, at: int, *, is_hard: bool) -> int:
        if is_hard:
            self._pieces.append(Piece("\n", Skip.NO, True))
        else:
            self._add(" ")
        return at + 1

    def _code(self, at: int) -> int:
        ticks = _TICKS.match(self._text, at)
        assert ticks is not None
        count = len(ticks[0])
        places = self._ticks.get(count, [])
        following = bisect_right(places, at)
        if following == len(places):
            self._add(ticks[0])
            return ticks.end()
        code = self._text[ticks.end() : places[following]].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and not code.isspace():
            code = code[1:-1]
        if code:
            self._pieces.append(Piece(code, is_code=True))
        return places[following] + count

    def _delimiters(self, character: str, at: int) -> int:
        text, end = self._text, at
        while text[end : end + 1] == character:
            end += 1
        before, behind = text[at - 1 : at] or " ", text[end : end + 1] or " "
        is_left = not behind.isspace() and (not _is_punctuation(behind) or _is_open(before))
        is_right = not before.isspace() and (not _is_punctuation(before) or _is_open(behind))
        opens, closes = is_left, is_right
        if character == "_":
            opens = is_left and (not is_right or _is_punctuation(before))
            closes = is_right and (not is_left or _is_punctuation(behind))
        count = end - at
        if (opens or closes) and not (character == "~" and count > 2):
            mark = _Mark(len(self._pieces), character, count, count, opens, closes)
            self._marks.append(mark)
        self._add(text[at:end])
        return end

    def _pair(self, bottom: int) -> None:
        """Take away the marks of emphasis from the ``bottom``-th on (CommonMark's
        "process emphasis", with its bound on how far back an opener is looked for)."""
        marks = self._marks[bottom:]
        del self._marks[bottom:]
        openers: list[_Mark] = []
        # Below these no opener fits: per character, whole run modulo 3, and may open.
        bottoms: dict[tuple[str, int, bool], int] = {}
        for mark in marks:
            if mark.closes:
                self._close_emphasis(mark, openers, bottoms)
            if mark.opens and mark.count:
                openers.append(mark)
        for mark in marks:
            piece = self._pieces[mark.piece]
            piece.text = mark.character * mark.count

    def _close_emphasis(
        self,
        closer: _Mark,
        openers: list[_Mark],
        bottoms: dict[tuple[str, int, bool], int],
    ) -> None:
        key = (closer.character, closer.whole % 3, closer.opens)
        while closer.count:
            bottom, found = bottoms.get(key, 0), -1
            for index in range(len(openers) - 1, bottom - 1, -1):
                opener = openers[index]
                if opener.character == closer.character and _fit(opener, closer):
                    found = index
                    break
            if found < 0:
                bottoms[key] = len(openers)
                return
            opener = openers[found]
            used = 2 if opener.count >= 2 and closer.count >= 2 else 1
            if closer.character == "~":
                used = closer.count
            # As many pairs at once as there are: a run of a million would take as many steps.
            used = min(opener.count, closer.count) if used == 2 else used
            opener.count -= used
            closer.count -= used
            del openers[found + (1 if opener.count else 0) :]
            for other, place in bottoms.items():
                bottoms[other] = min(place, len(openers))

    def _open(self, at: int, length: int) -> int:
        self._brackets.append(
            _Bracket(len(self._pieces), at + length, len(self._marks), length == 2)
        )
        self._add(self._text[at : at + length])
        return at + length

    def _close(self, at: int) -> int:
        if not self._brackets:
            self._add("]")
            return at + 1
        bracket = self._brackets.pop()
        is_active = bracket.is_image or len(self._brackets) >= self._inactive
        self._inactive = min(self._inactive, len(self._brackets))
        destination, end = self._target(bracket, at) if is_active else ("", -1)
        if end < 0:
            self._add("]")
            return at + 1
        self._pair(bracket.marks)
        if bracket.is_image:
            alt = "".join(piece.text for piece in self._pieces[bracket.piece + 1 :])
            del self._pieces[bracket.piece :]
            is_linked = any(not outer.is_image for outer in self._brackets[-1:])
            if alt.strip() and not is_linked:
                self._alts.append(alt)
            return end
        self._pieces[bracket.piece].text = ""
        self._inactive = len(self._brackets)
        self._note_link(bracket, destination)
        return end

    def _note_link(self, bracket: _Bracket, destination: str) -> None:
        """A link that is the mark of a note or of a citation is skipped."""
        if len(self._pieces) - bracket.piece > 9:
            return
        inside = self._pieces[bracket.piece + 1 :]
        text = "".join(piece.text[:30] for piece in inside)
        skip = Skip.NO
        if _BRACKETED.fullmatch(text):
            skip = Skip.REFERENCE
        elif "#" in destination and _MARK.fullmatch(text) and any(p.is_raised for p in inside):
            skip = Skip.NOTE
        for piece in inside:
            piece.skip = piece.skip or skip

    def _target(self, bracket: _Bracket, at: int) -> tuple[str, int]:
        """Where a link or picture leads whose bracket closes at ``at``, and where it ends;
        -1 when it is none."""
        text = self._text
        following = text[at + 1 : at + 2]
        if following == "(":
            destination, end = _destination(text, at + 2)
            if end >= 0:
                return destination, end
        if following == "[":
            close = text.find("]", at + 2, at + 3 + MAX_LABEL)
            label = text[at + 2 : close] if close >= 0 else ""
            if label.strip() and "[" not in label:
                return ("", close + 1) if normal(label) in self._labels.links else ("", -1)
        if at - bracket.start > MAX_LABEL:
            return "", -1
        if normal(text[bracket.start : at]) in self._labels.links:
            return "", at + 3 if following == "[" and text[at + 2 : at + 3] == "]" else at + 1
        return "", -1

    def _angle(self, at: int) -> int:
        """An address, a tag or a comment; or "<"."""
        text = self._text
        following = text[at + 1 : at + 2]
        if not (following.isalnum() or following in _TAG_STARTS):
            self._add("<")
            return at + 1
        address = _AUTOLINK.match(text, at)
        if address:
            if address[1].lower() == "mailto":
                self._add(address[2])
                return address.end()
            self._add(_host(address[2].removeprefix("//")) if address[2] else address[1])
            return address.end()
        mail = _MAIL.match(text, at)
        if mail:
            self._add(mail[1])
            return mail.end()
        tag = _TAG.match(text, at)
        if tag:
            name = tag[2].lower()
            if name == "br":
                self._pieces.append(Piece("\n", Skip.NO, True))
            elif name == "sup":
                self._raised = max(0, self._raised + (-1 if tag[1] else 1))
            elif name == "sub":
                self._lowered = max(0, self._lowered + (-1 if tag[1] else 1))
            return tag.end()
        if text.startswith("<!--", at) and not self._no_comment:
            close = text.find("-->", at + 4)
            if close >= 0:
                return close + 3
            self._no_comment = True
        self._add("<")
        return at + 1

    def _url(self, at: int) -> int:
        address = _URL.match(self._text, at)
        if address is None:
            self._add(self._text[at])
            return at + 1
        whole = address[0].partition("]")[0] if self._brackets else address[0]
        kept = whole.rstrip("?!.,:*_~'\"")
        while kept.endswith((")", "]")) and kept.count(kept[-1]) > kept.count(
            "(" if kept[-1] == ")" else "["
        ):
            kept = kept[:-1].rstrip("?!.,:*_~'\"")
        self._add(_host(re.sub(r"^https?://", "", kept, flags=re.IGNORECASE)))
        return at + max(1, len(kept))


def _set_scripts(pieces: list[Piece]) -> None:
    """Digits that are raised or lowered as such; the marks of notes stay as they are."""
    before = ""
    for piece in pieces:
        if not piece.skip and (piece.is_raised or piece.is_lowered):
            text = piece.text
            piece.text = subscript(text) if piece.is_lowered else superscript(text, before)
        before = piece.text[-2:] if len(piece.text) > 1 else (before + piece.text)[-2:]


def _destination(text: str, position: int) -> tuple[str, int]:
    """A destination and its title up to the ")" that ends them; -1 when there is none."""
    position = _behind_space(text, position)
    start = position
    if text[position : position + 1] == "<":
        close = text.find(">", position, position + _MAX_DESTINATION)
        if close < 0 or "\n" in text[position:close] or "<" in text[position + 1 : close]:
            return "", -1
        destination, position = text[position + 1 : close], close + 1
    else:
        depth = 0
        limit = min(len(text), position + _MAX_DESTINATION)
        while position < limit:
            character = text[position]
            if character == "\\":
                position += 1
            elif character.isspace():
                break
            elif character == "(":
                depth += 1
                if depth > _MAX_PARENTHESES:
                    return "", -1
            elif character == ")":
                if not depth:
                    break
                depth -= 1
            position += 1
        destination = text[start:position]
        if depth:
            return "", -1
    behind = _behind_space(text, position)
    quote = text[behind : behind + 1]
    if behind > position and quote in ('"', "'", "("):
        close = text.find(")" if quote == "(" else quote, behind + 1, behind + _MAX_TITLE)
        if close < 0:
            return "", -1
        behind = _behind_space(text, close + 1)
    return (destination, behind + 1) if text[behind : behind + 1] == ")" else ("", -1)


def _behind_space(text: str, position: int) -> int:
    end = min(len(text), position + _MAX_TITLE)
    while position < end and text[position].isspace():
        position += 1
    return position


def _host(address: str) -> str:
    """What of an address is read: its host."""
    host = re.split(r"[/?#]", address, maxsplit=1)[0].rpartition("@")[2]
    return host.removeprefix("www.") or address[:100]


def _is_punctuation(character: str) -> bool:
    return not character.isalnum() and not character.isspace()


def _is_open(character: str) -> bool:
    return character.isspace() or _is_punctuation(character)


def _fit(opener: _Mark, closer: _Mark) -> bool:
    """CommonMark's rule of three, and GFM's for "~"."""
    if closer.character == "~":
        return opener.count == closer.count
    if not (opener.closes or closer.opens):
        return True
    return (opener.whole + closer.whole) % 3 != 0 or (
        opener.whole % 3 == 0 and closer.whole % 3 == 0
    )
