"""Make a built-in voice's phase accumulator exact, and free of float64.

The voices' vocoder sums its pitch (cycles per sample) over the whole utterance. They were
exported with that sum in float64, for which onnxruntime-web's WebGPU build has no kernels.
Here it becomes a fixed-point sum in int64 with 40 fractional bits: a float32 increment below one
cycle is represented exactly but for bits under 2**-40, integer addition is exact, and the
remainder modulo one cycle is the phase.

Run once on the files as they were delivered; they are committed as it left them:

    .venv/bin/python tools/fixed_point_phase.py public/models/piper/*.onnx

Raises SystemExit when a model has no such accumulator, or no float64 one any more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FRACTION_BITS = 40


def rewrite(model: onnx.ModelProto) -> None:
    """Replace ``Cast(double) -> CumSum -> x - floor(x) -> Cast(float)`` by its integer form."""
    graph = model.graph
    consumers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    doubles = [
        node
        for node in graph.node
        if node.op_type == "Cast" and node.attribute[0].i == TensorProto.DOUBLE
    ]
    if len(doubles) != 1:
        raise SystemExit(f"Expected one cast to float64, found {len(doubles)}.")
    up = doubles[0]
    (total,) = consumers[up.output[0]]
    floor, remainder = sorted(consumers[total.output[0]], key=lambda node: node.op_type)
    (down,) = consumers[remainder.output[0]]
    shape = [node.op_type for node in (total, floor, remainder, down)]
    if shape != ["CumSum", "Floor", "Sub", "Cast"]:
        raise SystemExit(f"Expected CumSum, Floor, Sub and Cast, found {', '.join(shape)}.")

    one = 2**FRACTION_BITS
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(one, dtype=np.float32), "phase_one"),
            numpy_helper.from_array(np.array(one, dtype=np.int64), "phase_modulus"),
            numpy_helper.from_array(np.array(1 / one, dtype=np.float32), "phase_unit"),
        ]
    )
    made = [
        helper.make_node("Mul", [up.input[0], "phase_one"], ["phase_scaled"], "phase_scaled"),
        helper.make_node(
            "Cast", ["phase_scaled"], ["phase_steps"], "phase_steps", to=TensorProto.INT64
        ),
        helper.make_node("CumSum", ["phase_steps", total.input[1]], ["phase_sum"], "phase_sum"),
        helper.make_node("Mod", ["phase_sum", "phase_modulus"], ["phase_rest"], "phase_rest"),
        helper.make_node(
            "Cast", ["phase_rest"], ["phase_float"], "phase_float", to=TensorProto.FLOAT
        ),
        helper.make_node("Mul", ["phase_float", "phase_unit"], [down.output[0]], "phase"),
    ]
    # In the place of the last one replaced: the axis of the sum is known by then.
    position = list(graph.node).index(down)
    for offset, node in enumerate(made):
        graph.node.insert(position + offset, node)
    for node in (up, total, floor, remainder, down):
        graph.node.remove(node)
    gone = {name for node in (up, total, floor, remainder) for name in node.output}
    kept = [info for info in graph.value_info if info.name not in gone]
    del graph.value_info[:]
    graph.value_info.extend(kept)
    onnx.checker.check_model(model)


def main(paths: list[str]) -> None:
    for path in map(Path, paths):
        model = onnx.load(path)
        rewrite(model)
        path.write_bytes(model.SerializeToString())
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
