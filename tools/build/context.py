"""What every job gets: the folders, the hashes and the stamps of this checkout."""

from __future__ import annotations

from dataclasses import dataclass

from tools.build.hashing import HashCache
from tools.build.paths import LAYOUT, Layout
from tools.build.stamps import Stamps


@dataclass(frozen=True, slots=True)
class Context:
    layout: Layout
    hashes: HashCache
    stamps: Stamps

    @classmethod
    def of(cls, layout: Layout = LAYOUT) -> Context:
        hashes = HashCache(layout.state / "hashes.json")
        return cls(layout, hashes, Stamps(layout.state / "stamps", hashes))
