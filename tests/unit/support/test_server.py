"""The test server itself: what the browser suites rely on."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.faults import Cut, Flip, NoLength, Replace, Status, WrongLength, flip_bit
from tests.e2e.server import StaticSite

BODY = bytes(range(256)) * 40


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers by lower-case name, body)"""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


@pytest.fixture
def site(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "index.html").write_bytes(b"<p>page")
    (tmp_path / "a.wasm").write_bytes(BODY)
    with StaticSite(tmp_path) as site:
        yield site


def test_serves_the_folder_with_types_and_isolation(site: StaticSite) -> None:
    status, headers, body = fetch(site.url)
    assert (status, body) == (200, b"<p>page")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert fetch(site.url + "a.wasm")[1]["content-type"] == "application/wasm"
    assert fetch(site.url + "absent")[0] == 404
    assert fetch(site.url + "..%2f..%2fetc/hostname")[0] == 404


def test_without_isolation_headers(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    with StaticSite(tmp_path, isolation=False) as site:
        assert not [name for name in fetch(site.url)[1] if name.startswith("cross-origin")]


def test_mounted_under_a_path_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    with StaticSite(tmp_path, mount="/some/where/") as site:
        assert fetch(site.url)[2] == b"page"
        assert fetch(site.origin + "/some/where")[2] == b"page"  # redirected
        assert fetch(site.origin + "/index.html")[0] == 404


def test_overlay_leaves_the_folder_alone(site: StaticSite, tmp_path: Path) -> None:
    site.put("a.wasm", b"other")
    assert fetch(site.url + "a.wasm")[2] == b"other"
    site.remove("a.wasm")
    assert fetch(site.url + "a.wasm")[0] == 404
    site.restore("a.wasm")
    assert fetch(site.url + "a.wasm")[2] == (tmp_path / "a.wasm").read_bytes() == BODY


def test_log_holds_path_query_range_and_status(site: StaticSite) -> None:
    fetch(site.url + "a.wasm?x=1", Range="bytes=2-5")
    (hit,) = site.hits("a.wasm")
    assert (hit.method, hit.query, hit.range, hit.status) == ("GET", "x=1", "bytes=2-5", 206)
    site.forget()
    assert site.count() == 0


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=2-5", 206, BODY[2:6]),
        ("bytes=-3", 206, BODY[-3:]),
        ("bytes=10239-", 206, BODY[-1:]),
        ("bytes=10240-", 416, b""),
        ("bytes=5-2", 416, b""),
    ],
)
def test_ranges(site: StaticSite, asked: str, status: int, body: bytes) -> None:
    answer = fetch(site.url + "a.wasm", Range=asked)
    assert (answer[0], answer[2]) == (status, body)


def test_etag_revalidates_until_the_file_changes(site: StaticSite) -> None:
    etag = fetch(site.url)[1]["etag"]
    assert fetch(site.url, **{"If-None-Match": etag})[0] == 304
    site.put("index.html", "new")
    assert fetch(site.url, **{"If-None-Match": etag})[0] == 200


def test_stop_cuts_connections_and_start_takes_the_same_port(site: StaticSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    port = site.port
    site.stop()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.request("GET", "/")
        connection.getresponse()
    with pytest.raises(urllib.error.URLError):
        fetch(site.url)
    site.start()
    assert site.port == port
    assert fetch(site.url)[0] == 200


def test_faults_come_as_ordered_and_pass(site: StaticSite) -> None:
    url = site.url + "a.wasm"
    site.fault("a.wasm", Status(500), times=1)
    assert [fetch(url)[0], fetch(url)[0]] == [500, 200]
    site.fault("a.wasm", Flip(7))
    assert fetch(url)[2] == flip_bit(BODY, 7) != BODY
    site.fault("a.wasm", Replace(b"html"))
    assert fetch(url)[2] == b"html"
    site.fault("a.wasm", NoLength())
    _, headers, body = fetch(url)
    assert "content-length" not in headers
    assert body == BODY
    site.fault("a.wasm", Cut(100, length=False))
    assert fetch(url)[2] == BODY[:100]
    site.heal()
    assert fetch(url)[2] == BODY


@pytest.mark.parametrize("fault", [Cut(100), WrongLength(5)])
def test_a_body_that_is_too_short_is_seen(site: StaticSite, fault: Cut | WrongLength) -> None:
    site.fault("a.wasm", fault)
    with pytest.raises(http.client.IncompleteRead):
        fetch(site.url + "a.wasm")


def test_hold_answers_when_released(site: StaticSite) -> None:
    hold = site.hold("a.wasm")
    answers: list[bytes] = []
    thread = threading.Thread(target=lambda: answers.append(fetch(site.url + "a.wasm")[2]))
    thread.start()
    assert hold.arrived.wait(10)
    assert answers == []
    hold.release()
    thread.join(10)
    assert answers == [BODY]
