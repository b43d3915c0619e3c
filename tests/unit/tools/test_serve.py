"""The development server, over real connections."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.tools.layouts import write
from tools.build import serve
from tools.build.errors import BuildError
from tools.build.hashing import sha256_bytes
from tools.build.static_files import parse_range

BODY = bytes(range(256)) * 40


@pytest.fixture
def server(tmp_path: Path) -> Iterator[serve.Server]:
    folder = tmp_path / "dist"
    write(folder / "index.html", "<p>page</p>")
    write(folder / "js/a.js", "1")
    write(folder / "js/a.mjs", "1")
    write(folder / "manifest.webmanifest", "{}")
    write(folder / ".hidden", "secret")
    write(tmp_path / "secret.txt", "secret")
    write(folder / f"audio/ab/{'ab' * 32}.opus", "sound")
    write(folder / "audio/index.json", "{}")
    (folder / "a.wasm").write_bytes(BODY)
    (folder / "link").symlink_to(tmp_path / "secret.txt")
    with serve.Server(folder, "localhost", 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(
    server: serve.Server, target: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers=names)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?backend=wasm#x", "text/html; charset=utf-8"),
        ("/js/a.js", "text/javascript; charset=utf-8"),
        ("/js/a.mjs", "text/javascript; charset=utf-8"),
        ("/a.wasm", "application/wasm"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ],
)
def test_types(server: serve.Server, target: str, expected: str) -> None:
    status, headers, _ = ask(server, target)
    assert (status, headers["content-type"]) == (200, expected)


@pytest.mark.parametrize("target", ["/", "/no-such-file"])
def test_every_answer_isolates(server: serve.Server, target: str) -> None:
    headers = ask(server, target)[1]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_scripts_have_the_pages_policy_as_workers_need_it(server: serve.Server) -> None:
    assert "content-security-policy" not in ask(server, "/js/a.js")[1]
    meta = '<meta\n http-equiv="Content-Security-Policy"\n content="default-src\n \'none\'; x"\n/>'
    write(server.folder.root / "index.html", f"<head>{meta}</head>")
    for script in ("/js/a.js", "/js/a.mjs"):
        assert ask(server, script)[1]["content-security-policy"] == "default-src 'none'; x"
    assert "content-security-policy" not in ask(server, "/a.wasm")[1]


def test_the_whole_file(server: serve.Server) -> None:
    status, headers, body = ask(server, "/a.wasm")
    assert (status, body) == (200, BODY)
    assert headers["content-length"] == str(len(BODY))
    assert headers["cache-control"] == "no-cache"


def test_what_is_named_by_its_hash_is_kept_for_ever(server: serve.Server) -> None:
    headers = ask(server, f"/audio/ab/{'ab' * 32}.opus")[1]
    assert headers["content-type"] == "audio/ogg"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert ask(server, "/audio/index.json")[1]["cache-control"] == "no-cache"


def test_the_etag_is_the_hash_and_gives_304(server: serve.Server) -> None:
    etag = ask(server, "/a.wasm")[1]["etag"]
    assert etag == f'"{sha256_bytes(BODY)}"'
    status, headers, body = ask(server, "/a.wasm", If_None_Match=f'"other", W/{etag}')
    assert (status, body) == (304, b"")
    assert headers["etag"] == etag
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert ask(server, "/a.wasm", If_None_Match='"other"')[0] == 200


def test_a_changed_file_has_another_etag(server: serve.Server) -> None:
    etag = ask(server, "/js/a.js")[1]["etag"]
    (server.folder.root / "js/a.js").write_text("2")
    status, _, body = ask(server, "/js/a.js", If_None_Match=etag)
    assert (status, body) == (200, b"2")


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, 10240), ("bytes=-5", 10235, 10240)],
)
def test_ranges(server: serve.Server, wanted: str, start: int, end: int) -> None:
    status, headers, body = ask(server, "/a.wasm", Range=wanted)
    assert (status, body) == (206, BODY[start:end])
    assert headers["content-range"] == f"bytes {start}-{end - 1}/{len(BODY)}"
    assert headers["content-type"] == "application/wasm"


def test_a_range_beyond_the_end(server: serve.Server) -> None:
    status, headers, _ = ask(server, "/a.wasm", Range="bytes=99999-")
    assert (status, headers["content-range"]) == (416, f"bytes */{len(BODY)}")


def test_if_range_of_other_bytes_gets_the_whole(server: serve.Server) -> None:
    assert ask(server, "/a.wasm", Range="bytes=0-9", If_Range='"old"')[0] == 200


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("items=0-1", None),
        ("bytes=0-99", (0, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes=-0", "unsatisfiable"),
        ("bytes=10-", "unsatisfiable"),
    ],
)
def test_parse_range(header: str, expected: object) -> None:
    assert parse_range(header, 10) == expected


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/js/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/link",
        "/.hidden",
        "/js",
        "/js/",
        "/a%00.wasm",
    ],
)
def test_nothing_else_is_served(server: serve.Server, target: str) -> None:
    status, _, body = ask(server, target)
    assert status == 404
    assert b"secret" not in body


def test_head_has_no_body(server: serve.Server) -> None:
    status, headers, body = ask(server, "/a.wasm", "HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(BODY)), b"")


def test_other_methods_are_refused(server: serve.Server) -> None:
    assert ask(server, "/", "POST")[0] == 501


def test_one_connection_serves_many_requests(server: serve.Server) -> None:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=10)
    connection.connect()
    opened = connection.sock
    for target in ("/", "/a.wasm", "/no-such-file", "/js/a.js"):
        connection.request("GET", target)
        connection.getresponse().read()
        assert connection.sock is opened
    connection.close()


def test_a_port_in_use_is_explained(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BuildError, match=f"Port {port} is in use") as caught:
            serve.serve(tmp_path, "127.0.0.1", port, open_page=False)
    assert f"--port {port + 1}" in caught.value.hint
