"""appearance_early.js: nothing that is stored does harm; the numbers are the style sheet's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

WEB = Path(__file__).resolve().parents[3] / "web"
EARLY = WEB / "js" / "appearance_early.js"

_WORLD = """
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
const [path, given] = process.argv.slice(2);
const { stored, queries } = JSON.parse(given);
const style = {};
const meta = { content: '', setAttribute: (name, value) => { meta[name] = value; } };
const root = {
  dataset: {},
  style: {
    setProperty: (name, value) => { style[name] = value; },
    removeProperty: (name) => { delete style[name]; },
  },
};
const world = vm.createContext({
  document: { documentElement: root, querySelectorAll: () => [meta] },
  getComputedStyle: () => ({ getPropertyValue: () => ' #123456 ' }),
  matchMedia: (query) => ({ matches: queries.some((part) => query.includes(part)) }),
  localStorage: {
    getItem: () => {
      if (stored === 'forbidden') throw new Error();
      return stored;
    },
  },
});
vm.runInContext(readFileSync(path, 'utf8'), world);
const { THEMES, FONTS, NUMBERS } = world.lecternAppearance;
console.log(JSON.stringify(
  { ...root.dataset, style, meta: meta.content, THEMES, FONTS, NUMBERS }));
"""


def put_on(folder: Path, stored: str | None, *queries: str) -> Any:
    """What is on the root after the script ran over ``stored``."""
    given = json.dumps({"stored": stored, "queries": queries})
    return node.run(folder, _WORLD, str(EARLY), given)


def test_what_was_chosen_is_put_on(tmp_path: Path) -> None:
    chosen = {"theme": "sepia", "font": "atkinson", "size": 24, "leading": 1.8, "width": 44}
    found = put_on(tmp_path, json.dumps({**chosen, "letter": 0.05, "word": 0.12, "paragraph": 0}))
    assert (found["theme"], found["font"]) == ("sepia", "atkinson")
    assert found["meta"] == "#123456"
    assert found["style"] == {
        "--size": "24",
        "--leading": "1.8",
        "--paragraph": "0",
        "--letter": "0.05",
        "--word-gap": "0.12",
        "--column": "44rem",
    }


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "forbidden",
        "",
        "{",
        "null",
        "[]",
        '"dark"',
        "7",
        json.dumps({"theme": "purple", "font": "url(x)", "size": "40; color: red"}),
        json.dumps({"theme": ["dark"], "font": {"toString": 1}, "size": [20], "leading": {}}),
        json.dumps({"__proto__": {"theme": "dark"}, "constructor": 1, "toString": 2}),
        '{"size": 1e999, "leading": -1e999, "letter": null, "word": true}',
        '{"theme": "dark", "x": "' + "x" * 2000 + '"}',
    ],
)
def test_what_is_nonsense_is_as_if_nothing_were_stored(tmp_path: Path, stored: str | None) -> None:
    found = put_on(tmp_path, stored)
    assert (found["theme"], found["font"], found["style"]) == ("light", "literata", {})


def test_numbers_stay_within_their_bounds(tmp_path: Path) -> None:
    for size, width, leading in ((1e9, 1e9, 99), (-1e9, 0, -4), (19.4, 36.26, 1.6400001)):
        found = put_on(tmp_path, json.dumps({"size": size, "width": width, "leading": leading}))
        style = found["style"]
        assert 14 <= float(style["--size"]) <= 40
        assert 24 <= float(style["--column"].removesuffix("rem")) <= 60
        assert 1.2 <= float(style["--leading"]) <= 2.4
    assert style == {"--size": "19", "--column": "36rem", "--leading": "1.6"}


@pytest.mark.parametrize(
    ("queries", "theme"),
    [
        ((), "light"),
        (("color-scheme: dark",), "dark"),
        (("contrast: more",), "contrast"),
        (("color-scheme: dark", "contrast: more"), "contrast-dark"),
    ],
)
def test_as_the_system(tmp_path: Path, queries: tuple[str, ...], theme: str) -> None:
    assert put_on(tmp_path, None, *queries)["theme"] == theme
    assert put_on(tmp_path, '{"theme": "sepia"}', *queries)["theme"] == "sepia"


def test_the_style_sheets_know_the_same_names_and_numbers(tmp_path: Path) -> None:
    found = put_on(tmp_path, None)
    css = (WEB / "app.css").read_text("utf-8")
    assert set(found["THEMES"]) == {"system", *re.findall(r"\[data-theme='([a-z-]+)'\]", css)}
    faces = (WEB / "css" / "fonts.css").read_text("utf-8")
    assert set(found["FONTS"]) == set(re.findall(r"\[data-font='([a-z-]+)'\]", faces))
    for name, number in found["NUMBERS"].items():
        said = re.search(rf"\n  {number['property']}: ([\d.]+){number['unit']};", css)
        assert said, name
        assert float(said[1]) == number["usual"], name
        steps = (number["usual"] - number["least"]) / number["step"]
        assert steps == pytest.approx(round(steps)), f"{name}: the usual value is not on a step"


def test_what_wcag_asks_to_be_possible_is_possible(tmp_path: Path) -> None:
    """WCAG 2.2, 1.4.12: lines 1.5, paragraphs 2, letters 0.12, words 0.16 of the size."""
    numbers = put_on(tmp_path, None)["NUMBERS"]
    wanted = {"leading": 1.5, "paragraph": 2, "letter": 0.12, "word": 0.16}
    for name, most in wanted.items():
        assert numbers[name]["most"] >= most, name
