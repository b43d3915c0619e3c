"""A long graph as several short ones that are run in turn.

onnxruntime's time to load a graph grows with the square of its nodes, of which the encoder of a
Piper voice has 5,600. And while it loads one it holds its weights three times over: in the
bytes that it is given, in the message parsed of them, in its tensors; WebAssembly's memory
never shrinks again. So a graph is cut into pieces of few nodes and few weights, where few
tensors cross.

A new input needs the type of its elements, which the operators that lead to it tell; where
they don't, there is no cut. Shapes need not be known.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from lectern.onnxfile import FLOAT, INT64, Model, Node, Part, Value, joined, value_info

BOOL = 9

#: Nodes of a stage, constants aside, if it had no weights; bytes of weights, if it had no nodes.
_STAGE = 450
_STAGE_BYTES = 5_000_000
#: How far from its due place a cut may be, as a share of a stage.
_SLACK = 0.4

_BOOLEAN = frozenset({"Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"}) | frozenset(
    {"And", "Or", "Not", "Xor", "IsNaN", "IsInf"}
)
_COUNTING = frozenset({"Shape", "Size", "NonZero", "ArgMax", "ArgMin"})
#: Their first output has the type of their first input.
_SAME = (
    frozenset({"Abs", "Add", "Ceil", "Clip", "Concat", "Conv", "ConvTranspose", "CumSum", "Div"})
    | frozenset({"Erf", "Exp", "Expand", "Floor", "Gather", "GatherElements", "GatherND", "Gemm"})
    | frozenset({"Identity", "LayerNormalization", "LeakyRelu", "Log", "MatMul", "Max", "Min"})
    | frozenset({"Mod", "Mul", "Neg", "Pad", "Pow", "Range", "Reciprocal", "ReduceMax"})
    | frozenset({"ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "Relu", "Reshape"})
    | frozenset({"Round", "ScatterElements", "ScatterND", "Sigmoid", "Sign", "Sin", "Cos"})
    | frozenset({"Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Tanh"})
    | frozenset({"Tile", "Transpose", "Trilu", "Unsqueeze"})
)


def in_stages(
    model: Model,
    nodes: Sequence[Node],
    inputs: Mapping[str, bytes | Value],
    outputs: Mapping[str, bytes | Value],
) -> Part:
    """These nodes as one part of one or more models.

    Args:
        nodes: in the graph's order.
        inputs: what they are fed with, by name: Piper's own inputs, and noise (float32).
        outputs: what is wanted of them, by name.
    """
    constants = _constants(model, nodes)
    working = [node for node in nodes if not node.outputs or node.outputs[0] not in constants]
    types = element_types(model, nodes, {name: _input_type(name) for name in inputs})
    last_use = {name: len(working) for name in outputs}
    first_made: dict[str, int] = {}
    for index, node in enumerate(working):
        for name in node.inputs:
            last_use[name] = max(last_use.get(name, 0), index)
        for name in node.outputs:
            first_made[name] = index
    shares = _shares(model, working)
    bounds = [0, *_places(shares, first_made, last_use, types), len(working)]
    if len(bounds) == 2:
        return model.part(nodes, inputs.values(), outputs.values())
    parts: list[Part] = []
    for begin, end in pairwise(bounds):
        stage = working[begin:end]
        used = dict.fromkeys(name for node in stage for name in node.inputs)
        given: list[bytes | Value] = []
        for name in used:
            if name in inputs:
                given.append(inputs[name])
            elif first_made.get(name, end) < begin:
                given.append(value_info(name, types[name], None))
        told = [
            outputs[name] if name in outputs else value_info(name, types[name], None)
            for node in stage
            for name in node.outputs
            if last_use.get(name, -1) >= end
        ]
        parts.append(model.part([*_leading_to(used, constants), *stage], given, told))
    return joined(parts)


def _constants(model: Model, nodes: Sequence[Node]) -> dict[str, Node]:
    """Nodes that depend on no input, by their outputs: each stage has its own copy of them."""
    found: dict[str, Node] = {}
    for node in nodes:
        drawn = node.op_type.startswith("Random")
        if not drawn and all(n in found or n in model.initializers or not n for n in node.inputs):
            found.update(dict.fromkeys(node.outputs, node))
    return found


def _leading_to(used: Iterable[str], constants: Mapping[str, Node]) -> list[Node]:
    """Those of the constant nodes that are needed, in the graph's order."""
    needed: dict[int, Node] = {}
    pending = [constants[name] for name in used if name in constants]
    while pending:
        node = pending.pop()
        if node.record.offset not in needed:
            needed[node.record.offset] = node
            pending += [constants[name] for name in node.inputs if name in constants]
    return [needed[offset] for offset in sorted(needed)]


