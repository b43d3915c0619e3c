"""A collection of Piper voices: its voices.json, and its files from the network or a folder."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import quote

from tools.build import download, voices
from tools.build.download import Client, Expected, Progress
from tools.build.errors import BuildError
from tools.build.voice_settings import VoiceSettings, checked

#: A voices.json of thousands of voices is not as long.
_MOST_LIST = 64 << 20
_CHUNK = 1 << 20
_MD5 = re.compile(r"[0-9a-f]{32}")
_CARDS = ("MODEL_CARD", "MODEL_CARD.md")


@dataclass(frozen=True, slots=True)
class CollectionFile:
    """One file of a voice: where it lies in the collection, and what it should be."""

    path: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Listed:
    """A voice that the collection has. ``card`` is None where it has no MODEL_CARD."""

    id: str
    language: str  # "French", or the code where there is no name
    country: str
    code: str  # fr_FR
    quality: str
    speakers: int
    model: CollectionFile
    config: CollectionFile
    card: CollectionFile | None
    aliases: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return self.model.expected.size + self.config.expected.size

    def speaks(self, wanted: str) -> bool:
        """Whether ``wanted`` (fr, fr_FR, fr-FR or French) is its language."""
        code = wanted.replace("-", "_").casefold()
        known = (self.code, self.code.partition("_")[0], self.language)
        return code in (name.casefold() for name in known)


class Source(Protocol):
    """Where voices come from."""

    @property
    def place(self) -> str:
        """The address or the folder."""

    def voices(self) -> dict[str, Listed]:
        """Every voice by its id. Raises BuildError."""

    def fetch(self, file: CollectionFile, part: Path, progress: Progress) -> None:
        """Have the file in ``part``, whole and right. Raises BuildError."""


def open_source(named: str | None, settings: VoiceSettings, client: Client | None = None) -> Source:
    """The source that ``--source`` names: an address or a folder; the settings' when None.

    Raises:
        BuildError: it is neither.
    """
    if named is None:
        if not settings.source:
            raise BuildError(
                "No collection of voices is set.",
                "Name one with --source URL, or set voices.source in pyproject.toml.",
            )
        return RemoteSource(settings.source, client or Client())
    if re.match(r"https?://", named, re.IGNORECASE):
        return RemoteSource(checked(named, ()).source, client or Client())
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise BuildError(f"{named} is neither an address (https://…) nor a folder.")
    return FolderSource(folder)


@dataclass(frozen=True)
class RemoteSource:
    """A collection at an address."""

    place: str
    client: Client = field(default_factory=Client)

    def voices(self) -> dict[str, Listed]:
        address = f"{self.place}/{voices.CATALOGUE}"
        return parse(self.client.read(address, _MOST_LIST), address)

    def fetch(self, file: CollectionFile, part: Path, progress: Progress) -> None:
        self.client.fetch(f"{self.place}/{quote(file.path)}", part, file.expected, progress)


@dataclass(frozen=True)
class FolderSource:
    """A copy of a collection, or a folder with ID.onnx and ID.onnx.json side by side."""

    folder: Path

    @property
    def place(self) -> str:
        return str(self.folder)

    def voices(self) -> dict[str, Listed]:
        listing = self.folder / voices.CATALOGUE
        if listing.is_file():
            return parse(listing.read_bytes(), str(listing))
        found = [_beside(model) for model in sorted(self.folder.glob("*.onnx"))]
        if not any(found):
            raise BuildError(
                f"{self.folder} has no voices.",
                "It should have a voices.json, or ID.onnx and ID.onnx.json side by side.",
            )
        return {voice.id: voice for voice in found if voice}

    def fetch(self, file: CollectionFile, part: Path, progress: Progress) -> None:
        source = self.folder / file.path
        part.parent.mkdir(parents=True, exist_ok=True)
        download.check_room(part.parent, file.expected.size, source.name)
        try:
            stream = source.open("rb")
        except OSError as reason:
            raise BuildError(f"{source} can't be read: {reason.strerror}.") from reason
        with stream:
            try:
                with part.open("wb") as target:
                    while chunk := stream.read(_CHUNK):
                        target.write(chunk)
                        progress(target.tell())
            except OSError as reason:
                raise download.no_write(part, reason) from reason
        found = download.unlike(part, file.expected)
        if found:
            download.drop(part)
            raise BuildError(f"{source} is not the file that the list promises: {found}.")


def parse(data: bytes, place: str) -> dict[str, Listed]:
    """The voices of a voices.json; entries that are not as they should be are left out.

    Raises:
        BuildError: it is no such list, or has no voice.
    """
    try:
        listed = json.loads(data)
    except ValueError as reason:
        raise BuildError(f"{place} is not JSON: {reason}.", "Is the --source right?") from reason
    entries = listed.items() if isinstance(listed, dict) else ()
    found = {}
    for voice_id, entry in entries:
        try:
            found[_nfc(voice_id)] = _voice(_nfc(voice_id), entry)
        except (KeyError, TypeError, ValueError):
            continue
    if not found:
        raise BuildError(f"{place} lists no Piper voices.", "Is the --source right?")
    return found


def choose(wanted: Iterable[str], listed: Mapping[str, Listed]) -> list[Listed]:
    """The voices of these ids or aliases, each once, in order.

    Raises:
        BuildError: one is unknown, with those that are near.
    """
    aliases = {alias: voice for voice in listed.values() for alias in voice.aliases}
    chosen: dict[str, Listed] = {}
    for name in map(_nfc, wanted):
        voice = listed.get(name) or aliases.get(name)
        if voice is None:
            raise unknown(name, [*listed, *aliases])
        chosen[voice.id] = voice
    return list(chosen.values())


def unknown(name: str, known: Iterable[str]) -> BuildError:
    """The error for a voice that nobody knows, with what may have been meant."""
    names = {one.casefold(): one for one in known}
    near = [names[one] for one in names if name.casefold() in one]
    near += [
        names[one] for one in difflib.get_close_matches(name.casefold(), names, n=5, cutoff=0.6)
    ]
    shown = list(dict.fromkeys(near))[:8]
    hint = f"Meant was perhaps: {', '.join(shown)}." if shown else "build.py voice list shows all."
    return BuildError(f"There is no voice {name!r}.", hint)


def _voice(voice_id: str, entry: Any) -> Listed:
    """Raises KeyError, TypeError, ValueError."""
    if not voices.VOICE_ID.fullmatch(voice_id):
        raise ValueError(voice_id)
    language = entry["language"]
    files = {
        _kind(path): CollectionFile(_inside(path), _expected(file))
        for path, file in entry["files"].items()
    }
    return Listed(
        id=voice_id,
        language=str(language.get("name_english") or language["code"]),
        country=str(language.get("country_english") or ""),
        code=str(language["code"]),
        quality=str(entry["quality"]),
        speakers=int(entry.get("num_speakers", 1)),
        model=files["model"],
        config=files["config"],
        card=files.get("card"),
        aliases=tuple(str(alias) for alias in entry.get("aliases", ())),
    )


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    if name.endswith(".onnx"):
        return "model"
    if name.endswith(".onnx.json"):
        return "config"
    return "card" if name in _CARDS or name.endswith(voices.CARD_SUFFIX) else name


def _inside(path: str) -> str:
    """The path if it stays in the collection's folder."""
    if "\\" in path or path.startswith("/") or ".." in PurePosixPath(path).parts:
        raise ValueError(path)
    return path


