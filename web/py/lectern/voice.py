"""A Piper voice's ``ID.onnx.json``, checked, and what can be asked of the voice."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lectern.catalogue import CatalogueEntry, language_tag, parse_catalogue, parse_speakers
from lectern.errors import BadOption, UnknownSpeaker, VoiceReason, VoiceUnreadable
from lectern.jsonchecks import Checked

__all__ = ["CatalogueEntry", "Scales", "VoiceConfig", "language_tag", "parse_catalogue"]

#: Marks that every sentence's ids are made with.
PAD, START, END = "_", "^", "$"

DEFAULT_HOP_LENGTH = 256
_LENGTH_RANGE = (0.1, 10.0)
_NOISE_RANGE = (0.0, 2.0)
_MAX_SYMBOLS = 1_000_000
_HEX = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Scales:
    """What a run is scaled with: noise of the sound, length (1 = the voice's own), noise of
    the durations."""

    noise: float
    length: float
    noise_w: float


@dataclass(frozen=True, slots=True)
class VoiceConfig:
    """A voice as its JSON describes it; every value is in range.

    ``phoneme_id_map`` gives the ids of a phoneme, ``phoneme_map`` other phonemes to say in
    place of one. ``symbols`` is how many phoneme ids there are. ``hop_length`` is samples per
    frame of the durations. ``identity`` is what caches know the voice by.
    """

    id: str
    name: str
    language: str  # BCP 47
    quality: str
    sample_rate: int
    espeak_voice: str
    phoneme_type: str  # "espeak" | "text"
    phoneme_id_map: Mapping[str, tuple[int, ...]]
    phoneme_map: Mapping[str, tuple[str, ...]]
    symbols: int
    num_speakers: int
    speaker_id_map: Mapping[str, int]
    noise_scale: float
    length_scale: float
    noise_w: float
    hop_length: int
    model_sha256: str
    config_sha256: str
    identity: str

    @classmethod
    def from_json(
        cls, voice_id: str, data: object, *, model_sha256: str, config_sha256: str
    ) -> VoiceConfig:
        """Check ``data``, the parsed JSON of a voice, and keep what is needed of it.

        Raises:
            VoiceUnreadable: it is not the JSON of a voice; the message says what is wrong.
        """
        what = f"The file {voice_id}.onnx.json"
        for digest in (model_sha256, config_sha256):
            if not isinstance(digest, str) or not _HEX.match(digest):
                raise VoiceUnreadable(
                    f"The voice {voice_id} has no valid SHA-256; build the folder anew."
                )
        top = Checked(data, what)
        audio, inference = top.part("audio"), top.part("inference")
        phoneme_type = top.text("phoneme_type", "espeak")
        if phoneme_type == "pinyin":
            raise VoiceUnreadable(
                f"The voice {voice_id} needs a Chinese phonemizer (pinyin) that Lectern does not "
                "have. Choose a voice that speaks through espeak-ng.",
                VoiceReason.CHINESE,
            )
        if phoneme_type not in ("espeak", "text"):
            raise top.unreadable("phoneme_type", "espeak or text", phoneme_type)
        espeak_voice = top.part("espeak").text("voice", "" if phoneme_type == "text" else None)
        if phoneme_type == "espeak" and not re.fullmatch(r"[A-Za-z0-9_+-]{1,64}", espeak_voice):
            raise top.unreadable("espeak.voice", "the name of an espeak voice", espeak_voice)
        num_symbols = top.whole("num_symbols", 1, _MAX_SYMBOLS, _MAX_SYMBOLS)
        id_map = _id_map(top, num_symbols)
        used = 1 + max(max(ids) for ids in id_map.values())
        num_speakers = top.whole("num_speakers", 1, 100_000, 1)
        parts = (voice_id.split("-", 1)[-1] + "-").split("-")
        return cls(
            id=voice_id,
            name=parts[0] or voice_id,
            language=_language(top, voice_id, espeak_voice),
            quality=audio.text("quality", parts[1] if len(parts) > 1 else ""),
            sample_rate=audio.whole("sample_rate", 1000, 192_000),
            espeak_voice=espeak_voice,
            phoneme_type=phoneme_type,
            phoneme_id_map=id_map,
            phoneme_map=_phoneme_map(top),
            symbols=num_symbols if top.has("num_symbols") else used,
            num_speakers=num_speakers,
            speaker_id_map=MappingProxyType(dict(parse_speakers(top, num_speakers))),
            noise_scale=inference.number("noise_scale", *_NOISE_RANGE, default=0.667),
            length_scale=inference.number("length_scale", *_LENGTH_RANGE, default=1.0),
            noise_w=inference.number("noise_w", *_NOISE_RANGE, default=0.8),
            hop_length=top.whole("hop_length", 1, 1_000_000, DEFAULT_HOP_LENGTH),
            model_sha256=model_sha256,
            config_sha256=config_sha256,
            identity=hashlib.sha256(f"{model_sha256}\n{config_sha256}".encode()).hexdigest(),
        )

    def speaker(self, name_or_number: str | int | None) -> int | None:
        """The speaker's number for the model; None for a voice with one speaker.

        Names win over numbers written as text. None means the first speaker.

        Raises:
            UnknownSpeaker: with the speakers that there are.
        """
        number = self._speaker_number(name_or_number)
        if number is None or not 0 <= number < self.num_speakers:
            raise UnknownSpeaker(
                f"The voice {self.id} has no speaker {name_or_number!r}. {self._known_speakers()}"
            )
        return number if self.num_speakers > 1 else None

    def scales(
        self,
        length_scale: float | None = None,
        noise_scale: float | None = None,
        noise_w: float | None = None,
    ) -> Scales:
        """The voice's own scales with what is given in their place.

        Raises:
            BadOption: a scale is no number or out of its range.
        """
        return Scales(
            noise=_scale("noiseScale", noise_scale, self.noise_scale, _NOISE_RANGE),
            length=_scale("lengthScale", length_scale, self.length_scale, _LENGTH_RANGE),
            noise_w=_scale("noiseW", noise_w, self.noise_w, _NOISE_RANGE),
        )

    def _speaker_number(self, wanted: str | int | None) -> int | None:
        if wanted is None:
            return 0
        if isinstance(wanted, bool):
            return None
        if isinstance(wanted, int):
            return wanted
        if not isinstance(wanted, str):
            return None
        if wanted in self.speaker_id_map:
            return self.speaker_id_map[wanted]
        return int(wanted) if re.fullmatch(r"[0-9]{1,6}", wanted) else None

    def _known_speakers(self) -> str:
        if self.num_speakers == 1:
            return "It has only one: leave the speaker out."
        numbers = f"Speakers are the numbers 0 to {self.num_speakers - 1}"
        names = list(self.speaker_id_map)
        if not names:
            return f"{numbers}."
        more = f" and {len(names) - 20} more" if len(names) > 20 else ""
        return f"{numbers}, by name: {', '.join(names[:20])}{more}."


def _scale(name: str, wanted: float | None, default: float, allowed: tuple[float, float]) -> float:
    if wanted is None:
        return default
    low, high = allowed
    fits = isinstance(wanted, int | float) and not isinstance(wanted, bool)
    if not fits or not low <= wanted <= high:  # NaN is not in it either
        shown = repr(wanted) if fits and abs(wanted) < 1e9 else "what was given"
        raise BadOption(f"{name} must be a number between {low:g} and {high:g}, not {shown}.")
    return float(wanted)


def _language(top: Checked, voice_id: str, espeak_voice: str) -> str:
    own = top.part("language").text("code", "")
    for code in (own, voice_id.split("-", maxsplit=1)[0], espeak_voice):
        tag = language_tag(code)
        if tag:
            return tag
    return "und"


def _id_map(top: Checked, num_symbols: int) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    entries = top.part("phoneme_id_map")
    for symbol, ids in entries.items():
        if not isinstance(ids, list) or not 1 <= len(ids) <= 16:
            raise entries.unreadable(f"phoneme_id_map.{ascii(symbol)[:20]}", "a list of ids", ids)
        checked = tuple(entries.check_whole(i, symbol, 0, num_symbols - 1) for i in ids)
        found[unicodedata.normalize("NFD", symbol)] = checked
    missing = [mark for mark in (PAD, START, END) if mark not in found]
    if missing or len(found) < 4:
        raise top.unreadable(
            "phoneme_id_map", f"a map with the marks {' '.join((PAD, START, END))}", "one without"
        )
    return MappingProxyType(found)


def _phoneme_map(top: Checked) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    entries = top.part("phoneme_map")
    for phoneme, others in entries.items():
        listed = [others] if isinstance(others, str) else others
        if not isinstance(listed, list) or not all(isinstance(other, str) for other in listed):
            raise entries.unreadable(f"phoneme_map.{ascii(phoneme)[:20]}", "phonemes", others)
        joined = unicodedata.normalize("NFD", "".join(listed))
        found[unicodedata.normalize("NFD", phoneme)] = tuple(joined)
    return MappingProxyType(found)
