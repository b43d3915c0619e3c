"""What is found out about models: hostile ones, damaged ones, and plans that come from a store."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import onnx
import onnx.helper
import pytest
from lectern.errors import VoiceUnreadable
from lectern.onnxfile import Part, open_model
from lectern.preparing import Preparation, check_model, prepare, uncut

from tests.native import TINY
from tests.parts import assembled, stored_otherwise

MEDIUM = (TINY / "en_US-tiny-medium.onnx").read_bytes()
TRIO = (TINY / "fr_FR-trio-medium.onnx").read_bytes()
BUILT_IN = (TINY.parents[1] / "public/models/piper/en_US-rms-x_low.onnx").read_bytes()


def prepared(data: bytes) -> Preparation:
    return prepare(lambda offset, length: data[offset : offset + length], len(data))


def checked(data: bytes, *, symbols: int = 1, speakers: int = 1) -> None:
    check_model(
        lambda offset, length: data[offset : offset + length],
        len(data),
        symbols=symbols,
        speakers=speakers,
    )


def other_voice(inputs: tuple[str, ...], output: str = "output") -> bytes:
    tensor = onnx.helper.make_tensor_value_info
    kinds = {"scales": onnx.TensorProto.FLOAT}
    given = [tensor(name, kinds.get(name, onnx.TensorProto.INT64), [None]) for name in inputs]
    node = onnx.helper.make_node("Cast", [inputs[0]], [output], to=onnx.TensorProto.FLOAT)
    made = tensor(output, onnx.TensorProto.FLOAT, [None])
    graph = onnx.helper.make_graph([node], "other", given, [made])
    data: bytes = onnx.helper.make_model(graph, ir_version=8).SerializeToString()
    return data


def test_a_piper_voice_is_cut() -> None:
    found = prepared(MEDIUM)
    assert found.reason == ""
    assert found.cut is not None
    sizes = [part.size for part in (found.cut.encoder, found.cut.flow, found.cut.decoder)]
    assert all(0 < size < len(MEDIUM) for size in sizes)
    # Weights are shared out, not copied.
    assert sum(sizes) < 1.05 * len(MEDIUM)


def test_a_voice_with_durations_of_its_own_runs_whole() -> None:
    found = prepared(BUILT_IN)
    assert (found.cut, found.timed, found.durations) == (None, None, "")
    assert "durations" in found.reason


@pytest.mark.parametrize("whose", ["its own", "another tensor's"])
def test_an_output_named_durations_is_no_reason_to_run_whole(whose: str) -> None:
    """Names tell nothing: an export may give its durations and be Piper's graph all the same."""
    model = onnx.load_from_string(MEDIUM)
    kind = "Ceil" if whose == "its own" else "Softplus"
    renamed = [node for node in model.graph.node if node.op_type == kind] or [
        node for node in model.graph.node if node.op_type == "Exp"
    ]
    old = renamed[0].output[0]
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = ["durations" if name == old else name for name in names]
    made = onnx.helper.make_tensor_value_info("durations", onnx.TensorProto.FLOAT, None)
    model.graph.output.append(made)
    found = prepared(model.SerializeToString())
    assert found.reason == ""
    assert found.cut is not None
    assert (found.cut.durations == "durations") is (whose == "its own")


def test_a_voice_that_cant_be_cut_gives_its_durations_all_the_same() -> None:
    model = onnx.load_from_string(MEDIUM)
    for node in model.graph.node:
        if node.op_type == "RandomNormalLike":
            node.attribute.append(onnx.helper.make_attribute("mean", 0.5))
    data = model.SerializeToString()
    found = prepared(data)
    assert found.cut is None
    assert "noise" in found.reason
    assert found.timed is not None
    assert found.durations
    whole = assembled(found.timed, data)
    # As the protobuf library reads it: one graph, with one output more.
    names = [value.name for value in onnx.load_from_string(whole).graph.output]
    assert names == ["output", found.durations]
    assert len(whole) - len(data) < 100


