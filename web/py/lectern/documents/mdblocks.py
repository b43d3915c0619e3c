"""Markdown -> its leaf blocks, by CommonMark's rules and GFM's tables and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

#: Quotes, lists and notes within each other; what is deeper belongs to the last.
MAX_DEPTH = 50
#: A label is no longer (CommonMark's own limit).
MAX_LABEL = 999

_SPACES = re.compile(r" *")
_HEADING = re.compile(r"(#{1,6})(?:[ ]+|$)")
_HEADING_END = re.compile(r"(?:^|[ ])#+[ ]*$")
_HEADING_ATTRIBUTES = re.compile(r"\{[ ]*[#.][^{}]{0,200}\}[ ]*$")
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_RULE = re.compile(r"(?:(?:-[ ]*){3,}|(?:\*[ ]*){3,}|(?:_[ ]*){3,})$")
_UNDERLINE = re.compile(r"(=+|-+)[ ]*$")
_BULLET = re.compile(r"[-+*](?=[ ]|$)")
_ORDERED = re.compile(r"(\d{1,9})[.)](?=[ ]|$)")
_TASK = re.compile(r"\[[ xX]\][ ]+")
_NOTE = re.compile(r"\[\^([^\]\s]{1,200})\]:[ ]*")
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]:")
_TARGET = re.compile(r"\s*(?:<[^<>\n]*>|[^\s<]\S*)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ ]*$")
_DELIMITERS = re.compile(r"\|?[ ]*+:?-++:?[ ]*+(?:\|[ ]*+:?-++:?[ ]*+)*+\|?[ ]*+$")
_CELL_END = re.compile(r"(?<!\\)\|")

_HTML_RAW = re.compile(r"<(script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
_HTML_BLOCK = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd"
    r"|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]"
    r"|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup"
    r"|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)"
    r"(?=[\s>]|/>|$)",
    re.IGNORECASE,
)
_HTML_ALONE = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>[ ]*$")
_HTML_ENDS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))


class Shape(Enum):
    PARAGRAPH = auto()
    HEADING = auto()
    CODE = auto()
    ROW = auto()
    HTML = auto()


class Around(Enum):
    """What a leaf is in."""

    NOTHING = auto()
    QUOTE = auto()
    ITEM = auto()


@dataclass(slots=True)
class Leaf:
    """``text``: lines joined by "\\n". ``around``: the innermost container."""

    shape: Shape
    text: str
    level: int = 0
    around: Around = Around.NOTHING
    is_note: bool = False


@dataclass(slots=True)
class Outline:
    """A text's leaves, and the labels (``normal``) of its links and notes."""

    leaves: list[Leaf] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Container:
    around: Around
    #: Of an item or note: how far its lines are indented.
    width: int = 0
    is_note: bool = False


def normal(label: str) -> str:
    return " ".join(label.casefold().split())


def outline(text: str) -> Outline:
    """``text``: line ends as "\\n"."""
    parser = _Parser()
    for line in text.split("\n"):
        parser.line(line.expandtabs(4) if "\t" in line else line)
    parser.end()
    return parser.found


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    row = row.strip()
    row = row[1:] if row.startswith("|") else row
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _CELL_END.split(row)]


