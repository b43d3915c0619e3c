"""The frame before the first one of an MP3 file, and counting frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sound_files import read_mp3
from tests.unit.export.shop import made, run

#: Header of a mono frame of 64 kbit/s at the rate, its bytes, samples of a frame.
FRAMES = {
    22050: (bytes([0xFF, 0xF3, 0x80, 0xC0]), 208, 576),
    16000: (bytes([0xFF, 0xF3, 0x88, 0xC0]), 288, 576),
    48000: (bytes([0xFF, 0xFB, 0x54, 0xC0]), 192, 1152),
    8000: (bytes([0xFF, 0xE3, 0x88, 0xC0]), 576, 576),
}


@pytest.mark.parametrize("rate", FRAMES)
def test_the_first_frame_says_what_follows(tmp_path: Path, rate: int) -> None:
    header, length, per_frame = FRAMES[rate]
    sound = (header + bytes(length - 4)) * 20
    samples = 20 * per_frame - 576 - 300
    what = {"frames": 20, "bytes": len(sound), "samples": samples, "kbps": 64}
    info = made(tmp_path, "mp3_frames.js", f"it.infoFrame({rate}, given)", what)
    found = read_mp3(info + sound)
    assert (found.sample_rate, found.frames, found.samples) == (rate, 20, samples)


def test_its_length_is_known_beforehand(tmp_path: Path) -> None:
    lengths = run(
        tmp_path,
        "mp3_frames.js",
        """[0, 4000000].map((frames) =>
            it.infoFrame(22050, { frames, bytes: frames * 208, samples: 0, kbps: 64 }).length)""",
    )
    assert lengths[0] == lengths[1]


def test_frames_are_counted_however_they_come(tmp_path: Path) -> None:
    header, length, _ = FRAMES[22050]
    sound = (header + bytes(length - 4)) * 30
    counts = run(
        tmp_path,
        "mp3_frames.js",
        """[1, 3, 207, 208, 1000, 100000].map((portion) => {
            const bytes = Buffer.from(given, 'hex');
            const counter = new it.FrameCounter();
            for (let at = 0; at < bytes.length; at += portion) {
                counter.add(bytes.subarray(at, at + portion));
            }
            return counter.frames;
        })""",
        sound.hex(),
    )
    assert counts == [30] * 6


def test_what_is_no_frame_is_refused(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "mp3_frames.js",
        """(() => { try { new it.FrameCounter().add(Buffer.from('no frames')); return ''; }
            catch (error) { return error.message; } })()""",
    )
    assert "frames" in said


def test_there_is_no_mp3_of_any_rate(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "mp3_frames.js",
        """(() => { try { it.infoFrame(20000, {}); return ''; }
            catch (error) { return error.message; } })()""",
    )
    assert "20000" in said
