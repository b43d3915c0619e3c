"""Which modules the page's scripts import, so that a browser can fetch all of them at once."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

#: A static import or re-export, as this repository writes them; dynamic ones are for later.
_IMPORT = re.compile(r"^(?:import|export)\s(?:[^'\";]*?\sfrom\s)?['\"](\.[^'\"]+)['\"]", re.M)
_PLACE = "    <!-- modules -->\n"
#: What starts the engine, and what shows the page: the first is not to wait for the second.
_ENGINE, _SCREEN = "js/main.js", "js/interface.js"


def preload(page: str, web: Path) -> str:
    """The page with ``<!-- modules -->`` replaced by a link for each module that it imports."""
    if _PLACE not in page or not (web / _SCREEN).is_file():
        return page
    engine = closure(web, _ENGINE)
    screen = [path for path in closure(web, _SCREEN) if path not in set(engine)]
    links = [f'    <link rel="modulepreload" href="{path}" />\n' for path in engine]
    links += [
        f'    <link rel="modulepreload" href="{path}" fetchpriority="low" />\n' for path in screen
    ]
    return page.replace(_PLACE, "".join(links))


def closure(web: Path, entry: str) -> list[str]:
    """``entry`` and all that it imports statically, nearest first, by path in the folder."""
    found = [entry]
    for path in found:
        if path.startswith("vendor/"):
            continue  # one file each
        source = (web / path).read_text("utf-8")
        for name in _IMPORT.findall(source):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if target not in found:
                found.append(target)
    return found
