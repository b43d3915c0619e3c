"""Downloads against the local collection: resumed, tried again, checked, never more than asked."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.collection import CollectionServer, CollectionVoice, NoRange
from tests.e2e.faults import Cut, Flip, NoLength, Replace, Status, WrongLength
from tools.build import download
from tools.build.download import Client, Expected
from tools.build.errors import BuildError

MODEL = bytes(range(256)) * 2000  # 512,000 bytes
VOICE = CollectionVoice("fr_FR-tiny-medium", MODEL, b'{"audio": {"sample_rate": 16000}}')
EXPECTED = Expected(len(MODEL), hashlib.md5(MODEL).hexdigest())


@pytest.fixture
def collection() -> Iterator[CollectionServer]:
    with CollectionServer([VOICE]) as collection:
        yield collection


class Desk:
    """One download, with waits that are noted instead of waited."""

    def __init__(self, collection: CollectionServer, folder: Path, **options: Any) -> None:
        self.collection = collection
        self.path = collection.path(VOICE.id)
        self.part = folder / "parts" / "model"
        self.waits: list[float] = []
        self.seen: list[int] = []
        self.client = Client(sleep=self.waits.append, timeout=10, **options)

    def fetch(self, expected: Expected = EXPECTED) -> bytes:
        url = f"{self.collection.url}/{self.path}"
        self.client.fetch(url, self.part, expected, self.seen.append)
        return self.part.read_bytes()

    def ranges(self) -> list[str | None]:
        return [asked.range for asked in self.collection.requests(self.path, hop="files")]


@pytest.fixture
def desk(collection: CollectionServer, tmp_path: Path) -> Desk:
    return Desk(collection, tmp_path)


def test_a_whole_file_by_way_of_the_redirect(desk: Desk) -> None:
    assert desk.fetch() == MODEL
    assert desk.collection.sent(desk.path) == len(MODEL)
    assert desk.waits == []
    assert desk.seen == sorted(desk.seen)
    assert (desk.seen[0], desk.seen[-1]) == (0, len(MODEL))


def test_cut_at_every_tenth_every_byte_is_fetched_once(desk: Desk) -> None:
    tenth = len(MODEL) // 10
    for _ in range(9):
        desk.collection.fault(desk.path, Cut(tenth), times=1)
    assert desk.fetch() == MODEL
    assert desk.collection.sent(desk.path) == len(MODEL)
    assert desk.ranges() == [None] + [f"bytes={n * tenth}-" for n in range(1, 10)]
    assert len(desk.waits) == 9
    # Each brought something, so none is a step towards giving up.
    assert max(desk.waits) == 1


@pytest.mark.parametrize("tenth", range(1, 10))
def test_another_run_goes_on_where_one_gave_up(
    tenth: int, collection: CollectionServer, tmp_path: Path
) -> None:
    first = Desk(collection, tmp_path, tries=1)
    at = len(MODEL) * tenth // 10
    collection.fault(first.path, Cut(at), times=1)
    with pytest.raises(BuildError, match="cut after") as caught:
        first.fetch()
    assert "goes on" in caught.value.hint
    assert first.part.stat().st_size == at
    second = Desk(collection, tmp_path, tries=1)
    assert second.fetch() == MODEL
    assert second.seen[0] == at
    assert collection.sent(first.path) == len(MODEL)


def test_a_whole_part_is_not_fetched_again(desk: Desk) -> None:
    desk.fetch()
    desk.collection.forget()
    assert desk.fetch() == MODEL
    assert desk.collection.requests() == []


def test_a_server_that_ignores_ranges_begins_anew(desk: Desk) -> None:
    desk.collection.fault(desk.path, Cut(100_000), times=1)
    desk.collection.fault(desk.path, NoRange(), times=1)
    assert desk.fetch() == MODEL
    assert desk.ranges() == [None, "bytes=100000-"]
    assert desk.collection.sent(desk.path) == 100_000 + len(MODEL)


def test_a_file_that_changed_meanwhile_begins_anew(desk: Desk) -> None:
    other = MODEL[::-1]
    desk.collection.fault(desk.path, Cut(100_000), times=1)
    desk.client = Client(sleep=lambda _: desk.collection.put(desk.path, other))
    # If-Range names the old file's ETag, so the answer is the whole new one.
    assert desk.fetch(Expected(len(other), hashlib.md5(other).hexdigest())) == other
    asked = desk.collection.requests(desk.path, hop="files")[-1]
    assert (asked.range, asked.status, asked.sent) == ("bytes=100000-", 200, len(other))
    assert asked.if_range


def test_a_part_that_the_server_has_not_is_dropped(desk: Desk) -> None:
    desk.part.parent.mkdir()
    desk.part.write_bytes(b"x" * 200_000)
    desk.collection.put(desk.path, MODEL[:150_000])
    short = Expected(300_000, "0" * 32)
    desk.client = Client(sleep=lambda _: desk.collection.put(desk.path, MODEL), tries=3)
    with pytest.raises(BuildError, match="more than 300000"):
        desk.fetch(short)
    assert desk.collection.requests(desk.path, hop="files")[0].status == 416
    assert not desk.part.exists()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_after_longer_and_longer(desk: Desk, status: int) -> None:
    desk.collection.fault(desk.path, Status(status), times=2)
    desk.collection.fault(desk.path, Status(status), times=1, hop="front")
    assert desk.fetch() == MODEL
    assert desk.waits == [1, 2, 4]


def test_it_gives_up_in_words(desk: Desk) -> None:
    desk.collection.fault(desk.path, Status(503))
    with pytest.raises(BuildError, match="answered 503") as caught:
        desk.fetch()
    assert "network" in caught.value.hint
    assert len(desk.ranges()) == 5
    assert desk.waits == [1, 2, 4, 8]


@pytest.mark.parametrize(("status", "words"), [(404, "not there"), (403, "not for everybody")])
def test_what_no_patience_helps_is_an_error_at_once(desk: Desk, status: int, words: str) -> None:
    desk.collection.fault(desk.path, Status(status))
    with pytest.raises(BuildError, match=words):
        desk.fetch()
    assert desk.waits == []


def test_nobody_there(desk: Desk) -> None:
    desk.collection.stop()
    with pytest.raises(BuildError, match=r"can't be fetched: .*refused"):
        desk.fetch()
    assert len(desk.waits) == 4


def test_a_network_that_comes_back(desk: Desk) -> None:
    desk.collection.stop()
    desk.client = Client(sleep=lambda _: desk.collection.start())
    assert desk.fetch() == MODEL


@pytest.mark.parametrize(
    "fault", [Flip(at=1000), Replace(MODEL[:-1] + b"x"), Replace(MODEL + b"x")]
)
def test_damage_on_the_way_is_noticed_and_fetched_anew(desk: Desk, fault: Any) -> None:
    desk.collection.fault(desk.path, fault, times=1)
    assert desk.fetch() == MODEL
    assert desk.ranges() == [None, None]


def test_a_wrong_file_is_an_error_that_leaves_nothing(desk: Desk) -> None:
    desk.collection.put(desk.path, b"x" + MODEL[1:])
    with pytest.raises(BuildError, match="MD5") as caught:
        desk.fetch()
    assert "twice" in caught.value.hint
    assert len(desk.ranges()) == 2
    assert list(desk.part.parent.iterdir()) == []


def test_an_endless_file_is_not_read_to_its_end(desk: Desk) -> None:
    desk.collection.put(desk.path, MODEL * 20)
    with pytest.raises(BuildError, match="more than"):
        desk.fetch()
    # Two attempts, each ended after one chunk too many (and what the sockets held by then).
    assert max(desk.seen) <= len(MODEL)
    assert not desk.part.exists()


def test_without_a_length_a_cut_is_noticed_too(desk: Desk) -> None:
    desk.collection.fault(desk.path, Cut(50_000, length=False), times=1)
    desk.collection.fault(desk.path, NoLength(), times=1)
    assert desk.fetch() == MODEL
    assert desk.collection.sent(desk.path) == len(MODEL)


def test_a_length_that_is_too_long_is_no_hindrance(desk: Desk) -> None:
    desk.collection.fault(desk.path, WrongLength(by=5), times=1)
    assert desk.fetch() == MODEL


def test_a_disk_without_room_is_noticed_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(BuildError, match=r"no room for fr_FR-tiny-medium\.onnx: 0\.49 MB"):
        desk.fetch()
    assert desk.collection.requests() == []


class FullDisk(io.FileIO):
    """A file that takes 100,000 bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_disk_that_fills_up_gets_its_room_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def limited(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if self == desk.part and mode in ("ab", "wb"):
            return FullDisk(self, mode)
        return opened(self, mode, *args, **options)

    monkeypatch.setattr(Path, "open", limited)
    with pytest.raises(BuildError, match="disk is full"):
        desk.fetch()
    assert list(desk.part.parent.iterdir()) == []


def test_encryption_is_not_given_up(desk: Desk) -> None:
    handler = download._Downgrade()
    request = urllib.request.Request("https://a.example/x")
    with pytest.raises(BuildError, match="without encryption"):
        handler.redirect_request(request, io.BytesIO(), 302, "", {}, "http://b.example/x")


def test_a_small_file(desk: Desk) -> None:
    url = f"{desk.collection.url}/voices.json"
    desk.collection.fault("voices.json", Cut(10), times=1)
    desk.collection.fault("voices.json", Status(500), times=1)
    assert desk.client.read(url, 1 << 20) == desk.collection.catalogue_bytes()
    assert desk.waits == [1, 2]
    with pytest.raises(BuildError, match="longer than"):
        desk.client.read(url, 100)
    with pytest.raises(BuildError, match="not there"):
        desk.client.read(f"{desk.collection.url}/none.json", 100)
