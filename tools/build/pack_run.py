"""Renders texts ahead; what ``build.py pack`` starts in .venv. Not for anybody else.

Its arguments are one line of JSON (``Order``): build.py has looked at what a person typed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lectern.configuration import Configuration
from lectern.errors import LecternError
from lectern.jsonchecks import parse
from lectern.phonemes import phonemize
from lectern.settings import Settings
from lectern.speech import Synthesizer
from lectern.styles import STYLES, Style

from tools.build import pack_pdf, pack_pool, terminal
from tools.build.errors import BuildError
from tools.build.hashing import files_under, write_atomically
from tools.build.manifest import SITE_SETTINGS
from tools.build.pack_folder import AudioFolder
from tools.build.pack_phonemes import NodePhonemizer, Remembering
from tools.build.pack_pool import Pool
from tools.build.pack_studio import Job, Made, Manner, Voice, synthesizer
from tools.build.pack_texts import Text, read_text
from tools.build.voices import catalogue

#: Seconds between two lines that say how far it is.
_TELL_EACH = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be packed, and where everything lies."""

    texts: list[str]
    voice: str
    voices: str  # folder
    audio: str  # folder
    web: str  # folder
    public: str  # folder
    node: str  # program
    jobs: int
    speaker: str | int | None = None
    style: str | None = None
    length_scale: float | None = None
    bitrate: int = 24_000
    title: str = ""
    phrases: bool = False
    prune: bool = False
    dask: str = ""
    report: str = ""  # file that gets {sentences, failed} as JSON


@dataclass(slots=True)
class Summary:
    """What became of the sentences."""

    sentences: int = 0
    rendered: int = 0
    reused: int = 0
    silent: int = 0
    bytes: int = 0
    pcm: int = 0  # bytes as 16-bit sound
    seconds: float = 0.0  # of sound
    faults: list[str] = field(default_factory=list)


def load_voice(folder: str, voice_id: str, styles: Mapping[str, Style] = STYLES) -> Voice:
    """A voice's files, with the hashes that the page's catalogue names. Raises BuildError."""
    path = Path(folder)
    entry = catalogue(path, only=[voice_id]).get(voice_id)
    if entry is None:
        known = ", ".join(sorted(model.stem for model in path.glob("*.onnx"))) or "none"
        raise BuildError(
            f"There is no voice {voice_id}. Here are: {known}.",
            f"python3 build.py voice add {voice_id} fetches one of Piper's.",
        )
    files = entry["files"]
    model, config = f"{voice_id}.onnx", f"{voice_id}.onnx.json"
    return Voice(
        voice_id,
        (path / config).read_bytes(),
        (path / model).read_bytes(),
        files[model]["sha256"],
        files[config]["sha256"],
        tuple(styles.items()),
    )


def site_settings(web: Path) -> tuple[Settings, dict[str, Style]]:
    """What ``lectern.json`` in ``web/`` asks for: the page cuts its texts and speaks by these too.

    Raises:
        BuildError: it is no JSON.
    """
    file = web / SITE_SETTINGS
    site = parse(file.read_text("utf-8", "replace")) if file.is_file() else {}
    if site is None:
        raise BuildError(f"{SITE_SETTINGS} in {web.name}/ is no JSON.", "Mend it, or remove it.")
    found = Configuration({"site": site})
    for problem in found.problems:
        terminal.note(problem)
    return found.settings, found.styles


def run(order: Order, pool: Pool | None = None) -> Summary:
    """Pack the texts. ``pool``: who renders, in place of what the order says.

    Raises:
        BuildError: in words; what was made until then stays.
    """
    settings, styles = site_settings(Path(order.web))
    voice = load_voice(order.voices, order.voice, styles)
    try:
        language = voice.parsed().language
    except LecternError as reason:
        raise BuildError(reason.message) from reason
    pdf = pack_pdf.in_node(Path(order.node), Path(order.web), Path(order.public))
    texts = [
        read_text(
            Path(name),
            language=language,
            max_chars=settings.max_sentence_chars,
            pdf=pdf,
            phrases=order.phrases,
            title=order.title,
        )
        for name in order.texts
    ]
    if pool is None and order.dask:
        pool = pack_pool.cluster(order.dask, voice)
    elif pool is None:
        pool = pack_pool.processes(load_voice, (order.voices, order.voice, styles), order.jobs)
    folder = AudioFolder(Path(order.audio), order.bitrate)
    with (
        folder.lock(),
        NodePhonemizer(Path(order.node), Path(order.web), Path(order.public)) as espeak,
    ):
        press = _Press(order, voice, folder, espeak)
        summary = press.print(texts, pool)
        if order.prune:
            files, size = folder.prune()
            terminal.done(f"{files} files that no text needs are removed, {terminal.size(size)}.")
    return summary


