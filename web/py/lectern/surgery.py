"""Where a Piper graph (VITS, exported by PyTorch) can be cut, found by its structure alone.

::

    input, input_lengths, scales, sid, noise -> ENCODER -> durations and what crosses:
                                                           mean, deviation, mask (per frame)
    what crosses, noise, scales, sid         -> FLOW    -> z
    z, sid                                   -> DECODER -> output

- ``Ceil`` stands once in the graph: its output is the frames of each phoneme id.
- Of the nodes that draw noise, the one that has the Ceil among its ancestors draws the
  latent's; the other one, if there is one, the durations'. Both become inputs: the sound is
  then a function of its inputs, and pieces of it can be made in any order, again.
- z is the input of the convolution before the first transposed convolution, the decoder's.
- The flow is what lies between the latent's noise and z; the encoder is all that it needs besides.

VITS: Kim, Kong, Son, "Conditional Variational Autoencoder with Adversarial Learning for
End-to-End Text-to-Speech", 2021. No name of a node or tensor is looked at but those of
the model's own inputs and output, which are Piper's interface.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lectern.constants import Constants, NotCuttable
from lectern.onnxfile import FLOAT, Model, Node, Part, Value, value_info
from lectern.stages import in_stages
from lectern.trimming import Level, reach, trimmed

#: Inputs whose shape follows the text: what is computed of them belongs to the encoder.
_TEXT = frozenset({"input", "input_lengths"})
_INPUTS = frozenset({"input", "input_lengths", "scales", "sid"})
_PASSED = frozenset({"LeakyRelu", "Identity", "Add", "Mul", "Relu"})


@dataclass(frozen=True, slots=True)
class Cut:
    """A graph in three parts.

    Args:
        decoder: as it stands in the graph, for windows of a fixed size.
        trimmed: the same, cut down at ``levels``.
        durations: name of the encoder's output with the frames of each id.
        crossing: names of the encoder's outputs that the flow takes, each [1, rows, frames].
        latent_noise: name of the flow's input of the same shape as the latent, standard normal.
        duration_noise: name of the encoder's input [1, 2, ids], standard normal; "" without.
        z: name of the flow's output and decoder's input, [1, channels, frames].
        channels: of z.
        flow_context, decoder_context: frames on each side that one frame of the output can
            depend on at most.
    """

    encoder: Part
    flow: Part
    decoder: Part
    trimmed: Part
    levels: tuple[Level, ...]
    durations: str
    crossing: tuple[str, ...]
    latent_noise: str
    duration_noise: str
    z: str
    channels: int
    flow_context: int
    decoder_context: int


class _Graph:
    """Edges of a model, both ways."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.producer = {name: node for node in model.nodes for name in node.outputs if name}
        self.position = {id(node): index for index, node in enumerate(model.nodes)}
        self._below: dict[str, list[Node]] = {}
        for node in model.nodes:
            for name in node.inputs:
                self._below.setdefault(name, []).append(node)

    def descendants(self, names: Iterable[str]) -> set[int]:
        """ids of all nodes that depend on any of the tensors."""
        found: set[int] = set()
        pending = list(names)
        while pending:
            for node in self._below.get(pending.pop(), ()):
                if id(node) not in found:
                    found.add(id(node))
                    pending += node.outputs
        return found

    def ancestors(self, names: Iterable[str], stop: frozenset[str] = frozenset()) -> set[int]:
        """ids of all nodes that the tensors depend on, not looking behind ``stop``."""
        found: set[int] = set()
        pending = [name for name in names if name not in stop]
        while pending:
            node = self.producer.get(pending.pop())
            if node is not None and id(node) not in found:
                found.add(id(node))
                pending += [name for name in node.inputs if name not in stop]
        return found

    def in_order(self, nodes: set[int]) -> list[Node]:
        return [node for node in self.model.nodes if id(node) in nodes]


def durations_output(model: Model) -> str:
    """The tensor with the frames of each id. Raises NotCuttable."""
    ceils = [node for node in model.nodes if node.op_type == "Ceil"]
    if len(ceils) != 1:
        raise NotCuttable(f"it has {len(ceils)} Ceil nodes where Piper's have one")
    return ceils[0].outputs[0]