def _expected(file: Any) -> Expected:
    size, md5 = file["size_bytes"], file["md5_digest"]
    if not isinstance(size, int) or size < 0 or not _MD5.fullmatch(md5):
        raise ValueError(file)
    return Expected(size, md5)


def _beside(model: Path) -> Listed | None:
    """A voice of a flat folder; None when it lacks its JSON or is not named like one."""
    config = model.with_name(f"{model.name}.json")
    voice_id = _nfc(model.stem)
    if not config.is_file() or not voices.VOICE_ID.fullmatch(voice_id):
        return None
    card = model.with_name(model.stem + voices.CARD_SUFFIX)
    code, _, quality = voice_id.split("-")
    try:
        speakers = int(json.loads(config.read_text("utf-8")).get("num_speakers", 1))
    except (OSError, ValueError, TypeError, AttributeError):
        speakers = 1  # what is wrong with it is said when it is added
    model_file, config_file, card_file = (
        CollectionFile(path.name, _measured(path)) if path.is_file() else None
        for path in (model, config, card)
    )
    assert model_file and config_file
    return Listed(voice_id, code, "", code, quality, speakers, model_file, config_file, card_file)


def _measured(path: Path) -> Expected:
    md5 = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            md5.update(chunk)
    return Expected(path.stat().st_size, md5.hexdigest())


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
