"""The published tier: sound that whoever hosts the folder made ahead (``build.py pack``).

::

    audio/index.json                     the documents that there are, with marks of their sentences
    audio/documents/TEXT-HASH.json       a document's manifest: key -> file, samples, words
    audio/ab/abcdef….opus                a sentence's sound, named by its own SHA-256

No server is ever asked whether it has a sentence. The build says which index there is; the index
holds marks (hashes of some sentences' texts), and a text of which a sentence is marked has its
document's manifest fetched, once; what is in no manifest is not published. Each file is checked
against the hash that the one before it names, back to the build's own.

A tier that fails is left alone for ``settings.store_retry_after`` seconds; speech goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import unicodedata
import zlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lectern.beginnings import Rests, beginning
from lectern.errors import LecternError, StoreError, TooLarge
from lectern.jsonchecks import parse
from lectern.metrics import Metrics
from lectern.ports import Clock, PublishedFiles, StoredAudio, WordRows
from lectern.settings import Settings
from lectern.singleflight import SingleFlight

log = logging.getLogger("lectern")

T = TypeVar("T")

FOLDER = "audio/"
INDEX = "index.json"
DOCUMENTS = "documents/"
#: Raise it when a file's shape changes: others are then not read.
FORMAT = 1
#: Of the sentences of a document these are marked: the first ones, then each of so many.
MARKED_FIRST, MARKED_EACH = 4, 16

#: Bytes; larger files are not taken.
_MOST_INDEX, _MOST_MANIFEST, _MOST_SOUND = 16 << 20, 64 << 20, 8 << 20
_MOST_DOCUMENTS = 20_000
#: Sentences whose places are remembered; the documents that were opened first go first.
_MOST_SENTENCES = 100_000
_MOST_SAMPLES = 192_000 * 1200
_MOST_WORDS = 4000
#: Seconds that a sentence waits for its file: then the model speaks, which may be a longer wait.
_PATIENCE = 5.0
#: Seconds for a manifest, which may be long; after ``_PATIENCE`` nobody waits for it.
_MANIFEST_PATIENCE = 60.0
#: Seconds: a host that has just failed is not asked again at once, whatever the settings.
_LEAST_REST = 1.0
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_MARK = re.compile(r"[0-9a-f]{12}\Z")
_MANIFEST = re.compile(rf"{DOCUMENTS}[0-9a-f]{{64}}-[0-9a-f]{{16}}\.json\Z")


def mark(text: str) -> str:
    """What a sentence is known by in the index: 48 bits of its text's hash. Texts that differ in
    white space or Unicode composition alone share it, as they share their sound."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def marks_of(sentences: Sequence[str], *, each: int = MARKED_EACH) -> list[str]:
    """The marks that stand for a document, each once. A text that shares a page with it, from
    wherever it was copied, has one of them."""
    chosen = [*sentences[:MARKED_FIRST], *sentences[MARKED_FIRST::each]]
    return list(dict.fromkeys(mark(text) for text in chosen))


def sound_path(sha256: str) -> str:
    """Where a sound lies in the folder ``audio``."""
    return f"{sha256[:2]}/{sha256}.opus"


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the index. ``marks``: see ``marks_of``."""

    path: str
    sha256: str
    bytes: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """One sentence in a manifest; ``words`` as ``StoredAudio`` has them."""

    sha256: str
    bytes: int
    samples: int
    sample_rate: int
    words: WordRows


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that was fetched, and what was decoded of it."""

    data: bytes
    entry: StoredAudio


class Unreadable(Exception):
    """A file that is not what ``build.py pack`` writes."""


def read_index(text: str) -> list[Listed]:
    """The documents of an index.json.

    Raises:
        Unreadable: it is none.
    """
    rows = _rows(parse(text), "documents", _MOST_DOCUMENTS)
    return [_listed(row) for row in rows]


def read_manifest(text: str) -> dict[str, Sound]:
    """``key -> Sound`` of a document's manifest.

    Raises:
        Unreadable: it is none.
    """
    data = parse(text)
    rows = _rows(data, "sentences", _MOST_SENTENCES)
    assert isinstance(data, Mapping)
    rate = data.get("sampleRate")
    if not isinstance(rate, int) or not _whole(rate, 1000, 192_000):
        raise Unreadable("A manifest's sample rate is none.")
    return dict(_sentence(row, rate) for row in rows)


def _rows(data: object, name: str, most: int) -> list[object]:
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise Unreadable("It is of another format.")
    rows = data.get(name)
    if not isinstance(rows, list) or len(rows) > most:
        raise Unreadable(f"Its {name} are no list of at most {most}.")
    return rows


