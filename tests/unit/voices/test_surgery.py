"""The cut of a Piper graph, against the whole one and against ``onnx``'s own extraction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnx
import onnx.helper
import onnx.utils
import onnxruntime
import pytest
from lectern import stages
from lectern.constants import NotCuttable
from lectern.onnxfile import Part, open_model
from lectern.surgery import cut

from tests.native import TINY, snr
from tests.parts import assembled, read_of, stored_otherwise

PIPER = ["en_US-tiny-medium", "fr_FR-trio-medium", "en_US-tiny-high", "en_US-plain-medium"]
CUTTABLE = [*PIPER, "en_US-tones-medium"]
IDS = [1, 0, *(n for i in range(20, 60) for n in (i, 0)), 2]
QUIET = np.array([0.0, 1.0, 0.0], np.float32)


@pytest.fixture(autouse=True)
def in_one_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages have tests of their own."""
    monkeypatch.setattr(stages, "_STAGE", 1_000_000)


def session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options)


def feeds(names: list[str], more: dict[str, npt.NDArray[np.float32]]) -> dict[str, object]:
    every = {
        "input": np.array([IDS], np.int64),
        "input_lengths": np.array([len(IDS)], np.int64),
        "scales": QUIET,
        "sid": np.array([2], np.int64),
        **more,
    }
    return {name: every[name] for name in names}


def inputs(of: onnxruntime.InferenceSession) -> list[str]:
    return [value.name for value in of.get_inputs()]


@pytest.mark.parametrize("stored", [False, True], ids=["", "stored otherwise"])
@pytest.mark.parametrize("voice", CUTTABLE)
def test_parts_make_the_sound_of_the_whole(voice: str, stored: bool) -> None:
    data = (TINY / f"{voice}.onnx").read_bytes()
    if stored:
        data = stored_otherwise(data)
    found = cut(open_model(read_of(data), len(data)))
    whole = session(data)
    wanted = whole.run(["output"], feeds(inputs(whole), {}))[0].ravel()

    encoder, flow, decoder = (
        session(assembled(part, data)) for part in (found.encoder, found.flow, found.decoder)
    )
    noise = {found.duration_noise: np.zeros((1, 2, len(IDS)), np.float32)}
    outputs = [found.durations, *found.crossing]
    made = dict(zip(outputs, encoder.run(outputs, feeds(inputs(encoder), noise)), strict=True))
    frames = int(made[found.durations].sum())
    made[found.latent_noise] = np.zeros((1, found.channels, frames), np.float32)
    z = flow.run([found.z], feeds(inputs(flow), made))[0]
    got = decoder.run(["output"], feeds(inputs(decoder), {found.z: z}))[0].ravel()

    assert len(got) == len(wanted) == 256 * frames
    assert snr(wanted, got) > 120
    assert np.abs(wanted).max() > 0.01


@pytest.mark.parametrize("voice", CUTTABLE)
def test_the_oracle_extracts_the_same_nodes(voice: str) -> None:
    """``onnx.utils`` cuts at the same tensors: the same operators and weights are left."""
    path = TINY / f"{voice}.onnx"
    data = path.read_bytes()
    found = cut(open_model(read_of(data), len(data)))
    fed = open_model(read_of(data), len(data)).input_names
    cuts: list[tuple[Part, list[str], list[str]]] = [
        (found.encoder, [*fed, found.duration_noise], [found.durations, *found.crossing]),
        (found.flow, [*fed, *found.crossing, found.latent_noise], [found.z]),
        (found.decoder, [*fed, found.z], ["output"]),
    ]
    for part, given, wanted in cuts:
        ours = onnx.load_from_string(assembled(part, data))
        onnx.checker.check_model(ours)
        names = [name for name in (*given, *wanted) if name]
        source = onnx.load(path)
        source.graph.value_info.extend(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
            for name in names
            if name not in (*fed, "output")
        )
        theirs = onnx.utils.Extractor(source).extract_model(names[: -len(wanted)], wanted)
        assert [node.output for node in ours.graph.node] == [
            node.output for node in theirs.graph.node
        ]
        assert {one.name for one in ours.graph.initializer} == {
            one.name for one in theirs.graph.initializer
        }


