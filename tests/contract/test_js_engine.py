"""engine.js over workers that die, hang and lie (tests/js/fake_worker.js)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import JS
from tests.e2e.faults import Slow
from tests.e2e.server import StaticSite

MAKE = """
    const make = (options = {}) => {
        const engine = new host.Engine({base: host.base, storage: null, ...options});
        engine.restarts = [];
        engine.addEventListener('restart', ({detail}) => engine.restarts.push(detail.count));
        engine.start();
        return engine;
    };
    const piece = (text, more) => ({text, voiceId: 'v', piece: 0, ...more});
"""


@pytest.fixture
def engine_page(host_page: Page, host_site: StaticSite) -> Page:
    host_site.put("app/worker.js", JS / "fake_worker.js")
    host_site.put("app/ort_worker.js", "")
    return host_page


def run(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {MAKE} {script} }}")


def test_requests_are_answered_and_samples_are_floats(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        const early = engine.stats;
        await engine.ready;
        const {samples, echo} = await engine.request('piece', piece('hello'));
        const error = await host.failure(engine.request('piece', piece('error')));
        return {early, samples: [...samples], kind: samples.constructor.name, text: echo.text,
                code: error.code, stats: engine.stats, busy: engine.busy};
        """,
    )
    assert got == {
        "early": {"voiceCount": 0, "voices": []},
        "samples": [-1, 0.5, 0],
        "kind": "Float32Array",
        "text": "hello",
        "code": "bad_option",
        "stats": {"voiceCount": 1, "voices": ["one"]},
        "busy": False,
    }


def test_junk_is_ignored_and_abort_cancels(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        const stop = new AbortController();
        const hanging = host.failure(engine.request('piece', piece('hang'), {signal: stop.signal}));
        const gone = AbortSignal.abort();
        const waiting = host.failure(engine.request('piece', piece('x'), {signal: gone}));
        await engine.ready;
        const before = engine.request('piece', piece('hello'));
        await before;
        stop.abort();
        const {cancelled} = await engine.request('piece', piece('junk'));
        return [(await hanging).name, (await waiting).name, cancelled.length, engine.restarts];
        """,
    )
    assert got == ["AbortError", "AbortError", 1, []]


@pytest.mark.parametrize("death", ["close", "fatal", "terminate"])
def test_a_death_rejects_at_once_and_is_survived(engine_page: Page, death: str) -> None:
    got = run(
        engine_page,
        f"""
        const engine = make();
        await engine.ready;
        const pending = [1, 2, 3].map(() => host.failure(engine.request('piece', piece('hang'))));
        await engine.request('piece', piece('hello'));
        const started = performance.now();
        if ('{death}' === 'terminate') engine.worker.worker.terminate();
        else host.failure(engine.request('piece', piece('{death}')));
        const failed = await Promise.all(pending);
        const ms = performance.now() - started;
        const stats = engine.stats;
        const again = await engine.ask('piece', piece('again'));
        return {{failed, ms, stats, text: again.echo.text, restarts: engine.restarts}};
        """,
    )
    assert {(f["code"], f["retryable"]) for f in got["failed"]} == {("engine_lost", True)}
    assert got["ms"] < 1000  # 100 on a quiet machine
    assert got["stats"] == {"voiceCount": 0, "voices": []}
    assert (got["text"], got["restarts"]) == ("again", [1])


def test_ask_gives_up_and_so_does_the_engine(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        const fatal = host.next(engine, 'fatal');
        const failed = await host.failure(engine.ask('piece', piece('close')));
        const {error} = await fatal;
        const after = await host.failure(engine.ask('piece', piece('hello')));
        const preparing = engine.restarts.slice();
        engine.start();
        await engine.ready;
        return {failed, fatal: error.code, after, restarts: preparing,
                lives: (await engine.ask('piece', piece('hello'))).echo.text};
        """,
    )
    assert got["restarts"] == [1, 2, 3]
    assert (got["failed"]["code"], got["failed"]["retryable"]) == ("engine_lost", False)
    assert got["fatal"] == "engine_lost"
    assert (got["after"]["code"], got["after"]["retryable"]) == ("engine_lost", False)
    assert got["lives"] == "hello"


