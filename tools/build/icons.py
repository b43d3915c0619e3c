"""Icons of lucide-static, written into the page as inline SVG."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from tools.build.errors import BuildError

_PLACE = re.compile(r"<!--\s*icon:([a-z0-9-]+)\s*-->")
_SVG = re.compile(r"<svg\b[^>]*>(?P<inside>.*?)</svg>", re.DOTALL)
_HEAD = (
    '<svg class="icon" aria-hidden="true" width="24" height="24" viewBox="0 0 24 24" '
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round">'
)


def inline(page: str, icons: Path) -> str:
    """The page with each ``<!-- icon:NAME -->`` replaced by that icon.

    Raises:
        BuildError: there is no icon of that name.
    """
    return _PLACE.sub(lambda match: _icon(match[1], icons), page)


def _icon(name: str, icons: Path) -> str:
    path = icons / f"{name}.svg"
    try:
        source = path.read_text("utf-8")
    except OSError as reason:
        known = [icon.stem for icon in icons.glob("*.svg")]
        near = ", ".join(difflib.get_close_matches(name, known)) or "none that is near"
        raise BuildError(
            f"index.html asks for the icon {name!r}, which lucide-static does not have.",
            f"It has: {near}.",
        ) from reason
    found = _SVG.search(source)
    if found is None:
        raise BuildError(f"lucide-static's {path.name} is not an SVG.")
    return _HEAD + re.sub(r"\s+", " ", found["inside"]).strip().replace("> <", "><") + "</svg>"
