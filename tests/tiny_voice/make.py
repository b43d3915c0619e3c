"""Makes the voices of this folder anew; needs torch and piper-tts.

``python -m tests.bench.extras`` installs those and runs this with them.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench.voice_maker import tones
from tests.bench.voice_maker.__main__ import make

_HERE = Path(__file__).resolve().parent
#: id -> shape, speakers, seed.
_VOICES: dict[str, tuple[str, list[str], int]] = {
    "en_US-tiny-medium": ("tiny", [], 1),
    "fr_FR-trio-medium": ("tiny", ["amelie", "bruno", "claire"], 2),
    "en_US-tiny-high": ("tiny-high", [], 3),
    "en_US-plain-medium": ("tiny-plain", [], 4),
}


def main() -> None:
    for voice_id, (shape, speakers, seed) in _VOICES.items():
        make(voice_id, _HERE, shape, speakers, seed)
    tones.make(_HERE)


if __name__ == "__main__":
    main()
