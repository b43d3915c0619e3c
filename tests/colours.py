"""The colours of the style sheets, and their contrast.

Contrast is WCAG 2.2's: the relative luminance of sRGB, (lighter + 0.05) / (darker + 0.05).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "web"
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAMED = re.compile(r"\[data-theme='([a-z-]+)'\]")

Theme = dict[str, str]


def sheets() -> list[Path]:
    return [WEB / "app.css", *sorted((WEB / "css").glob("*.css"))]


def themed(selector: str) -> str:
    """The theme that a rule is of, or ""."""
    found = _NAMED.search(selector)
    return found[1] if found else ""


def rules(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The innermost rules: selector, and declarations by property."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    for found in _RULE.finditer(text):
        parts = (line.partition(":") for line in found[2].split(";"))
        yield found[1].strip(), {name.strip(): value.strip() for name, _, value in parts if value}


def table() -> dict[str, Theme]:
    """The colours of app.css, by theme; with ``+`` behind it, as the system's wish changes it."""
    themes: dict[str, Theme] = {}
    wish: Theme = {}
    for selector, body in rules(WEB / "app.css"):
        tokens = {
            name.removeprefix("--"): value for name, value in body.items() if name[:2] == "--"
        }
        if themed(selector):
            themes[themed(selector)] = tokens
        elif "[data-theme]" in selector:
            wish = {name: value[len("var(--") : -1] for name, value in tokens.items()}
    assert wish, "app.css says nothing of prefers-contrast"
    more = {
        f"{name}+": {**theme, **{token: theme[source] for token, source in wish.items()}}
        for name, theme in themes.items()
    }
    return {**themes, **more}


def luminance(colour: str) -> float:
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), f"{colour}: written as #rrggbb"
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