def cut(model: Model) -> Cut:
    """Cut a Piper graph in three.

    Raises:
        NotCuttable: with what is different in this graph.
    """
    unknown = set(model.input_names) - _INPUTS
    if unknown or "output" not in model.output_names:
        raise NotCuttable("its inputs and outputs are not Piper's")
    graph = _Graph(model)
    durations = durations_output(model)
    latent_noise, duration_noise = _noises(graph, durations)
    z, conv = _latent(graph, latent_noise)
    decoder = _decoder(graph, z, latent_noise)
    flow, crossing = _flow(graph, z, latent_noise)
    if not crossing:
        raise NotCuttable("nothing crosses from its encoder to its flow")
    text_noise = frozenset({duration_noise} - {""})
    encoder = graph.in_order(graph.ancestors([durations, *crossing], text_noise))
    if any(name == latent_noise for node in encoder for name in node.inputs):
        raise NotCuttable("its encoder depends on the latent's noise")
    weight = Constants(model).dims(conv.inputs[1])
    channels = weight[1] if weight and len(weight) == 3 else 0
    if not channels:
        raise NotCuttable("the weights of its decoder's first convolution are not constant")
    rows = [value_info(name, FLOAT, [1, None, "frames"]) for name in crossing]
    latent = value_info(z, FLOAT, [1, channels, "frames"])
    encoder_inputs = _own(model, encoder)
    for name in text_noise:
        encoder_inputs[name] = value_info(name, FLOAT, [1, 2, "ids"])
    told = {durations: value_info(durations, FLOAT, [None] * 3)}
    told.update(zip(crossing, rows, strict=True))
    flow_inputs = _own(model, flow)
    flow_inputs.update(zip(crossing, rows, strict=True))
    flow_inputs[latent_noise] = value_info(latent_noise, FLOAT, [1, channels, "frames"])
    decoder_inputs = {**_own(model, decoder), z: latent}
    output = next(value for value in model.outputs if value.name == "output")
    trimmed_decoder, levels = trimmed(model, decoder, z, decoder_inputs, output)
    return Cut(
        encoder=in_stages(model, encoder, encoder_inputs, told),
        flow=in_stages(model, flow, flow_inputs, {z: latent}),
        decoder=model.part(decoder, decoder_inputs.values(), [output]),
        trimmed=trimmed_decoder,
        levels=levels,
        durations=durations,
        crossing=crossing,
        latent_noise=latent_noise,
        duration_noise=duration_noise,
        z=z,
        channels=channels,
        flow_context=reach(model, flow),
        decoder_context=reach(model, decoder),
    )


def _own(model: Model, nodes: list[Node]) -> dict[str, bytes | Value]:
    """The model's inputs that these nodes use, by name."""
    used = {name for node in nodes for name in node.inputs}
    fed = set(model.input_names)
    return {one.name: one for one in model.inputs if one.name in used and one.name in fed}


def _noises(graph: _Graph, durations: str) -> tuple[str, str]:
    """The tensors of noise: the latent's, and the durations' or ""."""
    model = graph.model
    drawn = [node for node in model.nodes if node.op_type.startswith("Random")]
    plain = all(
        node.op_type == "RandomNormalLike"
        and model.attribute_float(node, "mean", 0.0) == 0.0
        and model.attribute_float(node, "scale", 1.0) == 1.0
        for node in drawn
    )
    if not plain:
        raise NotCuttable("it draws noise that is not standard normal")
    behind = graph.descendants([durations])
    before = graph.ancestors([durations])
    latent = [node.outputs[0] for node in drawn if id(node) in behind]
    timing = [node.outputs[0] for node in drawn if id(node) in before]
    if len(latent) != 1 or len(timing) > 1 or len(latent) + len(timing) != len(drawn):
        raise NotCuttable(f"it draws noise in {len(drawn)} places, other than Piper's do")
    return latent[0], timing[0] if timing else ""


def _latent(graph: _Graph, latent_noise: str) -> tuple[str, Node]:
    """z, and the convolution that takes it."""
    noisy = graph.descendants([latent_noise])
    upward = [
        node for node in graph.model.nodes if node.op_type == "ConvTranspose" and id(node) in noisy
    ]
    if not upward:
        raise NotCuttable("it has no transposed convolution that makes sound of the latent")
    node: Node | None = graph.producer.get(upward[0].inputs[0])
    while node is not None and node.op_type != "Conv":
        if node.op_type not in _PASSED:
            node = None
            break
        # A speaker's embedding is added here: the way up is the one that the noise came down.
        above = [graph.producer.get(name) for name in node.inputs]
        node = next((other for other in above if other is not None and id(other) in noisy), None)
    if node is None or node.inputs[0] == latent_noise:
        raise NotCuttable("no convolution stands before its first transposed one")
    return node.inputs[0], node


def _decoder(graph: _Graph, z: str, latent_noise: str) -> list[Node]:
    nodes = graph.in_order(graph.ancestors(["output"], frozenset({z})))
    used = {name for node in nodes for name in node.inputs}
    if used & _TEXT or latent_noise in used:
        raise NotCuttable("its decoder needs more than z")
    return nodes


def _flow(graph: _Graph, z: str, latent_noise: str) -> tuple[list[Node], tuple[str, ...]]:
    """The flow's nodes, and the tensors that it takes from the encoder."""
    noisy = graph.descendants([latent_noise])
    textual = graph.descendants(_TEXT)
    crossing: dict[str, None] = {}
    found: set[int] = set()
    pending = [z]
    while pending:
        name = pending.pop()
        node = graph.producer.get(name)
        if name == latent_noise or node is None:
            if name in _TEXT:
                raise NotCuttable("its flow looks at the text itself")
            continue
        if id(node) not in noisy and id(node) in textual:
            crossing[name] = None
        elif id(node) not in found:
            found.add(id(node))
            pending += node.inputs
    order = sorted(crossing, key=lambda name: graph.position[id(graph.producer[name])])
    return graph.in_order(found), tuple(order)
