"""Running a module of web/js/export in Node.js."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.unit.tools import node

EXPORT = Path(__file__).resolve().parents[3] / "web" / "js" / "export"

#: Titles that somebody might have thought of to break a file.
HOSTILE = [
    "",
    " \n\t ",
    "One\0two\0",
    "Ends with NUL\0",
    "Line\r\nbreak\u2028and\x1b[31m more",
    "日本語の章 — été, “quotes” 🎧",
    "Mismatched \ud83d half",
    "x" * 100_000,
    "🎧" * 5_000,
    "CHAPTER001=99:99:99.999",
    "=",
    "\u202eright to left",
]


def run(folder: Path, module: str, expression: str, given: object = None) -> Any:
    """``expression`` over the exports of ``module`` (as ``it``) and ``given``."""
    url = (EXPORT / module).as_uri()
    path = folder / "given.json"
    path.write_text(json.dumps(given), "utf-8")
    return node.run(
        folder,
        f"""import {{ readFileSync }} from 'node:fs';
        const it = await import('{url}');
        const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));
        const value = {expression};
        console.log(JSON.stringify(value));""",
        str(path),
    )


def made(folder: Path, module: str, expression: str, given: object = None) -> bytes:
    """The bytes that ``expression`` gives."""
    text = run(folder, module, f"Buffer.from({expression}).toString('base64')", given)
    return base64.b64decode(text)


def tags(titles: list[str], *, seconds: float = 10.0) -> dict[str, object]:
    """Chapters one after the other, each ``seconds`` long."""
    chapters = [
        {"title": title, "start": index * seconds, "end": (index + 1) * seconds}
        for index, title in enumerate(titles)
    ]
    return {"title": "A book", "artist": "Ann Author", "chapters": chapters}
