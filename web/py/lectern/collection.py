"""Piper's collection of voices: its voices.json, its addresses, and who may be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin, urlsplit

from lectern.catalogue import MOST_LICENSE, CatalogueEntry, parse_catalogue
from lectern.errors import (
    BadOption,
    LecternError,
    NetworkError,
    TooLarge,
    UnknownVoice,
    VoiceNotInstalled,
)
from lectern.jsonchecks import Checked, parse
from lectern.ports import Clock
from lectern.retrying import Retry, Sleep, refuse
from lectern.singleflight import SingleFlight
from lectern.voice_ports import CARD, CONFIG, MODEL, Downloads

#: Bytes: the real list has a quarter of one megabyte, a card two kilobytes.
_MOST_LIST = 16 * 1024 * 1024
_MOST_CARD = 256 * 1024
MOST_CONFIG = 4 * 1024 * 1024
#: Seconds that the list is taken for what it is.
_FRESH = 3600.0
_MD5 = re.compile(r"[0-9a-f]{32}\Z")
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[^/\\\0]+\Z")
#: As the build reads it (``tools/build/voices.py``): a unit test compares.
_LICENSE = re.compile(r"^[\s*+-]*licen[cs]es?\s*:[ \t]*(\S.*?)\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the collection, as voices.json promises it."""

    url: str
    size: int
    md5: str  # lower-case hex


@dataclass(frozen=True, slots=True)
class Offer:
    """A voice that may be installed; ``card`` is None where the collection names none."""

    entry: CatalogueEntry
    model: RemoteFile
    config: RemoteFile
    card: RemoteFile | None
    sample: str  # address of a recording of the first speaker

    @property
    def bytes(self) -> int:
        """All that has to be fetched."""
        return self.model.size + self.config.size + (self.card.size if self.card else 0)


class Collection:
    """The collection as the build names it.

    Args:
        source: absolute address of the folder of voices.json; "" where the build has none.
        origins: whom the build allows to be asked, as a CSP writes them (``https://*.host``).
    """

    def __init__(
        self,
        downloads: Downloads,
        clock: Clock,
        *,
        source: str,
        origins: Sequence[str],
        sleep: Sleep,
    ) -> None:
        self._downloads = downloads
        self._clock = clock
        self._sleep = sleep
        self._source = source.rstrip("/")
        self._origins = tuple(origins)
        self._offers: dict[str, Offer] = {}
        self._aliases: dict[str, str] = {}
        self._fetched = -_FRESH
        self._fetching: SingleFlight[str, None] = SingleFlight()

    @property
    def there(self) -> bool:
        """Whether the build names a collection."""
        return bool(self._source)

    async def offers(self) -> list[Offer]:
        """All voices, in the collection's order: asks the network when that is long ago.

        Raises:
            BadOption: the build names no collection.
            NetworkError, VoiceUnreadable.
        """
        if self._clock.monotonic() - self._fetched >= _FRESH or not self._offers:
            await self._fetching.do("", self._fetch)
        return list(self._offers.values())

    async def offer(self, voice_id: str) -> Offer:
        """Raises UnknownVoice, and what ``offers`` does."""
        await self.offers()
        found = self._offers.get(self._aliases.get(voice_id, voice_id))
        if found is None:
            raise UnknownVoice(f"The collection has no voice {voice_id!r}.")
        return found

    async def card(self, offer: Offer) -> str:
        """The voice's MODEL_CARD; "" where it has none. Raises NetworkError."""
        if offer.card is None:
            return ""
        try:
            return (await self._get(offer.card.url, _MOST_CARD)).decode("utf-8", "replace")
        except (VoiceNotInstalled, TooLarge):
            return ""

    def check(self, url: str) -> None:
        """Raises BadOption for an address that the build does not allow."""
        if not any(_matches(origin, url) for origin in self._origins):
            host = urlsplit(url).netloc or url[:60]
            raise BadOption(
                f"This build of Lectern does not fetch voices from {host}. "
                "Build it with that origin, or install the voice from its files."
            )

    async def _fetch(self) -> None:
        if not self._source:
            raise BadOption(
                "This build of Lectern names no collection of voices. "
                "Install a voice from its two files instead."
            )
        listing = await self._get(f"{self._source}/voices.json", _MOST_LIST)
        data = parse(listing.decode("utf-8", "replace"))
        offers = parse_collection(data, self._source)
        self._offers = {offer.entry.id: offer for offer in offers}
        self._aliases = parse_aliases(data, self._offers)
        self._fetched = self._clock.monotonic()

    async def _get(self, url: str, limit: int) -> bytes:
        self.check(url)
        retry = Retry(self._sleep)
        while True:
            try:
                return await self._get_once(url, limit)
            except NetworkError as error:
                await retry.after(error)

    async def _get_once(self, url: str, limit: int) -> bytes:
        answer = await self._downloads.open(url)
        try:
            self.check(answer.url)
            refuse(answer)
            return await self._downloads.data(answer.id, limit)
        finally:
            await self._downloads.close(answer.id)


