"""A sentence that the site has published: its first samples, from a host on this machine."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH, sentences
from tests.e2e.server import StaticSite
from tests.packed import packed_dist

_SENTENCES = 20
_OPTIONS = {"voiceId": ENGLISH}
#: The text is opened, as a reader's page opens it, and its first sentence is heard.
_OPEN = """async ([text, options]) => {
  for await (const piece of lectern.stream(text, options)) return piece.source;
}"""


def measure(lab: Lab) -> Section:
    section = Section("published", f"A published sentence, {_SENTENCES} sentences")
    texts = list(itertools.islice(sentences(), 5000, 5000 + _SENTENCES * 17, 17))
    with tempfile.TemporaryDirectory(prefix="lectern-packed-") as folder:
        dist, _ = packed_dist(Path(folder), "\n\n".join(texts), ENGLISH)
        section.add("16-bit sound : Opus", [saving(dist / "audio")], unit="x", target="at least 9")
        site = lab.serve(StaticSite(dist))
        with lab.profile() as profile:
            visit = profile.visit(site.url)
            visit.ready()
            visit.call(_OPEN, ["\n\n".join(texts), _OPTIONS])
            first = visit.traces()[-1]
            pairs = []
            for text in texts[1:]:
                request = visit.fetch(text, **_OPTIONS)
                pairs.append((request, visit.traces()[-1]))
            visit.close()
    found = [pair for pair in pairs if pair[0]["source"] == "published"]
    if len(found) < len(pairs):
        section.notes.append(f"{len(pairs) - len(found)} sentences were not published.")
    if first["source"] == "published":
        section.add("the very first, index and manifest included", [first["total"]])
    python = [trace["total"] for _, trace in found]
    section.add("first samples, in Python", python, target="under 50 ms")
    section.add("first samples, in Python, 90th percentile", python, show="p90")
    section.add(
        "first samples, round trip at the page",
        [request["answered"] - request["asked"] for request, _ in found],
    )
    section.notes.append(
        "Its beginning: the file fetched and checked as a whole, the first 0.3 s decoded and "
        "resampled; the rest follows. Index and manifest were there. No model is loaded."
    )
    return section


def saving(audio: Path) -> float:
    """How many times smaller the packed sound is than 16-bit samples."""
    index = json.loads((audio / "index.json").read_text("utf-8"))
    packed = plain = 0
    for listed in index["documents"]:
        manifest = json.loads((audio / listed["manifest"]).read_text("utf-8"))
        for _, _, size, samples, _ in manifest["sentences"]:
            packed += size
            plain += 2 * samples
    return plain / packed if packed else 0.0
