"""Lectern, its peers and native onnxruntime: one voice, one browser, in turn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from playwright.sync_api import Error, Page

from tests.bench.comparison import Comparison, Row
from tests.bench.copies import Copies
from tests.bench.extras import peer_packages
from tests.bench.lab import BLANK, Lab, Profile, Visit
from tests.bench.measure import Measure, Section
from tests.bench.peers.native import Native
from tests.bench.peers.programs import VOICES, LecternPage, PeerPage, Program, Said, peers
from tests.bench.peers.wasm_memory import wasm_memory
from tests.bench.tasks import TaskTrace
from tests.bench.texts import long_text, sentences

_SHORT = range(56, 65)  # characters
_PARAGRAPH = 400
_LONG = 5000
#: A peer needs half a minute on a quiet machine, minutes on another.
_LONG_PATIENCE = 300.0
_MOST_LONG = 2
#: Ours takes a fraction of a second, and one alone says little.
_LEAST_LONG = 6
#: Visits before the page is opened for the measurement, and milliseconds that each lasts on: V8
#: writes compiled code two seconds after the last function was compiled.
_VISITS = 2
_CODE_KEPT = 3000
_MEGA = 1e6

Values = dict[str, list[float]]


def measure(lab: Lab) -> Section:
    section = Section("peers", "Lectern and others: the same voice, text, browser and threads")
    with compared(lab, section) as rounds:
        rounds.run()
        rounds.memory()
        rounds.long()
        rounds.too_long()
    return section


@contextmanager
def compared(lab: Lab, section: Section) -> Iterator[Rounds]:
    """Everybody has been here before, in one browser."""
    lab.partial = section
    copies = Copies(lab.voice())
    packages = peer_packages()
    lectern = LecternPage(lab, copies, lab.threads)
    others = peers(lab, copies, packages, lab.threads)
    names = [lectern.name, *(program.name for program in others)]
    comparison = section.comparison = Comparison([*names, Native.name])
    section.notes += _notes(copies, lab.threads)
    texts = _Texts()
    with lab.profile("peers", args=("--js-flags=--expose-gc",)) as profile:
        _visit_first(profile, lectern, others, texts)
        yield Rounds(lab, profile, section, comparison, lectern, others, copies, texts)


def _notes(copies: Copies, threads: int) -> list[str]:
    size = len(copies.model) / _MEGA
    return [
        f"The voice: {copies.path.name}, {size:.1f} MB; {threads} threads each, wasm. First sound "
        "is when the first samples are there for the page: Lectern's first piece of `stream()`, "
        "of the others the finished WAV, which still has to be decoded and played. Native has "
        "its phonemes given and makes whole sentences.",
        "Lectern's page is the whole app, each peer's an empty one with its module, which says the "
        "text at once. What peers fetch from hosts of others came from this machine, kept by "
        "the browser as those hosts ask. vits-web makes a new session for every text. Before the "
        f"pages are opened for the measurement each was visited {_VISITS + 2} times.",
        "wasm memory: every live WebAssembly.Memory of the page and its workers, as large as it "
        "has grown, Lectern's Python and phonemizer included.",
    ]


class _Texts:
    """Never the same text twice: nobody shall know it."""

    def __init__(self) -> None:
        fitting = (text for text in sentences() if len(text) in _SHORT)
        self._short = iter(fitting)
        self._paragraphs = itertools.count()

    def short(self) -> str:
        return next(self._short)

    def paragraph(self) -> list[str]:
        """Sentences of about 400 characters together, the most that a peer does at once."""
        chosen: list[str] = []
        for text in itertools.islice(sentences(), 2000 + 211 * next(self._paragraphs), None, 17):
            if sum(map(len, chosen)) + len(chosen) + len(text) > _PARAGRAPH:
                break
            chosen.append(text)
        return chosen

    def long(self) -> str:
        return long_text(_LONG, first=self.short())


def _visit_first(
    profile: Profile, lectern: LecternPage, others: Sequence[PeerPage], texts: _Texts
) -> None:
    """Everybody's first visit: the first two voices are stored afterwards."""
    lectern.settle(profile, (texts.short(), texts.short()))
    for peer in others:
        page = peer.open(profile)
        for voice in (0, 1):
            peer.say(page, texts.short(), voice)
        page.close()


