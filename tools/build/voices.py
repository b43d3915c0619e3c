"""voices.json, the catalogue: made from the voices that lie in public/models/piper."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tools.build import shell
from tools.build.errors import BuildError
from tools.build.hashing import HashCache, digests_of

CATALOGUE = "voices.json"
#: A voice's card lies beside it under this name, after its id.
CARD_SUFFIX = ".MODEL_CARD.md"
# \w: one of Piper's voices is called tugão.
VOICE_ID = re.compile(r"[a-z]{2,3}_[A-Z]{2}-\w+-(x_low|low|medium|high)")
_LICENCE = re.compile(r"^[\s*+-]*licen[cs]es?\s*:[ \t]*(\S.*?)\s*$", re.IGNORECASE | re.MULTILINE)


def ids(folder: Path) -> list[str]:
    """The voices of ``folder``, sorted."""
    return sorted(model.stem for model in folder.glob("*.onnx") if not model.name.startswith("."))


def catalogue(
    folder: Path, *, only: Collection[str] | None = None, hashes: HashCache | None = None
) -> dict[str, Any]:
    """Every voice of ``folder`` (or ``only`` these) in Piper's own format.

    Its entries have ``sha256`` and ``sample_rate`` too, and ``license`` where a card says it.

    Raises:
        BuildError: a model without its JSON, or JSON that is not a voice's.
    """
    wanted = [voice_id for voice_id in ids(folder) if only is None or voice_id in only]
    return {voice_id: _entry(folder / f"{voice_id}.onnx", hashes) for voice_id in wanted}


def catalogue_text(
    folder: Path, *, only: Collection[str] | None = None, hashes: HashCache | None = None
) -> str:
    listed = catalogue(folder, only=only, hashes=hashes)
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def committed_text(folder: Path, hashes: HashCache | None = None) -> str:
    """The voices.json that the repository keeps: of its own voices, not of those added here."""
    return catalogue_text(folder, only=built_in(folder), hashes=hashes)


def built_in(folder: Path) -> list[str]:
    """The voices of ``folder`` that belong to the repository.

    They are those that git tracks; without git those that voices.json lists; without both all.
    """
    here = ids(folder)
    try:
        listed = shell.run(["git", "ls-files", "-z", "--", "*.onnx"], cwd=folder).split("\0")
    except BuildError:
        listed = []
    tracked = {name.removesuffix(".onnx") for name in listed if name}
    if not tracked:
        try:
            known = json.loads((folder / CATALOGUE).read_text("utf-8"))
        except (OSError, ValueError):
            return here
        tracked = set(known) if isinstance(known, dict) else set(here)
    return [voice_id for voice_id in here if voice_id in tracked]


def licence(card: str) -> str:
    """The licence that a MODEL_CARD names, "" when it names none; several with ``;`` between."""
    return "; ".join(dict.fromkeys(match[1] for match in _LICENCE.finditer(card)))


def configs(folder: Path, only: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
    """Each voice's own JSON (or that of ``only`` these) by the voice's id."""
    wanted = [voice_id for voice_id in ids(folder) if only is None or voice_id in only]
    return {voice_id: _config(folder / f"{voice_id}.onnx") for voice_id in wanted}


def espeak_voices(folder: Path, only: Collection[str] | None = None) -> list[str]:
    """The espeak-ng voices that the voices here speak through, sorted, each once."""
    names = set()
    for voice_id, config in configs(folder, only).items():
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


def _entry(model: Path, hashes: HashCache | None) -> dict[str, Any]:
    voice_id = model.stem
    config = _config(model)
    if not VOICE_ID.fullmatch(voice_id):
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
    card = model.with_name(voice_id + CARD_SUFFIX)
    named = licence(card.read_text("utf-8", "replace")) if card.is_file() else ""
    return {
        "key": voice_id,
        "name": name,
        "language": language,
        "quality": quality,
        "sample_rate": rate,
        "num_speakers": config.get("num_speakers", 1),
        "speaker_id_map": config.get("speaker_id_map", {}),
        "files": {file.name: file_entry(file, hashes) for file in files},
        "aliases": [],
        **({"license": named} if named else {}),
    }


def file_entry(path: Path, hashes: HashCache | None = None) -> dict[str, Any]:
    """A file as voices.json describes it; read now when there is no cache."""
    found = hashes.digests(path) if hashes else digests_of(path)
    return {"size_bytes": found.size, "md5_digest": found.md5, "sha256": found.sha256}
