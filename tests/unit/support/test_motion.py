"""What moves in the page moves by opacity and transform alone, and briefly (LOOK)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
CSS = [WEB / "app.css", *sorted((WEB / "css").glob("*.css"))]
CHEAP = {"opacity", "transform"}
_TRANSITION = re.compile(r"[\s;{]transition(?:-property)?:\s*([^;}]+)")
_KEYFRAMES = re.compile(r"@keyframes\s+[\w-]+\s*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")


def styles(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.stem)
def test_only_what_costs_no_layout_and_no_paint_is_animated(path: Path) -> None:
    text = styles(path)
    moved = {
        part.split()[0]
        for value in _TRANSITION.findall(text)
        if value.strip() != "none"
        for part in re.sub(r"\([^)]*\)", "", value).split(",")
    }
    for frames in _KEYFRAMES.findall(text):
        moved |= set(re.findall(r"[{;]\s*([\w-]+)\s*:", frames))
    assert moved <= CHEAP


def test_there_is_motion_and_it_is_brief() -> None:
    text = "\n".join(map(styles, CSS))
    values = "".join([*_TRANSITION.findall(text), *re.findall(r"--quick:[^;]*", text)])
    found = list(map(int, re.findall(r"(\d+)ms", values)))
    assert found
    assert all(120 <= milliseconds <= 180 for milliseconds in found)