def element_types(model: Model, nodes: Sequence[Node], known: Mapping[str, int]) -> dict[str, int]:
    """The ONNX element type of each tensor that can be told from the operators."""
    types = {name: one.elem_type for name, one in model.initializers.items()}
    types.update(known)
    for node in nodes:
        found = _type(model, node, types)
        if found:
            types.update(dict.fromkeys(node.outputs, found))
    return types


def _type(model: Model, node: Node, types: Mapping[str, int]) -> int:
    kind = node.op_type
    first = types.get(node.inputs[0], 0) if node.inputs else 0
    if node.domain not in ("", "ai.onnx"):
        return 0
    if kind in _SAME:
        return first
    if kind in _BOOLEAN:
        return BOOL
    if kind in _COUNTING:
        return INT64
    if kind == "Cast":
        return model.attribute_int(node, "to")
    if kind == "Where":
        return types.get(node.inputs[1], 0)
    if kind == "RandomNormalLike":
        return model.attribute_int(node, "dtype") or first
    if kind == "ConstantOfShape":
        return model.attribute_tensor_type(node, "value") or FLOAT
    if kind == "Constant":
        if "value_int" in node.attributes or "value_ints" in node.attributes:
            return INT64
        if "value_float" in node.attributes or "value_floats" in node.attributes:
            return FLOAT
        return model.attribute_tensor_type(node, "value")
    return 0


def _shares(model: Model, nodes: Sequence[Node]) -> list[float]:
    """How much of a stage each node is; the weights count where they are used first."""
    shares: list[float] = []
    counted: set[str] = set()
    for node in nodes:
        share = 1 / _STAGE
        for name in node.inputs:
            weight = model.initializers.get(name)
            if weight is not None and name not in counted:
                counted.add(name)
                share += weight.record.length / _STAGE_BYTES
        shares.append(share)
    return shares


def _places(
    shares: Sequence[float],
    first_made: Mapping[str, int],
    last_use: Mapping[str, int],
    types: Mapping[str, int],
) -> list[int]:
    """Where to cut, each cut before the node of that number: where the fewest tensors cross."""
    count = len(shares)
    before = [0.0, *accumulate(shares)]
    stages = math.ceil(before[-1])
    if stages < 2:
        return []
    # crossing[i]: tensors made before node i and used from it on; unknown[i]: of no known type.
    crossing = [0] * (count + 2)
    unknown = [0] * (count + 2)
    for name, made in first_made.items():
        used = last_use.get(name, -1)
        if used <= made:
            continue
        for tally in (crossing, *(() if types.get(name) else (unknown,))):
            tally[made + 1] += 1
            tally[min(used, count) + 1] -= 1
    for tally in (crossing, unknown):
        for index in range(1, count + 1):
            tally[index] += tally[index - 1]
    found: list[int] = []
    each = before[-1] / stages
    for stage in range(1, stages):
        low = bisect_left(before, (stage - _SLACK) * each)
        high = bisect_right(before, (stage + _SLACK) * each)
        near = range(max(1, low), min(count - 1, high - 1) + 1)
        allowed = [place for place in near if not unknown[place]]
        if allowed:
            best = min(
                allowed, key=lambda place: (crossing[place], abs(before[place] - stage * each))
            )
            if best not in found:
                found.append(best)
    return found


def _input_type(name: str) -> int:
    return INT64 if name in ("input", "input_lengths", "sid") else FLOAT