class _Parser:
    def __init__(self) -> None:
        self.found = Outline()
        self._stack: list[_Container] = []
        self._shape: Shape | None = None
        self._lines: list[str] = []
        self._fence = ""
        self._fence_indent = 0
        self._html_end = ""
        self._is_table = False
        self._has_quotes = False

    def end(self) -> None:
        self._close(0)

    def line(self, line: str) -> None:
        position, matched, rest = self._continued(line)
        is_all = matched == len(self._stack)
        if not is_all and self._shape is not Shape.PARAGRAPH:
            self._close(matched)
            is_all = True
        if self._shape is Shape.CODE and self._takes_code(line, position, rest):
            return
        if self._shape is Shape.HTML:
            self._take_html(line[position:])
            return
        if rest == len(line):
            self._blank(matched)
            return
        self._start(line, position, rest, matched, is_all)

    def _continued(self, line: str) -> tuple[int, int, int]:
        """Where the line goes on within the containers that it continues, how many these are,
        and where its first character stands."""
        position = 0
        rest = _end_of_spaces(line, 0)
        if rest == len(line) and self._shape is None and not self._has_quotes:
            return rest, len(self._stack), rest
        for matched, container in enumerate(self._stack):
            if container.around is Around.QUOTE:
                if rest - position > 3 or line[rest : rest + 1] != ">":
                    return position, matched, rest
                position = rest + 1
                if line[position : position + 1] == " ":
                    position += 1
                rest = _end_of_spaces(line, position)
            elif rest == len(line):
                position = min(rest, position + container.width)
            elif rest - position >= container.width:
                position += container.width
            else:
                return position, matched, rest
        return position, len(self._stack), rest

    def _start(self, line: str, position: int, rest: int, matched: int, is_all: bool) -> None:
        """Open what the line opens, and take the rest of it as text."""
        while True:
            in_paragraph = self._shape is Shape.PARAGRAPH
            if rest - position > 3:
                if in_paragraph:
                    break
                self._shape = Shape.CODE
                self._fence = ""
                self._lines.append(line[position + 4 :])
                return
            first = line[rest : rest + 1]
            if first == ">":
                self._close(matched)
                if len(self._stack) < MAX_DEPTH:
                    self._has_quotes = True
                    self._stack.append(_Container(Around.QUOTE))
                    matched += 1
                position = rest + 1
                if line[position : position + 1] == " ":
                    position += 1
            elif (item := self._item(line, position, rest, in_paragraph and is_all)) is not None:
                container, position = item
                self._close(matched)
                if len(self._stack) < MAX_DEPTH:
                    self._stack.append(container)
                    matched += 1
            else:
                break
            is_all = True
            rest = _end_of_spaces(line, position)
            if rest == len(line):
                return
        text = line[rest:]
        if rest - position <= 3 and self._starts_leaf(line, text, rest - position, matched, is_all):
            return
        if self._shape is not Shape.PARAGRAPH:
            self._close(matched)
            self._shape = Shape.PARAGRAPH
        self._lines.append(text)

    def _item(
        self, line: str, position: int, rest: int, interrupts: bool
    ) -> tuple[_Container, int] | None:
        """The list item or note that begins at ``rest``, and where its text begins."""
        first = line[rest]
        if first == "[":
            note = _NOTE.match(line, rest)
            if note is None:
                return None
            self.found.notes.add(normal(note[1]))
            return _Container(Around.NOTHING, 4, True), note.end()
        if first in "-+*":
            marker = _BULLET.match(line, rest)
            if _RULE.match(line, rest):
                return None
        else:
            marker = _ORDERED.match(line, rest) if first.isdigit() else None
            if marker and interrupts and int(marker[1]) != 1:
                return None
        if marker is None:
            return None
        behind = _end_of_spaces(line, marker.end())
        if behind == len(line):
            if interrupts:
                return None
            return _Container(Around.ITEM, marker.end() - position + 1), behind
        spaces = behind - marker.end()
        if spaces > 4:
            behind = marker.end() + 1
        width = behind - position
        task = _TASK.match(line, behind)
        return _Container(Around.ITEM, width), task.end() if task else behind

    def _starts_leaf(self, line: str, text: str, indent: int, matched: int, is_all: bool) -> bool:
        """Whether the line is, or begins, a leaf other than a paragraph."""
        first = text[0]
        if first == "#" and (heading := _HEADING.match(text)):
            self._close(matched)
            title = _HEADING_END.sub("", _HEADING_ATTRIBUTES.sub("", text[heading.end() :]))
            self._add(Shape.HEADING, title, len(heading[1]))
        elif first in "`~" and (fence := _FENCE.match(text)):
            self._close(matched)
            self._shape, self._fence, self._fence_indent = Shape.CODE, fence[1], indent
        elif first == "<" and self._starts_html(text):
            end = self._html_end
            self._close(matched)
            self._shape, self._html_end = Shape.HTML, end
            self._take_html(text)
        elif self._shape is Shape.PARAGRAPH and is_all and self._ends_paragraph(text):
            pass
        elif first in "-*_" and _RULE.match(text):
            self._close(matched)
        else:
            return False
        return True

    def _ends_paragraph(self, text: str) -> bool:
        """Whether the line makes a heading, or the row of a table, of what is above it."""
        if self._is_table:
            if "|" in text:
                self._add(Shape.ROW, text)
                return True
            self._close(len(self._stack))
            return False
        underline = _UNDERLINE.match(text)
        if underline:
            self._define()
            if self._lines:
                title, self._lines = "\n".join(self._lines), []
                self._shape = None
                self._add(
                    Shape.HEADING,
                    _HEADING_ATTRIBUTES.sub("", title),
                    1 if text[0] == "=" else 2,
                )
                return True
        is_row = text[0] in "|:-" and "|" in self._lines[-1] if self._lines else False
        if is_row and _DELIMITERS.match(text) and len(cells(self._lines[-1])) == len(cells(text)):
            header = self._lines.pop()
            self._close(len(self._stack))
            self._add(Shape.ROW, header)
            self._shape, self._is_table = Shape.PARAGRAPH, True
            return True
        return False

    def _starts_html(self, text: str) -> bool:
        raw = _HTML_RAW.match(text)
        if raw:
            self._html_end = f"</{raw[1].lower()}>"
            return True
        for start, end in _HTML_ENDS:
            if text.startswith(start) and (start != "<!" or text[2:3].isalpha()):
                self._html_end = end
                return True
        self._html_end = ""
        if _HTML_BLOCK.match(text):
            return True
        return self._shape is not Shape.PARAGRAPH and bool(_HTML_ALONE.match(text))

    def _take_html(self, text: str) -> None:
        if not self._html_end and not text.strip():
            self._close(len(self._stack))
            return
        self._lines.append(text)
        if self._html_end and self._html_end in text.lower():
            self._close(len(self._stack))

    def _takes_code(self, line: str, position: int, rest: int) -> bool:
        if not self._fence:
            if rest - position >= 4 or rest == len(line):
                self._lines.append(line[position + 4 :])
                return True
            self._close(len(self._stack))
            return False
        text = line[rest:].rstrip()
        if (
            rest - position <= 3
            and len(text) >= len(self._fence)
            and text == self._fence[0] * len(text)
        ):
            self._close(len(self._stack))
        else:
            self._lines.append(line[min(rest, position + self._fence_indent) :])
        return True

    def _blank(self, matched: int) -> None:
        # A quote ends with the blank line that has no mark; an item may go on behind it.
        self._close(matched)

    def _close(self, depth: int) -> None:
        """End the leaf, and the containers from ``depth`` on."""
        shape, self._shape = self._shape, None
        if shape is Shape.PARAGRAPH and not self._is_table:
            self._define()
        lines, self._lines = self._lines, []
        self._is_table = False
        self._html_end = ""
        if shape is not None and lines:
            self._add(shape, "\n".join(lines))
        if depth < len(self._stack):
            del self._stack[depth:]
            self._has_quotes = any(one.around is Around.QUOTE for one in self._stack)

    def _add(self, shape: Shape, text: str, level: int = 0) -> None:
        around = self._stack[-1].around if self._stack else Around.NOTHING
        is_note = any(container.is_note for container in self._stack)
        self.found.leaves.append(Leaf(shape, text, level, around, is_note))

    def _define(self) -> None:
        """Take the definitions of links from a paragraph's first lines."""
        used = 0
        for line in self._definitions():
            used = line
        del self._lines[:used]

    def _definitions(self) -> Iterator[int]:
        """How many lines are used by the first definition, the first two, …"""
        at = 0
        while at < len(self._lines) and self._lines[at].startswith("["):
            label = _LABEL.match(self._lines[at])
            if label is None or not label[1].strip():
                return
            behind = self._lines[at][label.end() :]
            at += 1
            if not behind.strip() and at < len(self._lines):
                behind = self._lines[at]
                at += 1
            if not _TARGET.match(behind):
                return
            if at < len(self._lines) and re.fullmatch(
                r"\s*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))\s*", self._lines[at]
            ):
                at += 1
            self.found.links.add(normal(label[1]))
            yield at


def _end_of_spaces(line: str, position: int) -> int:
    matched = _SPACES.match(line, position)
    return matched.end() if matched else position
