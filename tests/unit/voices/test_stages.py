"""A long graph in stages: the same result, few tensors between them, types known."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from lectern import stages
from lectern.onnxfile import Part, open_model
from lectern.rendering import render
from lectern.running import Order
from lectern.stages import element_types
from lectern.surgery import cut
from lectern.voice import Scales

from tests.native import TINY, load, snr
from tests.parts import assembled, read_of

IDS = [1, 0, *(n for i in range(20, 60) for n in (i, 0)), 2]


def models(part: Part, data: bytes) -> list[bytes]:
    whole = assembled(part, data)
    sizes = part.sizes or (len(whole),)
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    return [whole[end - size : end] for end, size in zip(ends, sizes, strict=True)]


@pytest.mark.parametrize("voice", ["en_US-tiny-medium", "fr_FR-trio-medium", "en_US-plain-medium"])
def test_stages_give_what_the_single_graph_gives(
    voice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (TINY / f"{voice}.onnx").read_bytes()
    monkeypatch.setattr(stages, "_STAGE", 100_000)
    single = cut(open_model(read_of(data), len(data)))
    monkeypatch.setattr(stages, "_STAGE", 150)
    several = cut(open_model(read_of(data), len(data)))
    assert single.encoder.sizes == ()
    assert len(several.encoder.sizes) > 3

    pool: dict[str, Any] = {
        "input": np.array([IDS], np.int64),
        "input_lengths": np.array([len(IDS)], np.int64),
        "scales": np.array([0.667, 1.0, 0.8], np.float32),
        "sid": np.array([1], np.int64),
        single.duration_noise: np.random.default_rng(1)
        .standard_normal((1, 2, len(IDS)))
        .astype(np.float32),
    }
    results: list[dict[str, Any]] = []
    for found in (single, several):
        values = dict(pool)
        for model in models(found.encoder, data):
            session = onnxruntime.InferenceSession(model)
            told = [value.name for value in session.get_outputs()]
            given = {value.name: values[value.name] for value in session.get_inputs()}
            values.update(zip(told, session.run(told, given), strict=True))
        results.append(values)
    for name in (single.durations, *single.crossing):
        assert snr(results[0][name], results[1][name]) > 100, name


def test_heavy_weights_are_cut_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load holds its weights three times: no stage has many of them. The sound is the same."""
    data = (TINY / "en_US-tiny-medium.onnx").read_bytes()
    single = cut(open_model(read_of(data), len(data)))
    assert single.flow.sizes == ()
    monkeypatch.setattr(stages, "_STAGE_BYTES", single.flow.size // 4)
    several = cut(open_model(read_of(data), len(data)))
    assert 4 <= len(several.flow.sizes) <= 6
    assert max(several.flow.sizes) < single.flow.size / 2

    async def check() -> None:
        order = Order(IDS, None, Scales(0.667, 1.0, 0.8), seed=5)
        inference, split, _ = await load("en_US-tiny-medium")
        got = np.frombuffer(await render(inference, split, order), np.float32)
        monkeypatch.undo()
        inference, split, _ = await load("en_US-tiny-medium")
        assert snr(np.frombuffer(await render(inference, split, order), np.float32), got) > 100

    asyncio.run(check())


def test_few_tensors_cross_and_no_node_is_lost() -> None:
    data = (TINY / "en_US-tiny-medium.onnx").read_bytes()
    found = cut(open_model(read_of(data), len(data)))
    parsed = [onnx.load_from_string(model) for model in models(found.encoder, data)]
    assert len(parsed) > 1
    for model in parsed:
        assert len(model.graph.input) <= 12
    made = [name for model in parsed for node in model.graph.node for name in node.output]
    working = [
        node.output[0]
        for model in parsed
        for node in model.graph.node
        if node.op_type not in ("Constant", "Identity")
    ]
    assert len(set(working)) > 0.9 * len(working)
    assert set(found.crossing) | {found.durations} <= set(made)


def test_types_are_those_that_onnx_infers() -> None:
    data = (TINY / "en_US-tiny-medium.onnx").read_bytes()
    model = open_model(read_of(data), len(data))
    known = {"input": 7, "input_lengths": 7, "scales": 1}
    ours = element_types(model, model.nodes, known)
    inferred = onnx.shape_inference.infer_shapes(onnx.load_from_string(data))
    theirs = {value.name: value.type.tensor_type.elem_type for value in inferred.graph.value_info}
    assert len(theirs) > 1000
    wrong = {name for name, kind in theirs.items() if kind and ours.get(name) != kind}
    assert not wrong


def test_an_unknown_operator_is_no_place_to_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no known type may not cross; the graph stays in fewer pieces, and runs."""
    data = (TINY / "en_US-tiny-medium.onnx").read_bytes()
    monkeypatch.setattr(stages, "_SAME", frozenset())
    found = cut(open_model(read_of(data), len(data)))
    assert found.encoder.sizes == ()
    onnxruntime.InferenceSession(assembled(found.encoder, data))
