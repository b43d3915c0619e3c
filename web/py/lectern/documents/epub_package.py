"""What an EPUB says of itself: its package document, and its contents as nav or NCX."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lectern.documents.epub_archive import MOST_ENTRIES, Archive, followed, joined
from lectern.documents.markup_tree import Node, parse
from lectern.documents.model import language_tag, one_line
from lectern.errors import DocumentUnreadable, Reason

_CONTAINER = "META-INF/container.xml"
_PACKAGE = "application/oebps-package+xml"
_NCX = "application/x-dtbncx+xml"
_MARKUP = {
    "application/xhtml+xml",
    "application/x-dtbook+xml",
    "text/html",
    "text/x-oeb1-document",
}
_MOST_LANDMARKS = 200
_MARKUP_NAMES = (".xhtml", ".html", ".htm", ".xht")
#: EPUB 2's guide -> the words of epub:type.
_GUIDE = {"title-page": "titlepage", "text": "bodymatter", "start": "bodymatter"}


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the manifest. ``path``: in the archive, in one spelling."""

    path: str
    media_type: str
    properties: frozenset[str]
    fallback: str

    @property
    def is_markup(self) -> bool:
        """Whether it is text to be read; many books call it XML, or nothing."""
        return self.media_type in _MARKUP or (
            not self.media_type.startswith(("image/", "audio/", "video/", "font/"))
            and self.path.lower().endswith(_MARKUP_NAMES)
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A document of the spine. ``linear``: False for what the text only refers to."""

    path: str
    linear: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A place in the book. ``fragment``: an element's id, "" for the file's beginning."""

    path: str
    fragment: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the contents, in order. ``level``: from 1. ``target``: None for a mere title."""

    title: str
    level: int
    target: Target | None


@dataclass(frozen=True, slots=True)
class Landmark:
    """``types``: words of epub:type: ``cover``, ``toc``, ``bodymatter``."""

    types: frozenset[str]
    target: Target


@dataclass(slots=True)
class Package:
    """``items``: by their ids. ``cover``: the paths where a cover may be, likeliest first."""

    path: str
    title: str = ""
    author: str = ""
    language: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    spine: list[Part] = field(default_factory=list)
    contents: list[Line] = field(default_factory=list)
    landmarks: list[Landmark] = field(default_factory=list)
    nav: str = ""
    cover: list[str] = field(default_factory=list)


def package(archive: Archive) -> Package:
    """The package document of an archive, with its contents.

    Raises:
        DocumentUnreadable: there is none, or something in it is beyond all limits.
    """
    path, tree = _package_document(archive)
    book = Package(path)
    metadata = tree.first("metadata") or tree
    book.title = next(iter(_texts(metadata, "title")), "")
    book.author = ", ".join(dict.fromkeys(_texts(metadata, "creator")))
    tags = (language_tag(text) for text in _texts(metadata, "language"))
    book.language = next((tag for tag in tags if tag.lower() not in {"", "und", "mul"}), "")
    book.items = _manifest(archive, path, tree)
    spine = tree.first("spine") or Node("spine")
    book.spine = _spine(book.items, spine)
    for reference in tree.all("reference"):
        _add_landmark(archive, book, path, reference.get("href"), {reference.get("type").lower()})
    _read_contents(archive, book, spine.get("toc"))
    book.cover = _covers(archive, book, metadata)
    return book


def target(archive: Archive, base: str, reference: str) -> Target | None:
    """Where a reference in the file ``base`` leads; None where it leaves the book."""
    place = followed(base, reference) if reference.strip() else None
    return Target(archive.key(place[0]), place[1]) if place else None


def _package_document(archive: Archive) -> tuple[str, Node]:
    """The path and the tree of the first package document that is there."""
    named: list[str] = []
    if markup := archive.text(_CONTAINER):
        roots = list(parse(markup, _CONTAINER).all("rootfile"))
        roots.sort(key=lambda root: root.get("media-type") != _PACKAGE)
        named = [joined("", root.get("full-path")) for root in roots[:20]]
    found = [path for path in archive.paths() if path.lower().endswith(".opf")]
    for path in dict.fromkeys([*(archive.key(one) for one in named), *sorted(found)[:20]]):
        if markup := archive.text(path):
            return path, parse(markup, path)
    if named:
        raise DocumentUnreadable(
            f"{named[0]}, the list of this EPUB's chapters, is missing or damaged."
            " Download or copy it again."
        )
    raise DocumentUnreadable(
        f"This is a ZIP archive, but no EPUB: it has no {_CONTAINER} and no package document.",
        Reason.UNSUPPORTED,
    )


def _texts(tree: Node, name: str) -> list[str]:
    return [text for node in tree.all(name) if (text := one_line(node.text))]


def _manifest(archive: Archive, base: str, tree: Node) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for node in (tree.first("manifest") or tree).all("item"):
        place = target(archive, base, node.get("href"))
        if place and len(items) < MOST_ENTRIES:
            items.setdefault(
                node.get("id").strip(),
                Item(
                    place.path,
                    node.get("media-type").strip().lower(),
                    frozenset(node.get("properties").lower().split()),
                    node.get("fallback").strip(),
                ),
            )
    return items


def _spine(items: dict[str, Item], spine: Node) -> list[Part]:
    """The documents in reading order, each once however often it is named.

    Without a spine: the manifest's order.
    """
    named = [(node.get("idref").strip(), node.get("linear")) for node in spine.all("itemref")]
    if not any(name in items for name, _ in named):
        named = [(name, "") for name, item in items.items() if "nav" not in item.properties]
    parts: dict[str, Part] = {}
    for name, linear in named:
        item = _readable(items, name)
        if item is not None:
            parts.setdefault(item.path, Part(item.path, linear.strip().lower() != "no"))
    return list(parts.values())


def _readable(items: dict[str, Item], name: str) -> Item | None:
    """The item, or the first of its fallbacks that is markup; they may go in circles."""
    seen: set[str] = set()
    while name in items and name not in seen:
        seen.add(name)
        if items[name].is_markup:
            return items[name]
        name = items[name].fallback
    return None


def _read_contents(archive: Archive, book: Package, ncx_id: str) -> None:
    """EPUB 3's navigation document; the NCX where it has none or nothing in it."""
    book.nav = next((one.path for one in book.items.values() if "nav" in one.properties), "")
    if book.nav and (markup := archive.text(book.nav)):
        navs = list(parse(markup, book.nav).all("nav"))
        tocs = [one for one in navs if "toc" in one.types] or navs[:1]
        for toc in tocs[:1]:
            _list_lines(archive, book, toc.first("ol"), 1)
        for nav in navs:
            if "landmarks" in nav.types:
                for link in nav.all("a"):
                    _add_landmark(archive, book, book.nav, link.get("href"), link.types)
    if book.contents:
        return
    ncx = book.items.get(ncx_id.strip()) or next(
        (one for one in book.items.values() if one.media_type == _NCX), None
    )
    path = ncx.path if ncx else _by_name(archive, ".ncx")
    if path and (markup := archive.text(path)):
        points = parse(markup, path).first("navmap")
        if points is not None:
            _point_lines(archive, book, path, points, 1)


def _list_lines(archive: Archive, book: Package, items: Node | None, level: int) -> None:
    """The lines of a list of the navigation document. The tree's depth bounds the recursion."""
    for item in items.elements if items else ():
        label: Node | None = None
        lists: list[Node] = []
        # A wrapper around the link is taken as it comes.
        for child in item.elements:
            if child.name in {"ol", "ul"}:
                lists.append(child)
            elif label is None:
                label = child if child.name in {"a", "span"} else child.first("a", "span")
        if label is not None:
            place = target(archive, book.nav, label.get("href"))
            _add_line(book, _title(label), level, place)
        for inner in lists:
            _list_lines(archive, book, inner, level + 1)


def _point_lines(archive: Archive, book: Package, path: str, points: Node, level: int) -> None:
    for point in points.elements:
        if point.name == "navpoint":
            own = [child for child in point.elements if child.name in {"navlabel", "content"}]
            label = next((child.text for child in own if child.name == "navlabel"), "")
            source = next((child.get("src") for child in own if child.name == "content"), "")
            _add_line(book, label, level, target(archive, path, source))
            _point_lines(archive, book, path, point, level + 1)


def _add_line(book: Package, title: str, level: int, place: Target | None) -> None:
    if (title := one_line(title)) and len(book.contents) < MOST_ENTRIES:
        book.contents.append(Line(title, level, place))


def _title(label: Node) -> str:
    """The text of a link; for one that is a picture what stands for it."""
    if label.text.strip():
        return label.text
    images = (image.get("alt") for image in label.all("img"))
    return label.get("title") or next((alt for alt in images if alt), "")


def _add_landmark(
    archive: Archive, book: Package, base: str, reference: str, types: Iterable[str]
) -> None:
    place = target(archive, base, reference)
    if place and len(book.landmarks) < _MOST_LANDMARKS:
        words = frozenset(_GUIDE.get(one, one) for one in types)
        book.landmarks.append(Landmark(words, place))


def _covers(archive: Archive, book: Package, metadata: Node) -> list[str]:
    """Where a cover may be: as EPUB 3 says it, as EPUB 2's makers do, a page named so."""
    found = [one.path for one in book.items.values() if "cover-image" in one.properties]
    for meta in metadata.all("meta"):
        if meta.get("name").lower() == "cover":
            content = meta.get("content").strip()
            if content in book.items:
                found.append(book.items[content].path)
            elif place := target(archive, book.path, content):
                found.append(place.path)
    found += [one.target.path for one in book.landmarks if "cover" in one.types]
    found += [
        item.path
        for name, item in book.items.items()
        if "cover" in name.lower() and item.media_type.startswith("image/")
    ]
    return list(dict.fromkeys(found))


def _by_name(archive: Archive, ending: str) -> str:
    return next((path for path in archive.paths() if path.lower().endswith(ending)), "")
