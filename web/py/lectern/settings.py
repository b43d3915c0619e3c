"""The one settings table: everything that may be changed, with its bounds.

Sizes are bytes, times are seconds, unless a name says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lectern.errors import BadOption

MIB = 1024 * 1024


#: ``later``: a change counts from the worker's next start on.
_LATER = {"later": True}


def _number(default: float, low: float, high: float, *, later: bool = False) -> float:
    return field(default=default, metadata={"low": low, "high": high, "later": later})


def _count(default: int, low: int, high: int, *, later: bool = False) -> int:
    return field(default=default, metadata={"low": low, "high": high, "later": later})


def _choice(default: str, *others: str, later: bool = False) -> str:
    return field(default=default, metadata={"choices": (default, *others), "later": later})


def _name(default: str) -> str:
    return field(default=default, metadata={"pattern": PREFIX_PATTERN, **_LATER})


def _flag(default: bool) -> bool:
    return field(default=default)


#: A part of a database's name; "" for none.
PREFIX_PATTERN = r"(?:[a-z0-9][a-z0-9-]{0,39})?"


#: Sentences are never longer, whatever the settings (UTF-16 units).
MOST_SENTENCE_CHARS = 4000


@dataclass(slots=True)
class Settings:
    """Defaults of everything. ``Settings.from_json`` checks what a user changed.

    One object lives as long as its worker: whoever holds it sees what ``become`` changes.
    """

    #: Sentences longer than this are cut at clauses, then at words (UTF-16 units).
    max_sentence_chars: int = _count(800, 40, MOST_SENTENCE_CHARS)
    #: Estimated memory that loaded sessions may hold together.
    session_budget: int = _count(300 * MIB, MIB, 4096 * MIB, later=True)
    #: Memory a session may cost, as a multiple of its model file. A guess on the safe side: a
    #: second voice of 63 MB was seen to add 91 MB at rest, and a run needs more.
    session_cost: float = _number(2.4, 1.0, 10.0, later=True)
    #: The audio cache as a whole; each of its tiers can be switched off by itself as well. What
    #: is switched off is neither asked nor written; what it holds on the disk stays.
    audio_cache: bool = _flag(True)
    memory_cache: bool = _flag(True)
    disk_cache: bool = _flag(True)
    published_cache: bool = _flag(True)
    #: Who shares an origin with another Lectern gives its audio a name: neither finds nor clears
    #: what the other keeps on the disk.
    prefix: str = _name("")
    memory_cache_bytes: int = _count(200 * MIB, 0, 2048 * MIB)
    memory_cache_entries: int = _count(2000, 0, 100_000)
    memory_cache_seconds: float = _number(2 * 3600.0, 0.0, 7 * 86400.0)
    disk_cache_bytes: int = _count(512 * MIB, 0, 64 * 1024 * MIB)
    #: Of the browser's quota for this origin.
    disk_cache_share: float = _number(0.2, 0.0, 0.2)
    #: What nobody has heard for so long leaves the disk.
    disk_cache_seconds: float = _number(90 * 86400.0, 0.0, 3650 * 86400.0)
    #: "auto": Opus where that is worth it and can be had; "lossless"; "none".
    compression: str = _choice("auto", "lossless", "none")
    #: When the voice that was used last is loaded: "eager" at the start, text or not; "hybrid" is
    #: begun beside the start, and made ready when there is a text, or pointer or keyboard come
    #: near Play; "lazy" at the first Play.
    start: str = _choice("hybrid", "eager", "lazy", later=True)
    #: Short sentences that are heard often are counted in this browser, and made ready.
    remember_phrases: bool = _flag(True)
    #: Files of voices that are larger are not installed: Piper's largest have 120 MB.
    max_voice_bytes: int = _count(250 * MIB, MIB, 2048 * MIB, later=True)
    #: A durable store that has not answered by then is skipped for a while.
    store_timeout: float = _number(2.0, 0.05, 60.0)
    store_retry_after: float = _number(30.0, 0.0, 3600.0)
    #: Silence after a sentence and after a paragraph.
    sentence_silence: float = _number(0.2, 0.0, 10.0)
    paragraph_silence: float = _number(0.5, 0.0, 10.0)
    #: After a heading, and before one.
    heading_silence: float = _number(0.7, 0.0, 10.0)
    section_silence: float = _number(1.0, 0.0, 10.0)
    #: Between the items of a list and the rows of a table; after a line of verse.
    item_silence: float = _number(0.35, 0.0, 10.0)
    line_silence: float = _number(0.3, 0.0, 10.0)

    def effective(self) -> Settings:
        """As they act: a cache that is switched off has no tier that is on."""
        on = self.audio_cache
        return replace(
            self,
            memory_cache=on and self.memory_cache,
            disk_cache=on and self.disk_cache,
            published_cache=on and self.published_cache,
        )

    def become(self, other: Settings) -> None:
        """Take over everything that ``other`` says."""
        for entry in fields(self):
            setattr(self, entry.name, getattr(other, entry.name))

    @classmethod
    def from_json(cls, values: Mapping[str, object] | None) -> Settings:
        """Defaults with ``values`` over them.

        Raises:
            BadOption: an unknown name, a wrong type or a value out of its bounds.
        """
        known = {f.name: f for f in fields(cls)}
        changed: dict[str, bool | int | float | str] = {}
        for name, value in (values or {}).items():
            entry = known.get(name)
            if entry is None:
                raise BadOption(f"There is no setting {name!r}; known are: {', '.join(known)}.")
            changed[name] = checked(name, value, entry.default, entry.metadata)
        return replace(cls(), **changed)  # type: ignore[arg-type]


def checked(
    name: str, value: object, default: object, bounds: Mapping[str, Any]
) -> bool | int | float | str:
    """``value``, of the type that ``default`` has.

    Args:
        name: how a message calls it.
        bounds: the field's metadata.

    Raises:
        BadOption: a wrong type or a value out of its bounds.
    """
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise BadOption(f"The setting {name} must be true or false, not {short(value)}.")
        return value
    if isinstance(default, str) and "pattern" in bounds:
        if not isinstance(value, str) or not re.fullmatch(bounds["pattern"], value):
            raise BadOption(
                f"The setting {name} must be small letters, digits and dashes, 40 at most, "
                f"not {short(value)}."
            )
        return value
    if isinstance(default, str):
        if value not in bounds["choices"]:
            known = ", ".join(bounds["choices"])
            raise BadOption(f"The setting {name} must be one of {known}, not {short(value)}.")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOption(f"The setting {name} must be a number, not {short(value)}.")
    if not bounds["low"] <= value <= bounds["high"]:
        raise BadOption(
            f"The setting {name} must lie between {bounds['low']} and {bounds['high']}."
        )
    return int(value) if isinstance(default, int) else float(value)


def short(value: object) -> str:
    """A value for a message, however long it is."""
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."