def _listed(row: object) -> Listed:
    if not isinstance(row, Mapping):
        raise Unreadable("A document is no object.")
    path, sha256, size, marks = (row.get(n) for n in ("manifest", "sha256", "bytes", "marks"))
    if not isinstance(path, str) or not _MANIFEST.match(path):
        raise Unreadable("A document's manifest has another name than it may have.")
    if not isinstance(sha256, str) or not _HASH.match(sha256):
        raise Unreadable("A document's hash is none.")
    if not isinstance(size, int) or not _whole(size, 1, _MOST_MANIFEST):
        raise Unreadable("A document's size is none.")
    if not isinstance(marks, list) or len(marks) > _MOST_SENTENCES:
        raise Unreadable("A document's marks are no list.")
    if not all(isinstance(one, str) and _MARK.match(one) for one in marks):
        raise Unreadable("A mark is none.")
    return Listed(path, sha256, size, tuple(marks))


def _sentence(row: object, rate: int) -> tuple[str, Sound]:
    if not isinstance(row, list) or len(row) != 5:
        raise Unreadable("A sentence is no row of five.")
    key, sha256, size, samples, words = row
    for value in (key, sha256):
        if not isinstance(value, str) or not _HASH.match(value):
            raise Unreadable("A sentence's key or hash is none.")
    if not _whole(size, 1, _MOST_SOUND) or not _whole(samples, 1, _MOST_SAMPLES):
        raise Unreadable("A sentence's size or length is none.")
    return key, Sound(sha256, size, samples, rate, _words(words, samples))


def _words(flat: object, samples: int) -> WordRows:
    if not isinstance(flat, list) or len(flat) % 3 or len(flat) > 3 * _MOST_WORDS:
        raise Unreadable("A sentence's words are no rows of three.")
    if not all(_whole(value, 0, samples) for value in flat):
        raise Unreadable("A word lies outside of its sentence.")
    rows = tuple((flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3))
    if any(first + length > samples for _, first, length in rows):
        raise Unreadable("A word lies outside of its sentence.")
    return rows


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


