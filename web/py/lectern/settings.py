"""The one settings table: everything that may be changed, with its bounds.

Sizes are bytes, times are seconds, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lectern.errors import BadOption

MIB = 1024 * 1024


def _number(default: float, low: float, high: float) -> float:
    return field(default=default, metadata={"low": low, "high": high})


def _count(default: int, low: int, high: int) -> int:
    return field(default=default, metadata={"low": low, "high": high})


def _choice(default: str, *others: str) -> str:
    return field(default=default, metadata={"choices": (default, *others)})


def _flag(default: bool) -> bool:
    return field(default=default)


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults of everything. ``Settings.from_json`` checks what a user changed."""

    #: Sentences longer than this are cut at clauses, then at words (UTF-16 units).
    max_sentence_chars: int = _count(800, 40, 4000)
    #: Estimated memory that loaded sessions may hold together.
    session_budget: int = _count(300 * MIB, MIB, 4096 * MIB)
    #: Memory a session may cost, as a multiple of its model file. A guess on the safe side: a
    #: second voice of 63 MB was seen to add 91 MB at rest, and a run needs more.
    session_cost: float = _number(2.4, 1.0, 10.0)
    #: Each tier of the audio cache can be switched off; what it holds stays.
    memory_cache: bool = _flag(True)
    disk_cache: bool = _flag(True)
    published_cache: bool = _flag(True)
    memory_cache_bytes: int = _count(200 * MIB, 0, 2048 * MIB)
    memory_cache_entries: int = _count(2000, 0, 100_000)
    memory_cache_seconds: float = _number(2 * 3600.0, 0.0, 7 * 86400.0)
    disk_cache_bytes: int = _count(512 * MIB, 0, 64 * 1024 * MIB)
    #: Of the browser's quota for this origin.
    disk_cache_share: float = _number(0.2, 0.0, 1.0)
    #: What nobody has heard for so long leaves the disk.
    disk_cache_seconds: float = _number(90 * 86400.0, 0.0, 3650 * 86400.0)
    #: "auto": Opus where that is worth it and can be had; "lossless"; "none".
    compression: str = _choice("auto", "lossless", "none")
    #: Files of voices that are larger are not installed: Piper's largest have 120 MB.
    max_voice_bytes: int = _count(250 * MIB, MIB, 2048 * MIB)
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
            changed[name] = _checked(name, value, entry.default, entry.metadata)
        return replace(cls(), **changed)  # type: ignore[arg-type]


def _checked(
    name: str, value: object, default: object, bounds: Mapping[str, Any]
) -> bool | int | float | str:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise BadOption(f"The setting {name} must be true or false, not {value!r}.")
        return value
    if isinstance(default, str):
        if value not in bounds["choices"]:
            known = ", ".join(bounds["choices"])
            raise BadOption(f"The setting {name} must be one of {known}, not {value!r}.")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOption(f"The setting {name} must be a number, not {value!r}.")
    if not bounds["low"] <= value <= bounds["high"]:
        raise BadOption(
            f"The setting {name} must lie between {bounds['low']} and {bounds['high']}."
        )
    return int(value) if isinstance(default, int) else float(value)
