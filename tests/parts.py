"""Files of models as the surgery reads them, and the models that its parts are."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
from lectern.onnxfile import Part
from lectern.protobuf import Read


def read_of(data: bytes) -> Read:
    """Reads (offset, length) of ``data``."""
    return lambda offset, length: data[offset : offset + length]


def assembled(part: Part, data: bytes) -> bytes:
    """The bytes of a part of the model in ``data``."""
    return part.assemble(read_of(data))


def stored_otherwise(data: bytes) -> bytes:
    """The same graph as other exporters store it: every weight of several dimensions in half
    precision behind a Cast, under another name, or as a Constant node, in turn; convolutions do
    not name the size of their kernel; a speaker's number comes by way of two more nodes."""
    model = onnx.load_from_string(data)
    graph = model.graph
    made: list[onnx.NodeProto] = []
    ways = cycle(("half", "alias", "constant"))
    for weight in list(graph.initializer):
        if len(weight.dims) < 2 or weight.data_type != onnx.TensorProto.FLOAT:
            continue
        name, way = weight.name, next(ways)
        if way == "constant":
            made.append(onnx.helper.make_node("Constant", [], [name], value=weight))
            graph.initializer.remove(weight)
            continue
        weight.name = f"{name}.stored"
        made.append(onnx.helper.make_node("Identity", [weight.name], [name]))
        if way == "half":
            made[-1] = onnx.helper.make_node("Cast", [weight.name], [name], to=1)
            half = onnx.numpy_helper.to_array(weight).astype(np.float16)
            weight.CopyFrom(onnx.numpy_helper.from_array(half, weight.name))
    if "sid" in [value.name for value in graph.input]:
        made += [
            onnx.helper.make_node("Cast", ["sid"], ["sid.int"], to=onnx.TensorProto.INT32),
            onnx.helper.make_node("Identity", ["sid.int"], ["sid.same"]),
        ]
    for node in graph.node:
        kept = [one for one in node.attribute if one.name != "kernel_shape"]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.input[:] = ["sid.same" if name == "sid" else name for name in node.input]
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*made, *rest])
    stored: bytes = model.SerializeToString()
    return stored