class PublishedTier:
    """``key -> StoredAudio`` of what is published. Nothing of it ever raises.

    Args:
        index: SHA-256 of the index that this build has, "" where nothing is published.
        background: starts a coroutine that never raises.
    """

    def __init__(
        self,
        files: PublishedFiles,
        *,
        index: str,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        background: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self._files = files
        self._index = index
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._background = background
        #: Mark -> documents; None until the index is here.
        self._marks: dict[str, list[Listed]] | None = None
        self._wanted: dict[str, Listed] = {}  # by path: to be loaded
        self._loaded: OrderedDict[str, frozenset[str]] = OrderedDict()  # path -> keys
        self._sounds: dict[str, Sound] = {}
        #: Files that are not what they should be: they are not asked for again.
        self._spoilt: set[str] = set()
        self._unmarked: list[str] = []  # marks that came before the index
        self._loading: SingleFlight[str, None] = SingleFlight(to_the_end=True)
        self._fetching: SingleFlight[tuple[str, bool], _Found | None] = SingleFlight()
        self._rests = Rests()
        self._retry_at = float("-inf")
        self._said = False
        #: What was looked up took so long that nobody waits for it until it has come once.
        self._late = False

    @property
    def _on(self) -> bool:
        return bool(self._index) and self._settings.published_cache

    def seen(self, sentences: Iterable[str]) -> None:
        """Somebody opens a text with these sentences: what is published of it is looked up."""
        if not self._on:
            return
        found = [mark(text) for text in sentences]
        if self._marks is None:
            self._unmarked = (self._unmarked + found)[-10_000:]
        else:
            self._want(found)
        if self._marks is None or self._wanted:
            self._background(self._looked_up())

    async def holds(self, sentences: Sequence[str], keys: Sequence[str]) -> bool:
        """Whether of the text with these sentences all the sounds that ``keys`` name are
        published; not where that is not known soon."""
        if not self._on or not keys:
            return False
        self.seen(sentences)
        await self._known_soon()
        return all(key in self._sounds for key in keys)

    async def _known_soon(self) -> None:
        """Wait for what is looked up; nobody waits twice for what does not come."""
        if self._late:
            self._background(self._looked_up())
            return
        try:
            await asyncio.wait_for(self._looked_up(), _PATIENCE)
        except TimeoutError:
            self._late = True

    async def get(self, key: str, *, waiting: bool = False) -> StoredAudio | None:
        """The sentence's sound, where it is published and can be had; with ``waiting`` perhaps a
        beginning of it: then ``rest`` has all."""
        if not self._on:
            return None
        if key not in self._sounds:
            await self._known_soon()
        sound = self._sounds.get(key)
        if sound is None or sound.sha256 in self._spoilt:
            self._metrics.count("cache.published.miss")
            return None
        found = None
        if not self.resting:
            found = await self._fetching.do(
                (key, waiting), lambda: self._guarded(self._sound(sound, waiting), _PATIENCE)
            )
        self._metrics.count(f"cache.published.{'hit' if found else 'miss'}")
        if found is None:
            return None
        if found.entry.missing:
            # Not sooner: the beginning leaves first.
            data = found.data
            self._rests.expect(
                key, lambda: self._guarded(self._decoded(sound, data, sound.samples), _PATIENCE)
            )
        return found.entry

    async def rest(self, key: str) -> StoredAudio | None:
        """All of a sentence whose beginning ``get`` gave lately; None else."""
        return await self._rests.get(key)

    def clear(self) -> None:
        """Forget sound; what there is and where stays known."""
        self._rests.clear()

    # -- what there is -----------------------------------------------------------------

    def _want(self, marks: Iterable[str]) -> None:
        for one in marks:
            for listed in (self._marks or {}).get(one, ()):
                if listed.path not in self._loaded and listed.sha256 not in self._spoilt:
                    self._wanted[listed.path] = listed

    async def _looked_up(self) -> None:
        """Until the index and the manifests that are wanted are here, or can't be had now."""
        while not self.resting and (self._marks is None or self._wanted):
            await self._loading.do("", lambda: self._guarded(self._load(), _MANIFEST_PATIENCE))

    async def _load(self) -> None:
        await self._load_wanted()
        self._said = False
        self._late = False

    async def _load_wanted(self) -> None:
        """The index, then what is wanted of it."""
        if self._marks is None:
            if not await self._files.decodes():
                self._index = ""
                log.info("This browser can't decode Opus: what is published is made here.")
                self._marks = {}
                return
            text = await self._text(FOLDER + INDEX, self._index, _MOST_INDEX)
            marks: dict[str, list[Listed]] = {}
            for listed in read_index(text):
                for one in listed.marks:
                    marks.setdefault(one, []).append(listed)
            self._marks = marks
            self._want(self._unmarked)
            self._unmarked = []
        for path, listed in list(self._wanted.items()):
            try:
                sounds = read_manifest(await self._text(FOLDER + path, listed.sha256, listed.bytes))
            except Unreadable:
                self._spoilt.add(listed.sha256)
                self._wanted.pop(path, None)
                raise
            self._add(path, sounds)
            self._wanted.pop(path, None)

    def _add(self, path: str, sounds: Mapping[str, Sound]) -> None:
        self._sounds.update(sounds)
        self._loaded[path] = frozenset(sounds)
        while len(self._sounds) > _MOST_SENTENCES and len(self._loaded) > 1:
            _, keys = self._loaded.popitem(last=False)
            kept: set[str] = set().union(*self._loaded.values())
            for key in keys - kept:
                self._sounds.pop(key, None)

    async def _text(self, path: str, sha256: str, limit: int) -> str:
        data = await self._checked(path, sha256, limit)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{path} is no text.") from error

    # -- sound ---------------------------------------------------------------------------

    async def _sound(self, sound: Sound, waiting: bool) -> _Found:
        started = self._clock.monotonic()
        limit = beginning(sound.samples, sound.sample_rate) if waiting else sound.samples
        try:
            path = FOLDER + sound_path(sound.sha256)
            data = await self._checked(path, sound.sha256, sound.bytes)
        except Unreadable:
            self._spoilt.add(sound.sha256)
            raise
        entry = await self._decoded(sound, data, limit)
        self._metrics.observe("cache.published.read", self._clock.monotonic() - started)
        return _Found(data, entry)

    async def _decoded(self, sound: Sound, data: bytes, limit: int) -> StoredAudio:
        """The first ``limit`` samples of it."""
        try:
            pcm = await self._files.decode(data, sound.sample_rate, sound.samples, limit)
        except StoreError as error:
            self._spoilt.add(sound.sha256)
            raise Unreadable(str(error)) from error
        if len(pcm) != 2 * limit:
            self._spoilt.add(sound.sha256)
            raise Unreadable("A published sentence has another length than its manifest says.")
        missing = sound.samples - limit
        if not missing:
            self._said = False
        return StoredAudio(pcm, sound.sample_rate, sound.words, zlib.crc32(pcm), missing)

    async def _checked(self, path: str, sha256: str, limit: int) -> bytes:
        """The file whose hash this is; at the second attempt from behind the HTTP cache, which
        may hold a body that was cut short."""
        for fresh in (False, True):
            try:
                data = await self._files.fetch(path, limit, fresh=fresh)
            except TooLarge:
                continue
            if hashlib.sha256(data).hexdigest() == sha256:
                return data
        raise Unreadable(f"{path} is not the file that was published.")

    # -- faults ----------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Whether nothing is fetched for a while since that failed."""
        return self._clock.monotonic() < self._retry_at

    async def _guarded(self, work: Coroutine[object, object, T], patience: float) -> T | None:
        """The work's result; None after a failure, which is counted, and said once."""
        try:
            return await asyncio.wait_for(work, patience)
        except (LecternError, Unreadable, TimeoutError) as error:
            self._metrics.count("cache.published.failed")
            if not isinstance(error, Unreadable) or self._marks is None:
                self._retry_at = self._clock.monotonic() + max(
                    _LEAST_REST, self._settings.store_retry_after
                )
            if not self._said:
                self._said = True
                reason = str(error) or "it did not come in time"
                log.warning("Published sound can't be had, the voice speaks itself: %s", reason)
            return None
