"""A decoder that lays aside, level by level, the context that it needs no more.

A window of z is decoded with context on both sides, as far as its samples can depend on it.
Most of that reach belongs to the layers of low resolution, most of the work to those of high
resolution: the tensor that is about to be upsampled is cut down to what the layers behind it
look at. What is left is the same arithmetic on the same numbers, so the result is exact.

The bounds are inputs of the graph, a ``Slice`` before each transposed convolution takes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lectern.constants import Constants, NotCuttable
from lectern.onnxfile import INT64, Model, NewNode, Node, Part, Value, new_node, value_info

#: To the end of any dimension.
_ALL = 2**31 - 1
#: What looks beyond a column of its input, or at all of it, in other ways than a convolution.
_WIDE = (
    frozenset({"AveragePool", "MaxPool", "LpPool", "GlobalAveragePool", "GlobalMaxPool"})
    | frozenset({"ConvInteger", "QLinearConv", "DynamicQuantizeLinear", "MatMulInteger"})
    | frozenset({"LSTM", "GRU", "RNN", "CumSum", "Resize", "Upsample", "STFT", "DFT"})
    | frozenset({"InstanceNormalization", "GroupNormalization", "Attention"})
)


@dataclass(frozen=True, slots=True)
class Level:
    """A tensor that is cut down.

    Args:
        scale: its columns for one frame of z.
        reach: columns on each side that the output behind it can depend on.
    """

    scale: int
    reach: int

    @staticmethod
    def inputs(number: int) -> tuple[str, str]:
        """Names of the inputs for the bounds of the level of that number."""
        return f"lectern.trim.{number}.from", f"lectern.trim.{number}.to"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where to cut down, and what comes out."""

    #: ``Slice``'s starts and ends by input, for all three dimensions.
    feeds: dict[str, tuple[int, int, int]]
    #: Columns of the last level that the output is made of, counted from the sentence's start.
    low: int
    high: int
    #: Columns of the last level for a frame.
    scale: int


def bounds(levels: Sequence[Level], first: int, last: int, begin: int, end: int) -> Bounds:
    """How to decode frames ``first`` up to ``last``, given z of ``begin`` up to ``end``."""
    feeds: dict[str, tuple[int, int, int]] = {}
    low, high, scale = begin, end, 1
    for number, level in enumerate(levels):
        growth = level.scale // scale
        origin, top, scale = low * growth, high * growth, level.scale
        low = max(origin, first * scale - level.reach)
        high = min(top, last * scale + level.reach)
        start, stop = Level.inputs(number)
        feeds[start] = (0, 0, low - origin)
        feeds[stop] = (_ALL, _ALL, high - origin)
    return Bounds(feeds, low, high, scale)


def trimmed(
    model: Model,
    decoder: Sequence[Node],
    z: str,
    inputs: Mapping[str, bytes | Value],
    output: Value,
) -> tuple[Part, tuple[Level, ...]]:
    """The decoder with bounds as inputs, and its levels; unchanged where it has none.

    Args:
        decoder: its nodes in the graph's order.
        inputs: what it is fed with, by name.

    Raises:
        NotCuttable: see ``reach``.
    """
    nodes: list[Node | NewNode] = []
    levels: list[Level] = []
    given = list(inputs.values())
    scale = 1
    for index, node in enumerate(decoder):
        if node.op_type == "ConvTranspose":
            tensor = node.inputs[0]
            if _is_narrow(decoder, z, tensor, output.name):
                names = Level.inputs(len(levels))
                levels.append(Level(scale, reach(model, decoder[index:])))
                cut = f"lectern.trim.{len(levels)}"
                nodes.append(new_node("Slice", (tensor, *names), cut))
                nodes.append(model.rewired(node, tensor, cut))
                given += [value_info(name, INT64, [3]) for name in names]
            else:
                nodes.append(node)
            scale *= _stride(model, node)
        else:
            nodes.append(node)
    return model.part(nodes, given, [output]), tuple(levels)


def _is_narrow(nodes: Sequence[Node], z: str, tensor: str, output: str) -> bool:
    """Whether all that the output has of z goes through this tensor, and to one node."""
    past = {z} - {tensor}
    for node in nodes:
        if past.intersection(node.inputs):
            past.update(name for name in node.outputs if name != tensor)
    return output not in past and sum(tensor in node.inputs for node in nodes) == 1


def reach(model: Model, nodes: Sequence[Node]) -> int:
    """Columns on each side of a column of the input that the nodes' output may depend on.

    Each convolution widens the field by half its dilated kernel, counted in columns at the
    resolution that the transposed convolutions before it have reached.

    Raises:
        NotCuttable: how far that is can't be known. Too little of it would be heard.
    """
    return math.ceil(max(_fields(model, nodes), default=0.0))


def _fields(model: Model, nodes: Sequence[Node]) -> Iterator[float]:
    constants = Constants(model)
    field: dict[str, tuple[float, int]] = {}  # tensor -> (columns of the input, its own for one)
    for node in nodes:
        known = [field[name] for name in node.inputs if name in field]
        width = max((columns for columns, _ in known), default=0.0)
        scale = max((per_column for _, per_column in known), default=1)
        if node.op_type in ("Conv", "ConvTranspose"):
            taps = _taps(model, constants, node)
            if node.op_type == "Conv":
                dilation = (model.attribute_ints(node, "dilations") or (1,))[0]
                width += (taps - 1) * dilation / 2 / scale
            else:
                stride = _stride(model, node)
                width += math.ceil((taps - 1) / stride / 2) / scale
                scale *= stride
        elif known and node.op_type in _WIDE:
            raise NotCuttable(f"how far its {node.op_type} looks is not known")
        for name in node.outputs:
            field[name] = (width, scale)
        yield width


def _taps(model: Model, constants: Constants, node: Node) -> int:
    kernel = model.attribute_ints(node, "kernel_shape")
    if not kernel:
        kernel = (constants.dims(node.inputs[1]) or ())[2:]
    if not kernel or kernel[0] < 1:
        raise NotCuttable(f"the kernel of a {node.op_type} has no known size")
    return kernel[0]


def _stride(model: Model, node: Node) -> int:
    return (model.attribute_ints(node, "strides") or (1,))[0]