class _Press:
    def __init__(
        self, order: Order, voice: Voice, folder: AudioFolder, espeak: NodePhonemizer
    ) -> None:
        self._voice = voice
        self._config = voice.parsed()
        self._folder = folder
        self._espeak = espeak
        self._manner = Manner(order.speaker, order.style, order.length_scale, order.bitrate)
        self._loop = asyncio.new_event_loop()
        self._keys: Synthesizer = synthesizer(voice, espeak)[0]

    def print(self, texts: Sequence[Text], pool: Pool) -> Summary:
        summary = Summary()
        try:
            keys = [self._keys_of(text) for text in texts]
            wanted = {key: text for found in keys for text, key in found.items()}
            missing = {
                key: text for key, text in wanted.items() if self._folder.record(key) is None
            }
            summary.sentences = len(wanted)
            summary.reused = len(wanted) - len(missing)
            if missing:
                self._render(missing, pool, summary)
        finally:
            self._loop.close()
        for text, found in zip(texts, keys, strict=True):
            path = self._folder.publish(text, found, self._about())
            terminal.done(f"{text.title}: {len(found)} sentences, audio/{path}")
        for key in wanted:
            record = self._folder.record(key)
            if record is not None:
                summary.bytes += record.bytes
                summary.pcm += record.samples * 2
                summary.seconds += record.samples / record.sample_rate if record.samples else 0
        return summary

    def _keys_of(self, text: Text) -> dict[str, str]:
        async def keys() -> dict[str, str]:
            utter = self._manner.utterance
            return {
                sentence: await self._keys.key(utter(sentence, self._voice.id))
                for sentence in text.sentences
            }

        try:
            return self._loop.run_until_complete(keys())
        except LecternError as reason:
            raise BuildError(reason.message) from reason

    def _jobs(self, missing: Mapping[str, str], summary: Summary) -> Iterator[Job]:
        """The phonemes of a sentence are asked for here, when its turn comes."""
        for key, text in missing.items():
            remembering = Remembering(self._espeak)
            asked = phonemize(text, self._config, remembering, ())
            try:
                self._loop.run_until_complete(asked)
            except LecternError as reason:
                summary.faults.append(f"{text[:60]!r}: {reason.message}")
                continue
            yield Job(key, text, self._manner, remembering.answers)

    def _render(self, missing: Mapping[str, str], pool: Pool, summary: Summary) -> None:
        started = told = time.monotonic()
        seconds = 0.0
        for made in pool(self._jobs(missing, summary)):
            self._take(made, missing, summary)
            seconds += made.samples / made.sample_rate if made.samples else 0.0
            now = time.monotonic()
            if now - told >= _TELL_EACH:
                told = now
                done = summary.rendered + len(summary.faults)
                left = (now - started) / max(done, 1) * (len(missing) - done)
                pace = seconds / (now - started)
                terminal.note(
                    f"{done} of {len(missing)} sentences, {seconds / 60:.1f} minutes of sound, "
                    f"{pace:.1f} times real time, about {left / 60:.0f} minutes left"
                )

    def _take(self, made: Made, missing: Mapping[str, str], summary: Summary) -> None:
        if made.fault:
            summary.faults.append(f"{missing[made.key][:60]!r}: {made.fault}")
            return
        self._folder.add(made)
        summary.rendered += 1
        summary.silent += not made.samples

    def _about(self) -> dict[str, object]:
        manner = self._manner
        return {
            "voice": self._voice.id,
            "voiceIdentity": self._config.identity,
            "style": manner.style,
            "speaker": manner.speaker,
            "lengthScale": manner.length_scale,
            "bitrate": manner.bitrate,
        }


def report(summary: Summary, folder: Path) -> None:
    """Say what was done."""
    ratio = f", 1 : {summary.pcm / summary.bytes:.1f}" if summary.bytes else ""
    terminal.done(
        f"{summary.sentences} sentences: {summary.rendered} rendered, {summary.reused} there "
        f"already; {summary.seconds / 60:.1f} minutes in {terminal.size(summary.bytes)}{ratio} "
        "of 16-bit sound."
    )
    total = sum(path.stat().st_size for path in files_under(folder))
    terminal.note(f"{folder.name}/ has {terminal.size(total)} now.")


def main(argument: str) -> int:
    """Gives the process's status."""
    order = Order(**json.loads(argument))
    try:
        summary = run(order)
    except BuildError as reason:
        terminal.error(reason.what, reason.hint)
        return 1
    except KeyboardInterrupt:
        terminal.note("Stopped; what is made stays, and the next run goes on from there.")
        return 130
    report(summary, Path(order.audio))
    if order.report:
        counts = {"sentences": summary.sentences, "failed": len(summary.faults)}
        write_atomically(Path(order.report), json.dumps(counts).encode())
    if summary.faults:
        few = "\n".join(summary.faults[:10])
        terminal.error(f"{len(summary.faults)} sentences could not be made:", few)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
