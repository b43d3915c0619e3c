"""library.js over Chromium's IndexedDB: places, covers, versions."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import within
from tests.epubs import png
from tests.libraries import document
from tests.packing import encoded

#: `library(clock)`: one whose clock says what `clock.now` says.
OPEN = """
    const clock = {now: 1000};
    const library = new host.Library({now: () => clock.now});
    const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
"""

#: Of pronunciation.
RULE = {"kind": "word", "written": "a", "says": "b", "language": "", "enabled": True}


def run(page: Page, script: str, arg: Any = None) -> Any:
    return within(page, f"async (arg) => {{ {OPEN} {script} }}", arg)


def test_a_document_is_kept_once_and_its_place_stays(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg.book, {source: 'book.epub'});
        clock.now = 2000;
        await library.setPlace(id, {start: 4, end: 8});
        await library.setReading(id, {aloud: [0], rules: [arg.rule]});
        clock.now = 3000;
        const again = await library.put({...arg.book, title: 'Another title'});
        await library.put(arg.other);
        return {same: id === again, entries: await library.list(), got: await library.get(id),
                unknown: [await library.get('x'), await library.reading('x')]};
        """,
        {"book": document(), "other": document("Other", "Five six."), "rule": RULE},
    )
    assert found["same"]
    assert found["got"] == document("Another title")
    first = next(entry for entry in found["entries"] if entry["title"] == "Another title")
    assert len(first.pop("id")) == 64
    assert first.pop("bytes") > 20
    assert first == {
        "title": "Another title",
        "author": "Ann Author",
        "language": "en",
        "length": 20,
        "source": "book.epub",
        "added": 1000,
        "cover": False,
        "start": 4,
        "end": 8,
        "placed": 2000,
        "opened": 3000,
        "finished": False,
        "aloud": [0],
        "rules": [RULE],
    }
    assert len(found["entries"]) == 2
    assert found["unknown"][0] is None
    assert found["unknown"][1]["placed"] == 0


def test_of_two_places_the_later_one_stays(host_page: Page) -> None:
    """A tab that slept writes late; a tab that only looks on writes nothing of the place."""
    found = run(
        host_page,
        """
        const id = await library.put(arg);
        const other = new host.Library({now: () => 9000});  // of another tab
        await library.setPlace(id, {start: 9, end: 12, at: 5000});
        await other.setPlace(id, {start: 0, end: 4, at: 4000});
        await other.setReading(id, {opened: 9000});
        const slept = await library.reading(id);
        await library.setReading(id, {finished: true});
        await other.setPlace(id, {start: 4, end: 8, at: 6000});
        const nobody = [await library.setPlace('x', {start: 1, end: 2}), await library.ids()];
        return [slept, await library.reading(id), nobody[1].length];
        """,
        document(),
    )
    slept, last, documents = found
    assert (slept["start"], slept["end"], slept["placed"], slept["opened"]) == (9, 12, 5000, 9000)
    assert (last["start"], last["placed"], last["finished"]) == (4, 6000, False)
    assert documents == 1


def test_a_clock_that_was_ahead_keeps_no_place_out(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg);
        const year = 365 * 86_400_000;
        clock.now = year;
        await library.setPlace(id, {start: 9, end: 12});
        clock.now = 5000;
        const before = await library.reading(id);
        await library.setPlace(id, {start: 4, end: 8});
        const after = await library.reading(id);
        // Another device may well be some hours ahead.
        await library.setPlace(id, {start: 9, end: 12, at: 3_600_000});
        await library.setPlace(id, {start: 0, end: 4});
        return [before.placed, after.start, after.placed, (await library.reading(id)).start];
        """,
        document(),
    )
    assert found == [0, 4, 5000, 9]


def test_many_places_at_once_end_with_the_last(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg);
        const tabs = [library, new host.Library(), new host.Library()];
        await Promise.all(Array.from({length: 60}, (_, n) =>
            tabs[n % 3].setPlace(id, {start: n, end: n + 1, at: 10_000 + (n * 37) % 60})));
        return library.reading(id);
        """,
        document(text="x" * 100),
    )
    assert found["placed"] == 10_059
    assert (found["start"] * 37) % 60 == 59


