"""What is known of a graph's constants without computing anything: their shapes.

Exporters and tools store the same weights in several ways: as initializers, as Constant nodes,
in half precision behind a Cast, in eight bits behind a DequantizeLinear, by another name behind
an Identity. The shape is the same in all of them.
"""

from __future__ import annotations

from lectern.onnxfile import Model, Node

#: Operators whose output has the shape of their first input.
_SAME_SHAPE = frozenset({"Cast", "Identity", "DequantizeLinear"})
#: Operators through which an index is still the same index.
_SAME_INDEX = frozenset({"Cast", "Identity", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Clip"})
#: More than any exporter puts between a weight and its use.
_MOST_STEPS = 8


class NotCuttable(Exception):
    """The graph has another structure: no error, the voice runs whole. Says what is different."""


class Constants:
    """Shapes of a model's constant tensors."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._producer = {name: node for node in model.nodes for name in node.outputs if name}

    def dims(self, name: str) -> tuple[int, ...] | None:
        """The shape of a constant tensor; None for what is none, or of no known shape."""
        for _ in range(_MOST_STEPS):
            found = self._model.initializers.get(name)
            if found is not None:
                return found.dims
            node = self._producer.get(name)
            if node is None:
                return None
            if node.op_type == "Constant":
                return self._model.attribute_tensor_dims(node, "value")
            if node.op_type not in _SAME_SHAPE or not node.inputs:
                return None
            name = node.inputs[0]
        return None

    def rows(self, source: str) -> int:
        """Rows of the table that the input ``source`` is an index of; 0 where none is found."""
        for node in self._model.nodes:
            if node.op_type == "Gather" and self._is(source, node.inputs[1:2]):
                dims = self.dims(node.inputs[0])
                if dims is not None and len(dims) == 2:
                    return dims[0]
        return 0

    def _is(self, source: str, names: tuple[str, ...]) -> bool:
        """Whether the index is that input, whatever its shape is by now."""
        for _ in range(_MOST_STEPS):
            if names[:1] == (source,):
                return True
            node: Node | None = self._producer.get(names[0]) if names else None
            if node is None or node.op_type not in _SAME_INDEX:
                return False
            names = node.inputs
        return False
