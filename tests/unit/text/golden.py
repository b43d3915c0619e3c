"""The golden data under tests/golden, parsed."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
VOICES = {"en": "en_US-rms-x_low", "fr": "fr_FR-pico-x_low"}


def sentences(name: str) -> list[tuple[str, list[str]]]:
    """(text, its sentences) of each item of a file of sentences."""
    items = []
    for line in (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text = line.replace("⏎", "\n")
            items.append((text.replace("|", ""), [part.strip() for part in text.split("|")]))
    return items


def alignments(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """(sentence, [(word, its phonemes)]) as reviewed by hand."""
    items = []
    sentence = ""
    for line in (GOLDEN / f"alignment_{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("\t"):
            pairs = [tuple(pair.split(" ", 1)) for pair in line[1:].split(" | ")]
            items.append((sentence, [(word, heard) for word, heard in pairs]))
        elif not line.startswith("#"):
            sentence = line
    return items


def recorded(language: str) -> dict[str, str]:
    """What espeak answered to each text."""
    answers: dict[str, str] = json.loads(
        (GOLDEN / f"phonemes_{language}.json").read_text(encoding="utf-8")
    )
    return answers


def voice_json(voice_id: str) -> dict[str, object]:
    path = ROOT / "public" / "models" / "piper" / f"{voice_id}.onnx.json"
    data: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return data
