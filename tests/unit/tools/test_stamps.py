"""Nothing is done twice, and everything that changed is done again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.build.errors import BuildError
from tools.build.hashing import HashCache, digest, sha256_bytes, write_if_changed
from tools.build.stamps import Stamps


class Job:
    """Copies source to output, and counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "in" / "a.txt"
        self.output = folder / "out" / "a.txt"
        self.source.parent.mkdir()
        self.source.write_text("one")
        self.runs = 0

    def __call__(self) -> None:
        self.runs += 1
        self.output.parent.mkdir(exist_ok=True)
        self.output.write_text(self.source.read_text())

    def make(self, also: str = "") -> bool:
        # A new object each time, as in a new process.
        stamps = Stamps(self.folder / "stamps", HashCache(self.folder / "hashes.json"))
        return stamps.run(
            "copy",
            inputs=[self.source.parent],
            outputs=[self.output.parent],
            also=[also],
            job=self,
        )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_runs_once(job: Job) -> None:
    assert job.make()
    assert not job.make()
    assert job.runs == 1


def test_runs_again_when_an_input_changed(job: Job) -> None:
    job.make()
    job.source.write_text("two")
    assert job.make()
    assert job.output.read_text() == "two"


def test_runs_again_when_an_input_was_added(job: Job) -> None:
    job.make()
    (job.source.parent / "b.txt").write_text("")
    assert job.make()


def test_runs_again_when_an_output_was_edited_or_removed(job: Job) -> None:
    job.make()
    job.output.write_text("edited")
    assert job.make()
    job.output.unlink()
    assert job.make()
    assert job.output.read_text() == "one"


def test_runs_again_when_something_else_changed(job: Job) -> None:
    job.make("1")
    assert job.make("2")


def test_a_failed_job_is_not_stamped(job: Job) -> None:
    job.make()
    job.source.write_text("two")
    stamps = Stamps(job.folder / "stamps", HashCache(job.folder / "hashes.json"))

    def fail() -> None:
        raise BuildError("no")

    with pytest.raises(BuildError):
        stamps.run("copy", inputs=[job.source], outputs=[job.output.parent], job=fail)
    assert job.make()


def test_a_damaged_stamp_only_costs_a_run(job: Job) -> None:
    job.make()
    (job.folder / "stamps" / "copy.json").write_text("{")
    assert job.make()


def test_hash_cache_sees_a_change_of_the_same_size(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    cache = HashCache(tmp_path / "hashes.json")
    assert cache.sha256(file) == sha256_bytes(b"one")
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert cache.sha256(file) == sha256_bytes(b"two")
    cache.save()
    assert HashCache(tmp_path / "hashes.json").sha256(file) == sha256_bytes(b"two")


def test_hash_cache_does_not_read_an_unchanged_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    cache = HashCache(tmp_path / "hashes.json")
    cache.sha256(file)
    cache.save()
    again = HashCache(tmp_path / "hashes.json")

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(Path, "open", refuse)
    assert again.sha256(file) == sha256_bytes(b"one")


def test_digest_has_no_ambiguity() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest([]) != digest([""])


def test_write_if_changed_leaves_times_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a"
    assert write_if_changed(file, b"one")
    os.utime(file, ns=(5, 5))
    assert not write_if_changed(file, b"one")
    assert file.stat().st_mtime_ns == 5
    assert write_if_changed(file, b"two")
    assert [path.name for path in file.parent.iterdir()] == ["a"]
