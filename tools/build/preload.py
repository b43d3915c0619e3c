"""The ``preload`` command: the page's lists of phrases, rendered ahead by ``pack``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tools.build import terminal
from tools.build.context import Context
from tools.build.errors import BuildError

#: The style of whoever names none.
_NEUTRAL = "neutral"


class Pack(Protocol):
    """``pack.pack``: renders lists of phrases in one style; gives a status.

    ``dist``: whether dist/ is built then.
    """

    def __call__(
        self,
        ctx: Context,
        texts: Sequence[str],
        *,
        voice: str,
        style: str | None = None,
        title: str = "",
        jobs: int | None = None,
        report: Path | None = None,
        dist: bool = True,
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Category:
    """A list of phrases and the styles that it is said in."""

    name: str
    styles: tuple[str, ...]
    phrases: tuple[str, ...]


def preload(
    ctx: Context,
    pack: Pack,
    build: Callable[[Context], object],
    *,
    voice: str,
    categories: Sequence[str] | None = None,
    styles: Sequence[str] | None = None,
    jobs: int | None = None,
) -> int:
    """Render the phrases of the voice's language, one style after the other; gives a status.

    A report is printed last, as JSON: ``{voiceId, language, categories, styles, requested, failed,
    ms}``; ``requested`` and ``failed`` count phrases, each in each of its styles.

    Args:
        build: makes dist/.
        categories: default: all.
        styles: default: those of each category.

    Raises:
        BuildError: there are no phrases for the voice, or no such category; and as ``pack``.
    """
    started = time.perf_counter()
    language = voice.partition("_")[0].lower()
    listed = read_list(ctx.layout.web / "phrases", language)
    wanted = _chosen(listed, categories)
    failed = requested = 0
    status = 0
    by_style = in_styles(wanted, styles)
    folder = ctx.layout.root / ".build" / "phrases"
    folder.mkdir(parents=True, exist_ok=True)
    for style, phrases in by_style.items():
        # One that holds other categories is another document: it takes no other's place.
        names = "-".join(sorted(phrases))
        path = folder / f"{language}-{style}-{names}.json"
        path.write_text(json.dumps(phrases, ensure_ascii=False), "utf-8")
        number = sum(len(each) for each in phrases.values())
        requested += number
        terminal.note(f"{number} phrases in the style {style!r}")
        told = path.with_suffix(".report")
        told.unlink(missing_ok=True)
        title = f"{language}-{style}"
        one = pack(
            ctx,
            [str(path)],
            voice=voice,
            style=style,
            title=title,
            jobs=jobs,
            report=told,
            dist=False,
        )
        if one:
            status = one
            failed += _failed(told, number)
    if failed < requested:
        build(ctx)  # once for all styles; what was made is there, whatever failed beside it
    report = {
        "voiceId": voice,
        "language": language,
        "categories": [category.name for category in wanted],
        "styles": list(by_style),
        "requested": requested,
        "failed": failed,
        "ms": round((time.perf_counter() - started) * 1000),
    }
    print(json.dumps(report))
    return status


def _failed(report: Path, all_of_them: int) -> int:
    """How many of a style could not be made: all, where ``pack`` did not get to its end."""
    if not report.is_file():
        return all_of_them
    return min(all_of_them, int(json.loads(report.read_text("utf-8"))["failed"]))


def read_list(folder: Path, language: str) -> list[Category]:
    """The categories of ``folder/LANGUAGE.json``.

    Raises:
        BuildError: there is no such list.
    """
    known = sorted(path.stem for path in folder.glob("*.json"))
    if language not in known:
        raise BuildError(
            f"There are no phrases in {language!r}.", f"There are: {', '.join(known)}."
        )
    found = json.loads((folder / f"{language}.json").read_text("utf-8"))
    return [
        Category(name, tuple(entry["styles"]) or (_NEUTRAL,), tuple(entry["phrases"]))
        for name, entry in found["categories"].items()
    ]


def in_styles(
    categories: Sequence[Category], styles: Sequence[str] | None
) -> Mapping[str, dict[str, list[str]]]:
    """Style -> category -> phrases. ``styles``: in place of the categories' own."""
    found: dict[str, dict[str, list[str]]] = {}
    for category in categories:
        for style in styles or category.styles:
            found.setdefault(style, {})[category.name] = list(category.phrases)
    return found


def _chosen(listed: Sequence[Category], names: Sequence[str] | None) -> list[Category]:
    known = {category.name: category for category in listed}
    for name in names or ():
        if name not in known:
            raise BuildError(f"There is no category {name!r}.", f"There are: {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names)] if names else list(listed)