def test_parts_that_do_not_run_are_given_up_with_a_reason() -> None:
    found = uncut(lambda offset, length: MEDIUM[offset : offset + length], len(MEDIUM), "no kernel")
    assert found.cut is None
    assert "no kernel" in found.reason
    assert found.timed is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"<!doctype html><title>404</title>",
        b'{"error": "not found"}',
        b"\x08\x08",
        bytes(5000),
        b"\xff" * 5000,
        MEDIUM[:1],
        MEDIUM[:1000],
        MEDIUM[: len(MEDIUM) // 2],
        MEDIUM[:-1],
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_what_is_no_model_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(VoiceUnreadable) as refused:
        prepared(data)
    assert "ONNX" in refused.value.message or "damaged" in refused.value.message


@pytest.mark.parametrize(
    ("inputs", "output", "says"),
    [
        (("input",), "output", "input_lengths, scales"),
        (("input", "scales"), "output", "input_lengths"),
        (("input", "input_lengths", "scales"), "y", "output"),
        (("input", "input_lengths", "scales", "prompt"), "output", "prompt"),
        (("x",), "y", "input"),
    ],
)
def test_models_of_other_kinds_are_refused_in_words(
    inputs: tuple[str, ...], output: str, says: str
) -> None:
    with pytest.raises(VoiceUnreadable, match=says):
        prepared(other_voice(inputs, output))


def test_a_voice_and_a_json_of_another_are_told_apart() -> None:
    checked(MEDIUM, symbols=256)
    checked(TRIO, symbols=256, speakers=3)
    with pytest.raises(VoiceUnreadable, match="one speaker"):
        checked(TRIO)
    with pytest.raises(VoiceUnreadable, match="several speakers"):
        checked(MEDIUM, speakers=3)
    with pytest.raises(VoiceUnreadable, match="904 speakers, the model has 3"):
        checked(TRIO, symbols=256, speakers=904)
    with pytest.raises(VoiceUnreadable, match="2 speakers, the model has 3"):
        checked(TRIO, symbols=256, speakers=2)
    with pytest.raises(VoiceUnreadable, match="257 phoneme ids") as refused:
        checked(MEDIUM, symbols=257)
    assert refused.value.reason == "other_voice"
    # Phonemes that a voice was trained with and does not use are no other voice's.
    checked(MEDIUM, symbols=130)


def test_tables_are_found_behind_what_exporters_put_before_them() -> None:
    """Half precision, another name, a constant node; an index of another shape or type."""
    checked(stored_otherwise(TRIO), symbols=256, speakers=3)
    with pytest.raises(VoiceUnreadable, match="the model has 3"):
        checked(stored_otherwise(TRIO), symbols=256, speakers=4)
    with pytest.raises(VoiceUnreadable, match="the model knows 256"):
        checked(stored_otherwise(TRIO), symbols=257, speakers=3)


def test_flipped_bits_never_do_worse_than_be_refused() -> None:
    """Each either gives a plan that lies within the file, or is refused; nothing else is raised."""
    rng = random.Random(20261120)
    outcomes = {True: 0, False: 0}
    for _ in range(120):
        data = bytearray(MEDIUM)
        # Most of a model is weights: also flip where the structure is.
        at = rng.randrange(len(data)) if rng.random() < 0.1 else rng.randrange(300_000)
        data[at] ^= 1 << rng.randrange(8)
        try:
            found = prepared(bytes(data))
        except VoiceUnreadable as error:
            assert error.message
            outcomes[False] += 1
            continue
        outcomes[True] += 1
        assert Preparation.from_json(found.to_json(), len(data)) == found
    assert outcomes[True]
    assert outcomes[False]


def test_hostile_lengths_cost_no_time_and_no_memory() -> None:
    # A graph that says that it is longer than the file; endless varints; nested for ever.
    for data in (
        b"\x3a\xff\xff\xff\xff\x0f",
        b"\x3a" + b"\xff" * 200,
        b"\x3a\x02\x0a\x7f",
        b"\x3a\x06\x0a\x04\x2a\x02\x32\xff",
    ):
        with pytest.raises(VoiceUnreadable):
            prepared(data)
    attribute = b""
    for _ in range(2000):
        node = b"\x2a" + _length(attribute) + attribute
        graph = b"\x0a" + _length(node) + node
        attribute = b"\x32" + _length(graph) + graph
    node = b"\x22\x02If\x2a" + _length(attribute) + attribute
    graph = b"\x0a" + _length(node) + node
    with pytest.raises(VoiceUnreadable, match="nested"):
        prepared(b"\x3a" + _length(graph) + graph)


def _length(data: bytes) -> bytes:
    out = bytearray()
    value = len(data)
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_a_plan_survives_its_store() -> None:
    for data in (MEDIUM, TRIO, BUILT_IN):
        found = prepared(data)
        assert Preparation.from_json(found.to_json(), len(data)) == found


def test_plans_that_are_not_to_be_trusted_are_not() -> None:
    found = prepared(MEDIUM)
    good = json.loads(found.to_json())
    size = len(MEDIUM)

    def changed(**more: object) -> str:
        return json.dumps({**good, **more})

    assert Preparation.from_json(json.dumps(good), size) == found
    beyond = replace(found.cut, encoder=Part(((0, size + 1),), b"")) if found.cut else None
    for text in (
        None,
        "",
        "[]",
        "{",
        changed(version=0),
        changed(cut=[]),
        changed(cut={}),
        changed(reason=3),
        changed(cut={**good["cut"], "channels": -1}),
        changed(cut={**good["cut"], "channels": True}),
        changed(cut={**good["cut"], "crossing": "abc"}),
        changed(cut={**good["cut"], "z": None}),
        changed(cut={**good["cut"], "flow": {"segments": [[0, -5]], "literals": ""}}),
        changed(cut={**good["cut"], "flow": {"segments": [[-1, 5]], "literals": ""}}),
        changed(cut={**good["cut"], "flow": {"segments": [[0]], "literals": ""}}),
        changed(cut={**good["cut"], "flow": {"segments": [], "literals": "%%%"}}),
        replace(found, cut=beyond).to_json(),
    ):
        assert Preparation.from_json(text, size) is None, text
    # A plan for a larger file is none for this one.
    assert Preparation.from_json(json.dumps(good), size // 2) is None


def test_reading_in_any_portions_is_the_same() -> None:
    whole = open_model(lambda offset, length: MEDIUM[offset : offset + length], len(MEDIUM))
    short = open_model(
        lambda offset, length: MEDIUM[offset : offset + min(length, 97)], len(MEDIUM)
    )
    assert [node.record for node in short.nodes] == [node.record for node in whole.nodes]
    assert short.initializers == whole.initializers
