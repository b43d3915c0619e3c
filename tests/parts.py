"""Files of models as the surgery reads them, and the models that its parts are."""

from __future__ import annotations

from lectern.onnxfile import Part
from lectern.protobuf import Read


def read_of(data: bytes) -> Read:
    """Reads (offset, length) of ``data``."""
    return lambda offset, length: data[offset : offset + length]


def assembled(part: Part, data: bytes) -> bytes:
    """The bytes of a part of the model in ``data``."""
    return part.assemble(read_of(data))