def test_a_hanging_worker_is_replaced_at_its_deadline(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        await engine.ready;
        engine.requests.deadlines.budget = () => 200;
        const [overdue, behind] = await Promise.all(
            ['spin', 'hello'].map((text) => host.failure(engine.request('piece', piece(text)))));
        engine.requests.deadlines.budget = () => 60_000;
        const {echo} = await engine.ask('piece', piece('hello'));
        return [overdue.code, overdue.retryable, behind.code, echo.text];
        """,
    )
    assert got == ["engine_timeout", True, "engine_lost", "hello"]


def test_a_worker_whose_loop_stands_still_is_replaced_long_before(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const reasons = [];
        const engine = make({watchdog: {silence: 400}});
        engine.addEventListener('restart', ({detail}) => reasons.push(detail.reason));
        await engine.ready;
        const hanging = host.failure(engine.request('piece', piece('spin')));
        const {echo} = await engine.ask('piece', piece('hello'));
        return [(await hanging).code, (await hanging).retryable, echo.text, reasons];
        """,
    )
    assert got == ["engine_lost", True, "hello", ["it hangs"]]


def test_a_worker_is_asked_for_signs_only_while_it_owes_an_answer(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make({watchdog: {silence: 400}});
        await engine.ready;
        let pings = 0;
        const post = engine.worker.post.bind(engine.worker);
        engine.worker.post = (message, transfer) => {
            pings += message.type === 'ping';
            post(message, transfer);
        };
        await engine.request('piece', piece('loading', {steps: 4, pause: 200}));
        const asked = pings;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return [asked >= 3, pings - asked, engine.restarts];
        """,
    )
    assert got == [True, 0, []]


@pytest.mark.parametrize(("beside", "restarts"), [("settle", 0), ("openDocument", 0), ("", 1)])
def test_some_requests_may_stop_the_loop_for_longer(
    engine_page: Page, beside: str, restarts: int
) -> None:
    got = run(
        engine_page,
        f"""
        const watchdog = {{silence: 300, settleSilence: 60_000, documentSilence: 60_000}};
        const engine = make({{watchdog}});
        await engine.ready;
        if ('{beside}') host.failure(engine.request('{beside}', {{text: 'hang'}}));
        const failed = await host.failure(engine.request('piece', piece('busy', {{ms: 1500}})));
        return [failed?.code ?? null, engine.restarts.length];
        """,
    )
    assert got == ["engine_lost" if restarts else None, restarts]


def test_settle_gives_its_time_to_nobody_else(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        await engine.ready;
        engine.requests.deadlines.budget = (type) => (type === 'settle' ? 25_000 : 200);
        host.failure(engine.request('settle', {text: 'hang'}));
        const started = performance.now();
        const {code} = await host.failure(engine.request('piece', piece('hang')));
        return [code, performance.now() - started < 10_000];
        """,
    )
    assert got == ["engine_timeout", True]


def test_a_voice_that_loads_may_take_its_time(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        await engine.ready;
        engine.requests.deadlines.budget = () => 200;
        const {samples} = await engine.request('piece', piece('loading', {steps: 2, pause: 600}));
        return [samples.length, engine.restarts];
        """,
    )
    assert got == [1, []]


def test_a_boot_that_never_ends_is_cut_off(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make({settings: {never: 1}, watchdog: {boot: 150}});
        const failed = await host.failure(engine.ready);
        return [failed.code, failed.retryable, engine.restarts];
        """,
    )
    assert got == ["engine_lost", False, [1, 2, 3]]


@pytest.mark.parametrize("stored", [0, 1])
def test_a_boot_may_take_as_long_as_its_files_come(engine_page: Page, stored: int) -> None:
    got = run(
        engine_page,
        f"""
        const engine = make({{settings: {{stored: {stored}, slow: 5, pause: 400}},
                             watchdog: {{boot: 1500, snapshotBoot: 1500}}}});
        await engine.ready;
        return engine.restarts;
        """,
    )
    assert got == []


def test_a_slow_boot_earns_a_snapshot_some_patience_but_not_for_ever(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const kept = new Map([['lectern.boot', '999999']]);
        const storage = {getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v)};
        const engine = make({settings: {stored: 1, badSnapshot: 1}, storage,
            watchdog: {boot: 60_000, snapshotBoot: 100, slowSnapshotBoot: 600}});
        const started = performance.now();
        await host.next(engine, 'restart');
        const ms = performance.now() - started;
        await engine.ready;
        return {ms, restarts: engine.restarts, boot: kept.get('lectern.boot')};
        """,
    )
    assert 500 < got["ms"] < 10_000
    assert (got["restarts"], got["boot"]) == ([1], "7")


def test_a_snapshot_that_does_not_boot_is_left_out(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make({settings: {stored: 1, badSnapshot: 1},
                             watchdog: {boot: 60_000, snapshotBoot: 150}});
        await engine.ready;
        return engine.restarts;
        """,
    )
    assert got == [1]


