"""Ogg pages (RFC 3533) around one channel of Opus (RFC 7845), the same bytes every time."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Opus counts in samples at this rate, whatever it was made from.
OPUS_RATE = 48_000
_HEADER = struct.Struct("<4sBBqIIIB")
_HEAD = struct.Struct("<8sBBHIhB")
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_MOST_SEGMENTS = 255
_VENDOR = b"lectern"


@dataclass(frozen=True, slots=True)
class OpusStream:
    """Packets of sound; ``pre_skip``: samples that come before it begins."""

    packets: list[bytes]
    pre_skip: int


def read_opus(data: bytes) -> OpusStream:
    """The packets of an Ogg Opus file that we made ourselves.

    Raises:
        ValueError: it is something else.
    """
    packets = list(_packets(data))
    if len(packets) < 2 or packets[0][:8] != b"OpusHead" or packets[1][:8] != b"OpusTags":
        raise ValueError("This is no Ogg Opus stream.")
    _, _, channels, pre_skip, _, _, family = _HEAD.unpack_from(packets[0])
    if channels != 1 or family != 0:
        raise ValueError("This is no mono Opus.")
    return OpusStream(packets[2:], pre_skip)


def write_opus(stream: OpusStream, *, rate: int, samples: int) -> bytes:
    """A file of these packets.

    Args:
        rate: of the sound before it was encoded (Hz), for whoever wants to know.
        samples: how long it is, at 48 kHz; what the last packet has more is not heard.
    """
    head = _HEAD.pack(b"OpusHead", 1, 1, stream.pre_skip, rate, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(_VENDOR)) + _VENDOR + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 0, 1, 0)]
    groups = list(_groups(stream.packets))
    heard = 0
    for number, group in enumerate(groups):
        heard += sum(packet_samples(packet) for packet in group)
        last = number == len(groups) - 1
        place = stream.pre_skip + samples if last else heard
        pages.append(_page(group, place, number + 2, _LAST if last else 0))
    return b"".join(pages)


def packet_samples(packet: bytes) -> int:
    """How many samples at 48 kHz a packet holds (RFC 6716, 3.1 and 3.2)."""
    config = packet[0] >> 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config % 4]
    elif config < 16:
        frame = (480, 960)[config % 2]
    else:
        frame = (120, 240, 480, 960)[config % 4]
    count = packet[0] & 3
    frames = 1 if count == 0 else 2 if count < 3 else packet[1] & 63
    return frame * frames


def _groups(packets: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Packets by page; none goes over the end of one."""
    group: list[bytes] = []
    segments = 0
    for packet in packets:
        needed = len(packet) // 255 + 1
        if group and segments + needed > _MOST_SEGMENTS:
            yield group
            group, segments = [], 0
        group.append(packet)
        segments += needed
    if group:
        yield group


def _page(packets: Sequence[bytes], place: int, number: int, flags: int) -> bytes:
    table = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
    body = b"".join(packets)
    head = _HEADER.pack(b"OggS", 0, flags, place, 0, number, 0, len(table))
    crc = _checksum(head + table + body)
    return head[:22] + struct.pack("<I", crc) + head[26:] + table + body


def _packets(data: bytes) -> Iterator[bytes]:
    at, part = 0, b""
    while at < len(data):
        if data[at : at + 4] != b"OggS" or at + _HEADER.size > len(data):
            raise ValueError("This is no Ogg stream.")
        table = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(table)
        for length in table:
            part += data[at : at + length]
            at += length
            if length < 255:
                yield part
                part = b""


def _table() -> list[int]:
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        rows.append(value & 0xFFFFFFFF)
    return rows


_CRC = _table()


def _checksum(page: bytes) -> int:
    """CRC-32 with the polynomial 0x04c11db7, not reflected, from 0 on."""
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _CRC[(crc >> 24) ^ byte]
    return crc
