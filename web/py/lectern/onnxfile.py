"""An ONNX model read where it lies, without its weights, and new models made of its bytes.

Only the parts of the protobuf schema (onnx.proto, IR version 3 to 10) are known that are
needed to follow a graph: names, operators, edges, sizes. Every node and initializer keeps
the range of the file that it was read from, so that a model cut out of it is a list of ranges
and a few new bytes; weights are never copied into Python.

The file is hostile until proven otherwise: every length is checked against what encloses
it, and everything else is a ``VoiceUnreadable``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lectern.errors import VoiceUnreadable
from lectern.protobuf import (
    BYTES,
    FIXED32,
    VARINT,
    Range,
    Read,
    Window,
    embedded,
    fields,
    packed,
    records,
    tag,
    varint,
)

FLOAT, INT64 = 1, 7

#: Deeper than any exporter nests graphs in attributes.
_MOST_NESTED = 8
_MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class Node:
    """An operator. ``inputs`` includes names that its subgraphs take from outside."""

    op_type: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    #: The whole field of the graph, tag included.
    record: Range
    #: AttributeProtos by name.
    attributes: dict[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewNode:
    """An operator that the file does not have. ``proto``: its NodeProto."""

    inputs: tuple[str, ...]
    proto: bytes


@dataclass(frozen=True, slots=True)
class Initializer:
    """A constant tensor; its data stays in the file."""

    name: str
    dims: tuple[int, ...]
    elem_type: int
    record: Range


@dataclass(frozen=True, slots=True)
class Value:
    """An input or output of the graph."""

    name: str
    record: Range


@dataclass(frozen=True, slots=True)
class Part:
    """A model as bytes of another one: ranges of it, in order; offset -1 means the next
    ``length`` bytes of ``literals``.

    ``sizes``: the bytes are several models, one after the other, of so many bytes each, that
    are run in turn: what one gives the later ones take by its name. () for a single one.
    """

    segments: tuple[tuple[int, int], ...]
    literals: bytes
    sizes: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return sum(length for _, length in self.segments)

    def assemble(self, read: Read) -> bytes:
        """The part's bytes."""
        pieces: list[bytes] = []
        used = 0
        for offset, length in self.segments:
            if offset < 0:
                pieces.append(self.literals[used : used + length])
                used += length
            else:
                pieces.append(read(offset, length))
        return b"".join(pieces)


