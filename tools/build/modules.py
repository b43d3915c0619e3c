"""Which modules the page's scripts import, so that a browser can fetch all of them at once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

#: A static import or re-export, as esbuild writes them; dynamic ones are for later.
_IMPORT = re.compile(r"^(?:import|export)\s(?:[^'\";]*?\sfrom\s)?['\"](\.[^'\"]+)['\"]", re.M)
_PLACE = "    <!-- modules -->\n"
#: What starts the engine, and what shows the page: the first is not to wait for the second.
_ENGINE, _SCREEN = "app/main.js", "app/interface.js"


def preload(page: str, scripts: Mapping[str, bytes]) -> str:
    """The page with ``<!-- modules -->`` replaced by a link for each module that it imports.

    ``scripts``: the bundles by their path in the folder.
    """
    if _PLACE not in page or _SCREEN not in scripts:
        return page
    engine = closure(scripts, _ENGINE)
    screen = [path for path in closure(scripts, _SCREEN) if path not in set(engine)]
    links = [f'    <link rel="modulepreload" href="{path}" />\n' for path in engine]
    links += [
        f'    <link rel="modulepreload" href="{path}" fetchpriority="low" />\n' for path in screen
    ]
    return page.replace(_PLACE, "".join(links))


def closure(scripts: Mapping[str, bytes], entry: str) -> list[str]:
    """``entry`` and all that it imports statically, nearest first, by path in the folder."""
    found = [entry]
    for path in found:
        if path not in scripts:
            continue  # what was vendored is one file each
        for name in _IMPORT.findall(scripts[path].decode()):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if target not in found:
                found.append(target)
    return found
