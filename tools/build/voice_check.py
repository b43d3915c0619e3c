"""Whether two files are a Piper voice: judged by the package that will speak with them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.build.errors import BuildError
from tools.build.paths import LAYOUT


def check_size(voice_id: str, size: int) -> None:
    """Raises BuildError for a model that no page would install either, before it is fetched."""
    _find_package()
    from lectern.settings import MIB, Settings

    most = Settings().max_voice_bytes
    if size > most:
        raise BuildError(
            f"The model of {voice_id} has {size // MIB} MB; voices of up to {most // MIB} MB are "
            "taken.",
            "Choose one of a lower quality.",
        )


def _find_package() -> None:
    package = str(LAYOUT.web / "py")
    if package not in sys.path:
        sys.path.append(package)


def check(voice_id: str, model: Path, config: Path) -> None:
    """Raises BuildError when the JSON is no voice's, the model no Piper model, or not its own."""
    _find_package()
    from lectern.errors import VoiceUnreadable
    from lectern.preparing import check_model
    from lectern.voice import VoiceConfig

    try:
        data = json.loads(config.read_bytes())
    except (ValueError, RecursionError) as reason:
        raise BuildError(f"{voice_id}.onnx.json is not JSON: {reason}.") from reason
    unknown = "0" * 64  # the voice's identity is of no interest here
    try:
        parsed = VoiceConfig.from_json(voice_id, data, model_sha256=unknown, config_sha256=unknown)
        with model.open("rb") as stream:

            def read(offset: int, length: int) -> bytes:
                stream.seek(offset)
                return stream.read(length)

            size = model.stat().st_size
            check_model(read, size, symbols=parsed.symbols, speakers=parsed.num_speakers)
    except VoiceUnreadable as reason:
        raise BuildError(f"{voice_id} is no voice that Lectern can speak with.", str(reason)) from (
            reason
        )