@dataclass(slots=True)
class Model:
    """A model's graph, and what stands around it in the file."""

    read: Read
    size: int
    nodes: list[Node] = field(default_factory=list)
    initializers: dict[str, Initializer] = field(default_factory=dict)
    inputs: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    #: Fields of the model beside the graph: versions, metadata, functions.
    around: list[Range] = field(default_factory=list)

    @property
    def input_names(self) -> list[str]:
        """Inputs that have to be fed: initializers may be listed as inputs as well."""
        return [value.name for value in self.inputs if value.name not in self.initializers]

    @property
    def output_names(self) -> list[str]:
        return [value.name for value in self.outputs]

    def attribute_int(self, node: Node, name: str, default: int = 0) -> int:
        """An integer attribute of a node."""
        found = self._attribute(node, name)
        for number, _kind, value in found:
            if number == 3 and isinstance(value, int):
                return value
        return default

    def attribute_ints(self, node: Node, name: str) -> tuple[int, ...]:
        """A list of integers of a node, () where there is none."""
        values: list[int] = []
        for number, kind, value in self._attribute(node, name):
            if number != 8:
                continue
            if kind == VARINT and isinstance(value, int):
                values.append(value)
            elif isinstance(value, Range):
                values += packed(Window(self.read, self.size), value)
        return tuple(values)

    def attribute_tensor_type(self, node: Node, name: str) -> int:
        """The element type of a tensor that is an attribute; 0 where there is none."""
        for number, _, value in self._attribute(node, name):
            if number == 5 and isinstance(value, Range):
                window = Window(self.read, self.size)
                for inner, _, found in fields(window, value):
                    if inner == 2 and isinstance(found, int):
                        return found
        return 0

    def attribute_tensor_dims(self, node: Node, name: str) -> tuple[int, ...] | None:
        """The shape of a tensor that is an attribute; None where there is none."""
        for number, _, value in self._attribute(node, name):
            if number == 5 and isinstance(value, Range):
                return _initializer(Window(self.read, self.size), value, value).dims
        return None

    def attribute_float(self, node: Node, name: str, default: float) -> float:
        """A float attribute of a node."""
        for number, kind, value in self._attribute(node, name):
            if number == 2 and kind == FIXED32 and isinstance(value, Range):
                return float(struct.unpack("<f", self.read(value.offset, 4))[0])
        return default

    def _attribute(self, node: Node, name: str) -> list[tuple[int, int, int | Range]]:
        found = node.attributes.get(name)
        if found is None:
            return []
        return list(fields(Window(self.read, self.size), found))

    def part(
        self,
        nodes: Iterable[Node | NewNode],
        inputs: Iterable[bytes | Value],
        outputs: Iterable[bytes | Value],
    ) -> Part:
        """A model of these nodes with the initializers that they use.

        Args:
            nodes: in the graph's order.
            inputs, outputs: the graph's own values, or new ones made by ``value_info``.
        """
        kept = list(nodes)
        used = {name for node in kept for name in node.inputs}
        body = _Writer()
        for node in kept:
            if isinstance(node, NewNode):
                body.literal(embedded(1, node.proto))
            else:
                body.copy(node.record)
        body.literal(embedded(2, b"part"))
        for name, initializer in self.initializers.items():
            if name in used:
                body.copy(initializer.record)
        for number, values in ((11, inputs), (12, outputs)):
            for value in values:
                if isinstance(value, Value):
                    body.copy(value.record)
                else:
                    body.literal(embedded(number, value))
        whole = _Writer()
        for around in self.around:
            whole.copy(around)
        whole.literal(tag(7, BYTES) + varint(body.size))
        whole.extend(body)
        return whole.part()

    def rewired(self, node: Node, old: str, new: str) -> NewNode:
        """The node with the tensor ``new`` where it takes ``old``."""
        window = Window(self.read, self.size)
        ((_, _, message),) = fields(window, node.record)
        if not isinstance(message, Range):
            raise TypeError(node)
        proto = b""
        for number, _, value, record in records(window, message):
            if number == 1 and _string(window, value) == old:
                proto += embedded(1, new.encode())
            else:
                proto += self.read(record.offset, record.length)
        return NewNode(tuple(new if name == old else name for name in node.inputs), proto)

    def with_output(self, name: str, rank: int) -> Part:
        """The whole model with one more output, a float tensor that it computes anyway.

        Appending is enough: a message field that comes twice is merged (protobuf, "Last One
        Wins": embedded messages are merged).
        """
        whole = _Writer()
        whole.copy(Range(0, self.size))
        whole.literal(embedded(7, embedded(12, value_info(name, FLOAT, [None] * rank))))
        return whole.part()


def new_node(op_type: str, inputs: tuple[str, ...], output: str) -> NewNode:
    """An operator of ONNX's own domain without attributes."""
    strings = [(1, name) for name in inputs] + [(2, output), (4, op_type)]
    return NewNode(inputs, b"".join(embedded(number, text.encode()) for number, text in strings))


def joined(parts: Sequence[Part]) -> Part:
    """Models that are run in turn, as one part."""
    segments = tuple(segment for part in parts for segment in part.segments)
    literals = b"".join(part.literals for part in parts)
    return Part(segments, literals, tuple(part.size for part in parts))


def open_model(read: Read, size: int) -> Model:
    """The graph of the model in a file of ``size`` bytes.

    Raises:
        VoiceUnreadable: it is no ONNX model, or one that is cut short or damaged.
    """
    window = Window(read, size)
    model = Model(read, size)
    graphs = 0
    for number, kind, value, record in records(window, Range(0, size)):
        if number == 7 and isinstance(value, Range):
            graphs += 1
            _read_graph(window, value, model)
        elif kind == BYTES or number in (1, 5):
            model.around.append(record)
    if graphs == 0 or not model.nodes:
        raise VoiceUnreadable("The model is no ONNX file: there is no graph in it.")
    return model


def value_info(name: str, elem_type: int, dims: Iterable[int | str | None] | None) -> bytes:
    """A ValueInfoProto of a tensor; a dimension is a number, a name or unknown, and so may be
    all of them."""
    tensor = tag(1, VARINT) + varint(elem_type)
    if dims is not None:
        tensor += embedded(2, b"".join(embedded(1, _dimension(dim)) for dim in dims))
    return embedded(1, name.encode()) + embedded(2, embedded(1, tensor))


def _dimension(dim: int | str | None) -> bytes:
    if dim is None:
        return b""
    if isinstance(dim, int):
        return tag(1, VARINT) + varint(dim)
    return embedded(2, dim.encode())


# -- reading ---------------------------------------------------------------------------


def _string(window: Window, value: int | Range) -> str:
    if not isinstance(value, Range) or value.length > 4096:
        raise VoiceUnreadable("The model is damaged: a name in it is no name.")
    try:
        return window.bytes(value).decode()
    except UnicodeDecodeError as reason:
        raise VoiceUnreadable("The model is damaged: a name in it is no text.") from reason


