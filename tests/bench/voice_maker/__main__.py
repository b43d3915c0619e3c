"""``python -m tests.bench.voice_maker --shape medium fr_FR-bench-medium FOLDER``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench.voice_maker import publish
from tests.bench.voice_maker.shapes import SHAPES
from tests.bench.voice_maker.weights import random_voice


def main() -> None:
    parser = argparse.ArgumentParser(prog="voice_maker", description=__doc__)
    parser.add_argument("voice_id", metavar="ID", help="as fr_FR-bench-medium")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="medium")
    parser.add_argument(
        "--speaker", action="append", default=[], metavar="NAME", help="again for more speakers"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make(options.voice_id, options.folder, options.shape, options.speaker, options.seed)


def make(voice_id: str, folder: Path, shape_name: str, speakers: list[str], seed: int) -> Path:
    """One random voice; the model's path."""
    shape = SHAPES[shape_name]
    spoken, pads = publish.sample_ids(voice_id)
    voice = random_voice(shape, max(1, len(speakers)), seed, spoken, pads)
    return publish.write(
        voice,
        folder,
        voice_id,
        sample_rate=shape.sample_rate,
        quality=shape.quality,
        speakers=speakers,
    )


if __name__ == "__main__":
    main()
