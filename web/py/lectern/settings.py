"""The one settings table: every number that may be changed, with its bounds.

Sizes are bytes, times are seconds, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from lectern.errors import BadOption

MIB = 1024 * 1024


def _number(default: float, low: float, high: float) -> float:
    return field(default=default, metadata={"low": low, "high": high})


def _count(default: int, low: int, high: int) -> int:
    return field(default=default, metadata={"low": low, "high": high})


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
    memory_cache_bytes: int = _count(200 * MIB, 0, 2048 * MIB)
    memory_cache_entries: int = _count(2000, 0, 100_000)
    memory_cache_seconds: float = _number(2 * 3600.0, 0.0, 7 * 86400.0)
    disk_cache_bytes: int = _count(512 * MIB, 0, 64 * 1024 * MIB)
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
        changed: dict[str, int | float] = {}
        for name, value in (values or {}).items():
            entry = known.get(name)
            if entry is None:
                raise BadOption(f"There is no setting {name!r}; known are: {', '.join(known)}.")
            low, high = entry.metadata["low"], entry.metadata["high"]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise BadOption(f"The setting {name} must be a number, not {value!r}.")
            if not low <= value <= high:
                raise BadOption(f"The setting {name} must lie between {low} and {high}.")
            changed[name] = int(value) if isinstance(entry.default, int) else float(value)
        return replace(cls(), **changed)  # type: ignore[arg-type]
