"""The page's panels, each in a file of its own, written into the page."""

from __future__ import annotations

import re
from pathlib import Path

from tools.build.errors import BuildError

#: Where they lie in web/; they are parts of the page and no files of dist/.
FOLDER = "panels/"
_PLACE = re.compile(r"^ *<!-- panel:([a-z-]+) -->\n", re.M)


def insert(page: str, web: Path) -> str:
    """The page with each ``<!-- panel:NAME -->`` replaced by ``panels/NAME.html``.

    Raises:
        BuildError: there is no such panel.
    """
    return _PLACE.sub(lambda found: _panel(found[1], web), page)


def _panel(name: str, web: Path) -> str:
    path = web / FOLDER / f"{name}.html"
    try:
        return path.read_text("utf-8")
    except OSError as reason:
        raise BuildError(
            f"The page asks for the panel {name!r}: web/{FOLDER} has none."
        ) from reason
