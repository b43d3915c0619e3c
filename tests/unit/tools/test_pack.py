"""``build.py pack``: what is rendered, what is not rendered again, and what the page finds."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lectern.cachekey import audio_key
from lectern.published import marks_of, read_index, read_manifest, sound_path

from tests import pdfs
from tests.native import TINY
from tests.unit.tools.packing import STORY, VOICE, Here, as_json, manifests, order, pack, voice
from tools.build import npm, pack_opus, pack_run, shell, vendor, venv
from tools.build import pack as pack_command
from tools.build.cli import main
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.pack_folder import AudioFolder
from tools.build.pack_studio import Studio
from tools.build.paths import LAYOUT

SENTENCES = ["The lamp was warm.", "Nobody had lived there for years!"]


def key_of(text: str, length: float = 1.0) -> str:
    config = voice().parsed()
    return audio_key(
        text=text,
        voice_identity=config.identity,
        speaker=None,
        noise=config.noise_scale,
        length=config.length_scale * length,
        noise_w=config.noise_w,
    )


def test_the_page_finds_each_sentence_by_its_own_key(tmp_path: Path) -> None:
    summary, pool = pack(tmp_path, STORY)
    assert summary.rendered == summary.sentences == len(pool.jobs) == 3
    audio = tmp_path / "audio"
    index = (audio / "index.json").read_text("utf-8")
    (listed,) = read_index(index)
    data = (audio / listed.path).read_bytes()
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (listed.sha256, listed.bytes)
    assert set(marks_of(SENTENCES)) <= set(listed.marks)
    text_hash = hashlib.sha256(STORY.encode()).hexdigest()
    assert listed.path.startswith(f"documents/{text_hash}-")
    sounds = read_manifest(data.decode())
    assert set(map(key_of, SENTENCES)) < set(sounds)
    for sound in sounds.values():
        file = (audio / sound_path(sound.sha256)).read_bytes()
        assert hashlib.sha256(file).hexdigest() == sound.sha256
        assert len(file) == sound.bytes
        assert sound.words


def test_the_sound_is_the_models_own(tmp_path: Path) -> None:
    _, pool = pack(tmp_path, STORY, bitrate=64_000)  # the tiny voice is mostly noise
    studio = Studio(voice())
    job = pool.jobs[1]
    wanted = studio._loop.run_until_complete(studio._say(job))
    studio.close()
    assert wanted is not None
    (manifest,) = manifests(tmp_path)
    rows = {row[0]: row for row in manifest["sentences"]}
    _, sha256, _, samples, words = rows[job.key]
    assert samples == len(wanted.pcm) // 2
    assert words == [number for row in wanted.words for number in row]
    data = (tmp_path / "audio" / sound_path(sha256)).read_bytes()
    true = np.frombuffer(wanted.pcm, "<i2") / 32768
    got = pack_opus.decode(data, wanted.sample_rate, samples)
    assert np.corrcoef(true, got)[0, 1] > 0.95  # a sample later it would be far less


def test_packed_again_nothing_is_rendered(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    before = {path: path.read_bytes() for path in (tmp_path / "audio").rglob("*.*")}
    summary, pool = pack(tmp_path, STORY)
    assert (summary.rendered, summary.reused, pool.jobs) == (0, 3, [])
    assert {path: path.read_bytes() for path in (tmp_path / "audio").rglob("*.*")} == before


def test_a_changed_sentence_renders_itself_alone(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    (before,) = manifests(tmp_path)
    summary, pool = pack(tmp_path, STORY.replace("warm", "cold"), prune=True)
    assert [job.text for job in pool.jobs] == ["The lamp was cold."]
    assert summary.reused == 2
    (after,) = manifests(tmp_path)  # of the same source: the old one is gone
    gone = {row[1] for row in before["sentences"]} - {row[1] for row in after["sentences"]}
    assert len(gone) == 1
    assert not (tmp_path / "audio" / sound_path(gone.pop())).exists()
    for row in after["sentences"]:
        assert (tmp_path / "audio" / sound_path(row[1])).is_file()
    assert pack(tmp_path, STORY.replace("warm", "cold"))[0].rendered == 0


def test_what_one_text_does_not_need_another_keeps(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    pack(tmp_path, "Quite another text.", "other.txt", prune=True)
    assert len(manifests(tmp_path)) == 2
    assert pack(tmp_path, STORY)[0].rendered == 0


def test_a_damaged_or_missing_file_is_rendered_again(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    first, second, third = sorted((tmp_path / "audio").rglob("*.opus"))
    whole = first.read_bytes()
    first.write_bytes(whole[:-1] + b"?")
    second.unlink()
    assert pack(tmp_path, STORY)[0].rendered == 2
    assert first.read_bytes() == whole
    assert second.exists() and third.exists()


def test_sentences_are_cut_as_the_site_s_settings_say(tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "js").symlink_to(LAYOUT.web / "js")
    (tmp_path / "long.txt").write_text(f"The lamp was warm{', and warm' * 6}.", "utf-8")
    given = replace(order(tmp_path, tmp_path / "long.txt"), web=str(web))
    assert pack_run.run(given, Here()).sentences == 1
    (web / "lectern.json").write_text('{"maxSentenceChars": 40}', "utf-8")
    assert pack_run.run(given, Here()).sentences > 1
    (web / "lectern.json").write_text('{"maxSentenceChars": 4', "utf-8")
    with pytest.raises(BuildError, match=r"lectern\.json"):
        pack_run.run(given, Here())


def test_the_site_s_styles_are_said_as_the_page_says_them(tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "js").symlink_to(LAYOUT.web / "js")
    (web / "lectern.json").write_text('{"styles": {"slow": {"length": 1.5}}}', "utf-8")
    _, pool = pack(tmp_path, STORY, style="slow", web=str(web))
    assert {job.key for job in pool.jobs} > {key_of(text, 1.5) for text in SENTENCES}
    # Who renders elsewhere has the table from the voice.
    table = pack_run.site_settings(web)[1]
    slow = pack_run.load_voice(str(TINY), VOICE, table)
    job = next(job for job in pool.jobs if job.text == SENTENCES[0])
    with closing(Studio(slow)) as there, closing(Studio(voice())) as elsewhere:
        assert there.make(job).fault == ""
        assert "slow" in elsewhere.make(job).fault


def test_a_damaged_list_of_documents_unpublishes_none(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    index = (tmp_path / "audio" / "index.json").read_bytes()
    listed = tmp_path / "audio" / ".documents.json"
    for damaged in (listed.read_text("utf-8")[:-5], "[]"):
        listed.write_text(damaged, "utf-8")
        with pytest.raises(BuildError, match=r"\.documents\.json"):
            pack(tmp_path, "Another text.", "other.txt")
        assert (tmp_path / "audio" / "index.json").read_bytes() == index


def test_what_could_be_made_is_published_where_something_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "story.txt"
    text.write_text(STORY, "utf-8")
    built: list[Context] = []
    reports = [True, False]

    def rendered(command: list[Any], **_: Any) -> int:
        if reports.pop(0):
            report = Path(json.loads(command[-1])["report"])
            report.write_text('{"sentences": 3, "failed": 1}', "utf-8")
        return 1

    monkeypatch.setattr(pack_command, "build", built.append)
    monkeypatch.setattr(shell, "status", rendered)
    monkeypatch.setattr(npm, "ensure", lambda ctx: None)
    monkeypatch.setattr(vendor, "vendor_all", lambda ctx: None)
    monkeypatch.setattr(venv, "install", lambda ctx, extra: Path("python"))
    assert pack_command.pack(Context.of(), [str(text)], voice=VOICE) == 1
    assert len(built) == 1, "the other sentences are published"
    assert pack_command.pack(Context.of(), [str(text)], voice=VOICE) == 1
    assert len(built) == 1, "nothing was made"


def test_another_bitrate_is_another_file(tmp_path: Path) -> None:
    small = pack(tmp_path, STORY)[0]
    large = pack(tmp_path, STORY, bitrate=64_000)[0]
    assert large.rendered == 3
    assert large.bytes > 1.5 * small.bytes
    assert pack(tmp_path, STORY)[0].rendered == 0


def test_stopped_in_the_midst_it_goes_on_from_there(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY, "utf-8")
    given = order(tmp_path, tmp_path / "story.txt")
    with pytest.raises(KeyboardInterrupt):
        pack_run.run(given, Here(most=2))
    assert not (tmp_path / "audio" / "index.json").exists()
    pool = Here()
    assert pack_run.run(given, pool).reused == 2
    assert len(pool.jobs) == 1


KILLED = """
import json, os, signal, sys
from tests.unit.tools.packing import Here
from tools.build import pack_run
class Killed(Here):
    def __call__(self, jobs):
        for number, made in enumerate(super().__call__(jobs)):
            if number == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            yield made
