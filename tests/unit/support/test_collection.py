"""The local collection itself: what the tests of downloads rely on."""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collection import CollectionServer, CollectionVoice, NoRange, default_voices
from tests.e2e.faults import Cut, Flip, NoLength, Status

CONFIG = json.dumps({"audio": {"sample_rate": 16000}, "num_speakers": 2, "speaker_id_map": {}})
MODEL = bytes(range(256)) * 1000
VOICE = CollectionVoice("fr_FR-tiny-medium", MODEL, CONFIG.encode(), aliases=("fr-tiny-medium",))
PATH = "fr/fr_FR/tiny/medium/fr_FR-tiny-medium.onnx"


@pytest.fixture
def collection() -> Iterator[CollectionServer]:
    with CollectionServer([VOICE]) as collection:
        yield collection


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers by lower-case name, body); follows redirects."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=given, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def test_the_catalogue_has_the_real_ones_fields(collection: CollectionServer) -> None:
    listed = json.loads(fetch(f"{collection.url}/voices.json")[2])
    entry = listed["fr_FR-tiny-medium"]
    assert set(entry) == {
        *("key", "name", "language", "quality", "num_speakers", "speaker_id_map"),
        *("files", "aliases"),
    }
    assert entry["language"]["family"] == "fr"
    assert list(entry["files"]) == [PATH, f"{PATH}.json", "fr/fr_FR/tiny/medium/MODEL_CARD"]
    assert entry["files"][PATH] == {
        "size_bytes": len(MODEL),
        "md5_digest": hashlib.md5(MODEL).hexdigest(),
    }
    for path, file in entry["files"].items():
        assert len(fetch(f"{collection.url}/{path}")[2]) == file["size_bytes"], path


def test_models_come_by_way_of_another_origin(collection: CollectionServer) -> None:
    status, headers, body = fetch(f"{collection.url}/{PATH}", Origin="http://page.test")
    assert (status, body) == (200, MODEL)
    assert headers["access-control-allow-origin"] == "*"
    assert [(asked.hop, asked.status) for asked in collection.requests(PATH)] == [
        ("front", 302),
        ("files", 200),
    ]
    assert collection.sent(PATH) == len(MODEL)
    small = fetch(f"{collection.url}/{PATH}.json", Origin="http://page.test")[1]
    assert small["access-control-allow-origin"] == "http://page.test"
    assert [asked.hop for asked in collection.requests(f"{PATH}.json")] == ["front"]


def test_ranges_and_etags_hold_on_both_sides(collection: CollectionServer) -> None:
    address = f"{collection.url}/{PATH}"
    etag = fetch(address)[1]["etag"]
    status, headers, body = fetch(address, Range="bytes=1000-", If_Range=etag)
    assert (status, body) == (206, MODEL[1000:])
    assert headers["content-range"] == f"bytes 1000-{len(MODEL) - 1}/{len(MODEL)}"
    assert fetch(address, Range="bytes=1000-", If_Range='"other"')[::2] == (200, MODEL)
    assert fetch(address, Range=f"bytes={len(MODEL)}-")[0] == 416
    collection.fault(PATH, NoRange(), times=1)
    assert fetch(address, Range="bytes=1000-")[::2] == (200, MODEL)
    assert collection.requests(PATH)[-1].range == "bytes=1000-"


def test_faults_are_ordered_and_queue_up(collection: CollectionServer) -> None:
    address = f"{collection.url}/{PATH}"
    collection.fault(PATH, Status(503), times=2)
    collection.fault(PATH, Cut(10), times=1)
    collection.fault(PATH, Flip(at=0), times=1)
    collection.fault(PATH, NoLength(), times=1)
    collection.fault(PATH, Status(429), times=1, hop="front")
    assert fetch(address)[0] == 429
    assert [fetch(address)[0] for _ in range(2)] == [503, 503]
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(address, Range="bytes=5-")
    assert caught.value.partial == MODEL[5:15]
    changed = fetch(address)
    assert changed[2] == bytes([MODEL[0] ^ 1]) + MODEL[1:]
    unlimited = fetch(address)
    assert "content-length" not in unlimited[1]
    assert unlimited[2] == MODEL
    assert changed[1]["etag"] == fetch(address)[1]["etag"]


def test_other_bytes_have_another_etag_and_the_old_hash(collection: CollectionServer) -> None:
    before = fetch(f"{collection.url}/{PATH}")[1]["etag"]
    collection.put(PATH, b"other")
    status, headers, body = fetch(f"{collection.url}/{PATH}")
    assert (status, body) == (200, b"other")
    assert headers["etag"] != before
    listed = json.loads(fetch(f"{collection.url}/voices.json")[2])
    assert listed["fr_FR-tiny-medium"]["files"][PATH]["size_bytes"] == len(MODEL)
    collection.remove(PATH)
    assert fetch(f"{collection.url}/{PATH}")[0] == 404


def test_preflights_are_refused_unless_asked_for() -> None:
    for preflight, status in ((False, 403), (True, 204)):
        with CollectionServer([VOICE], preflight=preflight) as collection:
            answer = fetch(f"{collection.url}/{PATH}", "OPTIONS", Origin="http://page.test")
            assert answer[0] == status


def test_held_requests_wait_and_stopping_lets_them_go(collection: CollectionServer) -> None:
    hold = collection.hold(PATH)
    thread = threading.Thread(target=fetch, args=(f"{collection.url}/{PATH}",))
    thread.start()
    assert hold.arrived.wait(10)
    assert collection.sent(PATH) == 0
    hold.release()
    thread.join(10)
    assert collection.sent(PATH) == len(MODEL)


def test_as_a_folder(collection: CollectionServer, tmp_path: Path) -> None:
    collection.write_to(tmp_path / "deep")
    assert (tmp_path / "deep" / PATH).read_bytes() == MODEL
    assert (tmp_path / "deep" / "voices.json").is_file()
    collection.write_to(tmp_path / "flat", flat=True)
    assert sorted(path.name for path in (tmp_path / "flat").iterdir()) == [
        "fr_FR-tiny-medium.onnx",
        "fr_FR-tiny-medium.onnx.json",
    ]


def test_the_default_voices_are_real_ones() -> None:
    found = {voice.id: voice for voice in default_voices()}
    assert {"en_US-copy-x_low", "fr_FR-copie-x_low"} <= set(found)
    assert found["fr_FR-copie-x_low"].aliases == ("fr-copie-x_low",)
    assert all(len(voice.model) > 100_000 for voice in found.values())