def test_a_library_of_version_1_loses_nothing(host_page: Page) -> None:
    """What a page before this one wrote: three stores, no covers, no time of a place."""
    found = run(
        host_page,
        """
        const old = await new Promise((resolve, reject) => {
            const request = indexedDB.open('lectern-library', 1);
            request.onupgradeneeded = () => {
                for (const name of ['documents', 'kept', 'readings']) {
                    request.result.createObjectStore(name);
                }
            };
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        const change = old.transaction(['documents', 'kept', 'readings'], 'readwrite');
        for (const [id, title] of [['a', 'First'], ['b', 'Second']]) {
            change.objectStore('documents').put({...arg, title}, id);
            change.objectStore('kept').put({id, title, author: '', language: '', length: 20}, id);
        }
        change.objectStore('readings').put({start: 9, end: 12, opened: 500, aloud: [3]}, 'a');
        change.objectStore('readings').put({start: 0, end: 0, opened: 700, aloud: []}, 'b');
        change.objectStore('readings').put('nonsense', 'c');
        await new Promise((resolve) => { change.oncomplete = resolve; });
        old.close();
        const entries = await library.list();
        const texts = [(await library.get('a')).text, (await library.get('b')).title];
        await library.setPlace('a', {start: 4, end: 8});  // later than what was there
        const again = new host.Library();  // and a second time there is nothing to do
        const {database} = again;
        const names = await database.use(async (db) => [db.version, [...db.objectStoreNames]]);
        return {entries, texts, moved: await again.reading('a'), names};
        """,
        document(),
    )
    second, first = found["entries"]
    assert (first["title"], first["start"], first["end"], first["aloud"]) == ("First", 9, 12, [3])
    assert (first["opened"], first["added"], first["placed"]) == (500, 500, 500)
    assert (second["title"], second["added"], second["placed"]) == ("Second", 700, 0)
    assert (second["source"], second["cover"], second["bytes"]) == ("", False, 20)
    assert found["texts"] == ["One two. Three four.", "Second"]
    assert (found["moved"]["start"], found["moved"]["aloud"]) == (4, [3])
    stores = ["covers", "documents", "kept", "readings"]
    assert found["names"] == [2, stores]


def test_what_is_removed_is_gone_and_can_be_put_back_whole(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg.book, {source: 'a.epub'});
        await library.setPlace(id, {start: 9, end: 12});
        await library.setCover(id, new Blob(['x'], {type: 'image/jpeg'}));
        const before = await library.list();
        const whole = await library.take(id);
        const none = new host.Library();
        const gone = [await none.list(), await none.get(id), await none.cover(id),
                      (await none.reading(id)).placed, await none.take(id)];
        await library.setPlace(id, {start: 1, end: 2});  // the voice goes on: nothing comes of it
        const still = await library.list();
        const isNew = await library.putBack(whole);
        return {before, gone, still, isNew, after: await library.list(),
                cover: await (await library.cover(id)).text()};
        """,
        {"book": document()},
    )
    assert found["gone"] == [[], None, None, 0, None]
    assert found["still"] == []
    assert found["isNew"]
    assert found["after"] == found["before"]
    assert found["cover"] == "x"


def test_what_comes_back_late_does_not_undo_what_was_read_since(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg);
        await library.setPlace(id, {start: 4, end: 8, at: 100});
        const whole = await library.take(id);
        await library.put(arg);
        await library.setPlace(id, {start: 9, end: 12, at: 200});
        const isNew = await library.putBack(whole);
        return [isNew, await library.reading(id)];
        """,
        document(),
    )
    assert not found[0]
    assert (found[1]["start"], found[1]["placed"]) == (9, 200)