def parse_collection(data: object, source: str) -> list[Offer]:
    """What a parsed voices.json offers; voices that can't be fetched whole are left out.

    Raises:
        VoiceUnreadable: ``data`` is no JSON object.
    """
    found: list[Offer] = []
    listing = Checked(data, "The collection's voices.json")
    entries = {entry.id: entry for entry in parse_catalogue(data, source="collection")}
    for voice_id, value in listing.items():
        entry = entries.get(voice_id)
        if entry is None or not isinstance(value, Mapping):
            continue
        try:
            offer = _offer(entry, Checked(value, f"The voice {voice_id}"), source)
        except LecternError:
            continue
        if offer is not None:
            found.append(offer)
    return found


def parse_aliases(data: object, offers: Mapping[str, Offer]) -> dict[str, str]:
    """Earlier names of voices. Nothing is an alias that is a voice's own name."""
    found: dict[str, str] = {}
    for voice_id in offers:
        value = data.get(voice_id) if isinstance(data, Mapping) else None
        aliases = value.get("aliases") if isinstance(value, Mapping) else None
        for alias in aliases if isinstance(aliases, list) else ():
            if isinstance(alias, str) and alias not in offers:
                found[alias] = voice_id
    return found


def license_of(card: str) -> str:
    """The licence that a MODEL_CARD names, in its words; several with ``;`` between, of the
    recordings and of the model, say. "" where it names none."""
    found = dict.fromkeys(match[1] for match in _LICENSE.finditer(card))
    return "; ".join(found)[:MOST_LICENSE]


def _offer(entry: CatalogueEntry, voice: Checked, source: str) -> Offer | None:
    files = voice.part("files")
    found: dict[str, RemoteFile] = {}
    folder = ""
    for path, _ in files.items():
        name = path.rpartition("/")[2]
        kind = {f"{entry.id}.onnx": MODEL, f"{entry.id}.onnx.json": CONFIG}.get(name, name)
        if kind not in (MODEL, CONFIG, CARD) or not _is_path(path):
            continue
        file = files.part(path)
        md5 = file.text("md5_digest", "").lower()
        if not _MD5.match(md5):
            continue
        url = f"{source}/{quote(path)}"
        most = {MODEL: 2**40, CONFIG: MOST_CONFIG, CARD: _MOST_CARD}[kind]
        found[kind] = RemoteFile(url, file.whole("size_bytes", 1, most), md5)
        if kind == MODEL:
            folder = url.rpartition("/")[0]
    if MODEL not in found or CONFIG not in found:
        return None
    size = found[MODEL].size + found[CONFIG].size
    return Offer(
        entry=replace(entry, bytes=size),
        model=found[MODEL],
        config=found[CONFIG],
        card=found.get(CARD),
        sample=urljoin(f"{folder}/", "samples/speaker_0.mp3"),
    )


def _is_path(path: str) -> bool:
    return all(_SEGMENT.match(segment) for segment in path.split("/"))


def _matches(origin: str, url: str) -> bool:
    """Whether ``url`` is of an origin as a CSP writes it: ``*.`` stands for any subdomain."""
    allowed, asked = urlsplit(origin), urlsplit(url)
    try:
        same_port = _port(allowed.port, allowed.scheme) == _port(asked.port, asked.scheme)
    except ValueError:
        return False
    if allowed.scheme != asked.scheme or not same_port or not asked.hostname:
        return False
    host = allowed.hostname or ""
    if host.startswith("*."):
        return asked.hostname.endswith(host[1:]) and len(asked.hostname) > len(host) - 1
    return host == asked.hostname


def _port(port: int | None, scheme: str) -> int | None:
    return port or {"https": 443, "http": 80}.get(scheme)
