"""XML of an EPUB (container, package, NCX, navigation) as a tree, and what it is encoded in.

Made from `markup.tokens` instead of by expat: no DTD is read and no entity is expanded but
HTML's, so there is nothing to blow up, and the time is linear in the length.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lectern.documents.encodings import text_encoding
from lectern.documents.markup import tokens
from lectern.errors import DocumentUnreadable, Reason

#: Packages are 5 deep, contents rarely 30.
_MOST_DEPTH = 100
#: A contents of 10,000 lines has 40,000.
_MOST_NODES = 200_000
#: What says to `markup.tokens` that <item/> is closed.
_XML = '<?xml version="1.0"?>'

_DECLARATION = re.compile(r"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|<!--(?s:.*?)(?:-->|\Z)|[][>]")
#: Python refuses to make numbers of so many digits; the largest code point has 7.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[xX][0-9A-Fa-f]{9,}+|[0-9]{9,}+);?")
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([\w.:\-]{1,40})"
    rb"|<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:\-]{1,40})",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Node:
    """An element. ``name``: in lower case, without its prefix; attributes keep theirs."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute by its name, with any prefix where none is given; "" without it."""
        if name in self.attributes:
            return self.attributes[name]
        for full, value in self.attributes.items():
            if full.rpartition(":")[2] == name:
                return value
        return ""

    @property
    def types(self) -> set[str]:
        """The words of ``epub:type`` and the roles of DPUB-ARIA, as the former writes them."""
        return set(self.attributes.get("epub:type", "").lower().split()) | {
            role.removeprefix("doc-") for role in self.attributes.get("role", "").lower().split()
        }

    @property
    def elements(self) -> list[Node]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator[Node | str]:
        """Itself and everything within, in the order of the document."""
        pending: list[Node | str] = [self]
        while pending:
            one = pending.pop()
            yield one
            if isinstance(one, Node):
                pending.extend(reversed(one.children))

    def all(self, *names: str) -> Iterator[Node]:
        """The elements within that have one of the names."""
        return (one for one in self.walk() if isinstance(one, Node) and one.name in names)

    def first(self, *names: str) -> Node | None:
        return next(self.all(*names), None)

    @property
    def text(self) -> str:
        """All text within, white space as it stands."""
        return "".join(one for one in self.walk() if isinstance(one, str))


def parse(markup: str, what: str) -> Node:
    """The tree of XML, under a node without a name.

    An element ends where one around it does at the latest. ``what``: the file's name, for
    messages.

    Raises:
        DocumentUnreadable: nested deeper than 100, or more than 200,000 pieces.
    """
    root = Node("")
    path = [("", root)]
    for count, token in enumerate(tokens(prepared(markup))):
        if count > _MOST_NODES:
            raise DocumentUnreadable(
                f"{what} in this EPUB is larger than any book needs; it will not be read.",
                Reason.TOO_MUCH,
            )
        if isinstance(token, str):
            path[-1][1].children.append(token)
        elif token.opening:
            node = Node(token.name.rpartition(":")[2], token.attributes)
            path[-1][1].children.append(node)
            if not token.closed:
                path.append((token.name, node))
        else:
            for depth in range(len(path) - 1, 0, -1):
                if path[depth][0] == token.name:
                    del path[depth:]
                    break
        if len(path) > _MOST_DEPTH:
            raise DocumentUnreadable(
                f"{what} in this EPUB is nested deeper than any book needs; it will not be read.",
                Reason.TOO_MUCH,
            )
    return root


def prepared(markup: str) -> str:
    """Markup as `markup.tokens` reads it best: said to be XML, without what stands before its
    first element (a DTD above all), no number of a character that Python refuses to read."""
    position = 0
    while True:
        while position < len(markup) and markup[position].isspace():
            position += 1
        if not markup.startswith(("<?", "<!"), position):
            return _XML + _ENDLESS_REFERENCE.sub("\ufffd", markup[position:])
        position = _behind_markup(markup, position)


def decoded(data: bytes) -> str:
    """Bytes of XML or HTML as text: by byte order mark, by what they declare, else UTF-8.

    What is no UTF-8 after all is Windows-1252; what can't be decoded is U+FFFD.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if data[:1] == b"<" and data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    if data[:2] == b"\0<":
        return data.decode("utf-16-be", "replace")
    declared = _DECLARED.search(data[:2048])
    encoding = text_encoding(declared[1] or declared[2]) if declared else "utf-8"
    text = data.decode(encoding, "replace")
    # One bad byte in a book of UTF-8 is no book of Windows-1252. What was decoded well has
    # fewer characters than bytes.
    if encoding == "utf-8" and text.count("\ufffd") > len(data) - len(text):
        return data.decode("cp1252", "replace")
    return text


def _behind(markup: str, closing: str, position: int) -> int:
    end = markup.find(closing, position)
    return len(markup) if end < 0 else end + len(closing)


def _behind_markup(markup: str, position: int) -> int:
    """Where a comment, a processing instruction or a declaration with its DTD ends."""
    if markup.startswith("<!--", position):
        return _behind(markup, "-->", position + 4)
    if markup.startswith("<?", position):
        return _behind(markup, "?>", position)
    depth = 0
    for mark in _DECLARATION.finditer(markup, position + 2):
        depth += {"[": 1, "]": -1}.get(mark.group(), 0)
        if mark.group() == ">" and depth <= 0:
            return mark.end()
    return len(markup)
