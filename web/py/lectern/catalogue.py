"""voices.json, the catalogue of voices, in Piper's own format."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lectern.errors import VoiceUnreadable
from lectern.jsonchecks import Checked

#: The sample rates that Piper trains each quality with.
_RATES = {"x_low": 16000, "low": 16000, "medium": 22050, "high": 22050}
_ID = re.compile(r"[^\W_][\w.+-]{0,127}\Z")  # letters of any script: pt_PT-tugão-medium
#: XX and ZZ are regions of nobody: whoever writes them means no voice of the collection.
_PIPER_ID = re.compile(r"[a-z]{2,3}_(?!XX|ZZ)[A-Z]{2}-\w+-(?:x_low|low|medium|high)\Z")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
#: Characters of a licence's name; what is longer is no name.
MOST_LICENSE = 120
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A voice as the catalogue names it.

    ``speakers`` are names and numbers, by number; ``bytes`` is model and JSON together.
    ``source`` says where its files are: "folder", "browser", or "collection" for none yet.
    """

    id: str
    name: str
    language: str  # BCP 47
    quality: str
    sample_rate: int
    speakers: tuple[tuple[str, int], ...]
    bytes: int
    model_sha256: str | None
    config_sha256: str | None
    source: str = "folder"
    license: str = ""  # as its MODEL_CARD says it; "" where nobody has looked

    def info(self, *, installed: bool = True) -> dict[str, object]:
        """protocol.js's VoiceInfo."""
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "quality": self.quality,
            "sampleRate": self.sample_rate,
            "speakers": [{"id": number, "name": name} for name, number in self.speakers],
            "bytes": self.bytes,
            "installed": installed,
            "source": self.source,
            **({"license": self.license} if self.license else {}),
        }


def parse_catalogue(data: object, *, source: str = "folder") -> list[CatalogueEntry]:
    """The voices of a parsed voices.json, in its order; entries that are bad are left out.

    Raises:
        VoiceUnreadable: ``data`` is no JSON object.
    """
    found: list[CatalogueEntry] = []
    for voice_id, value in Checked(data, "The catalogue voices.json").items():
        try:
            voice = Checked(value, f"The voice {ascii(voice_id)[:60]}")
            found.append(_entry(voice_id, voice, source))
        except VoiceUnreadable:
            continue
    return found


def parse_speakers(voice: Checked, num_speakers: int) -> list[tuple[str, int]]:
    """Names and numbers of a voice's speakers, by number.

    Raises:
        VoiceUnreadable: a number is not one of the voice's.
    """
    listed = voice.part("speaker_id_map")
    named = [
        (name, listed.check_whole(number, name, 0, num_speakers - 1))
        for name, number in listed.items()
    ]
    if not named and num_speakers > 1:
        return [(str(number), number) for number in range(num_speakers)]
    return sorted(named, key=lambda speaker: speaker[1])


def language_tag(code: str) -> str:
    """``en_US`` as BCP 47 writes it, ``en-US``; "" when it is no language code."""
    parts = code.replace("_", "-").split("-")
    if not _TAG.match("-".join(parts)):
        return ""
    return "-".join([parts[0].lower()] + [p.upper() if len(p) == 2 else p for p in parts[1:]])


def is_voice_id(name: str) -> bool:
    """Whether a voice may be called so: nothing in it leads out of a folder."""
    return _ID.match(name) is not None


def looks_like_piper(voice_id: str) -> bool:
    """Whether the collection may have a voice of this name: ``en_US-amy-medium``."""
    return _PIPER_ID.match(voice_id) is not None


def _entry(voice_id: str, voice: Checked, source: str) -> CatalogueEntry:
    if not is_voice_id(voice_id):
        raise voice.unreadable("the id", "letters, digits, - and _", voice_id)
    language = language_tag(voice.part("language").text("code"))
    if not language:
        raise voice.unreadable("language.code", "a language", "none")
    quality = voice.text("quality", "")
    num_speakers = voice.whole("num_speakers", 1, 100_000, 1)
    size, model, config = _files(voice_id, voice)
    return CatalogueEntry(
        id=voice_id,
        name=voice.text("name", voice_id.split("-")[1] if "-" in voice_id else voice_id),
        language=language,
        quality=quality,
        sample_rate=voice.whole("sample_rate", 1000, 192_000, _RATES.get(quality, 22050)),
        speakers=tuple(parse_speakers(voice, num_speakers)),
        bytes=size,
        model_sha256=model,
        config_sha256=config,
        source=source,
        license=voice.text("license", "")[:MOST_LICENSE],
    )


def _files(voice_id: str, voice: Checked) -> tuple[int, str | None, str | None]:
    """Bytes of the voice's two files, and the SHA-256 of the model and of the JSON."""
    files = voice.part("files")
    size = 0
    digests: dict[str, str | None] = {}
    for path, _ in files.items():
        name = path.rsplit("/", 1)[-1]
        if name not in (f"{voice_id}.onnx", f"{voice_id}.onnx.json"):
            continue
        file = files.part(path)
        size += file.whole("size_bytes", 0, 2**40, 0)
        digest = file.text("sha256", "").lower()
        digests[name] = digest if _HEX.match(digest) else None
    if f"{voice_id}.onnx" not in digests:
        raise voice.unreadable("files", f"a list with {voice_id}.onnx", "one without")
    return size, digests[f"{voice_id}.onnx"], digests.get(f"{voice_id}.onnx.json")
