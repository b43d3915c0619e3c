"""Reading sound files back, from the formats' own descriptions: what a player would find.

Written apart from the writers of web/js/export. ID3v2.4.0 and its Chapter Frame Addendum;
RFC 3533 and RFC 7845 (Ogg, Opus); RIFF (Multimedia Programming Interface, 1991); ISO 11172-3.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mark:
    """A chapter: seconds; ``end`` is None where the format does not say."""

    title: str
    start: float
    end: float | None = None


@dataclass
class Found:
    """What a file says of itself. ``sound``: where its sound begins (bytes)."""

    title: str = ""
    artist: str = ""
    chapters: list[Mark] = field(default_factory=list)
    sound: int = 0


# -- ID3 ---------------------------------------------------------------------------------


def read_id3(data: bytes) -> Found:
    """An ID3v2.4 tag at the beginning."""
    assert data[:5] == b"ID3\x04\x00", "no ID3v2.4 tag"
    assert data[5] == 0, "flags that are not used"
    found = Found(sound=10 + _synchsafe(data[6:10]))
    chapters: dict[str, Mark] = {}
    contents: dict[str, tuple[int, list[str]]] = {}
    for name, body in _frames(data[10 : found.sound]):
        if name == "TIT2":
            found.title = _text(body)
        elif name == "TPE1":
            found.artist = _text(body)
        elif name == "CHAP":
            key, rest = body.split(b"\0", 1)
            start, end, first, last = struct.unpack(">IIII", rest[:16])
            assert first == last == 0xFFFFFFFF
            ((inner, title),) = _frames(rest[16:])
            assert inner == "TIT2"
            assert key.decode() not in chapters
            chapters[key.decode()] = Mark(_text(title), start / 1000, end / 1000)
        elif name == "CTOC":
            key, rest = body.split(b"\0", 1)
            flags, count = rest[0], rest[1]
            children = rest[2:].split(b"\0")
            assert children.pop() == b""
            assert len(children) == count
            contents[key.decode()] = (flags, [child.decode() for child in children])
    tops = [key for key, (flags, _) in contents.items() if flags & 2]
    assert len(tops) == (1 if chapters else 0), "one table of contents is the top one"
    if tops:
        order = _listed(contents, tops[0])
        assert sorted(order) == sorted(chapters)
        found.chapters = [chapters[key] for key in order]
    return found


def _listed(contents: dict[str, tuple[int, list[str]]], key: str) -> list[str]:
    if key not in contents:
        return [key]
    return [leaf for child in contents[key][1] for leaf in _listed(contents, child)]


def _frames(data: bytes) -> list[tuple[str, bytes]]:
    found = []
    while data:
        size = _synchsafe(data[4:8])
        assert data[8:10] == b"\0\0"
        assert len(data) >= 10 + size
        found.append((data[:4].decode("ascii"), data[10 : 10 + size]))
        data = data[10 + size :]
    return found


def _text(body: bytes) -> str:
    assert body[0] == 3, "UTF-8"
    text = body[1:].decode("utf-8")
    assert text.endswith("\0")
    assert text.count("\0") == 1
    return text[:-1]


def _synchsafe(data: bytes) -> int:
    assert len(data) == 4
    assert all(byte < 128 for byte in data)
    return data[0] << 21 | data[1] << 14 | data[2] << 7 | data[3]


# -- MP3 ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mp3:
    """``samples``: of the sound, without the encoder's delay and padding."""

    sample_rate: int
    frames: int
    samples: int
    kbps: int


_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def read_mp3(data: bytes) -> Mp3:
    """Frames of Layer III from the first byte to the last, the first of them an Info frame."""
    lengths = []
    at = 0
    kbps = rate = per_frame = 0
    while at < len(data):
        sync, second, third, fourth = data[at : at + 4]
        version, layer = second >> 3 & 3, second >> 1 & 3
        assert sync == 0xFF
        assert second >> 5 == 7, f"no frame at byte {at}"
        assert layer == 1
        assert fourth >> 6 == 3, "mono"
        kbps = (_KBPS_1 if version == 3 else _KBPS_2)[third >> 4]
        rate = _RATES[version][third >> 2 & 3]
        per_frame = 1152 if version == 3 else 576
        length = per_frame // 8 * kbps * 1000 // rate + (third >> 1 & 1)
        lengths.append(length)
        if len(lengths) == 1:
            info = at + 4 + (17 if version == 3 else 9)
        at += length
    assert at == len(data), "the last frame is cut"
    assert data[info : info + 4] == b"Info"
    flags, frames, size = struct.unpack(">III", data[info + 4 : info + 16])
    assert flags == 15
    assert frames == len(lengths) - 1
    assert size == len(data)
    lame = info + 120
    assert data[lame : lame + 4] == b"LAME"
    both = int.from_bytes(data[lame + 21 : lame + 24], "big")
    delay, padding = both >> 12, both & 4095
    checksum = struct.unpack(">H", data[lame + 34 : lame + 36])[0]
    assert checksum == _crc16(data[: lame + 34])
    return Mp3(rate, frames, frames * per_frame - delay - padding, kbps)


