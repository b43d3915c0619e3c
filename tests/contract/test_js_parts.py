"""Parts of models, noise by position and fixed sizes in the real onnxruntime-web."""

from __future__ import annotations

import base64
from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from lectern.onnxfile import Part, open_model
from lectern.ports import Columns, Excerpt, Noise
from lectern.surgery import cut
from playwright.sync_api import Page

from tests.native import TINY, snr
from tests.packing import encoded
from tools.build.pack_native import normal_noise

VOICE = "en_US-tiny-medium"
IDS = [1, 0, *(n for i in range(20, 60) for n in (i, 0)), 2]

#: Arguments: the model in base64, its parts, what else the script wants.
OPEN = """
    const {ort, files, realms, lost} = host.startOrt();
    const bytes = Uint8Array.from(atob(model), (c) => c.charCodeAt(0));
    files.held.set(99, bytes.buffer);
    const part = ({segments, literals, sizes}) => ({
        sizes,
        segments: Float64Array.from(segments.flat()),
        literals: Uint8Array.from(atob(literals), (c) => c.charCodeAt(0)),
    });
    const send = (floats) => {
        let text = '';
        const raw = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
        for (let i = 0; i < raw.length; i += 8192) {
            text += String.fromCharCode(...raw.subarray(i, i + 8192));
        }
        return btoa(text);
    };
"""


def floats(data: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(data), np.float32)


def given(part: Part) -> dict[str, Any]:
    return {
        "segments": part.segments,
        "literals": encoded(part.literals),
        "sizes": list(part.sizes),
    }


def identity() -> bytes:
    """A model that gives back what it gets."""
    tensor, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    x, y = (tensor(name, onnx.TensorProto.FLOAT, [1, None, "frames"]) for name in ("x", "y"))
    graph = onnx.helper.make_graph([node("Identity", ["x"], ["y"])], "identity", [x], [y])
    opsets = [onnx.helper.make_opsetid("", 15)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize(
    "noise", [Noise(1, 2, 33), Noise(0xDEADBEEF, 192, 51, 17), Noise(7, 3, 1, 1_000_000)]
)
def test_noise_is_what_its_place_says(host_page: Page, noise: Noise) -> None:
    """The same numbers as in tests/native.py, which knows the generator from its source."""
    got = host_page.evaluate(
        f"""async ([model, noise]) => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await ort.create(realm, 99);
            const {{y}} = await ort.run(session, {{x: {{type: 'noise', ...noise}}}}, ['y'], 60);
            return send(y);
        }}""",
        [
            encoded(identity()),
            {
                "seed": noise.seed,
                "rows": noise.rows,
                "columns": noise.columns,
                "first": noise.first,
            },
        ],
    )
    assert np.allclose(floats(got), normal_noise(noise).ravel(), atol=1e-5)


def test_excerpts_of_matrices_are_joined_side_by_side(host_page: Page) -> None:
    """As ``Columns.tensor`` joins them."""
    one = memoryview(array("f", range(3 * 7)))
    two = memoryview(array("f", range(100, 100 + 3 * 4)))
    columns = Columns(3, (Excerpt(one, 7, 2, 6), Excerpt(two, 4, 0, 4), Excerpt(one, 7, 6, 7)))
    matrices = [(np.arange(21).reshape(3, 7)), (np.arange(100, 112).reshape(3, 4))]
    wanted = np.hstack([matrices[0][:, 2:6], matrices[1], matrices[0][:, 6:]])
    joined = columns.tensor()
    assert joined.dims == (1, 3, 9) and list(joined.data) == wanted.ravel().tolist()
    got = host_page.evaluate(
        f"""async ([model, rows, matrices, places]) => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const {{session}} = await ort.create(realm, 99);
            const data = matrices.map((matrix) => Float32Array.from(matrix));
            const x = {{type: 'columns', rows, data, places}};
            const {{y}} = await ort.run(session, {{x}}, ['y'], 60);
            return send(y);
        }}""",
        [
            encoded(identity()),
            3,
            [list(part.matrix) for part in columns.excerpts],
            [n for part in columns.excerpts for n in (part.total, part.first, part.last)],
        ],
    )
    assert floats(got).tolist() == wanted.ravel().tolist()


def test_a_voice_in_parts_sounds_like_the_whole(host_page: Page) -> None:
    """The parts that Python plans, assembled and run in the browser, with noise 0."""
    data = (TINY / f"{VOICE}.onnx").read_bytes()
    found = cut(open_model(lambda offset, length: data[offset : offset + length], len(data)))
    got = host_page.evaluate(
        f"""async ([model, cut, ids]) => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const load = async (which) => (await ort.create(realm, 99, part(cut[which]))).session;
            const [encoder, flow, decoder] = [
                await load('encoder'), await load('flow'), await load('decoder')];
            const held = files.held.size;
            const tensor = (type, data, dims) => ({{type, data, dims}});
            const scales = tensor('float32', [0, 1, 0], [3]);
            const text = {{
                input: tensor('int64', ids, [1, ids.length]),
                input_lengths: tensor('int64', [ids.length], [1]),
                scales,
                [cut.durationNoise]: {{
                    type: 'noise', seed: 1, rows: 2, columns: ids.length, first: 0}},
            }};
            const made = await ort.run(encoder, text, [cut.durations, ...cut.crossing], 60);
            const frames = made[cut.durations].reduce((a, b) => a + b, 0);
            const feeds = {{scales, [cut.latentNoise]: {{
                type: 'noise', seed: 1, rows: cut.channels, columns: frames, first: 0}}}};
            for (const name of cut.crossing) {{
                const rows = made[name].length / frames;
                feeds[name] = tensor('float32', made[name], [1, rows, frames]);
            }}
            const z = (await ort.run(flow, feeds, [cut.z], 60))[cut.z];
            const latent = {{[cut.z]: tensor('float32', z, [1, cut.channels, frames])}};
            const sound = await ort.run(decoder, latent, ['output'], 60);
            const whole = (await ort.create(realm, 99)).session;
            delete text[cut.durationNoise];
            const wanted = await ort.run(whole, text, ['output'], 60);
            const sounds = {{got: send(sound.output), wanted: send(wanted.output)}};
            return {{held, after: files.held.size, ...sounds}};
        }}""",
        [
            encoded(data),
            {
                "encoder": given(found.encoder),
                "flow": given(found.flow),
                "decoder": given(found.decoder),
                "durations": found.durations,
                "crossing": found.crossing,
                "latentNoise": found.latent_noise,
                "durationNoise": found.duration_noise,
                "z": found.z,
                "channels": found.channels,
            },
            IDS,
        ],
    )
    wanted = floats(got["wanted"])
    assert np.abs(wanted).max() > 0.01
    assert snr(wanted, floats(got["got"])) > 100
    # Parts leave the bytes where they are, the whole takes them along.
    assert (got["held"], got["after"]) == (1, 0)


def test_a_plan_of_another_model_is_refused(host_page: Page) -> None:
    got = host_page.evaluate(
        f"""async ([model]) => {{
            {OPEN}
            const {{realm}} = await ort.open('wasm', 1);
            const beyond = {{segments: [0, bytes.length + 1], literals: []}};
            const missing = {{segments: [-1, 5], literals: [1, 2]}};
            return [await host.failure(ort.create(realm, 99, beyond)),
                    await host.failure(ort.create(realm, 99, missing))].map(({{code}}) => code);
        }}""",
        [encoded(identity())],
    )
    assert got == ["voice_unreadable", "voice_unreadable"]
