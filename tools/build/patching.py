"""Edits to third-party source that fail loudly when the source is not as expected."""

from __future__ import annotations

import re

from tools.build.errors import BuildError

_UNSAFE = re.compile(r"\bnew\s+Function\b|\bFunction\s*\(|(?<![\w.$])eval\s*\(")


def replace_once(source: str, old: str, new: str, *, what: str) -> str:
    """Replace the one place where ``old`` stands. ``what`` names it in the error."""
    found = source.count(old)
    if found != 1:
        raise _changed(what, f"expected once, found {found} times: {old[:120]}")
    return source.replace(old, new)


def between(source: str, start: str, end: str, *, what: str) -> tuple[int, int]:
    """Offsets of the text from ``start`` (first, unique) to ``end`` (next), both included."""
    if source.count(start) != 1:
        raise _changed(what, f"expected once, found {source.count(start)} times: {start[:120]}")
    begin = source.index(start)
    finish = source.find(end, begin + len(start))
    if finish < 0:
        raise _changed(what, f"not found after it: {end[:120]}")
    return begin, finish + len(end)


def assert_no_eval(source: str, *, what: str) -> None:
    """The page's CSP has no 'unsafe-eval': nothing shipped may need it."""
    found = _UNSAFE.search(source)
    if found:
        around = source[max(0, found.start() - 60) : found.end() + 60]
        raise _changed(what, f"code made from strings: …{around}…")


def drop_source_map(source: str) -> str:
    """The maps are not shipped; a comment that names one makes devtools ask for it."""
    return re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", source)


def _changed(what: str, detail: str) -> BuildError:
    return BuildError(
        f"{what} is not the source that this build knows how to prepare.",
        f"{detail}\nA new version of the package needs its patch in tools/build looked at.",
    )
