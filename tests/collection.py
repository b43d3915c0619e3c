"""A local server that behaves like the real collection of Piper voices, with faults to order.

Two origins, as there: the *front* has ``voices.json`` and the small files and answers for
models with a 302 to a signed address on the *files* origin. Both know Range, If-Range, ETag
and CORS; the front echoes the page's origin, the files origin says ``*`` (after a redirect
across origins a browser sends ``Origin: null``). Neither answers a CORS preflight unless
``preflight`` is set: a page must do with headers that need none (``Range: bytes=N-`` does).

    with CollectionServer() as collection:
        collection.url                                    # what voices.source is set to
        collection.origins                                # what voices.origins is set to
        path = collection.path("fr_FR-copie-x_low")       # .onnx; "config" and "card" too
        collection.fault(path, Cut(1000), times=1)        # faults of tests/e2e/faults.py
        collection.requests(path), collection.sent(path)  # what was asked, bytes that left
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from tests.collection_http import MOUNT, Asked, Hop, NoRange, Order, Origin
from tests.e2e.faults import Fault, Hold
from tools.build import dist
from tools.build.context import Context
from tools.build.voice_settings import VoiceSettings

__all__ = ["Asked", "CollectionServer", "CollectionVoice", "NoRange", "default_voices"]

ROOT = Path(__file__).resolve().parent.parent
BUILT_IN = ROOT / "public" / "models" / "piper"
#: Voices that other tests bring along: every ``ID.onnx`` with its JSON in here is served.
FIXTURES = ROOT / "tests" / "tiny_voice"
#: The built-in voices under other names, as if they were of the collection.
COPIES = {"en_US-copy-x_low": "en_US-rms-x_low", "fr_FR-copie-x_low": "fr_FR-pico-x_low"}

_NO_NAMES = {"name_native": "", "name_english": "", "country_english": ""}
_LANGUAGES = {
    "en_US": {
        "name_native": "English",
        "name_english": "English",
        "country_english": "United States",
    },
    "fr_FR": {"name_native": "Français", "name_english": "French", "country_english": "France"},
}

Kind = Literal["model", "config", "card"]


@dataclass(frozen=True)
class CollectionVoice:
    """One voice as the collection has it: ``model`` and ``config`` are the files' bytes."""

    id: str
    model: bytes
    config: bytes
    licence: str = "CC BY 4.0"
    aliases: tuple[str, ...] = ()
    card: str = ""

    @property
    def folder(self) -> str:
        code, name, quality = self.id.split("-")
        return f"{code.split('_')[0]}/{code}/{name}/{quality}"

    def files(self) -> dict[str, bytes]:
        """Path in the collection -> bytes."""
        return {
            f"{self.folder}/{self.id}.onnx": self.model,
            f"{self.folder}/{self.id}.onnx.json": self.config,
            f"{self.folder}/MODEL_CARD": self.card_text().encode(),
        }

    def card_text(self) -> str:
        if self.card:
            return self.card
        code, name, quality = self.id.split("-")
        config = json.loads(self.config)
        return (
            f"# Model card for {name} ({quality})\n\n"
            f"* Language: {code}\n* Speakers: {config.get('num_speakers', 1)}\n"
            f"* Quality: {quality}\n* Samplerate: {config['audio']['sample_rate']:,}Hz\n\n"
            f"## Dataset\n\n* URL: see the project\n* License: {self.licence}\n\n"
            "## Training\n\nTrained from scratch.\n"
        )

    def entry(self) -> dict[str, Any]:
        """The voice's entry in voices.json, with the real one's fields and no others."""
        code, name, quality = self.id.split("-")
        config = json.loads(self.config)
        family, region = code.split("_")
        language = {**_LANGUAGES.get(code, _NO_NAMES), **config.get("language", {})}
        return {
            "key": self.id,
            "name": name,
            "language": {**language, "code": code, "family": family, "region": region},
            "quality": quality,
            "num_speakers": config.get("num_speakers", 1),
            "speaker_id_map": config.get("speaker_id_map", {}),
            "files": {
                path: {
                    "size_bytes": len(data),
                    "md5_digest": hashlib.md5(data, usedforsecurity=False).hexdigest(),
                }
                for path, data in self.files().items()
            },
            "aliases": list(self.aliases),
        }


def default_voices() -> list[CollectionVoice]:
    """The built-in voices renamed, then the fixtures' under their own names."""
    found = []
    for voice_id, original in COPIES.items():
        model = BUILT_IN / f"{original}.onnx"
        config = model.with_name(f"{model.name}.json").read_bytes()
        alias = voice_id.replace("_US", "").replace("_FR", "")
        found.append(CollectionVoice(voice_id, model.read_bytes(), config, aliases=(alias,)))
    for model in sorted(FIXTURES.glob("*-*-*.onnx")):
        config = model.with_name(f"{model.name}.json").read_bytes()
        found.append(CollectionVoice(model.stem, model.read_bytes(), config, licence="CC0"))
    return found


