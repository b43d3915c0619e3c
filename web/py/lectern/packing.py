"""How a sentence's sound is kept: which codec, whether that is worth it, and whether it is whole.

What a codec can't do, another one does: Opus, then lossless, then the sound as it is. One that
does not answer rests for a while; nothing here ever raises.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from lectern.beginnings import beginning
from lectern.errors import LecternError
from lectern.metrics import Metrics
from lectern.ports import AudioCodecs, Clock, KeptAudio, StoredAudio
from lectern.settings import Settings

log = logging.getLogger("lectern")

_Work = Callable[[AudioCodecs], Awaitable[bytes | None]]

PLAIN, LOSSLESS, OPUS = "pcm", "lossless", "opus"

#: What a record costs by itself: sound of less than this is kept as it is.
_TOO_SMALL = 4096
#: A codec that saves less than this share is not worth its time.
_GAIN = 0.1
#: Sound of these rates reaches Opus's 48 kHz by a short table of filters.
_OPUS_RATES = frozenset((8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000))
#: Bits a second up to 16 kHz and above: ten times smaller than 16-bit sound at either, and no
#: less than 24 kb/s.
_NARROW, _WIDE = 24_000, 28_000
#: No sentence has more samples: ten minutes at 48 kHz.
_MOST_SAMPLES = 28_800_000
#: Seconds of sound for which a codec may take a second more than ``settings.store_timeout``.
_PACE = 4.0


def seal(entry: KeptAudio) -> str:
    """What ``entry.check`` must be: SHA-256 over the data and everything it is played by."""
    about = [entry.codec, entry.sample_rate, entry.samples, entry.words]
    return "sha256:" + hashlib.sha256(json.dumps(about).encode() + entry.data).hexdigest()


def is_whole(entry: KeptAudio) -> bool:
    """Whether a record that was read back is what was written."""
    if not (1000 <= entry.sample_rate <= 192_000 and 0 <= entry.samples <= _MOST_SAMPLES):
        return False
    if entry.codec == PLAIN and len(entry.data) != 2 * entry.samples:
        return False
    if entry.codec == PLAIN and entry.check.startswith("crc32:"):  # of version 1
        return entry.check == f"crc32:{zlib.crc32(entry.data)}"
    return entry.codec in (PLAIN, LOSSLESS, OPUS) and entry.check == seal(entry)


class Packer:
    """Sound into records and back.

    Args:
        codecs: None: there are none.
    """

    def __init__(
        self, codecs: AudioCodecs | None, *, settings: Settings, clock: Clock, metrics: Metrics
    ) -> None:
        self._codecs = codecs
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._resting: dict[str, float] = {}  # codec and direction -> until when
        self._told: set[str] = set()  # codecs whose failure was said

    async def pack(self, audio: StoredAudio, voice_id: str) -> KeptAudio:
        """The smallest record that is worth its making."""
        samples, rate = len(audio.pcm) // 2, audio.sample_rate
        created = round(self._clock.time() * 1000)
        plain = KeptAudio(audio.pcm, PLAIN, rate, samples, audio.words, "", voice_id, created)
        for codec in self._wanted(audio):
            packed = await self._encoded(codec, plain)
            if packed is not None and len(packed) <= (1 - _GAIN) * len(audio.pcm):
                return _sealed(replace(plain, codec=codec, data=packed))
        return _sealed(plain)

    async def unpack(self, kept: KeptAudio, *, waiting: bool = False) -> StoredAudio | None:
        """The sound, or with ``waiting`` a beginning of it where all of it would take long.

        None when it can't be had: there is no such codec here (any more), or it failed.
        """
        limit = beginning(kept.samples, kept.sample_rate) if waiting else kept.samples
        pcm = kept.data if kept.codec == PLAIN else await self._decoded(kept, limit)
        if pcm is None or not 2 * limit <= len(pcm) <= 2 * kept.samples:
            return None
        missing = kept.samples - len(pcm) // 2
        return StoredAudio(pcm, kept.sample_rate, kept.words, zlib.crc32(pcm), missing)

    def _wanted(self, audio: StoredAudio) -> list[str]:
        """Codecs to try for it, the best first."""
        if len(audio.pcm) < _TOO_SMALL or self._settings.compression == "none":
            return []
        if self._settings.compression == "auto" and audio.sample_rate in _OPUS_RATES:
            return [OPUS, LOSSLESS]
        return [LOSSLESS]

    async def _encoded(self, codec: str, plain: KeptAudio) -> bytes | None:
        bitrate = _NARROW if plain.sample_rate <= 16_000 else _WIDE
        return await self._try(
            codec,
            "encode",
            plain,
            lambda it: it.encode(codec, plain.data, plain.sample_rate, bitrate),
        )

    async def _decoded(self, kept: KeptAudio, limit: int) -> bytes | None:
        codec, data, rate, samples = kept.codec, kept.data, kept.sample_rate, kept.samples
        return await self._try(
            codec, "decode", kept, lambda it: it.decode(codec, data, rate, samples, limit)
        )

    async def _try(self, codec: str, way: str, kept: KeptAudio, work: _Work) -> bytes | None:
        rests_until = self._resting.get(f"{codec} {way}", float("-inf"))
        if self._codecs is None or self._clock.monotonic() < rests_until:
            return None
        patience = self._settings.store_timeout + kept.samples / kept.sample_rate / _PACE
        try:
            found = await asyncio.wait_for(work(self._codecs), patience)
        except (LecternError, TimeoutError) as error:
            self._metrics.count(f"codec.failed.{codec}")
            if isinstance(error, TimeoutError):
                rest = self._settings.store_retry_after
                self._resting[f"{codec} {way}"] = self._clock.monotonic() + rest
            if codec not in self._told:
                reason = str(error) or "it did not answer in time"
                log.warning("A sentence is not kept as %s, but without it: %s", codec, reason)
            self._told.add(codec)
            return None
        self._told.discard(codec)
        return found


def _sealed(kept: KeptAudio) -> KeptAudio:
    return replace(kept, check=seal(kept))
