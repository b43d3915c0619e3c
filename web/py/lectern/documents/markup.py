"""HTML and XHTML as tags and text, in time that grows with the text alone.

The standard library's ``html.parser`` takes quadratic time for what is never closed
(``<a <a <a``, ``<!--<!--``; measured in 3.11: minutes a megabyte), which a document may do to us.
So tags are found here; entities are ``html.unescape``'s, that is HTML's own and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape


def names(text: str) -> frozenset[str]:
    """The words of ``text``, as the tables of elements are written."""
    return frozenset(text.split())


#: Their content is text until their own end tag; of the last two, entities in it are resolved.
RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
VOID = names(
    "area base basefont bgsound br col command embed frame hr img input keygen link meta param"
    " source track wbr"
)
#: More attributes of one tag are read past.
MAX_ATTRIBUTES = 60
#: Prefixes that mean nothing here: <svg:svg> is <svg>.
_PREFIXES = frozenset({"html", "xhtml", "h", "svg", "m", "mml", "math"})
_XHTML_SEARCH = 3000
_NAME = re.compile(r"[^\s/>]*+")
_BETWEEN = re.compile(r"[\s/]*+")
_ATTRIBUTE = re.compile(
    r"(?P<name>=?[^\s/>=]*+)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s>]*+)))?"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """``name`` and the attributes' names are lower case. ``closed``: ``<p/>`` in XHTML."""

    name: str
    opening: bool
    closed: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def tokens(markup: str) -> Iterator[Tag | str]:
    """The tags and the text between them, entities resolved; comments and declarations left out.

    What is between the tags of ``RAW`` is one text. A tag that never ends is dropped, as is
    what follows it.
    """
    return _Scanner(markup).tokens()


class _Scanner:
    def __init__(self, markup: str) -> None:
        self._markup = markup
        head = markup[:_XHTML_SEARCH]
        self._is_xhtml = head.lstrip("\ufeff \t\r\n").startswith("<?xml") or (
            "http://www.w3.org/1999/xhtml" in head
        )
        #: What was searched for and is not in the rest: it must not be searched for again.
        self._missing: set[str] = set()

    def tokens(self) -> Iterator[Tag | str]:
        markup, position, end = self._markup, 0, len(self._markup)
        while position < end:
            bracket = markup.find("<", position)
            if bracket < 0:
                bracket = end
            if bracket > position:
                yield _resolved(markup[position:bracket])
            if bracket == end:
                return
            following = markup[bracket + 1 : bracket + 2]
            if following.isascii() and following.isalpha():
                tag, position = self._start_tag(bracket + 1)
                if tag is None:
                    return
                yield tag
                if tag.name in RAW and not tag.closed:
                    text, position = self._raw(tag.name, position)
                    yield text
                    yield Tag(tag.name, opening=False)
            elif following == "/":
                close = self._find(">", bracket)
                if close < 0:
                    return
                matched = _NAME.match(markup, bracket + 2)
                name = _local(matched[0]) if matched else ""
                if name[:1].isalpha():
                    yield Tag(name, opening=False)
                position = close + 1
            elif following in ("!", "?"):
                text, position = self._declaration(bracket)
                if text:
                    yield text
            else:
                # All of "<<<<" at once: a token each would be slow.
                position = bracket + 1
                while markup[position : position + 1] == "<" and position - bracket < 1000:
                    after = markup[position + 1 : position + 2]
                    if after.isalpha() or after in ("/", "!", "?"):
                        break
                    position += 1
                yield markup[bracket:position]

    def _start_tag(self, position: int) -> tuple[Tag | None, int]:
        markup, end = self._markup, len(self._markup)
        matched = _NAME.match(markup, position)
        assert matched is not None  # it may be empty, but it matches
        name, position = _local(matched[0]), matched.end()
        attributes: dict[str, str] = {}
        slash = False
        while True:
            between = _BETWEEN.match(markup, position)
            assert between is not None
            slash = between[0].endswith("/")
            position = between.end()
            if position >= end:
                return None, end
            if markup[position] == ">":
                break
            attribute = _ATTRIBUTE.match(markup, position)
            assert attribute is not None
            position = max(attribute.end(), position + 1)
            if len(attributes) < MAX_ATTRIBUTES:
                double, single, bare = attribute.group("double", "single", "bare")
                value = double if double is not None else single if single is not None else bare
                # The first of two that have one name counts.
                attributes.setdefault(attribute["name"].lower(), _resolved(value or ""))
        closed = name in VOID or (slash and (self._is_xhtml or name in RAW))
        return Tag(name, True, closed, attributes), position + 1

    def _raw(self, name: str, position: int) -> tuple[str, int]:
        """The text up to the end tag of ``name``, and where it goes on behind that."""
        markup = self._markup
        found = None
        if name not in self._missing:
            found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(markup, position)
        if found is None:
            self._missing.add(name)
            # An unclosed title or field must not take the document with it.
            bracket = markup.find("<", position) if name in ("title", "textarea") else -1
            end = after = bracket if bracket >= 0 else len(markup)
        else:
            end = found.start()
            close = self._find(">", end)
            after = close + 1 if close >= 0 else len(markup)
        text = markup[position:end]
        return (_resolved(text) if name in ("title", "textarea") else text), after

    def _declaration(self, bracket: int) -> tuple[str, int]:
        """Past a comment, a doctype or an instruction; the text of a CDATA section."""
        markup = self._markup
        if markup.startswith("<!--", bracket):
            if markup.startswith(("<!-->", "<!--->"), bracket):
                return "", markup.index(">", bracket) + 1
            close = self._find("-->", bracket + 4)
            if close >= 0:
                return "", close + 3
        elif markup.startswith("<![CDATA[", bracket):
            close = self._find("]]>", bracket + 9)
            if close >= 0:
                return markup[bracket + 9 : close], close + 3
        close = self._find(">", bracket)
        if close >= 0 and markup[bracket + 2 : bracket + 9].upper() == "DOCTYPE":
            # What XML declares in brackets is nothing to read, nor to expand.
            subset = self._find("]>", close - 1) if "[" in markup[bracket:close] else -1
            close = subset + 1 if subset >= 0 else close
        return "", close + 1 if close >= 0 else len(markup)

    def _find(self, what: str, position: int) -> int:
        if what in self._missing:
            return -1
        found = self._markup.find(what, position)
        if found < 0:
            self._missing.add(what)
        return found


def _resolved(text: str) -> str:
    return unescape(text) if "&" in text else text


def _local(name: str) -> str:
    name = name[:100].lower()
    prefix, colon, local = name.partition(":")
    return local if colon and prefix in _PREFIXES else name
