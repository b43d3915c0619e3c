"""host/ort.js, host/realm.js and ort_worker.js with the real onnxruntime."""

from __future__ import annotations

import onnx
import pytest
from playwright.sync_api import Page

from tests.browser import Watch
from tests.contract.conftest import open_adapters
from tests.e2e.faults import Cut, Flip, Status
from tests.e2e.server import StaticSite

VOICE = "en_US-rms-x_low"
WASM = "wasm/ort/ort-wasm-simd-threaded.wasm"
IDS = "[1, 0, 20, 0, 59, 0, 24, 0, 120, 0, 27, 0, 100, 0, 2]"
OPEN = f"""
    const {{ort, files, realms, lost}} = host.startOrt();
    const ids = {IDS};
    const load = async (realm) => ort.create(realm, (await files.model('{VOICE}')).file);
    const give = (bytes) => {{ files.held.set(99, bytes.buffer); return 99; }};
    const run = (session, outputs = ['output'], deadline = 60) =>
        ort.run(session, host.feeds(ids), outputs, deadline);
"""


def test_a_voice_is_loaded_and_run(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const opened = await ort.open('wasm', 1);
            const {{session, inputs, outputs}} = await load(opened.realm);
            const {{output, durations}} = await run(session, ['output', 'durations']);
            const again = await run(session);
            return {{opened, inputs, outputs, samples: output.length, kind: output.constructor.name,
                     frames: durations.reduce((a, b) => a + b, 0), ids: durations.length,
                     same: again.output.every((x, i) => x === output[i]),
                     loud: Math.max(...output) > 0.01, held: files.held.size}};
        }}"""
    )
    assert got["opened"]["backend"] == "wasm"
    assert got["opened"]["threads"] == 1
    assert {"input", "input_lengths", "scales"} <= set(got["inputs"])
    assert {"output", "durations"} <= set(got["outputs"])
    assert got["kind"] == "Float32Array"
    assert got["samples"] > 0
    assert got["samples"] % got["frames"] == 0
    assert got["ids"] == 15
    assert (got["same"], got["loud"], got["held"]) == (True, True, 0)


def test_threads_need_isolation(plain_page: Page) -> None:
    got = plain_page.evaluate(
        f"async () => {{ {OPEN} "
        "return [crossOriginIsolated, (await ort.open('wasm', 2)).threads]; }"
    )
    assert got == [False, 1]


def test_a_rejection_spoils_nothing(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await load(realm);
            const bad = host.feeds(ids);
            bad.input.dims = [7];
            const all = await Promise.all([
                run(session).then((r) => r.output.length),
                host.failure(ort.run(session, bad, ['output'], 60)),
                host.failure(run(session, ['no such output'])),
                host.failure(ort.create(realm, give(new Uint8Array(5000).fill(7)))),
                run(session).then((r) => r.output.length),
            ]);
            return [...all.map((x) => x.code ?? x), lost];
        }}"""
    )
    first, *failed, last, lost = got
    assert failed == ["inference_failed", "inference_failed", "voice_unreadable"]
    assert first == last > 0
    assert lost == []


def test_a_cut_model_is_unreadable_and_a_released_session_is_gone(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const bytes = new Uint8Array(files.take((await files.model('{VOICE}')).file));
            const cut = await host.failure(ort.create(realm, give(bytes.slice(0, 1_000_000))));
            const {{session}} = await ort.create(realm, give(bytes));
            await ort.release(session);
            await ort.release(session);
            await ort.release(12345);
            return [cut.code, cut.retryable, (await host.failure(run(session))).code, bytes.length];
        }}"""
    )
    # The model's bytes were transferred, not copied.
    assert got == ["voice_unreadable", False, "engine_lost", 0]


def test_a_realm_that_dies_rejects_what_is_pending(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await load(realm);
            const pending = Array.from({{length: 40}}, () => host.failure(run(session)));
            realms.workers.get(realm).worker.terminate();
            const failed = await Promise.all(pending);
            const after = await host.failure(run(session));
            const create = await host.failure(load(realm));
            const next = await ort.open('wasm', 1);
            const made = await load(next.realm);
            return {{last: failed.at(-1), after: after.code, create: create.code,
                     lost: lost[0] === realm, fresh: next.realm !== realm,
                     works: (await run(made.session)).output.length > 0}};
        }}"""
    )
    assert (got["last"]["code"], got["last"]["retryable"]) == ("engine_lost", True)
    assert (got["after"], got["create"]) == ("engine_lost", "engine_lost")
    assert (got["lost"], got["fresh"], got["works"]) == (True, True, True)


def test_a_missed_deadline_costs_the_realm(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await load(realm);
            const [first, second] = await Promise.all([
                host.failure(run(session, ['output'], 0.0001)), host.failure(run(session))]);
            return [first.code, second.code, lost.includes(realm), realms.workers.has(realm)];
        }}"""
    )
    assert got == ["engine_timeout", "engine_timeout", True, False]


def test_a_closed_realm_is_ended_and_nobody_mourns(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await load(realm);
            const pending = host.failure(run(session));
            await ort.close(realm);
            await ort.close(realm);
            return [(await pending)?.code, realms.workers.has(realm), lost];
        }}"""
    )
    assert got == ["engine_lost", False, []]