class Rounds:
    """The rounds. Each thing is measured by everybody before the next, the first one changing."""

    def __init__(
        self,
        lab: Lab,
        profile: Profile,
        section: Section,
        comparison: Comparison,
        lectern: LecternPage,
        others: Sequence[PeerPage],
        copies: Copies,
        texts: _Texts,
    ) -> None:
        self._lab = lab
        self._profile = profile
        self._section = section
        self._comparison = comparison
        self._lectern = lectern
        self._others = others
        self._programs: list[Program] = [lectern, *others]
        self._texts = texts
        blank = profile.context.new_page()
        blank.goto(lectern.site.url + BLANK)
        self._native = Native(copies, lab.threads, blank, lectern.site.url)
        self._pages: dict[str, Page] = {}

    def run(self) -> None:
        self.sentences()
        self._paragraphs()
        self._return()
        for page in self._pages.values():
            page.close()
        self._come_again()
        self._open()

    def sentences(self) -> None:
        """Sentences of 60 characters, nobody's first."""
        for program in self._programs:
            self._pages[program.name] = program.open(self._profile)
        self._warm_up()
        self._sentences()

    def memory(self) -> None:
        _memory(self._profile, self._section, [self._lectern, *self._others], self._texts)

    def too_long(self) -> None:
        _too_long(self._profile, self._section, self._others[1], self._texts)

    def _come_again(self) -> None:
        """Everybody is somebody who was here before: V8 keeps the compiled code of a site's
        WebAssembly, and of what a service worker answers only after some visits."""
        for _ in range(_VISITS):
            for program in self._programs:
                page = program.open(self._profile)
                for _ in range(2):
                    program.say(page, self._texts.short(), program.kept)
                page.wait_for_timeout(_CODE_KEPT)
                page.close()

    def _warm_up(self) -> None:
        for _ in range(2):
            text = self._texts.short()
            for program in self._programs:
                program.say(self._pages[program.name], text, 0)
            self._native.say(self._native.ids([text]))
        self._lectern.heard(self._pages[self._lectern.name], self._texts.short())

    def _sentences(self) -> None:
        first, heard, factor = self._values(), self._values(), self._values()
        for number in range(self._lab.rounds):
            text = self._texts.short()
            ids = self._native.ids([text])
            for program in self._turn(number):
                said = program.say(self._pages[program.name], text, 0)
                _note(program.name, said, first, factor)
            _note(Native.name, self._native.say(ids), first, factor)
            page = self._pages[self._lectern.name]
            heard[self._lectern.name].append(self._lectern.heard(page, self._texts.short()))
        name = "a sentence of 60 characters, voice resident"
        self._row(f"{name}: first sound", first, target="at most 1/4, aim for 1/6")
        self._row(
            f"{name}: heard, from speak()", heard, note="output latency included; others give a WAV"
        )
        self._row(f"{name}: real-time factor", factor, "x", target="at most theirs")

    def _paragraphs(self) -> None:
        """The main thread is watched apart, a trace costs something."""
        first, factor, blocks = self._values(), self._values(), self._values()
        for number in range(self._lab.rounds):
            spoken = self._texts.paragraph()
            ids = self._native.ids(spoken)
            for program in self._turn(number):
                said = program.say(self._pages[program.name], " ".join(spoken), 0)
                _note(program.name, said, first, factor)
            _note(Native.name, self._native.say(ids), first, factor)
        watched = " ".join(self._texts.paragraph())
        for program in self._programs:
            page = self._pages[program.name]
            trace = TaskTrace(Visit(page))
            trace.start()
            program.say(page, watched, 0)
            blocks[program.name] = [max((task.wall for task in trace.stop()), default=0.0)]
        name = f"a paragraph of {_PARAGRAPH} characters"
        self._row(f"{name}: first sound", first)
        self._row(f"{name}: real-time factor", factor, "x", target="at most theirs")
        self._row(f"{name}: longest main-thread block", blocks, show_max=True)

    def _return(self) -> None:
        found = self._values()
        for number in range(self._lab.rounds):
            between, text = self._texts.short(), self._texts.short()
            for program in self._turn(number):
                page = self._pages[program.name]
                program.say(page, between, 1)
                found[program.name].append(program.say(page, text, 0, only_first=True).first)
        self._row("return to an earlier voice: first sound", found, target="no load at all")

    def long(self) -> None:
        """vits-web is asked last of all: it dies of such a text."""
        able = self._programs[:-1]
        pages = {program.name: program.open(self._profile) for program in able}
        for program in able:
            program.say(pages[program.name], self._texts.short(), 0)
        found = self._values()
        alone: list[float] = []
        for number in range(max(self._lab.rounds, _LEAST_LONG)):
            text = self._texts.long()
            few = number < min(self._lab.rounds, _MOST_LONG)
            for program in able if few else able[:1]:
                page = pages[program.name]
                said = program.say(page, text, 0, only_first=True, seconds=_LONG_PATIENCE)
                found[program.name].append(said.first)
            # In the same page and in turn: what a page has spoken before makes it quicker.
            page = pages[self._lectern.name]
            short = self._texts.short()
            alone.append(self._lectern.say(page, short, 0, only_first=True).first)
        for page in pages.values():
            page.close()
        self._row(f"{_LONG:,} characters: first sound", found)
        self._section.ratio(
            f"Lectern, first sound: {_LONG:,} characters : a sentence of 60",
            Measure("", found[self._lectern.name]),
            Measure("", alone),
            target="at most 1.2",
        )

    def _open(self) -> None:
        first, heard = self._values(), self._values()
        for number in range(self._lab.rounds):
            text = self._texts.short()
            for program in self._turn(number):
                found = program.opened(self._profile, text)
                first[program.name].append(found["first"])
                if "heard" in found:
                    heard[program.name].append(found["heard"])
        name = "page opened, model stored"
        self._row(f"{name}: first sound", first, target="at most 2/3, aim for 1/2")
        self._row(f"{name}: heard", heard)

    def _values(self) -> Values:
        return {name: [] for name in self._comparison.programs}

    def _turn(self, number: int) -> Iterator[Program]:
        """Everybody, another one first in every round."""
        count = len(self._programs)
        return (self._programs[(number + place) % count] for place in range(count))

    def _row(
        self,
        name: str,
        values: Values,
        unit: str = "ms",
        *,
        target: str = "",
        note: str = "",
        show_max: bool = False,
    ) -> None:
        row = Row(name, values, unit, target=target, note=note, show_max=show_max)
        self._comparison.rows.append(row)