def _crc16(data: bytes) -> int:
    """CRC-16/ARC, by its definition on reflected bits."""
    crc = 0
    for byte in data:
        for bit in range(8):
            out = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0xA001 if out else 0)
    return crc


# -- Ogg ---------------------------------------------------------------------------------


@dataclass
class Ogg:
    """``seconds``: by the last granule position, without the pre-skip."""

    found: Found
    comments: list[str]
    seconds: float
    packets: int


def read_opus(data: bytes) -> Ogg:
    """An Ogg stream with one Opus track; each page's checksum is checked."""
    packets: list[bytes] = []
    pending = b""
    granule = 0
    at = 0
    sequence = 0
    ends: list[int] = []
    while at < len(data):
        assert data[at : at + 5] == b"OggS\0", f"no page at byte {at}"
        granule_here, _, number, checksum, count = struct.unpack("<qIIIB", data[at + 6 : at + 27])
        assert number == sequence
        sequence += 1
        table = data[at + 27 : at + 27 + count]
        end = at + 27 + count + sum(table)
        page = bytearray(data[at:end])
        page[22:26] = bytes(4)
        assert _ogg_crc(bytes(page)) == checksum, f"page {number} has a wrong checksum"
        body = at + 27 + count
        for size in table:
            pending += data[body : body + size]
            body += size
            if size < 255:
                packets.append(pending)
                pending = b""
        if granule_here >= 0:
            granule = granule_here
        ends.append(len(packets))
        at = end
    assert not pending
    assert packets[0][:8] == b"OpusHead"
    assert 2 in ends, "the tags end a page"
    skip = struct.unpack("<H", packets[0][10:12])[0]
    comments = _comments(packets[1])
    return Ogg(_of_comments(comments), comments, (granule - skip) / 48000, len(packets) - 2)


def _comments(packet: bytes) -> list[str]:
    assert packet[:8] == b"OpusTags"
    at = 8

    def number() -> int:
        nonlocal at
        at += 4
        return int(struct.unpack("<I", packet[at - 4 : at])[0])

    def text() -> str:
        nonlocal at
        length = number()
        at += length
        assert at <= len(packet)
        return packet[at - length : at].decode("utf-8")

    assert text(), "the vendor"
    found = [text() for _ in range(number())]
    assert at == len(packet)
    return found


def _of_comments(comments: list[str]) -> Found:
    fields = dict(comment.split("=", 1) for comment in comments)
    assert len(fields) == len(comments)
    chapters = []
    for number in range(1, 1000):
        time = fields.get(f"CHAPTER{number:03}")
        if time is None:
            break
        hours, minutes, seconds = time.split(":")
        assert len(time) == 12
        start = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        chapters.append(Mark(fields[f"CHAPTER{number:03}NAME"], start))
    return Found(fields.get("TITLE", ""), fields.get("ARTIST", ""), chapters)


def _ogg_crc(page: bytes) -> int:
    """CRC-32 of polynomial 0x04C11DB7, unreflected: zlib's on mirrored bits, without its masks."""
    mirrored = page.translate(_MIRROR)
    # zlib begins with all ones and inverts the end; four bytes of ones undo both.
    crc = zlib.crc32(mirrored, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


# -- RIFF --------------------------------------------------------------------------------


def read_wav(data: bytes) -> Found:
    """Cue points and their labels; samples are for ``wave`` to read."""
    assert data[:4] == b"RIFF"
    assert data[8:12] == b"WAVE"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    found = Found()
    rate = 0
    starts: dict[int, int] = {}
    labels: dict[int, str] = {}
    for name, body in _chunks(data[12:]):
        if name == b"fmt ":
            rate = struct.unpack("<I", body[4:8])[0]
        elif name == b"cue ":
            (count,) = struct.unpack("<I", body[:4])
            assert len(body) == 4 + 24 * count
            for index in range(count):
                row = struct.unpack("<II4sIII", body[4 + 24 * index : 28 + 24 * index])
                key, place, chunk, chunk_start, block_start, sample = row
                assert (chunk, chunk_start, block_start) == (b"data", 0, 0)
                assert place == sample
                starts[key] = sample
        elif name == b"LIST" and body[:4] == b"adtl":
            for inner, content in _chunks(body[4:]):
                assert inner == b"labl"
                labels[struct.unpack("<I", content[:4])[0]] = _zero_ended(content[4:])
        elif name == b"LIST" and body[:4] == b"INFO":
            fields = {inner: _zero_ended(content) for inner, content in _chunks(body[4:])}
            found.title, found.artist = fields.get(b"INAM", ""), fields.get(b"IART", "")
    assert starts.keys() == labels.keys()
    found.chapters = [Mark(labels[key], starts[key] / rate) for key in sorted(starts)]
    return found


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    while data:
        (size,) = struct.unpack("<I", data[4:8])
        assert len(data) >= 8 + size
        found.append((data[:4], data[8 : 8 + size]))
        data = data[8 + size + size % 2 :]
    return found


def _zero_ended(data: bytes) -> str:
    assert data.endswith(b"\0")
    assert data.count(b"\0") == 1
    return data[:-1].decode("utf-8")