def test_records_that_are_none_do_not_cost_the_list(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const id = await library.put(arg);
        await library.database.use(async (db) => {
            await db.put('kept', 'text', 'x');
            await db.put('kept', {id: 'y', title: 7}, 'y');
            await db.put('readings', {start: -5, end: 'a', placed: 1e300, aloud: 'b'}, id);
        });
        return library.list();
        """,
        document(),
    )
    (entry,) = found
    assert (entry["start"], entry["end"], entry["placed"], entry["aloud"]) == (0, 0, 0, [])


def test_a_full_disk_is_told_and_keeps_what_is_there(host_page: Page) -> None:
    devtools = host_page.context.new_cdp_session(host_page)
    origin = host_page.evaluate("() => location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 300_000})
    run(host_page, "await library.put(arg);", document())
    found = run(
        host_page,
        """
        let text = '';
        while (text.length < 6_000_000) {
            text += crypto.getRandomValues(new Uint32Array(8192)).join('');  // not to be packed
        }
        const failed = await host.failure(library.put({...arg, text}));
        return [failed?.code, (await library.list()).length];
        """,
        document(),
    )
    assert found == ["quota", 1]


# -- covers ------------------------------------------------------------------------------


def test_a_cover_becomes_a_small_picture_of_our_own(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const cover = {type: 'image/png', bytes: bytesOf(arg.png)};
        const id = await library.put({...arg.book, cover});
        const kept = await library.cover(id); // waits for what is on its way
        const bitmap = await createImageBitmap(kept);
        const {cover: bytes} = await library.get(id);
        const [entry] = await library.list();
        return {type: kept.type, size: kept.size, at: [bitmap.width, bitmap.height],
                bytes: bytes ?? null, listed: entry.cover};
        """,
        {"book": document(), "png": encoded(png(800, 1200))},
    )
    assert found.pop("size") < 20_000
    assert found == {"type": "image/jpeg", "at": [200, 300], "bytes": None, "listed": True}


def test_pictures_of_every_kind_have_a_size_before_they_are_decoded(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const sizes = [];
        for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
            const canvas = new OffscreenCanvas(300, 451);
            canvas.getContext('2d').fillRect(3, 3, 90, 90);
            for (const quality of [0.5, 1]) {
                const blob = await canvas.convertToBlob({type, quality});
                const bytes = new Uint8Array(await blob.arrayBuffer());
                const small = await host.thumbnail(bytes);
                sizes.push([host.pictureSize(bytes), small?.type]);
            }
        }
        return [sizes, host.pictureSize(bytesOf(arg))];
        """,
        encoded(b"GIF89a" + struct.pack("<HH", 300, 451) + bytes(20)),
    )
    kinds = ["image/png", "image/png", "image/jpeg", "image/jpeg", "image/webp", "image/webp"]
    wanted = [[{"type": kind, "width": 300, "height": 451}, "image/jpeg"] for kind in kinds]
    assert found[0] == wanted
    assert found[1] == {"type": "image/gif", "width": 300, "height": 451}


WHOLE = png(60, 90)
#: 16,000 pixels each way, in some 60 bytes of PNG.
VAST = WHOLE[:16] + struct.pack(">II", 16_000, 16_000) + WHOLE[24:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>" + bytes(40),
        VAST,
        WHOLE[:16] + struct.pack(">II", 0, 5) + WHOLE[24:],
        WHOLE[:16] + struct.pack(">II", 2**31, 1) + WHOLE[24:],
        WHOLE[: len(WHOLE) // 2],
        b"\xff\xd8\xff\xe0" + bytes(40),
        b"\xff\xd8" + b"\xff" * 3000,
        b"GIF89a" + struct.pack("<HH", 10, 10) + bytes(20),
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(30),
        b"\x89PNG\r\n\x1a\n" + bytes(5 * 2**20),
    ],
)
def test_what_is_no_picture_is_no_cover(host_page: Page, data: bytes) -> None:
    assert run(host_page, "return host.thumbnail(bytesOf(arg));", encoded(data)) is None


def test_a_broken_cover_costs_nothing(host_page: Page) -> None:
    found = run(
        host_page,
        """
        const cover = {type: 'image/png', bytes: bytesOf(arg.png)};
        await library.put({...arg.book, cover});
        const [{id}] = await library.list();
        await host.thumbnail(bytesOf(arg.png));
        return [(await library.list()).map((entry) => entry.cover), await library.cover(id)];
        """,
        {"book": document(), "png": encoded(VAST)},
    )
    assert found == [[False], None]
