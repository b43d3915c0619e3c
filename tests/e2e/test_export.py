"""A text as a sound file: each format is decoded again and compared with what is spoken."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.browser import JS, open_app, until, within
from tests.e2e.server import StaticSite
from tests.oracle import likeness
from tests.public_api import ENGLISH, FRENCH, failure, level, stream, synthesize
from tests.sound_files import read_id3, read_mp3, read_opus, read_wav

pytestmark = pytest.mark.usefixtures("returning")

TEXT = "The first part. It is short, and it is calm.\n\nThe second part begins here. Nobody waits."
SECOND = TEXT.index("The second")
CHAPTERS = [
    {"title": "One", "start": 0},
    {"title": "Zwei & <drei>", "start": SECOND},
]
#: Nothing may be left of an export that did not come to its end.
_LEFT = """async () => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('lectern-exports', { create: true });
  const names = [];
  for await (const name of folder.keys()) names.push(name);
  return names.length;
}"""
_EXPORT = """async ([text, options]) => {
  const seen = [];
  const { sound, dispose, ...rest } = await window.lectern.export(text, {
    ...options, onProgress: (progress) => seen.push(progress),
  });
  const bytes = new Uint8Array(await sound.arrayBuffer());
  const base64 = (bytes) => {
    let binary = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return btoa(binary);
  };
  const data = base64(bytes);
  const player = new OfflineAudioContext(1, 1, 48000);
  const decoded = await player.decodeAudioData(bytes.buffer);
  const samples = base64(new Uint8Array(decoded.getChannelData(0).slice().buffer));
  await dispose();
  return { ...rest, type: sound.type, data, samples, seen };
}"""


@dataclass(frozen=True)
class Exported:
    """What ``lectern.export`` gave; ``samples`` as the browser decodes them, at 48 kHz."""

    data: bytes
    samples: NDArray[np.float32]
    type: str
    bytes: int
    seconds: float
    chapters: list[dict[str, Any]]
    srt: str
    vtt: str
    seen: list[dict[str, Any]]


def export(page: Page, text: str, **options: Any) -> Exported:
    found = within(page, _EXPORT, [text, options], seconds=60)
    data = base64.b64decode(found.pop("data"))
    samples = np.frombuffer(base64.b64decode(found.pop("samples")), "<f4")
    return Exported(data=data, samples=samples, **found)


def at_48k(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """By sincs in the frequency domain: exact for what the voice has."""
    size = round(len(samples) * 48_000 / rate)
    spectrum = np.fft.rfft(samples)
    wide = np.zeros(size // 2 + 1, complex)
    wide[: len(spectrum)] = spectrum[: len(wide)]
    return (np.fft.irfft(wide, size) * size / len(samples)).astype(np.float32)


@pytest.mark.parametrize(
    ("form", "shift"), [("wav", 0), ("mp3", 48), ("opus", 48)], ids=["wav", "mp3", "opus"]
)
def test_what_is_exported_is_what_is_spoken(shared_app: Page, form: str, shift: int) -> None:
    spoken = synthesize(shared_app, TEXT, voiceId=ENGLISH)
    got = export(shared_app, TEXT, voiceId=ENGLISH, format=form, chapters=CHAPTERS, title="A book")
    wanted = at_48k(spoken.samples, spoken.sample_rate)
    assert got.bytes == len(got.data)
    assert got.seconds == pytest.approx(spoken.seconds, abs=1e-9)
    # A decoder may keep up to a frame of what the encoder put around the sound.
    assert len(got.samples) / 48_000 == pytest.approx(spoken.seconds, abs=0.06)
    assert level(got.samples) == pytest.approx(spoken.level, rel=0.1)
    size = min(len(wanted), len(got.samples)) - 48_000 // 5
    late = lag(wanted[:size], got.samples[:size])
    assert abs(late) <= shift, f"it begins {late} samples late"
    begin = max(0, late)
    assert likeness(wanted[:size], got.samples[begin : begin + size], 48_000) > 0.95


def lag(wanted: NDArray[np.float32], got: NDArray[np.float32]) -> int:
    """By how many samples ``got`` is later."""
    size = 1 << (len(wanted) + 4800).bit_length()
    product = np.fft.rfft(got, size) * np.conj(np.fft.rfft(wanted, size))
    found = int(np.argmax(np.fft.irfft(product, size)))
    return found if found < size // 2 else found - size


def chapters_of(form: str, data: bytes) -> list[tuple[str, float]]:
    if form == "wav":
        found = read_wav(data)
    elif form == "mp3":
        found = read_id3(data)
    else:
        found = read_opus(data).found
    assert found.title == "A book"
    assert found.artist == "Ann Author"
    return [(mark.title, mark.start) for mark in found.chapters]


@pytest.mark.parametrize("form", ["wav", "mp3", "opus"])
def test_chapters_begin_where_their_first_sentence_does(shared_app: Page, form: str) -> None:
    got = export(
        shared_app,
        TEXT,
        voiceId=ENGLISH,
        format=form,
        chapters=CHAPTERS,
        title="A book",
        author="Ann Author",
    )
    pieces = stream(shared_app, TEXT, voiceId=ENGLISH)
    second = next(piece.sentence for piece in pieces if piece.start >= SECOND)
    before = sum(piece.seconds for piece in pieces if piece.sentence < second)
    begins = before + 0.2 + 0.5  # silence after a sentence and after a paragraph
    found = chapters_of(form, got.data)
    assert [title for title, _ in found] == ["One", "Zwei & <drei>"]
    assert [start for _, start in found] == pytest.approx([0, begins], abs=0.0006)
    assert [chapter["start"] for chapter in got.chapters] == pytest.approx([0, begins], abs=1e-6)
    assert got.chapters[1]["end"] == got.seconds


def test_an_mp3_says_where_its_sound_begins_and_ends(shared_app: Page) -> None:
    spoken = synthesize(shared_app, TEXT, voiceId=ENGLISH)
    got = export(shared_app, TEXT, voiceId=ENGLISH, format="mp3", bitrate=40_000)
    found = read_mp3(got.data[read_id3(got.data).sound :])
    assert found.sample_rate == spoken.sample_rate
    assert found.samples == len(spoken.samples)
    assert found.kbps == 40


def test_an_opus_stream_is_whole_and_ends_in_time(shared_app: Page) -> None:
    spoken = synthesize(shared_app, TEXT, voiceId=ENGLISH)
    got = export(shared_app, TEXT, voiceId=ENGLISH, format="opus")
    found = read_opus(got.data)
    assert found.seconds == pytest.approx(spoken.seconds, abs=0.021)
    assert got.bytes * 8 / got.seconds == pytest.approx(32_000, rel=0.5)


def test_a_part_is_exported_with_its_own_chapter(shared_app: Page) -> None:
    got = export(shared_app, TEXT, voiceId=ENGLISH, format="wav", chapters=CHAPTERS, startAt=SECOND)
    assert [mark.title for mark in read_wav(got.data).chapters] == ["Zwei & <drei>"]
    assert "first" not in got.srt
    first = export(shared_app, TEXT, voiceId=ENGLISH, format="wav", endAt=10)
    assert first.srt.strip().endswith("The first part.")


def test_subtitles_have_the_words_times(shared_app: Page) -> None:
    got = export(shared_app, TEXT, voiceId=ENGLISH, format="wav")
    pieces = stream(shared_app, TEXT, voiceId=ENGLISH)
    first = pieces[0].words
    stamped = re.findall(r"<00:00:(\d\d\.\d{3})>(\w+)", got.vtt)
    for word, (stamp, said) in zip(first[1:], stamped, strict=False):
        assert said == TEXT[int(word["start"]) : int(word["end"])].rstrip(".")
        assert float(stamp) == pytest.approx(word["time"], abs=0.0006)
    begins = [
        float(found) for found in re.findall(r"^00:00:(\d\d\.\d{3}) -->", got.vtt, re.MULTILINE)
    ]
    starts = []
    time = 0.0
    for piece in pieces:
        if piece.piece == 0:
            starts.append(time + piece.words[0]["time"])
        time += piece.seconds
        if piece.last:
            time += 0.5 if TEXT[piece.end : piece.end + 2] == "\n\n" else 0.2
    assert begins == pytest.approx(starts, abs=0.0006)
    lines = [
        line for line in got.srt.splitlines() if line and "-->" not in line and not line.isdigit()
    ]
    assert " ".join(lines) == " ".join(TEXT.split())


def test_progress_grows_to_the_end(shared_app: Page) -> None:
    got = export(shared_app, TEXT, voiceId=FRENCH, format="mp3")
    shares = [step["done"] for step in got.seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert got.seen[-1]["seconds"] == pytest.approx(got.seconds)


def test_what_is_not_to_be_had_is_refused(shared_app: Page) -> None:
    ask = "([text, options]) => lectern.export(text, options)"
    wrong: list[dict[str, object]] = [
        {"format": "aac"},
        {"bitrate": 7},
        {"chapters": [{"title": 1}]},
        {"file": {}},
    ]
    for options in wrong:
        found = failure(shared_app, ask, [TEXT, options])
        assert found.code == "bad_option", options
    assert failure(shared_app, ask, ["… — …", {}]).code == "empty_text"
    assert shared_app.evaluate(_LEFT) == 0


def test_a_cancelled_export_leaves_nothing(shared_app: Page) -> None:
    long = " ".join(f"Sentence number {n} is not to be made." for n in range(300))
    found = within(
        shared_app,
        """async ([text, voiceId]) => {
          const stop = new AbortController();
          const done = lectern.export(text, {
            voiceId, format: 'mp3', signal: stop.signal, onProgress: () => stop.abort(),
          });
          return done.then(() => '', (error) => error.name);
        }""",
        [long, ENGLISH],
    )
    assert found == "AbortError"
    assert shared_app.evaluate(_LEFT) == 0


def test_an_encoder_that_dies_ends_the_export(page: Page, site: StaticSite) -> None:
    page.add_init_script(path=JS / "workers.js")
    app = open_app(page, site.url)
    long = " ".join(f"Sentence number {n} is not to be made." for n in range(300))
    ask = """async ([text, voiceId]) => {
      let dead = null;
      const kill = async () => {
        await testWorkers.alive('lectern-export');
        testWorkers.kill('lectern-export');
      };
      const onProgress = () => void (dead ??= kill());
      return lectern.export(text, { voiceId, format: 'mp3', onProgress })
        .then(() => '', (error) => error.code);
    }"""
    assert within(app, ask, [long, ENGLISH]) == "internal"
    assert app.evaluate(_LEFT) == 0
    # One that hangs clears up no more, and holds nobody up.
    hang = """async ([text, voiceId]) => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message?.type !== 'cancel') post.call(this, message, ...rest);
      };
      const stop = new AbortController();
      return lectern.export(text, {
        voiceId, format: 'mp3', signal: stop.signal, onProgress: () => stop.abort(),
      }).then(() => '', (error) => error.name);
    }"""
    assert within(app, hang, [long, ENGLISH], seconds=20) == "AbortError"
    assert app.evaluate(_LEFT) == 0


def test_a_wav_of_four_gigabytes_is_refused(shared_app: Page) -> None:
    """In the encoder's own worker: nobody has hours for it."""
    found = within(
        shared_app,
        """async () => {
          const { WavEncoder } = await import(new URL('js/export/wav_encoder.js', location));
          let bytes = 0;
          const put = async (part) => void (bytes += part.length);
          const tags = { title: '', artist: '', chapters: [] };
          const encoder = await WavEncoder.begin({ sampleRate: 22050, bitrate: 0, tags, put });
          const part = new Float32Array(1 << 25);
          try {
            for (;;) await encoder.add(part);
          } catch (error) {
            return [error.code, bytes > 3.9e9 && bytes < 2 ** 32];
          }
        }""",
        seconds=120,
    )
    assert found == ["too_large", True]