def _read_graph(window: Window, graph: Range, model: Model) -> None:
    for number, kind, value, record in records(window, graph):
        if kind != BYTES or not isinstance(value, Range):
            continue
        if number == 1:
            model.nodes.append(_node(window, value, record))
            if len(model.nodes) > _MOST_NODES:
                raise VoiceUnreadable("The model has more nodes than any voice.")
        elif number == 5:
            initializer = _initializer(window, value, record)
            model.initializers[initializer.name] = initializer
        elif number in (11, 12):
            found = Value(_name_of(window, value), record)
            (model.inputs if number == 11 else model.outputs).append(found)


def _name_of(window: Window, message: Range) -> str:
    for number, _, value in fields(window, message):
        if number == 1:
            return _string(window, value)
    return ""


def _node(window: Window, message: Range, record: Range, depth: int = 0) -> Node:
    inputs: list[str] = []
    outputs: list[str] = []
    op_type = domain = ""
    attributes: dict[str, Range] = {}
    for number, _, value in fields(window, message):
        if number == 1:
            inputs.append(_string(window, value))
        elif number == 2:
            outputs.append(_string(window, value))
        elif number == 4:
            op_type = _string(window, value)
        elif number == 7:
            domain = _string(window, value)
        elif number == 5 and isinstance(value, Range):
            attributes[_name_of(window, value)] = value
            if op_type not in _WITHOUT_GRAPHS:
                inputs += _taken_from_outside(window, value, depth)
    return Node(op_type, domain, tuple(inputs), tuple(outputs), record, attributes)


#: The bulk of every graph; looking for subgraphs in their attributes would be in vain.
_WITHOUT_GRAPHS = frozenset(
    {"Constant", "Conv", "ConvTranspose", "Cast", "Concat", "Gather", "Transpose", "Unsqueeze"}
    | {"Slice", "Split", "LeakyRelu", "Softmax", "ReduceMean", "ConstantOfShape"}
)


def _taken_from_outside(window: Window, attribute: Range, depth: int) -> list[str]:
    """Names that the subgraphs of an attribute use and do not define."""
    if depth > _MOST_NESTED:
        raise VoiceUnreadable("The model is damaged: its graphs are nested without end.")
    taken: list[str] = []
    for number, kind, value in fields(window, attribute):
        if number not in (6, 11) or kind != BYTES or not isinstance(value, Range):
            continue
        own: set[str] = set()
        used: list[str] = []
        for inner, _, part, record in records(window, value):
            if not isinstance(part, Range):
                continue
            if inner == 1:
                node = _node(window, part, record, depth + 1)
                used += node.inputs
                own.update(node.outputs)
            elif inner == 5:
                own.add(_initializer(window, part, record).name)
            elif inner == 11:
                own.add(_name_of(window, part))
            elif inner == 12:
                used.append(_name_of(window, part))
        taken += [name for name in used if name and name not in own]
    return taken


def _initializer(window: Window, message: Range, record: Range) -> Initializer:
    dims: list[int] = []
    elem_type = 0
    name = ""
    for number, kind, value in fields(window, message):
        if number == 1:
            if isinstance(value, int):
                dims.append(value)
            elif kind == BYTES:
                dims += packed(window, value)
        elif number == 2 and isinstance(value, int):
            elem_type = value
        elif number == 8:
            name = _string(window, value)
        elif number in (13, 14) and value != 0:
            raise VoiceUnreadable("The model keeps its weights in another file; Piper's do not.")
    return Initializer(name, tuple(dims), elem_type, record)


class _Writer:
    """Collects ranges and literals; neighbours are joined."""

    def __init__(self) -> None:
        self._segments: list[tuple[int, int]] = []
        self._literals = bytearray()
        self.size = 0

    def copy(self, at: Range) -> None:
        self._add(at.offset, at.length)

    def literal(self, data: bytes) -> None:
        self._literals += data
        self._add(-1, len(data))

    def extend(self, other: _Writer) -> None:
        self._literals += other._literals
        for offset, length in other._segments:
            self._add(offset, length)

    def part(self) -> Part:
        return Part(tuple(self._segments), bytes(self._literals))

    def _add(self, offset: int, length: int) -> None:
        self.size += length
        if self._segments:
            before, size = self._segments[-1]
            if (offset < 0 and before < 0) or (before >= 0 and before + size == offset):
                self._segments[-1] = (before, size + length)
                return
        self._segments.append((offset, length))
