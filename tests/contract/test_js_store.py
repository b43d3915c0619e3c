"""host/audio_store.js and host/snapshot.js over Chromium's IndexedDB."""

from __future__ import annotations

from playwright.sync_api import Page

ENTRY = "(n) => ({pcm: new Uint8Array(n), sampleRate: 16000, words: [[0, 0, 5]], crc32: 7})"


def test_what_was_put_comes_back(host_page: Page) -> None:
    found = host_page.evaluate(
        """async () => {
            const store = new host.AudioStore();
            const whole = new Uint8Array(1000).map((_, i) => i);
            const pcm = whole.subarray(10, 20);  // a view: only its part may be stored
            await store.put('a', {pcm, sampleRate: 22050, words: [[0, 0, 3]], crc32: 9});
            const {pcm: got, ...rest} = await store.get('a');
            return {pcm: [...got], held: got.buffer.byteLength, ...rest, none: await store.get('b'),
                    totals: await store.totals()};
        }"""
    )
    assert found == {
        "pcm": list(range(10, 20)),
        "held": 10,
        "sampleRate": 22050,
        "words": [[0, 0, 3]],
        "crc32": 9,
        "none": None,
        "totals": {"count": 1, "bytes": 10},
    }


def test_entries_survive_a_reload_and_go_with_clear(host_page: Page) -> None:
    host_page.evaluate(f"() => new host.AudioStore().put('a', ({ENTRY})(8))")
    host_page.reload()
    host_page.wait_for_function("() => window.host")
    found = host_page.evaluate(
        """async () => {
            const store = new host.AudioStore();
            const before = await store.get('a');
            await store.clear();
            return [before?.pcm.length, await store.get('a'), await store.totals()];
        }"""
    )
    assert found == [8, None, {"count": 0, "bytes": 0}]


def test_oldest_is_by_last_use(host_page: Page) -> None:
    order = host_page.evaluate(
        f"""async () => {{
            const entry = {ENTRY};
            const store = new host.AudioStore({{now: () => 1000}});  // a clock that stands still
            for (const key of ['a', 'b', 'c']) await store.put(key, entry(4));
            const put = await store.oldest(2);
            await store.get('a');
            let touched;
            do touched = await store.oldest(3); while (touched[0][0] === 'a');  // not awaited
            await store.delete(['b', 'missing']);
            return [put, touched, await store.oldest(9)];
        }}"""
    )
    assert order == [
        [["a", 4], ["b", 4]],
        [["b", 4], ["c", 4], ["a", 4]],
        [["c", 4], ["a", 4]],
    ]


def test_records_of_another_shape_are_dropped(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const entry = {ENTRY};
            const store = new host.AudioStore();
            const bad = [
                () => 'text', (r) => ({{...r, v: 99}}), (r) => ({{...r, pcm: [1, 2]}}),
                (r) => ({{...r, words: [[1]]}}), (r) => ({{...r, sampleRate: 0}}),
                (r) => ({{...r, pcm: new Uint8Array(3)}}),
            ];
            const got = [];
            for (const [i, spoil] of bad.entries()) {{
                await store.put(`k${{i}}`, entry(4));
                await store.database.use(async (db) =>
                    db.put('audio', spoil(await db.get('audio', `k${{i}}`)), `k${{i}}`));
                got.push(await store.get(`k${{i}}`));
            }}
            return [got, await store.totals()];
        }}"""
    )
    assert found == [[None] * 6, {"count": 0, "bytes": 0}]


def test_another_connection_may_upgrade(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const store = new host.AudioStore();
            await store.put('a', ({ENTRY})(4));
            const upgraded = await new Promise((resolve, reject) => {{
                const request = indexedDB.open('lectern-audio', 2);
                request.onblocked = () => reject(new Error('blocked'));
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            }});
            const refused = await host.failure(store.get('a'));  // a newer page owns it now
            upgraded.close();
            return refused;
        }}"""
    )
    assert (found["code"], found["retryable"]) == ("store", True)


def test_an_open_behind_a_blocked_upgrade_times_out_and_recovers(host_page: Page) -> None:
    found = host_page.evaluate(
        """async () => {
            const open = (version) => new Promise((resolve, reject) => {
                const request = indexedDB.open('lectern-audio', version);
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
                request.onupgradeneeded = () => host.AUDIO_SCHEMA.upgrade(request.result, 0);
            });
            const stubborn = await open(1);  // closes for nobody
            const upgrade = indexedDB.deleteDatabase('lectern-audio');
            const deleted = new Promise((resolve) => { upgrade.onsuccess = resolve; });
            await new Promise((resolve) => { upgrade.onblocked = resolve; });
            const database = new host.Database(host.AUDIO_SCHEMA, {openTimeout: 200});
            const store = new host.AudioStore({database});
            const late = await host.failure(store.get('a'));
            stubborn.close();
            await deleted;
            return [late.code, late.retryable, await store.get('a')];
        }"""
    )
    assert found == ["store", True, None]


def test_a_closed_connection_is_opened_again(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const store = new host.AudioStore();
            await store.put('a', ({ENTRY})(4));
            (await store.database.opening).close();
            return (await store.get('a')).pcm.length;
        }}"""
    )
    assert found == 4


def test_a_full_disk_is_quota(host_page: Page) -> None:
    devtools = host_page.context.new_cdp_session(host_page)
    origin = host_page.evaluate("() => location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 100_000})
    found = host_page.evaluate(
        f"""async () => {{
            const entry = {ENTRY};
            const store = new host.AudioStore();
            const failed = await host.failure(store.put('a', entry(4_000_000)));
            return [failed?.code, await store.get('a'), await store.totals()];
        }}"""
    )
    assert found == ["quota", None, {"count": 0, "bytes": 0}]


def test_snapshots_by_build_and_none_after_two_failures(host_page: Page) -> None:
    found = host_page.evaluate(
        """async () => {
            const bytes = new Uint8Array([1, 2, 3]);
            const mine = new host.SnapshotStore('build1');
            await mine.write(bytes);
            const read = [...await mine.read()];
            const other = await new host.SnapshotStore('build2').read();
            await new host.SnapshotStore('build2').write(bytes);  // the only one that is kept
            const replaced = await mine.read();
            await mine.write(bytes);
            await mine.failed();
            const once = [await mine.read(), await mine.wanted()];
            await mine.failed();
            const twice = await mine.wanted();
            const next = await new host.SnapshotStore('build3').wanted();
            await mine.clear();
            return {read, other, replaced, once, twice, next, cleared: await mine.wanted()};
        }"""
    )
    assert found == {
        "read": [1, 2, 3],
        "other": None,
        "replaced": None,
        "once": [None, True],
        "twice": False,
        "next": True,
        "cleared": True,
    }