@pytest.mark.parametrize("fault", [Cut(1_000_000, length=False), Status(404), Flip(8)])
def test_a_broken_onnxruntime_is_lost_and_comes_back(
    host_page: Page, host_site: StaticSite, watch: Watch, fault: Cut | Status | Flip
) -> None:
    watch.allow(".*")
    host_site.fault(WASM, fault)
    failed = host_page.evaluate(
        f"async () => {{ {OPEN} return host.failure(ort.open('wasm', 1)); }}"
    )
    assert (failed["code"], failed["retryable"]) == ("engine_lost", True)
    host_site.heal()
    works = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            // What was cut may be cached as whole: a failure renews it, and then it works.
            const opened = await ort.open('wasm', 1).catch(() => ort.open('wasm', 1));
            const {{session}} = await load(opened.realm);
            return (await run(session)).output.length > 0;
        }}"""
    )
    assert works


def test_webgpu_that_is_not_there_is_refused_without_loading_it(
    host_page: Page, host_site: StaticSite
) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            {OPEN}
            const adapter = await ort.adapter();
            const {{code, retryable}} = await host.failure(ort.open('webgpu', 1));
            return [adapter, code, retryable];
        }}"""
    )
    assert got == [None, "inference_failed", False]
    assert not [path for path in host_site.paths() if "webgpu" in path or "asyncify" in path]


def in_double_precision() -> bytes:
    """A sound model that onnxruntime-web's WebGPU build has no kernels for."""
    tensor, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    nodes = [
        node("Cast", ["x"], ["wide"], to=onnx.TensorProto.DOUBLE),
        node("Floor", ["wide"], ["floor"]),
        node("Cast", ["floor"], ["y"], to=onnx.TensorProto.FLOAT),
    ]
    x, y = (tensor(name, onnx.TensorProto.FLOAT, [1]) for name in ("x", "y"))
    graph = onnx.helper.make_graph(nodes, "double", [x], [y])
    opsets = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString())


def test_the_software_adapter_is_told_and_sounds_alike(
    webgpu_page: Page, host_site: StaticSite
) -> None:
    open_adapters(webgpu_page, host_site)
    got = webgpu_page.evaluate(
        f"""async (double) => {{
            {OPEN}
            const adapter = await ort.adapter();
            const gpu = await ort.open('webgpu', 1);
            const wasm = await ort.open('wasm', 1);
            const wide = () => give(Uint8Array.from(double));
            const refused = await host.failure(ort.create(gpu.realm, wide()));
            const taken = await host.failure(ort.create(wasm.realm, wide()));
            const sounds = [];
            for (const {{realm}} of [wasm, gpu]) {{
                sounds.push((await run((await load(realm)).session, ['output'], 300)).output);
            }}
            const signal = sounds[0].reduce((sum, x) => sum + x * x, 0);
            const noise = sounds[0].reduce((sum, x, i) => sum + (x - sounds[1][i]) ** 2, 0);
            return {{adapter, gpu, refused, taken, lost, lengths: sounds.map((x) => x.length),
                     snr: 10 * Math.log10(signal / noise)}};
        }}""",
        list(in_double_precision()),
    )
    assert got["adapter"]["fallback"] is True
    assert got["gpu"]["fallback"] is True
    assert (got["gpu"]["backend"], bool(got["gpu"]["adapter"])) == ("webgpu", True)
    # Not the voice's fault: wasm runs it.
    assert (got["refused"]["code"], got["taken"], got["lost"]) == ("inference_failed", None, [])
    assert got["lengths"][0] == got["lengths"][1]
    assert got["snr"] > 40


def test_a_realm_that_misses_a_deadline_is_ended_as_hung(host_page: Page) -> None:
    got = host_page.evaluate(
        """async () => {
            const events = [];
            const emit = (event) => events.push(event);
            const ort = new host.Ort({emit, takeFile() {}, viewFile() {}});
            ort.adopt(1);
            const {code} = await host.failure(ort.realms.get(1).request({type: 'open'}, 0.05));
            return [code, events];
        }"""
    )
    assert got == [
        "engine_timeout",
        [{"event": "realm", "realm": 1, "config": None, "hung": True}],
    ]


def test_time_that_the_machine_slept_is_no_realms_fault(host_page: Page) -> None:
    got = host_page.evaluate(
        """async () => {
            const timeouts = [];
            const realm = new host.Realm({
                onTimeout: () => timeouts.push(performance.now()),
                onLost() {},
            });
            realm.request({type: 'run'}, 0.3);
            const now = performance.now.bind(performance);
            performance.now = () => now() + 3600_000; // it slept for an hour
            await new Promise((resolve) => setTimeout(resolve, 450));
            const asleep = timeouts.length;
            while (!timeouts.length) await new Promise((resolve) => setTimeout(resolve, 20));
            return [asleep, timeouts.length];
        }"""
    )
    assert got == [0, 1]
