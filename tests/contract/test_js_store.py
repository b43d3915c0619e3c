"""host/audio_store.js and host/snapshot.js over Chromium's IndexedDB."""

from __future__ import annotations

from playwright.sync_api import Page

ENTRY = """(n) => ({
  data: new Uint8Array(n), codec: 'pcm', sampleRate: 16000, samples: n / 2, words: [[0, 0, 5]],
  check: 'c', voiceId: 'v', created: 7,
})"""


def test_what_was_put_comes_back(host_page: Page) -> None:
    found = host_page.evaluate(
        """async () => {
            const store = new host.AudioStore();
            const whole = new Uint8Array(1000).map((_, i) => i);
            const data = whole.subarray(10, 20);  // a view: only its part may be stored
            await store.put('a', {data, codec: 'opus', sampleRate: 22050, samples: 99,
              words: [[0, 0, 3]], check: 'sha256:9', voiceId: 'v', created: 12}, 1000);
            const {data: got, ...rest} = await store.get('a');
            return {data: [...got], held: got.buffer.byteLength, rest, none: await store.get('b'),
                    totals: await store.totals()};
        }"""
    )
    assert found == {
        "data": list(range(10, 20)),
        "held": 10,
        "rest": {
            "codec": "opus",
            "sampleRate": 22050,
            "samples": 99,
            "words": [[0, 0, 3]],
            "check": "sha256:9",
            "voiceId": "v",
            "created": 12,
        },
        "none": None,
        "totals": {"count": 1, "bytes": 10},
    }


def test_entries_survive_a_reload_and_go_with_clear(host_page: Page) -> None:
    host_page.evaluate(f"() => new host.AudioStore().put('a', ({ENTRY})(8), 1)")
    host_page.reload()
    host_page.wait_for_function("() => window.host")
    found = host_page.evaluate(
        """async () => {
            const store = new host.AudioStore();
            const before = [await store.get('a'), await store.totals()];
            await store.clear();
            return [before[0]?.data.length, before[1], await store.get('a'), await store.totals()];
        }"""
    )
    assert found == [8, {"count": 1, "bytes": 8}, None, {"count": 0, "bytes": 0}]


def test_records_of_another_shape_are_no_entries(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const entry = {ENTRY};
            const store = new host.AudioStore();
            const bad = [
                () => 'text', () => null, (r) => ({{...r, v: 99}}),
                (r) => ({{...r, data: [1, 2]}}), (r) => ({{...r, words: [[1]]}}),
                (r) => ({{...r, sampleRate: 'x'}}), (r) => ({{...r, samples: 1.5}}),
                (r) => ({{...r, check: 5}}), (r) => ({{...r, created: NaN}}), () => ({{v: 1}}),
            ];
            const got = [];
            for (const [i, spoil] of bad.entries()) {{
                await store.put(`k${{i}}`, entry(4), 1);
                await store.database.use(async (db) =>
                    db.put('audio', spoil(await db.get('audio', `k${{i}}`)), `k${{i}}`));
                const {{codec, data, check}} = await store.get(`k${{i}}`);
                got.push(codec + data.length + check);
            }}
            return got;
        }}"""
    )
    assert found == ["0"] * 10


_VERSION_ONE = """(count) => new Promise((resolve, reject) => {
  const request = indexedDB.open('lectern-audio', 1);
  request.onerror = () => reject(request.error);
  request.onupgradeneeded = () => {
    const audio = request.result.createObjectStore('audio');
    const meta = request.result.createObjectStore('meta', {keyPath: 'key'});
    meta.createIndex('used', 'used');
    for (let i = 0; i < count; i++) {
      const pcm = new Uint8Array(10 + 2 * i);
      const words = [[0, 0, 5]];
      audio.put({v: 1, pcm, sampleRate: 16000, words, crc32: 77}, `k${i}`);
      meta.put({key: `k${i}`, bytes: pcm.length, used: 1000 + i});
    }
  };
  request.onsuccess = () => resolve(request.result);
})"""


def test_what_version_one_kept_is_counted_and_read(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            (await ({_VERSION_ONE})(3)).close();
            const store = new host.AudioStore();
            const sums = [await store.totals()];
            const {{data, ...rest}} = await store.get('k1');
            const oldest = await store.oldest(1);
            await store.touch([['k0', 5000]]);
            await store.put('k1', ({ENTRY})(100), 6000);
            sums.push(await store.totals());
            await store.delete(['k0']);
            sums.push(await store.totals());
            return {{bytes: data.length, rest, oldest, sums, left: await store.oldest(9)}};
        }}"""
    )
    assert found == {
        "bytes": 12,
        "rest": {
            "codec": "pcm",
            "sampleRate": 16000,
            "samples": 6,
            "words": [[0, 0, 5]],
            "check": "crc32:77",
            "voiceId": "",
            "created": 0,
        },
        "oldest": [["k0", 10, 1000]],
        "sums": [
            {"count": 3, "bytes": 36},
            {"count": 3, "bytes": 124},
            {"count": 2, "bytes": 114},
        ],
        "left": [["k2", 14, 1002], ["k1", 100, 6000]],
    }


def test_a_tab_of_version_one_gives_way(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const old = await ({_VERSION_ONE})(1);
            old.onversionchange = () => old.close();  // as its page does
            return (await new host.AudioStore().get('k0'))?.samples;
        }}"""
    )
    assert found == 5


def test_ten_thousand_entries_cost_a_put_and_a_get_no_more_than_a_hundred(
    host_page: Page,
) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const store = new host.AudioStore();
            const entry = ({ENTRY})(200);
            const fill = async (from, to) => {{
                const all = [];
                for (let i = from; i < to; i++) all.push(store.put(`k${{i}}`, entry, i));
                await Promise.all(all);
            }};
            const median = async (work) => {{
                const times = [];
                for (let i = 0; i < 40; i++) {{
                    const started = performance.now();
                    await work(i);
                    times.push(performance.now() - started);
                }}
                return times.sort((a, b) => a - b)[20];
            }};
            const measure = async () => [
                await median((i) => store.put(`new${{i}}`, entry, 1e6 + i)),
                await median((i) => store.get(`k${{i}}`)),
                await median(() => store.totals()),
                await median(() => store.oldest(10)),
            ];
            await fill(0, 100);
            await measure();  // warm
            const few = await measure();
            await fill(100, 10000);
            const many = await measure();
            return {{few, many, totals: await store.totals()}};
        }}"""
    )
    assert found["totals"] == {"count": 10_040, "bytes": 2_008_000}
    for few, many in zip(found["few"], found["many"], strict=True):
        # A look at all of the metadata takes more than a hundred times as long.
        assert many < 4 * few + 2, found


def test_another_connection_may_upgrade(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const store = new host.AudioStore();
            await store.put('a', ({ENTRY})(4), 1);
            const upgraded = await new Promise((resolve, reject) => {{
                const request = indexedDB.open('lectern-audio', 3);
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
        f"""async () => {{
            const stubborn = await ({_VERSION_ONE})(0);  // closes for nobody
            const database = new host.Database(host.AUDIO_SCHEMA, {{openTimeout: 200}});
            const store = new host.AudioStore({{database}});
            const late = await host.failure(store.get('a'));
            stubborn.close();
            return [late.code, late.retryable, await store.get('a')];
        }}"""
    )
    assert found == ["store", True, None]


def test_a_closed_connection_is_opened_again(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            const store = new host.AudioStore();
            await store.put('a', ({ENTRY})(4), 1);
            (await store.database.opening).close();
            return (await store.get('a')).data.length;
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
            const failed = await host.failure(store.put('a', entry(4_000_000), 1));
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
