"""The bytes of a first visit, as they are and as a compressing host sends them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable

from tests.bench.lab import HEARD, Lab
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH, FIRST
from tests.e2e.answers import Hit
from tests.e2e.server import StaticSite

_OWN = "bench/"
_VOICES = "models/piper/"
_MEGA = 1e6


def measure(lab: Lab) -> Section:
    section = Section("first-visit", "Bytes of a first visit")
    site = lab.site()
    with lab.profile() as profile:
        visit = profile.visit(site.url, say=(FIRST, {"voiceId": ENGLISH}))
        visit.call("() => bench.opened.then(() => bench.first)")
        visit.settled()
        visit.page.wait_for_load_state("networkidle")
    hits = [hit for hit in site.hits() if hit.method == "GET"]
    heard = next((i for i, hit in enumerate(hits) if hit.path == HEARD), len(hits))
    packers = _packers()
    for what, found in (("until the first sound", hits[:heard]), ("whole visit", hits)):
        paths = sorted({_name(hit) for hit in found if not hit.path.startswith(_OWN)})
        shell = [path for path in paths if not path.startswith(_VOICES)]
        _size(section, site, f"{what}, without voices", shell, packers)
        _size(section, site, f"{what}, with voices", paths, packers)
    manifest = json.loads((lab.dist / "files.json").read_text(encoding="utf-8"))
    needed = [e["path"] for e in manifest["files"] if e["when"] in {"shell", "engine"}]
    _size(section, site, "files.json: shell and engine", needed, packers)
    _again(section, hits)
    section.notes.append(
        "Each file once; what does not shrink (fonts, pictures, zips) is counted as it is. "
        "1 MB is 1,000,000 bytes. A host that does not compress sends the raw bytes."
    )
    return section


def _name(hit: Hit) -> str:
    return hit.path + "index.html" if hit.path == "" or hit.path.endswith("/") else hit.path


def _packers() -> dict[str, Callable[[bytes], bytes]]:
    found: dict[str, Callable[[bytes], bytes]] = {
        "gzip -9": lambda data: zlib.compress(data, 9, 31),
    }
    try:
        import brotli  # type: ignore[import-not-found]
    except ImportError:
        return found
    return {**found, "brotli -11": brotli.compress}


_packed: dict[tuple[str, str], int] = {}


def _size(
    section: Section,
    site: StaticSite,
    name: str,
    paths: Iterable[str],
    packers: dict[str, Callable[[bytes], bytes]],
) -> None:
    files = {path: data for path in paths if (data := site.read(path)) is not None}
    raw = sum(map(len, files.values()))
    section.add(f"{name}: raw", [raw / _MEGA], unit="MB", note=f"{len(files)} files")
    target = "at most 12 MB" if "without" in name else ""
    for packer, pack in packers.items():
        for path, data in files.items():
            if (packer, path) not in _packed:
                _packed[packer, path] = min(len(data), len(pack(data)))
        total = sum(_packed[packer, path] for path in files)
        section.add(f"{name}: {packer}", [total / _MEGA], unit="MB", target=target)


def _again(section: Section, hits: list[Hit]) -> None:
    """What was sent more than once in a whole visit."""
    sent: dict[str, list[int]] = {}
    for hit in hits:
        if not hit.path.startswith(_OWN) and hit.sent:
            sent.setdefault(_name(hit), []).append(hit.sent)
    twice = {path: sizes for path, sizes in sent.items() if len(sizes) > 1}
    surplus = sum(sum(sizes) - max(sizes) for sizes in twice.values())
    largest = sorted(twice, key=lambda path: -sum(twice[path]))[:3]
    note = f"{len(twice)} files: {', '.join(largest)}" if twice else ""
    section.add("sent more than once, raw", [surplus / _MEGA], unit="MB", note=note)
