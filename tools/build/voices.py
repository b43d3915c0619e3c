"""voices.json, the catalogue: made from the voices that lie in public/models/piper."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from tools.build.errors import BuildError

CATALOGUE = "voices.json"
_VOICE_ID = re.compile(r"[a-z]{2,3}_[A-Z]{2}-[A-Za-z0-9_]+-(x_low|low|medium|high)")


def catalogue(folder: Path) -> dict[str, Any]:
    """Every voice of ``folder`` in Piper's own format, plus ``sha256`` and ``sample_rate``.

    Raises:
        BuildError: a model without its JSON, or JSON that is not a voice's.
    """
    return {model.stem: _entry(model) for model in sorted(folder.glob("*.onnx"))}


def catalogue_text(folder: Path) -> str:
    return json.dumps(catalogue(folder), indent=2, ensure_ascii=False) + "\n"


def configs(folder: Path) -> dict[str, dict[str, Any]]:
    """Each voice's own JSON by the voice's id."""
    return {model.stem: _config(model) for model in sorted(folder.glob("*.onnx"))}


def espeak_voices(folder: Path) -> list[str]:
    """The espeak-ng voices that the voices here speak through, sorted, each once."""
    names = set()
    for voice_id, config in configs(folder).items():
        if config.get("phoneme_type", "espeak") == "espeak":
            name = config.get("espeak", {}).get("voice")
            if not isinstance(name, str) or not name:
                raise BuildError(f"{voice_id}.onnx.json names no espeak voice.")
            names.add(name)
    return sorted(names)


def _config(model: Path) -> dict[str, Any]:
    path = model.with_name(model.name + ".json")
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as reason:
        raise BuildError(
            f"{path.name} is missing beside {model.name}.",
            "Put the voice's JSON there, or remove the model.",
        ) from reason
    except ValueError as reason:
        raise BuildError(f"{path.name} is not JSON: {reason}.") from reason
    if not isinstance(data, dict) or not isinstance(data.get("phoneme_id_map"), dict):
        raise BuildError(f"{path.name} is not a Piper voice's JSON: no phoneme_id_map.")
    return data


def _entry(model: Path) -> dict[str, Any]:
    voice_id = model.stem
    config = _config(model)
    if not _VOICE_ID.fullmatch(voice_id):
        raise BuildError(
            f"{model.name} is not named like a Piper voice.",
            "Call it ll_CC-name-quality.onnx, for instance en_US-amy-medium.onnx.",
        )
    code, name, quality = voice_id.split("-", 2)
    family, region = code.split("_")
    try:
        rate = int(config["audio"]["sample_rate"])
    except (KeyError, TypeError, ValueError) as reason:
        raise BuildError(f"{model.name}.json has no audio.sample_rate.") from reason
    language = {
        "code": code,
        "family": family,
        "region": region,
        "name_native": "",
        "name_english": "",
        "country_english": "",
    }
    given = config.get("language")
    if isinstance(given, dict):
        language.update({key: given[key] for key in language if isinstance(given.get(key), str)})
    files = [model, model.with_name(model.name + ".json")]
    return {
        "key": voice_id,
        "name": name,
        "language": language,
        "quality": quality,
        "sample_rate": rate,
        "num_speakers": config.get("num_speakers", 1),
        "speaker_id_map": config.get("speaker_id_map", {}),
        "files": {file.name: _file(file) for file in files},
        "aliases": [],
    }


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {
        "size_bytes": len(data),
        "md5_digest": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