def test_a_refused_boot_is_told_and_not_repeated(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make({settings: {refuse: 1}});
        const failed = await host.failure(engine.ready);
        return [failed.code, failed.message, engine.restarts,
                (await host.failure(engine.ask('voices', {}))).code];
        """,
    )
    assert got == ["bad_option", "There is no such setting.", [], "bad_option"]


def test_what_was_found_out_about_the_device_is_kept(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const kept = new Map();
        const storage = {getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v)};
        kept.set('lectern.device', JSON.stringify({realm: {backend: 'wasm', threads: 2}, mine: 1}));
        const one = make({storage});
        await one.ready;
        const broken = {getItem: () => '{no json', setItem() { throw new Error('full'); }};
        const two = make({storage: broken, threads: 1});
        await two.ready;
        return [one.boot.payload.device, one.boot.payload.prestarted.threads,
                two.boot.payload.device, two.boot.payload.prestarted];
        """,
    )
    assert got[0] == {"realm": {"backend": "wasm", "threads": 2}, "mine": 1}
    assert got[1] in {1, 2}  # as many as there are cores
    assert got[2:] == [None, {"backend": "wasm", "threads": 1}]


def test_dispose_ends_everything(engine_page: Page) -> None:
    got = run(
        engine_page,
        """
        const engine = make();
        await engine.ready;
        const pending = host.failure(engine.request('piece', piece('hang')));
        await engine.request('piece', piece('hello'));
        engine.dispose();
        const after = await host.failure(engine.ask('voices', {}));
        return [(await pending).code, after.code, after.retryable, engine.realms.workers.size];
        """,
    )
    assert got == ["engine_lost", "engine_lost", False, 0]


def test_python_over_a_slow_line_boots_at_the_first_try(
    host_page: Page, host_site: StaticSite
) -> None:
    seconds = 16
    host_site.fault("wasm/pyodide/pyodide.asm.wasm", Slow(seconds / 40, parts=40))
    got = run(
        host_page,
        """
        const engine = make({watchdog: {boot: 10_000}});
        await engine.ready;
        const {ms, workMs} = engine.boot;
        engine.dispose();
        return {ms, workMs, restarts: engine.restarts};
        """,
    )
    assert got["restarts"] == []
    assert got["ms"] > seconds * 900
    assert got["ms"] - got["workMs"] > seconds * 900, "the download is no work"


# -- versions ----------------------------------------------------------------------------


def test_the_page_says_of_which_build_it_is(engine_page: Page) -> None:
    sent = run(
        engine_page,
        """
        const engine = make();
        await engine.ready;
        return engine.boot.payload.version === host.BUILD.version;
        """,
    )
    assert sent is True


def test_a_worker_of_another_build_refuses(host_page: Page) -> None:
    got = host_page.evaluate(
        """() => new Promise((resolve) => {
            const v = host.PROTOCOL_VERSION;
            const worker = new Worker('app/worker.js', {type: 'module', name: 'lectern'});
            worker.onmessage = ({data}) => { worker.terminate(); resolve(data); };
            const payload = {version: 'older', base: host.base, lockName: 'x', settings: {}};
            worker.postMessage({v, id: 0, type: 'boot', payload});
        })"""
    )
    assert got["error"]["code"] == "protocol"
    assert got["error"]["retryable"] is False
    assert got["error"]["message"] == "Lectern was renewed on the server. Reload the page."


def test_the_worker_itself_answers_a_ping(host_page: Page) -> None:
    got = host_page.evaluate(
        """() => new Promise((resolve) => {
            const worker = new Worker('app/worker.js', {type: 'module', name: 'lectern'});
            worker.onmessage = ({data}) => { worker.terminate(); resolve(data); };
            worker.postMessage({v: host.PROTOCOL_VERSION, type: 'ping'});
        })"""
    )
    assert got == {"event": "pong"}


# -- realms ------------------------------------------------------------------------------


@pytest.mark.parametrize("hung", [True, False])
def test_a_realm_that_hung_counts_as_one_that_died(engine_page: Page, hung: bool) -> None:
    told = engine_page.evaluate(
        """(hung) => {
            const told = [];
            const realms = new host.Realms({base: host.base, tell: ({type}) => told.push(type)});
            for (let i = 0; i < 4; i++) {
                realms.open(1, {backend: 'wasm', threads: 1});
                realms.close(1, {hung});
            }
            return told;
        }""",
        hung,
    )
    assert told == ["realm", "realm", "realm", "realm-lost" if hung else "realm"]
