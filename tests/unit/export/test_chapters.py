"""Chapters as they stand in the files, read back by a reader of their own."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest

from tests.sound_files import Found, read_id3, read_opus, read_wav
from tests.unit.export.shop import HOSTILE, made, run, tags

RATE = 22_050


def id3(folder: Path, given: object) -> Found:
    return read_id3(made(folder, "id3.js", "it.id3Tag(given)", given))


def wav(folder: Path, given: dict[str, object], samples: int = 1000) -> bytes:
    sound = struct.pack(f"<{samples}h", *range(samples))
    tail = made(folder, "riff.js", f"it.wavTail(given, {RATE})", given)
    head = made(folder, "riff.js", f"it.wavHead({RATE}, {len(sound)}, {len(tail)})")
    return head + sound + tail


def ogg(folder: Path, given: object, before: object) -> bytes:
    """A stream whose tags were written with ``before`` and again with ``given``."""
    pages = made(
        folder,
        "ogg.js",
        """(() => {
          const [before, after] = given;
          const packet = it.opusTags('a maker', it.comments(before));
          const opusHead = Buffer.from(FIRST.subarray(28));
          const pages = [page(opusHead, 0, 19, 2)];
          for (let at = 0, number = 1; at <= packet.length; at += 255 * 255, number++) {
            pages.push(page(packet.subarray(at, at + 255 * 255), number, packet.length - at, 0));
          }
          const bytes = Buffer.concat(pages);
          const span = it.tagPages(bytes);
          const tags = bytes.subarray(span.start, span.end);
          tags.set(it.withComments(tags, it.comments(after)));
          // The first page's checksum is not the module's business.
          return Buffer.concat([FIRST, bytes.subarray(span.start)]);
          function page(body, number, left, flags) {
            const count = Math.min(255, Math.floor(left / 255) + 1);
            const head = Buffer.alloc(27 + count, 255);
            head.write('OggS');
            head.fill(0, 4, 27);
            head[5] = flags;
            head.writeUInt32LE(number, 18);
            head[26] = count;
            if (left < 255 * 255) head[26 + count] = left % 255;
            return Buffer.concat([head, body]);
          }
        })()""".replace("FIRST", "Buffer.from('" + first_page().hex() + "', 'hex')"),
        [before, given],
    )
    return pages


def first_page() -> bytes:
    """An identification header with the checksum that the reader wants."""
    from tests.sound_files import _ogg_crc

    body = b"OpusHead" + bytes([1, 1, 56, 1, 0, 0, 0, 0, 0, 0, 0])
    page = bytearray(b"OggS\0\2" + bytes(20) + bytes([1, len(body)]) + body)
    page[22:26] = struct.pack("<I", _ogg_crc(bytes(page)))
    return bytes(page)


def test_id3_chapters_are_read_back(tmp_path: Path) -> None:
    found = id3(tmp_path, tags(["One", "Zwei", "三"], seconds=61.5))
    assert (found.title, found.artist) == ("A book", "Ann Author")
    assert [(mark.title, mark.start, mark.end) for mark in found.chapters] == [
        ("One", 0, 61.5), ("Zwei", 61.5, 123), ("三", 123, 184.5)
    ]  # fmt: skip


def test_id3_lists_more_chapters_than_one_table_holds(tmp_path: Path) -> None:
    found = id3(tmp_path, tags([f"Chapter {n}" for n in range(700)]))
    assert [mark.title for mark in found.chapters] == [f"Chapter {n}" for n in range(700)]


def test_id3_has_one_length_whatever_the_times(tmp_path: Path) -> None:
    lengths = run(
        tmp_path,
        "id3.js",
        "given.map((tags) => it.id3Tag(tags).length)",
        [tags(["a", "b"], seconds=0), tags(["a", "b"], seconds=36_000)],
    )
    assert lengths[0] == lengths[1]


def test_wav_chapters_are_cue_points(tmp_path: Path) -> None:
    data = wav(tmp_path, tags(["One", "Odd"], seconds=0.02))
    found = read_wav(data)
    assert [mark.title for mark in found.chapters] == ["One", "Odd"]
    assert [mark.start * RATE for mark in found.chapters] == [0, 441]
    assert (found.title, found.artist) == ("A book", "Ann Author")


def test_wav_is_what_pythons_own_reader_takes(tmp_path: Path) -> None:
    with wave.open(io.BytesIO(wav(tmp_path, tags(["One"]), samples=77))) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert (file.getframerate(), file.getnframes()) == (RATE, 77)
        assert struct.unpack("<77h", file.readframes(77)) == tuple(range(77))


def test_a_wav_of_four_gigabytes_can_not_be(tmp_path: Path) -> None:
    most = 2**32 - 1 - 36
    fits = run(
        tmp_path, "riff.js", f"[it.fits({most - 9}, 8), it.fits({most}, 0), it.fits({most}, 8)]"
    )
    assert fits == [True, True, False]


def test_ogg_chapters_are_written_over(tmp_path: Path) -> None:
    before, after = tags(["One", "Two"], seconds=0), tags(["One", "Two"], seconds=3723.5)
    found = read_opus(ogg(tmp_path, after, before)).found
    assert (found.title, found.artist) == ("A book", "Ann Author")
    assert [(mark.title, mark.start) for mark in found.chapters] == [("One", 0), ("Two", 3723.5)]


def test_ogg_tags_may_fill_several_pages(tmp_path: Path) -> None:
    titles = [f"{n} " + "long " * 30 for n in range(900)]
    found = read_opus(ogg(tmp_path, tags(titles, seconds=7), tags(titles, seconds=0))).found
    assert len(found.chapters) == 900
    assert found.chapters[-1].start == 899 * 7


@pytest.mark.parametrize("kind", ["id3", "wav", "ogg"])
def test_hostile_titles_stay_titles(tmp_path: Path, kind: str) -> None:
    given = tags(HOSTILE)
    given["title"] = given["artist"] = "Evil\0\n" + "y" * 10_000
    if kind == "id3":
        found = id3(tmp_path, given)
    elif kind == "wav":
        found = read_wav(wav(tmp_path, given))
    else:
        found = read_opus(
            ogg(tmp_path, given, {**given, "chapters": tags(HOSTILE, seconds=0)["chapters"]})
        ).found
    titles = [mark.title for mark in found.chapters]
    assert [mark.start for mark in found.chapters] == [10 * n for n in range(len(HOSTILE))]
    assert titles[0] == "1", "an empty title becomes the chapter's number"
    assert titles[2] == "One two"
    assert titles[5] == HOSTILE[5]
    assert titles[6] == "Mismatched \ufffd half"
    assert all(0 < len(title) <= 200 for title in titles)
    assert not any(ord(letter) < 32 for title in titles for letter in title)
    assert found.title.startswith("Evil y")


def test_no_chapters_no_tables(tmp_path: Path) -> None:
    given: dict[str, object] = {"title": "", "artist": "", "chapters": []}
    assert id3(tmp_path, given).chapters == []
    assert read_wav(wav(tmp_path, given)).chapters == []
    assert run(tmp_path, "ogg.js", "it.comments(given)", given) == []