@dataclass
class _State:
    """What both origins share, under one lock."""

    files: dict[str, bytes] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)  # by SHA-256
    orders: dict[tuple[Hop, str], list[Order]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class CollectionServer:
    """The collection on two ports of 127.0.0.1; a context manager that starts and stops it.

    Args:
        voices: what it has; ``default_voices()`` when left out.
        redirect: send models by way of the second origin, as the real one does.
        preflight: answer CORS preflights (for headers such as If-Range) with leave.
    """

    def __init__(
        self,
        voices: Iterable[CollectionVoice] | None = None,
        *,
        redirect: bool = True,
        preflight: bool = False,
    ) -> None:
        self.redirect = redirect
        self.preflight = preflight
        self.voices: dict[str, CollectionVoice] = {}
        self._state = _State()
        self._servers: dict[Hop, Origin] = {}
        self._ports: dict[Hop, int] = {"front": 0, "files": 0}
        for voice in default_voices() if voices is None else voices:
            self.add(voice)

    # -- its life ---------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after a ``stop()`` on the same ports as before."""
        for hop in self._ports:
            if hop not in self._servers:
                server = Origin(self, hop, self._ports[hop])
                self._ports[hop] = server.server_address[1]
                self._servers[hop] = server

    def stop(self) -> None:
        """Refuse connections and cut those that are open; held answers are let go."""
        for hold in self._state.holds:
            hold.release()
        servers, self._servers = self._servers, {}
        for server in servers.values():
            server.end()

    # -- addresses --------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base of the collection without a final slash: the setting ``voices.source``."""
        return self.origin_of("front") + MOUNT.rstrip("/")

    @property
    def origins(self) -> list[str]:
        """Both origins: the setting ``voices.origins``."""
        return [self.origin_of("front"), self.origin_of("files")]

    def origin_of(self, hop: Hop) -> str:
        return f"http://127.0.0.1:{self._ports[hop]}"

    def path(self, voice_id: str, kind: Kind = "model") -> str:
        """A voice's file as voices.json names it."""
        voice = self.voices[voice_id]
        return list(voice.files())[("model", "config", "card").index(kind)]

    # -- what it serves -----------------------------------------------------------

    def add(self, voice: CollectionVoice) -> None:
        """Have a voice, and its entry in voices.json."""
        self.voices[voice.id] = voice
        for path, data in voice.files().items():
            self.put(path, data)
        self.put("voices.json", self.catalogue_bytes())

    def catalogue(self) -> dict[str, Any]:
        """voices.json, parsed."""
        return {voice_id: voice.entry() for voice_id, voice in sorted(self.voices.items())}

    def catalogue_bytes(self) -> bytes:
        return json.dumps(self.catalogue(), indent=4, ensure_ascii=False).encode()

    def put(self, path: str, data: bytes) -> None:
        """Serve other bytes at ``path``, with another ETag; voices.json keeps the old hash."""
        self._state.files[path] = data
        self._state.paths[hashlib.sha256(data).hexdigest()] = path

    def remove(self, path: str) -> None:
        """Serve 404 for ``path``."""
        self._state.files.pop(path, None)

    def read(self, path: str) -> bytes | None:
        return self._state.files.get(path)

    def by_hash(self, digest: str) -> str | None:
        """The path whose bytes have this SHA-256: what a signed address is made of."""
        return self._state.paths.get(digest)

    def is_redirected(self, path: str) -> bool:
        return self.redirect and path.endswith((".onnx", ".mp3"))

    def write_to(self, folder: Path, *, flat: bool = False) -> Path:
        """The collection as a folder; ``flat``: only ID.onnx and ID.onnx.json, side by side."""
        for path, data in self._state.files.items():
            if flat and not path.endswith((".onnx", ".onnx.json")):
                continue
            target = folder / (path.rpartition("/")[2] if flat else path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder

    def make_dist(self, into: Path) -> Path:
        """The app of this checkout with this collection as its source, in ``into``.

        What is vendored has to be there (``build.py build``); it is quick, also again.
        """
        ctx = Context.of()
        try:
            return dist.make(ctx, into=into, settings=VoiceSettings(self.url, tuple(self.origins)))
        finally:
            ctx.hashes.save()

    # -- faults -------------------------------------------------------------------

    def fault(
        self,
        path: str,
        fault: Fault | NoRange,
        *,
        times: int | None = None,
        hop: Hop | None = None,
    ) -> None:
        """Make the next ``times`` requests of ``path`` go wrong (all of them when None).

        Orders for one path queue up. ``Cut(after)`` counts the bytes of that one answer, also
        of a 206; ``Flip`` and ``Replace`` keep the ETag, as damage on the way does. ``hop``:
        where; by default where the file's bytes come from.
        """
        where = hop or ("files" if self.is_redirected(path) else "front")
        with self._state.lock:
            if isinstance(fault, Hold):
                self._state.holds.append(fault)
            self._state.orders.setdefault((where, path), []).append(Order(fault, times))

    def hold(self, path: str, *, times: int | None = 1) -> Hold:
        """Hold requests of ``path`` back until the result's ``release()``."""
        hold = Hold()
        self.fault(path, hold, times=times)
        return hold

    def heal(self) -> None:
        """Take back every fault."""
        with self._state.lock:
            self._state.orders.clear()

    def take_fault(self, hop: Hop, path: str) -> Fault | NoRange | None:
        """For the handler: the fault of this request, counted down."""
        with self._state.lock:
            queue = self._state.orders.get((hop, path))
            if not queue:
                return None
            first = queue[0]
            if first.times is not None:
                first.times -= 1
                if first.times <= 0:
                    queue.pop(0)
            return first.fault

    # -- what was asked -------------------------------------------------------------

    def log(self, asked: Asked) -> None:
        with self._state.lock:
            self._state.asked.append(asked)

    def requests(self, path: str | None = None, *, hop: Hop | None = None) -> list[Asked]:
        """The requests so far, oldest first; one by way of a redirect is two."""
        with self._state.lock:
            return [
                asked
                for asked in self._state.asked
                if (path is None or asked.path == path) and (hop is None or asked.hop == hop)
            ]

    def sent(self, path: str) -> int:
        """Bytes of this file that left so far, all answers together."""
        return sum(asked.sent for asked in self.requests(path) if asked.status in (200, 206))

    def forget(self) -> None:
        """Empty the log."""
        with self._state.lock:
            self._state.asked.clear()