pack_run.run(pack_run.Order(**json.loads(sys.argv[1])), Killed())
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_killed_in_the_midst_of_a_line_it_goes_on_from_there(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY, "utf-8")
    given = order(tmp_path, tmp_path / "story.txt")
    path = os.pathsep.join([str(LAYOUT.root), str(LAYOUT.web / "py")])
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, as_json(given)],
        env={**os.environ, "PYTHONPATH": path},
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    made = tmp_path / "audio" / ".made.jsonl"
    lines = made.read_text("ascii").splitlines()
    assert len(lines) == 2
    made.write_text(f"{lines[0]}\n{lines[1][:-9]}", "ascii")  # its last line was not written whole
    summary, _ = pack(tmp_path, STORY)
    assert (summary.reused, summary.rendered) == (1, 2)
    assert pack(tmp_path, STORY)[0].reused == 3


@pytest.mark.slow
def test_processes_of_their_own_make_the_same(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    pack(here, STORY)
    (there / "story.txt").write_text(STORY, "utf-8")
    summary = pack_run.run(order(there, there / "story.txt"))
    assert summary.rendered == 3
    assert manifests(there) == manifests(here)


def test_phrases_are_all_marked(tmp_path: Path) -> None:
    phrases = [f"Phrase number {number}." for number in range(7)]
    summary, _ = pack(
        tmp_path, json.dumps({"language": "en", "greetings": phrases}), "phrases.json"
    )
    assert summary.sentences == 7
    (listed,) = read_index((tmp_path / "audio" / "index.json").read_text("utf-8"))
    assert list(listed.marks) == marks_of(phrases, each=1)
    lines, _ = pack(tmp_path, "\n".join(phrases) + "\n", "lines.txt", phrases=True)
    assert lines.reused == 7


def test_what_is_skipped_in_a_document_is_not_packed(tmp_path: Path) -> None:
    page = (
        "<html><body><nav><a href='x'>Home page of it</a></nav><p>The lamp was warm.</p>"
        "</body></html>"
    )
    _, pool = pack(tmp_path, page, "page.html")
    assert [job.text for job in pool.jobs] == ["The lamp was warm."]


def test_a_pdf_is_packed_as_the_page_reads_it(tmp_path: Path) -> None:
    head = pdfs.Run(72, 50, "Proceedings of the Lamp Society", 9)
    pages = [
        [head, pdfs.Run(72, 120, "The lamp was"), pdfs.Run(72, 134, "warm. Nobody had been")],
        [head, pdfs.Run(72, 120, "there for years."), pdfs.Run(72, 134, "She called.")],
        [head, pdfs.Run(72, 120, "Nobody answered.")],
    ]
    (tmp_path / "paper.pdf").write_bytes(pdfs.make(pages, title="A Paper"))
    pool = Here()
    summary = pack_run.run(order(tmp_path, tmp_path / "paper.pdf"), pool)
    said = " ".join(" ".join(job.text.split()) for job in pool.jobs)
    assert said == (
        "The lamp was warm. Nobody had been there for years. She called. Nobody answered."
    )
    assert summary.faults == []
    assert manifests(tmp_path)[0]["title"] == "A Paper"


def test_styles_have_manifests_of_their_own(tmp_path: Path) -> None:
    pack(tmp_path, STORY)
    summary, _ = pack(tmp_path, STORY, style="calm")
    assert summary.rendered == 3
    assert {one["style"] for one in manifests(tmp_path)} == {None, "calm"}


def test_what_is_wrong_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BuildError, match="There is no style 'merry'"):
        pack(tmp_path, STORY, style="merry")
    with pytest.raises(BuildError, match="This PDF is damaged, or it is none"):
        pack(tmp_path, "%PDF-1.7", "book.pdf")
    with pytest.raises(BuildError, match="no list of phrases"):
        pack(tmp_path, '{"a": "b"}', "none.json")
    with pytest.raises(BuildError, match="There is no voice xx"):
        pack_run.load_voice(str(tmp_path), "xx")
    assert main(["pack", str(tmp_path / "nowhere.txt"), "--voice", VOICE]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_only_one_packs_at_a_time(tmp_path: Path) -> None:
    folder = AudioFolder(tmp_path / "audio")
    with folder.lock(), pytest.raises(BuildError, match=r"Another build\.py"):
        pack(tmp_path, STORY)