def _note(name: str, said: Said, first: Values, factor: Values) -> None:
    first[name].append(said.first)
    factor[name].append(said.factor)


def _memory(
    profile: Profile, section: Section, programs: Sequence[LecternPage | PeerPage], texts: _Texts
) -> None:
    """A page that does nothing else: two voices, then the others of ten, a sentence each."""
    two: Values = {}
    ten: Values = {}
    text = texts.short()  # the voices differ
    for program in programs:
        page = program.open(profile)
        work = partial(_ten, page, program, text, two, ten)
        failed = _try(section, f"{program.name}, {VOICES} voices in turn", work)
        if not failed and isinstance(program, LecternPage):
            places = wasm_memory(page)
            parts = ", ".join(f"{place} {size / _MEGA:.0f} MB" for place, size in places.items())
            section.notes.append(f"Lectern's wasm memory after {VOICES} voices: {parts}.")
        page.close()
    comparison = section.comparison
    if comparison:
        comparison.rows += [
            Row("wasm memory, two voices used", two, "MB", target="Lectern: at most 300 MB"),
            Row(f"wasm memory, {VOICES} voices in turn", ten, "MB", target="Lectern: no growth"),
        ]


def _ten(page: Page, program: LecternPage | PeerPage, text: str, two: Values, ten: Values) -> None:
    for voice in range(VOICES):
        program.say(page, text, voice)
        if voice in (1, VOICES - 1):
            total = sum(wasm_memory(page).values()) / _MEGA
            (two if voice == 1 else ten)[program.name] = [total]


def _too_long(profile: Profile, section: Section, peer: PeerPage, texts: _Texts) -> None:
    page = peer.open(profile)
    text = texts.long()
    found: Values = {}

    def ask() -> None:
        found[peer.name] = [peer.say(page, text, 0, seconds=_LONG_PATIENCE).first]

    _try(section, f"{peer.name}, {_LONG:,} characters", ask)
    if found and section.comparison:
        section.comparison.rows.append(Row(f"{_LONG:,} characters: first sound, alone", found))
    page.close()


def _try(section: Section, what: str, work: Callable[[], None]) -> bool:
    """Do it; what a program can't do is part of the result."""
    try:
        work()
    except (Error, TimeoutError) as reason:
        section.notes.append(f"{what}: {str(reason).strip().splitlines()[0]}")
        return True
    return False
