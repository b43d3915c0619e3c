"""Captured runs on WebGPU (host/captured_session.js, ort_worker.js), by a software adapter."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from lectern.onnxfile import open_model
from lectern.surgery import cut
from playwright.sync_api import Page

from tests.contract.conftest import open_adapters
from tests.contract.test_js_parts import OPEN, floats, given
from tests.e2e.server import StaticSite
from tests.native import TINY, snr
from tests.packing import encoded

#: SwiftShader takes seconds for a second of sound.
PATIENCE = 180_000
#: Frames of two windows, as small as the decoder's field allows.
SMALL, LARGE = 24, 31
#: What the page and the tests agree on to be the input of a run.
LATENT = "(frames, n) => Float32Array.from({length: channels * frames}, (_, i) => wave(i, n))"
WAVE = "const wave = (i, n) => Math.sin(i * 0.37 * n) * 0.7;"


@pytest.fixture
def gpu_page(webgpu_page: Page, host_site: StaticSite) -> Page:
    webgpu_page.set_default_timeout(PATIENCE)
    open_adapters(webgpu_page, host_site)
    if not webgpu_page.evaluate("async () => !!(await navigator.gpu?.requestAdapter())"):
        pytest.skip("this Chromium has no WebGPU adapter, not even a software one")
    return webgpu_page


def tiny_model(op: str, **attributes: Any) -> bytes:
    """y = op(2 x), of [1, 2, frames]."""
    tensor, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    two = onnx.helper.make_tensor("two", onnx.TensorProto.FLOAT, [1], [2.0])
    nodes = [node("Mul", ["x", "two"], ["m"]), node(op, ["m"], ["y"], **attributes)]
    x, y = (tensor(name, onnx.TensorProto.FLOAT, [1, 2, "frames"]) for name in ("x", "y"))
    graph = onnx.helper.make_graph(nodes, "tiny", [x], [y], [two])
    opsets = [onnx.helper.make_opsetid("", 15)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize("voice", ["en_US-tiny-medium", "fr_FR-trio-medium"])
def test_a_captured_decoder_sounds_like_wasm(gpu_page: Page, voice: str) -> None:
    """One session, several inputs (and speakers); another one of another size in between."""
    data = (TINY / f"{voice}.onnx").read_bytes()
    found = cut(open_model(lambda offset, length: data[offset : offset + length], len(data)))
    got = gpu_page.evaluate(
        f"""async ([model, decoder, z, channels, small, large]) => {{
            {OPEN} {WAVE}
            const latent = {LATENT};
            const gpu = await ort.open('webgpu', 1), wasm = await ort.open('wasm', 1);
            const create = (realm, frames) => ort.create(realm, 99, part(decoder), {{frames}});
            const own = await ort.create(wasm.realm, 99, part(decoder));
            const captured = {{
                [small]: await create(gpu.realm, small), [large]: await create(gpu.realm, large)}};
            const run = async (session, frames, n) => {{
                const feeds = {{[z]: {{
                    type: 'float32', data: latent(frames, n), dims: [1, channels, frames]}}}};
                if (own.inputs.includes('sid')) {{
                    feeds.sid = {{type: 'int64', data: [n % 3], dims: [1]}};
                }}
                return send((await ort.run(session, feeds, ['output'], 170)).output);
            }};
            const sounds = [];
            for (const n of [1, 2, 3, 4, 5]) {{
                const frames = n % 2 ? small : large;
                sounds.push([await run(own.session, frames, n),
                             await run(captured[frames].session, frames, n)]);
            }}
            await ort.release(captured[small].session);
            sounds.push([await run(own.session, large, 6),
                         await run(captured[large].session, large, 6)]);
            return {{sounds, lost, captured: [own, ...Object.values(captured)]
                .map(({{captured}}) => captured)}};
        }}""",
        [encoded(data), given(found.decoder), found.z, found.channels, SMALL, LARGE],
    )
    assert got["captured"] == [False, True, True]
    assert got["lost"] == []
    sounds = [(floats(wanted), floats(made)) for wanted, made in got["sounds"]]
    for wanted, made in sounds:
        assert np.abs(wanted).max() > 0.01
        assert snr(wanted, made) > 60
    assert snr(sounds[0][0], sounds[2][0]) < 20, "the inputs must not sound alike"


def test_what_cant_be_captured_runs_all_the_same(gpu_page: Page) -> None:
    """onnxruntime has no WebGPU kernel for Shrink: it falls to the CPU."""
    got = gpu_page.evaluate(
        f"""async ([model]) => {{
            {OPEN}
            const {{realm}} = await ort.open('webgpu', 1);
            const made = await ort.create(
                realm, 99, {{segments: [0, bytes.length], literals: []}}, {{frames: 2}});
            const sounds = [];
            for (const n of [1, 2]) {{
                const x = {{type: 'float32', data: [n, -n, n, 0], dims: [1, 2, 2]}};
                sounds.push([...(await ort.run(made.session, {{x}}, ['y'], 60)).y]);
            }}
            return [made.captured, sounds];
        }}""",
        [encoded(tiny_model("Shrink", bias=1.0, lambd=0.0))],
    )
    assert got == [False, [[1, -1, 1, 0], [3, -3, 3, 0]]]


def test_a_captured_session_refuses_what_does_not_fit(gpu_page: Page) -> None:
    """It would play the sound of the run before."""
    got = gpu_page.evaluate(
        f"""async ([model]) => {{
            {OPEN}
            const {{realm}} = await ort.open('webgpu', 1);
            const {{session, captured}} = await ort.create(
                realm, 99, {{segments: [0, bytes.length], literals: []}}, {{frames: 3}});
            const x = (dims, type = 'float32') => {{
                const length = dims.reduce((a, b) => a * b, 1);
                return {{x: {{type, data: Array.from({{length}}, (_, i) => i), dims}}}};
            }};
            const run = (feeds, outputs = ['y']) => ort.run(session, feeds, outputs, 60);
            const failed = [];
            for (const feeds of [{{}}, x([1, 2, 4]), x([2, 3]), x([1, 2, 3], 'int64')]) {{
                failed.push((await host.failure(run(feeds)))?.code);
            }}
            failed.push((await host.failure(run(x([1, 2, 3]), ['z'])))?.code);
            const noise = {{x: {{type: 'noise', seed: 1, rows: 2, columns: 3, first: 0}}}};
            const {{y}} = await run(x([1, 2, 3]));
            return [captured, failed, [...y], (await run(noise)).y.some((n) => n > 0), lost];
        }}""",
        [encoded(tiny_model("Relu"))],
    )
    assert got == [True, ["inference_failed"] * 5, [0, 2, 4, 6, 8, 10], True, []]


def test_runs_are_played_again_and_nothing_stays_on_the_gpu(gpu_page: Page) -> None:
    """Counted where the page itself has the device; it is the same in a worker."""
    got = gpu_page.evaluate(
        """async ([model]) => {
            const calls = {};
            let buffers = 0;
            const count = (of, name, also = () => {}) => {
                const method = of.prototype[name];
                of.prototype[name] = function (...given) {
                    calls[name] = (calls[name] ?? 0) + 1;
                    also(...given);
                    return method.apply(this, given);
                };
            };
            count(GPUDevice, 'createBuffer', () => buffers++);
            count(GPUBuffer, 'destroy', () => buffers--);
            count(GPUDevice, 'createBindGroup');
            count(GPUDevice, 'destroy');
            const folder = host.base + 'wasm/ort/';
            const ort = await import(folder + 'ort.webgpu.bundle.min.mjs');
            ort.env.wasm.numThreads = 1;
            ort.env.wasm.wasmPaths = {wasm: folder + 'ort-wasm-simd-threaded.asyncify.wasm'};
            const {CapturedSession} = await import(host.base + 'js/host/captured_session.js');
            const {requestDevice} = await import(host.base + 'js/host/gpu_device.js');
            const device = await requestDevice();
            const bytes = Uint8Array.from(atob(model), (c) => c.charCodeAt(0));
            const session = await CapturedSession.create(ort, bytes, device, {frames: 4});
            const seen = [];
            const held = buffers;
            for (const n of [1, 2, 3, 4]) {
                delete calls.createBindGroup;
                const x = {type: 'float32', data: new Float32Array(8).fill(n), dims: [1, 2, 4]};
                const {y} = await session.run({x}, ['y']);
                seen.push([y[7], calls.createBindGroup ?? 0, buffers - held]);
            }
            await session.release();
            const late = new Promise((done) => setTimeout(done, 20_000, {reason: 'it lives'}));
            const {reason} = await Promise.race([device.lost, late]);
            return [seen, calls.destroy, reason];
        }""",
        [encoded(tiny_model("Relu"))],
    )
    seen, destroyed, reason = got
    assert seen == [[2.0 * n, 0, 0] for n in (1, 2, 3, 4)]
    # All that it had on the GPU goes with its device.
    assert destroyed >= 1
    assert reason == "destroyed"
