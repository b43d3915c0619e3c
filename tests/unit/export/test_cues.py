"""Subtitles: what is broken where, and what stands in the files."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.unit.export.shop import HOSTILE, run

_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)[.,](\d\d\d)")


def said(text: str, time: float = 0.0, pace: float = 0.07) -> dict[str, Any]:
    """A sentence, each letter of which takes ``pace`` seconds."""
    words = [
        {
            "start": found.start(),
            "end": found.end(),
            "time": time + found.start() * pace,
            "duration": (found.end() - found.start()) * pace,
        }
        for found in re.finditer(r"\S+", text)
    ]
    return {"text": text, "time": time, "end": time + len(text) * pace, "words": words}


def seconds(text: str) -> float:
    found = _TIME.fullmatch(text)
    assert found, text
    hours, minutes, whole, ms = map(int, found.groups())
    return hours * 3600 + minutes * 60 + whole + ms / 1000


def read(text: str, *, header: str = "") -> list[tuple[float, float, list[str]]]:
    """Blocks of SRT or VTT: start, end, lines."""
    assert text.startswith(header)
    found: list[tuple[float, float, list[str]]] = []
    for block in text[len(header) :].strip("\n").split("\n\n"):
        lines = block.split("\n")
        if not header:
            assert lines.pop(0) == str(len(found) + 1)
        start, arrow, end = lines.pop(0).split(" ")
        assert arrow == "-->"
        found.append((seconds(start), seconds(end), lines))
    return found


def srt(folder: Path, sentences: list[dict[str, Any]]) -> list[tuple[float, float, list[str]]]:
    return read(run(folder, "cues.js", "it.toSrt(it.cues(given))", sentences))


def vtt(folder: Path, sentences: list[dict[str, Any]]) -> list[tuple[float, float, list[str]]]:
    text = run(folder, "cues.js", "it.toVtt(it.cues(given))", sentences)
    return read(text, header="WEBVTT\n\n")


LONG = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity."
)


def test_a_long_sentence_is_broken_where_it_breathes(tmp_path: Path) -> None:
    found = srt(tmp_path, [said(LONG)])
    assert len(found) > 1
    for _, _, lines in found:
        assert 1 <= len(lines) <= 2
        assert all(0 < len(line) <= 42 for line in lines)
        assert lines[-1].endswith((",", "."))
    assert " ".join(line for _, _, lines in found for line in lines) == LONG


def test_times_are_the_words(tmp_path: Path) -> None:
    found = srt(tmp_path, [said(LONG, time=3661.5)])
    place = 0
    for start, end, lines in found:
        text = " ".join(lines)
        assert start == round(3661.5 + place * 0.07, 3)
        assert end >= round(3661.5 + (place + len(text)) * 0.07, 3) - 0.002
        place += len(text) + 1


def test_no_cue_lies_over_the_next_and_none_is_long(tmp_path: Path) -> None:
    sentences = []
    time = 0.0
    for text in (LONG, "Yes!", "No.", "A slow one, word for word, for ever and ever.", LONG):
        sentences.append(said(text, time, 0.4 if "slow" in text else 0.05))
        time = sentences[-1]["end"] + 0.1
    found = srt(tmp_path, sentences)
    for (start, end, _), (following, *_) in pairwise(found):
        assert start < end <= following
        assert end - start <= 7.001


def test_a_short_cue_stays_for_a_second_where_there_is_room(tmp_path: Path) -> None:
    (only,) = srt(tmp_path, [said("Yes!", pace=0.05)])
    assert only == (0, 1, ["Yes!"])
    first, second = srt(tmp_path, [said("Yes!", pace=0.05), said("No.", 0.4, 0.05)])
    assert first[1] == second[0] == 0.4


def test_two_lines_are_about_as_long(tmp_path: Path) -> None:
    ((_, _, lines),) = srt(
        tmp_path, [said("The road went up and nobody who was there had seen it.", pace=0.05)]
    )
    assert abs(len(lines[0]) - len(lines[1])) < 12


def test_each_word_has_its_time_in_webvtt(tmp_path: Path) -> None:
    sentence = said("The road went up.")
    ((start, _, (line,)),) = vtt(tmp_path, [sentence])
    assert start == 0
    stamps = re.findall(r"<([\d:.]+)>(\w+)", line)
    wanted = [(round(word["time"], 3), word) for word in sentence["words"][1:]]
    assert [seconds(stamp) for stamp, _ in stamps] == [time for time, _ in wanted]
    assert [word for _, word in stamps] == ["road", "went", "up"]
    assert line.startswith("The ")


def test_what_would_be_markup_is_text(tmp_path: Path) -> None:
    sentence = said("if a --> b && c<d> then <b>bold</b> &amp; {\\an8} top", pace=0.05)
    text = run(tmp_path, "cues.js", "it.toVtt(it.cues(given))", [sentence])
    assert text.count("-->") == len(read(text, header="WEBVTT\n\n"))
    bare = re.sub(r"<[\d:.]+>", "", text)
    assert "<" not in bare
    assert "&amp;amp;" in bare
    assert "c&lt;d&gt;" in bare
    plain = run(tmp_path, "cues.js", "it.toSrt(it.cues(given))", [sentence])
    assert plain.count("-->") == len(read(plain))
    assert not re.search(r"<[a-z/]|\{\\", plain)


def test_words_without_times_are_spread(tmp_path: Path) -> None:
    sentence = {**said(LONG, pace=0.1), "words": []}
    found = srt(tmp_path, [sentence])
    assert len(found) > 2
    assert found[0][0] == 0
    assert abs(found[-1][1] - len(LONG) * 0.1) < 0.01
    assert abs(found[1][0] - 0.1 * (len(" ".join(found[0][2])) + 1)) < 0.01


def test_hostile_text_makes_no_hostile_file(tmp_path: Path) -> None:
    sentences = [
        said(text, 10.0 * n, 0.001) for n, text in enumerate([*HOSTILE, "\n\n1\n00:00:00"])
    ]
    for found in (srt(tmp_path, sentences), vtt(tmp_path, sentences)):
        for start, end, lines in found:
            assert start < end
            assert 1 <= len(lines) <= 2
            assert all(line.strip() for line in lines)
    assert all(
        len(line) <= 42 for _, _, lines in srt(tmp_path, [said("x" * 1000)]) for line in lines
    )
