"""protobuf's wire format, as far as ONNX needs it: read where it lies, and written.

The bytes are hostile until proven otherwise: every length is checked against what encloses
it, and everything else is a ``VoiceUnreadable``. Source: "Encoding", the Protocol Buffers
documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lectern.errors import VoiceUnreadable

#: ``read(offset, length)``: that many bytes of the file.
Read = Callable[[int, int], bytes]

#: Wire types.
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_WINDOW = 1 << 14


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of the file from ``offset`` on."""

    offset: int
    length: int


class Window:
    """A file through a window that moves: neighbouring bytes cost one call."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self.size = size
        self._start = 0
        self._bytes = b""

    def byte(self, offset: int) -> int:
        index = offset - self._start
        if not 0 <= index < len(self._bytes):
            self._move(offset)
            index = 0
        return self._bytes[index]

    def bytes(self, at: Range) -> bytes:
        index = at.offset - self._start
        if index >= 0 and index + at.length <= len(self._bytes):
            return self._bytes[index : index + at.length]
        if at.length > _WINDOW // 2:
            return self._read(at.offset, at.length)
        if not at.length:
            return b""
        self._move(at.offset)
        return self._bytes[: at.length]

    def _move(self, offset: int) -> None:
        if not 0 <= offset < self.size:
            raise broken(offset)
        self._start = offset
        self._bytes = self._read(offset, min(_WINDOW, self.size - offset))
        if not self._bytes:
            raise broken(offset)


def varint_at(window: Window, offset: int, end: int) -> tuple[int, int]:
    """An unsigned varint and the offset behind it."""
    value = shift = 0
    while True:
        if offset >= end or shift > 63:
            raise broken(offset)
        byte = window.byte(offset)
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7


def records(window: Window, inside: Range) -> Iterator[tuple[int, int, int | Range, Range]]:
    """Each field of a message: number, wire type, value (or its range), the whole record."""
    offset, end = inside.offset, inside.offset + inside.length
    while offset < end:
        start = offset
        key, offset = varint_at(window, offset, end)
        number, kind = key >> 3, key & 7
        value: int | Range
        if kind == VARINT:
            value, offset = varint_at(window, offset, end)
        elif kind == BYTES:
            length, offset = varint_at(window, offset, end)
            if length > end - offset:
                raise broken(offset)
            value = Range(offset, length)
            offset += length
        elif kind in (FIXED32, FIXED64):
            length = 4 if kind == FIXED32 else 8
            if length > end - offset:
                raise broken(offset)
            value = Range(offset, length)
            offset += length
        else:
            raise broken(start)
        if not number:
            raise broken(start)
        yield number, kind, value, Range(start, offset - start)


def fields(window: Window, inside: Range) -> Iterator[tuple[int, int, int | Range]]:
    for number, kind, value, _ in records(window, inside):
        yield number, kind, value


def packed(window: Window, at: Range) -> list[int]:
    values: list[int] = []
    offset, end = at.offset, at.offset + at.length
    while offset < end:
        value, offset = varint_at(window, offset, end)
        values.append(value)
    return values


def broken(offset: int) -> VoiceUnreadable:
    return VoiceUnreadable(
        f"The model is no ONNX file, or it is damaged (at byte {offset}). Get it anew."
    )


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number: int, kind: int) -> bytes:
    return varint(number << 3 | kind)


def embedded(number: int, data: bytes) -> bytes:
    return tag(number, BYTES) + varint(len(data)) + data
