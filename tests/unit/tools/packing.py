"""Texts packed with a tiny voice, in a folder of a test's own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.native import TINY
from tools.build import npm, pack_studio
from tools.build.context import Context
from tools.build.pack_run import Order, Summary, load_voice, run
from tools.build.pack_studio import Job, Made, Voice
from tools.build.paths import LAYOUT

VOICE = "en_US-tiny-medium"
STORY = "The lamp was warm. Nobody had lived there for years!\n\nShe called; nobody answered."


def voice() -> Voice:
    return load_voice(str(TINY), VOICE)


def order(folder: Path, *texts: Path, **more: Any) -> Order:
    """Pack ``texts`` into ``folder / "audio"``."""
    return Order(
        **{
            "texts": [str(text) for text in texts],
            "voice": VOICE,
            "voices": str(TINY),
            "audio": str(folder / "audio"),
            "web": str(LAYOUT.web),
            "public": str(LAYOUT.public),
            "node": str(npm.node(Context.of())),
            "jobs": 2,
            **more,
        }
    )


class Here:
    """A pool that renders in this process, one after the other.

    Attributes:
        jobs: what it was given.
    """

    def __init__(self, most: int | None = None) -> None:
        self.jobs: list[Job] = []
        self._most = most

    def __call__(self, jobs: Iterable[Job]) -> Iterator[Made]:
        tiny = voice()
        for job in jobs:
            if len(self.jobs) == self._most:
                raise KeyboardInterrupt
            self.jobs.append(job)
            yield pack_studio.make(tiny, job)


def pack(folder: Path, text: str, name: str = "story.txt", **more: Any) -> tuple[Summary, Here]:
    """Pack one text under this name."""
    path = folder / name
    path.write_text(text, "utf-8")
    pool = Here()
    return run(order(folder, path, **more), pool), pool


def manifests(folder: Path) -> list[dict[str, Any]]:
    """Those that the index names."""
    index = json.loads((folder / "audio" / "index.json").read_text("utf-8"))
    found = [(folder / "audio" / one["manifest"]).read_text("utf-8") for one in index["documents"]]
    return [json.loads(text) for text in found]


def as_json(given: Order) -> str:
    return json.dumps(dataclasses.asdict(given))
