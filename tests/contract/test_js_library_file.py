"""A library as a file: out, in, and what anybody else may have put into it."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import within
from tests.contract.test_js_library import OPEN, RULE
from tests.epubs import png
from tests.libraries import document, lines, pack, row, unpack
from tests.packing import encoded

TAKE = """
    const blob = new Blob([bytesOf(arg.file)]);
    const report = await library.fromFile(blob);
    return {report, entries: await library.list()};
"""
SAVE = """
    const file = new Uint8Array(await (await library.toFile()).arrayBuffer());
    let text = '';
    for (let i = 0; i < file.length; i += 8192) {
        text += String.fromCharCode(...file.subarray(i, i + 8192));
    }
    return btoa(text);
"""


def run(page: Page, script: str, arg: Any = None, *, seconds: float = 60) -> Any:
    return within(page, f"async (arg) => {{ {OPEN} {script} }}", arg, seconds=seconds)


def take(page: Page, file: bytes) -> dict[str, Any]:
    found = run(page, TAKE, {"file": encoded(file)})
    return {**found["report"], "entries": found["entries"]}


def test_what_is_saved_comes_back_whole(host_page: Page) -> None:
    long = "Ein Wort, « deux mots » und 𝄞 noch eins. " * 3000
    host_page.evaluate("() => indexedDB.databases()")
    saved = run(
        host_page,
        """
        const id = await library.put(arg.book, {source: 'book.epub'});
        await library.setPlace(id, {start: 9, end: 12, at: 1234});
        await library.setReading(id, {aloud: [0], opened: 2345, rules: [arg.rule]});
        await library.setCover(id, await host.thumbnail(bytesOf(arg.png)));
        await library.put(arg.long);
        """
        + SAVE,
        {
            "rule": RULE,
            "book": document(
                blocks=[
                    {"start": 0, "end": 8, "kind": "paragraph", "skip": "note"},
                    {
                        "start": 9,
                        "end": 20,
                        "kind": "heading",
                        "level": 2,
                        "language": "fr",
                        "skipped": [{"start": 9, "end": 12, "skip": "reference"}],
                    },
                ],
                contents=[{"title": "One", "start": 0, "level": 1}],
            ),
            "long": document("Lang", long),
            "png": encoded(png(200, 300)),
        },
    )
    file = base64.b64decode(saved)
    head, *rows, end = unpack(file)
    assert head == {"lectern": "library", "version": 1, "documents": 2}
    assert end == {"end": 2}
    assert {one["document"]["title"] for one in rows} == {"A Book", "Lang"}
    before = run(host_page, "return library.list();")
    found = run(
        host_page,
        """
        for (const id of await library.ids()) await library.remove(id);
        const report = await library.fromFile(new Blob([bytesOf(arg)]));
        const [book] = (await library.list()).filter(({title}) => title === 'A Book');
        const bitmap = await createImageBitmap(await library.cover(book.id));
        return {report, entries: await library.list(),
                text: (await library.get(book.id)), at: [bitmap.width, bitmap.height]};
        """,
        encoded(file),
    )
    assert found["report"] == {"came": 2, "here": 0, "refused": [], "whole": True, "alien": False}
    for entry in [*found["entries"], *before]:
        entry.pop("bytes")
    assert found["entries"] == before
    assert found["at"] == [200, 300]
    assert found["text"]["blocks"][1]["skipped"] == [{"start": 9, "end": 12, "skip": "reference"}]


def test_the_later_place_stays_whoever_has_it(host_page: Page) -> None:
    places = [{"start": 4, "end": 8, "placed": at, "opened": at} for at in (100, 300)]
    found = run(
        host_page,
        """
        const reports = [];
        const id = await library.put(arg.book);
        await library.setPlace(id, {start: 9, end: 12, at: 200});
        for (const file of arg.files) {
            reports.push(await library.fromFile(new Blob([bytesOf(file)])));
            reports.push((await library.reading(id)).start);
        }
        return [reports, (await library.list()).length];
        """,
        {"book": document(), "files": [encoded(pack([row(reading=place)])) for place in places]},
    )
    (older, kept, newer, moved), count = found
    assert (older["came"], older["here"], newer["here"]) == (0, 1, 1)
    assert (kept, moved, count) == (9, 4, 1)


def changed(path: str, value: Any) -> Any:
    """A good line with something else at ``path``; ``...``: nothing at all."""
    made = copy.deepcopy(row())
    *folders, name = path.split(".")
    place: Any = made
    for folder in folders:
        place = place[int(folder)] if isinstance(place, list) else place[folder]
    if value is ...:
        del place[name]
    else:
        place[name] = value
    return made


def deep(levels: int) -> Any:
    inner: Any = []
    for _ in range(levels):
        inner = [inner]
    return inner


BAD: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    {"document": None},
    changed("document.text", ...),
    changed("document.text", ["One"]),
    changed("document.text", " \n"),
    changed("document.blocks", ...),
    changed("document.blocks", {"length": 1}),
    changed("document.blocks", [None]),
    changed("document.blocks", [{"start": 0, "end": 21, "kind": "paragraph"}]),
    changed("document.blocks", [{"start": -1, "end": 2, "kind": "paragraph"}]),
    changed("document.blocks", [{"start": 3, "end": 2, "kind": "paragraph"}]),
    changed("document.blocks", [{"start": 0.5, "end": 2, "kind": "paragraph"}]),
    changed("document.blocks", [{"start": "0", "end": 2, "kind": "paragraph"}]),
    changed("document.blocks", [{"start": 0, "end": 2, "kind": "script"}]),
    changed("document.blocks", [{"start": 0, "end": 2, "kind": "__proto__"}]),
    changed("document.blocks", [{"start": 0, "end": 2, "kind": "heading", "level": 7}]),
    changed("document.blocks", [{"start": 0, "end": 2, "kind": "paragraph", "skip": "all"}]),
    changed(
        "document.blocks",
        [{"start": 5, "end": 8, "kind": "paragraph"}, {"start": 0, "end": 3, "kind": "paragraph"}],
    ),
    changed(
        "document.blocks",
        [
            {
                "start": 0,
                "end": 5,
                "kind": "paragraph",
                "skipped": [{"start": 3, "end": 9, "skip": "note"}],
            }
        ],
    ),
    changed("document.contents", [{"title": "x", "start": 99, "level": 1}]),
    changed("document.contents", [{"title": 1, "start": 0, "level": 1}]),
    changed("document.contents", [{"title": "x", "start": 0, "level": 0}]),
    changed("document.title", {"toString": "x"}),
    changed("document.author", 5),
    changed("document.language", 5),
    {**row(), "source": ["x"]},
]
TOO_LARGE: list[Any] = [
    changed("document.contents", [{"title": "x", "start": 0, "level": 1}] * 50_001),
]


def test_a_line_that_is_no_document_is_refused_and_the_others_come(host_page: Page) -> None:
    # What this version knows nothing of is left out, however it is made.
    odd = {"extra": {"deep": deep(50_000)}}
    good = [row("Before", "Before all."), {**row("After", "After all."), **odd}]
    rows = [good[0], *BAD, *TOO_LARGE, good[1]]
    text = "\n".join("{" if one is None else _json(one) for one in rows)
    head = _json({"lectern": "library", "version": 1, "documents": len(rows)})
    end = _json({"end": len(rows)})
    found = take(host_page, gzip.compress(f"{head}\n{text}\n{end}\n".encode()))
    assert [entry["title"] for entry in found["entries"]] != []
    assert {entry["title"] for entry in found["entries"]} == {"Before", "After"}
    assert (found["came"], found["whole"]) == (2, True)
    whys = [one["why"] for one in found["refused"]]
    assert whys == ["damaged"] * len(BAD) + ["tooLarge"] * len(TOO_LARGE)
    assert found["refused"][6]["title"] == "A Book"


def _json(value: Any) -> str:
    if (
        isinstance(value, dict)
        and isinstance(value.get("extra"), dict)
        and "deep" in value["extra"]
    ):
        # Deeper than Python writes it.
        plain = json.dumps({**value, "extra": "DEEP"})
        return plain.replace('"DEEP"', '{"deep": ' + "[" * 50_000 + "]" * 50_000 + "}")
    return json.dumps(value)


def test_what_is_odd_but_harmless_is_mended(host_page: Page) -> None:
    now = host_page.evaluate("() => Date.now()")
    rows = [
        row(
            "Far\n future  <b>", "Text one.", reading={"start": 1, "end": 2, "placed": now + 9**12}
        ),
        row("Beyond", "Text two.", reading={"start": 5, "end": 500, "placed": 100, "opened": "x"}),
        row("Aloud", "Text three.", reading={"aloud": [0, 3, "x", None, 1e9]}),
        row("L" * 5000, "Text four.", cover="%%%", added=-5),
        row("Lang", "Text five.", cover=encoded(b"<svg onload='alert(1)'></svg>")),
    ]
    rows[4]["document"]["language"] = "javascript:alert(1)"
    found = take(host_page, pack(rows))
    assert (found["came"], found["refused"]) == (5, [])
    entries = {entry["title"]: entry for entry in found["entries"]}
    future = entries["Far future <b>"]
    assert (future["start"], future["placed"]) == (1, 0)
    assert (entries["Beyond"]["start"], entries["Beyond"]["placed"]) == (0, 0)
    assert entries["Aloud"]["aloud"] == []
    assert entries["L" * 300]["added"] == 0
    assert entries["Lang"]["language"] == ""
    assert not any(entry["cover"] for entry in entries.values())


def cut(data: bytes) -> bytes:
    return data[: len(data) * 3 // 4]


def trailing(data: bytes) -> bytes:
    return data + b"and more"


def flipped(data: bytes) -> bytes:
    return data[:-6] + bytes([data[-6] ^ 0xFF]) + data[-5:]


@pytest.mark.parametrize("damage", [cut, trailing, flipped])
def test_of_a_damaged_file_comes_what_is_whole(
    host_page: Page, damage: Callable[[bytes], bytes]
) -> None:
    draw = random.Random(7)
    words = [f"word{number}" for number in range(3000)]
    rows = [row(f"Book {n}", " ".join(draw.choices(words, k=9000))) for n in range(12)]
    found = take(host_page, damage(pack(rows)))
    assert not found["whole"]
    assert not found["alien"]
    assert found["came"] == len(found["entries"]) >= (8 if damage is cut else 12)
    assert found["refused"] == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing of the kind",
        gzip.compress(b""),
        gzip.compress(b"[1, 2]\n"),
        gzip.compress(b'{"lectern": "library", "version": 2}\n{"end": 0}\n'),
        gzip.compress(lines([row()], head={"lectern": "voices", "version": 1})),
        lines([row()]),
        png(4, 4),
    ],
)
def test_what_is_no_library_is_told_for_what_it_is(host_page: Page, data: bytes) -> None:
    found = take(host_page, data)
    assert (found["alien"], found["came"], found["entries"]) == (True, 0, [])


def test_a_last_line_that_lies_is_told(host_page: Page) -> None:
    found = take(host_page, pack([row("A", "Text one."), row("B", "Text two.")], end=3))
    assert (found["came"], found["whole"]) == (2, False)


def test_a_bomb_is_not_unpacked(host_page: Page) -> None:
    head = lines([row()]).rsplit(b"\n", 2)[0] + b"\n"
    bomb = gzip.compress(head + bytes(400_000_000), compresslevel=1)
    assert len(bomb) < 4_000_000
    found = take(host_page, bomb)
    assert (found["came"], found["whole"], found["refused"]) == (1, False, [])


def test_a_full_disk_ends_it_and_is_told(host_page: Page) -> None:
    devtools = host_page.context.new_cdp_session(host_page)
    origin = host_page.evaluate("() => location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 300_000})
    draw = random.Random(5)
    text = " ".join(draw.randbytes(30).hex() for _ in range(100_000))  # not to be packed
    rows = [row("Small", "Text one."), row("Large", text), row("Never", "Text two.")]
    found = take(host_page, pack(rows))
    assert (found["came"], found["refused"]) == (1, [{"title": "Large", "why": "quota"}])
    assert [entry["title"] for entry in found["entries"]] == ["Small"]


def test_it_can_be_stopped_and_what_came_stays(host_page: Page) -> None:
    rows = [row(f"Book {n}", f"Text {n}. " * 2000) for n in range(400)]
    found = run(
        host_page,
        """
        const stop = new AbortController();
        const told = [];
        const failed = await host.failure(library.fromFile(new Blob([bytesOf(arg)]), {
            signal: stop.signal,
            onProgress: ({done, total, report}) => {
                told.push([done, total, report.came]);
                stop.abort();
            },
        }));
        const before = stop.signal.aborted && await host.failure(
            library.toFile({signal: stop.signal}));
        return [failed.name, before.name, told, (await library.list()).length];
        """,
        encoded(pack(rows)),
    )
    name, before, told, count = found
    assert (name, before) == ("AbortError", "AbortError")
    assert told[0][1] == 400
    assert told[0][2] <= count < 400


def test_fifty_megabytes_hold_up_nothing(host_page: Page) -> None:
    """Out and in again: no task of the page is a large part of the work."""
    found = run(
        host_page,
        """
        const rows = 50;
        for (let n = 0; n < rows; n++) {
            const text = Array.from({length: 150_000}, (_, k) => (k * 7919 + n) % 99991).join(' ');
            await library.put({...arg, title: `Book ${n}`, text,
                blocks: [{start: 0, end: text.length, kind: 'paragraph'}]});
        }
        const long = [];
        const watch = new PerformanceObserver((list) => {
            long.push(...list.getEntries().map((entry) => Math.round(entry.duration)));
        });
        watch.observe({type: 'longtask'});
        const steps = [];
        const began = performance.now();
        const file = await library.toFile({onProgress: ({done}) => steps.push(done)});
        const copy = new host.Library({name: 'copy'});
        const report = await copy.fromFile(file);
        const took = performance.now() - began;
        await new Promise((done) => setTimeout(done, 100));
        const bytes = (await library.list()).reduce((sum, entry) => sum + entry.bytes, 0);
        return {report, longest: Math.max(0, ...long), took, bytes, size: file.size, steps};
        """,
        document(),
        seconds=200,
    )
    assert found["bytes"] > 40_000_000
    assert found["report"]["came"] == 50
    assert found["longest"] < found["took"] / 10
    assert found["steps"] == sorted(found["steps"]) != []