@pytest.mark.parametrize("voice", CUTTABLE)
def test_it_looks_at_no_name(voice: str) -> None:
    """A graph with every inner name replaced is cut at the same places."""
    data = (TINY / f"{voice}.onnx").read_bytes()
    model = onnx.load_from_string(data)
    own = {value.name for value in (*model.graph.input, *model.graph.output)}
    new: dict[str, str] = {}

    def renamed(name: str) -> str:
        return name if name in own or not name else new.setdefault(name, f"t{len(new)}")

    for node in model.graph.node:
        node.name = ""
        for names in (node.input, node.output):
            names[:] = [renamed(name) for name in names]
    for initializer in model.graph.initializer:
        initializer.name = renamed(initializer.name)
    del model.graph.value_info[:]
    other = model.SerializeToString()

    before = cut(open_model(read_of(data), len(data)))
    after = cut(open_model(read_of(other), len(other)))
    assert after.z == new[before.z]
    assert after.durations == new[before.durations]
    assert after.crossing == tuple(new[name] for name in before.crossing)
    assert after.latent_noise == new[before.latent_noise]
    assert (after.channels, after.flow_context, after.decoder_context) == (
        before.channels,
        before.flow_context,
        before.decoder_context,
    )


def test_speakers_reach_flow_and_decoder() -> None:
    data = (TINY / "fr_FR-trio-medium.onnx").read_bytes()
    found = cut(open_model(read_of(data), len(data)))
    for part in (found.encoder, found.flow, found.decoder):
        names = [v.name for v in onnx.load_from_string(assembled(part, data)).graph.input]
        assert "sid" in names


def test_a_voice_without_noise_in_its_durations() -> None:
    data = (TINY / "en_US-plain-medium.onnx").read_bytes()
    assert cut(open_model(read_of(data), len(data))).duration_noise == ""


def test_built_in_voices_are_of_another_kind() -> None:
    folder = TINY.parents[1] / "public" / "models" / "piper"
    data = (folder / "en_US-rms-x_low.onnx").read_bytes()
    with pytest.raises(NotCuttable, match="Ceil"):
        cut(open_model(read_of(data), len(data)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("Ceil", "0 Ceil"),
        ("RandomNormalLike", "noise"),
        ("ConvTranspose", "transposed"),
    ],
)
def test_other_structures_are_refused_with_a_reason(change: str, says: str) -> None:
    model = onnx.load(TINY / "en_US-tiny-medium.onnx")
    for node in model.graph.node:
        if node.op_type == change:
            node.op_type = "RandomUniformLike" if change.startswith("Random") else "Identity"
    data = model.SerializeToString()
    with pytest.raises(NotCuttable, match=says):
        cut(open_model(read_of(data), len(data)))


@pytest.mark.parametrize("voice", CUTTABLE)
def test_contexts_do_not_depend_on_how_weights_are_stored(voice: str) -> None:
    """Fewer taps than a kernel has would be heard at every join."""
    data = (TINY / f"{voice}.onnx").read_bytes()
    other = stored_otherwise(data)
    one, two = (cut(open_model(read_of(of), len(of))) for of in (data, other))
    assert (one.flow_context, one.decoder_context) == (two.flow_context, two.decoder_context)
    assert one.levels == two.levels
    assert one.channels == two.channels


@pytest.mark.parametrize(
    ("change", "says"),
    [("computed", "no known size"), ("AveragePool", "AveragePool"), ("GRU", "GRU")],
)
def test_what_reaches_unknown_far_is_not_cut(change: str, says: str) -> None:
    model = onnx.load(TINY / "en_US-tiny-medium.onnx")
    last = [node for node in model.graph.node if node.op_type == "Conv"][-1]
    if change == "computed":
        kept = [one for one in last.attribute if one.name != "kernel_shape"]
        del last.attribute[:]
        last.attribute.extend(kept)
        made = onnx.helper.make_node("Abs", [last.input[1]], ["computed"])
        model.graph.node.insert(0, made)
        last.input[1] = "computed"
    else:
        del last.attribute[:]
        last.op_type = change
    data = model.SerializeToString()
    with pytest.raises(NotCuttable, match=says):
        cut(open_model(read_of(data), len(data)))


def test_reading_is_frugal() -> None:
    """Weights are not read: of a model a hundred times as large, hardly more."""
    data = (TINY / "en_US-tiny-high.onnx").read_bytes()
    asked: list[tuple[int, int]] = []

    def read(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return data[offset : offset + length]

    open_model(read, len(data))
    assert max(length for _, length in asked) <= 1 << 14