# -- the panel ---------------------------------------------------------------------------


def open_panel(page: Page, item: str = "#more-export") -> None:
    page.locator("#more-open").click()
    page.locator(item).click()
    expect(page.locator("#away")).to_be_visible()


@pytest.fixture
def shop(page: Page, site: StaticSite) -> Page:
    """The app where files are downloaded, not chosen."""
    page.add_init_script("delete window.showSaveFilePicker")
    app = open_app(page, site.url)
    app.get_by_label("Text", exact=True).fill(TEXT)
    until(app, "() => document.querySelector('#voice').value !== ''")
    return app


def test_a_file_is_downloaded_from_the_panel(shop: Page, tmp_path: Path) -> None:
    open_panel(shop)
    shop.locator("#export-format").select_option("mp3")
    shop.locator("#export-subtitles").select_option("vtt")
    expect(shop.locator("#export-estimate")).to_contain_text(re.compile(r"About \d+ s, [\d.]+ MB"))
    with shop.expect_download() as download:
        shop.locator("#export-start").click()
    assert download.value.suggested_filename == "The first part. It is short, and it is calm.mp3"
    download.value.save_as(tmp_path / "a.mp3")
    data = (tmp_path / "a.mp3").read_bytes()
    found = read_id3(data)
    assert found.title == "The first part. It is short, and it is calm."
    assert read_mp3(data[found.sound :]).frames > 10
    with shop.expect_download() as download:
        shop.get_by_role("link", name=re.compile(r"\.vtt$")).click()
    download.value.save_as(tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text("utf-8").startswith("WEBVTT\n\n")


def test_what_is_selected_is_exported(shop: Page, tmp_path: Path) -> None:
    shop.get_by_role("button", name="Play", exact=True).click()
    until(shop, "() => document.querySelector('#reading').dataset.sentence !== undefined")
    shop.get_by_role("button", name="Pause", exact=True).click()
    shop.evaluate(
        """() => {
          const last = [...document.querySelectorAll('#reading .leaf > *')].at(-1).firstChild;
          getSelection().setBaseAndExtent(last, 0, last, 10);
        }"""
    )
    open_panel(shop)
    shop.locator("#away-what").select_option("selection")
    shop.locator("#export-format").select_option("wav")
    shop.locator("#export-subtitles").select_option("srt")
    with shop.expect_download():
        shop.locator("#export-start").click()
    with shop.expect_download() as download:
        shop.get_by_role("link", name=re.compile(r"\.srt$")).click()
    download.value.save_as(tmp_path / "a.srt")
    assert (tmp_path / "a.srt").read_text("utf-8").split("\n", 2)[
        2
    ].strip() == "The second part begins here."


def test_cancel_in_the_panel(shop: Page) -> None:
    shop.get_by_label("Text", exact=True).fill(
        " ".join(f"Sentence number {n}." for n in range(2000))
    )
    open_panel(shop)
    shop.locator("#export-start").click()
    expect(shop.locator("#export-amount")).to_contain_text("MB")
    shop.locator("#export-cancel").click()
    expect(shop.locator("#export-start")).to_be_visible()
    expect(shop.locator("#export-start")).to_be_focused()
    expect(shop.locator("#export-result")).to_be_hidden()
    until(shop, f"async () => (await ({_LEFT})()) === 0")


def test_a_chosen_file_is_written_as_it_is_made(page: Page, site: StaticSite) -> None:
    page.add_init_script(
        """window.showSaveFilePicker = async ({ suggestedName }) => {
          const root = await navigator.storage.getDirectory();
          return (window.chosen = await root.getFileHandle('chosen.wav', { create: true }));
        }"""
    )
    app = open_app(page, site.url)
    app.get_by_label("Text", exact=True).fill(TEXT)
    open_panel(app)
    app.locator("#export-format").select_option("wav")
    app.locator("#export-start").click()
    expect(app.locator("#export-result")).to_contain_text("Done", timeout=30_000)
    assert app.evaluate("async () => (await (await chosen.getFile()).text()).slice(0, 4)") == "RIFF"
    assert app.locator("#export-result a").count() == 0
    assert app.evaluate(_LEFT) == 0


def test_no_opus_where_the_browser_has_none(page: Page, site: StaticSite) -> None:
    page.add_init_script("delete window.AudioEncoder")
    app = open_app(page, site.url)
    app.get_by_label("Text", exact=True).fill(TEXT)
    open_panel(app)
    expect(app.locator("#export-no-opus")).to_be_visible()
    expect(app.locator("#export-format option[value=opus]")).to_be_disabled()
