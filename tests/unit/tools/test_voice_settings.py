"""Where voices come from: read, overridden, refused, and put into the build."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.unit.tools.layouts import checkout, write
from tools.build import dist, voice_settings
from tools.build.errors import BuildError
from tools.build.paths import LAYOUT
from tools.build.voice_settings import VoiceSettings, checked, load

TOML = """\
[tool.lectern.voices]
source = "https://voices.example/piper/main/"
origins = ["https://voices.example", "https://*.files.example"]
"""
COMMITTED = VoiceSettings(
    "https://voices.example/piper/main", ("https://voices.example", "https://*.files.example")
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "pyproject.toml", TOML)
    return tmp_path


def test_read_from_pyproject(root: Path) -> None:
    assert load(root, environment={}) == COMMITTED


def test_nothing_set_is_no_collection(tmp_path: Path) -> None:
    assert load(tmp_path, environment={}) == VoiceSettings("", ())
    write(tmp_path / "pyproject.toml", "[project]\nname = 'x'\n")
    assert load(tmp_path, environment={}) == VoiceSettings("", ())


def test_the_environment_overrides_and_the_command_line_overrides_that(root: Path) -> None:
    environment = {
        voice_settings.SOURCE_VARIABLE: "http://localhost:8001/v",
        voice_settings.ORIGINS_VARIABLE: "https://a.example  https://b.example:8443",
    }
    origins = ("http://localhost:8001", "https://a.example", "https://b.example:8443")
    assert load(root, environment=environment) == VoiceSettings("http://localhost:8001/v", origins)
    assert load(
        root, source="https://c.example/v", origins=["https://c.example"], environment=environment
    ) == VoiceSettings("https://c.example/v", ("https://c.example",))


def test_another_source_brings_its_origin_and_leaves_the_committed_ones(root: Path) -> None:
    found = load(root, source="https://Mirror.Example/piper", environment={})
    assert found == VoiceSettings("https://Mirror.Example/piper", ("https://mirror.example",))
    assert load(root, source="", environment={}) == VoiceSettings("", ())
    assert load(root, origins=["https://x.example"], environment={}).origins == (
        "https://voices.example",
        "https://x.example",
    )


@pytest.mark.parametrize(
    "origin",
    [
        "example.org",
        "https://example.org/path",
        "https://example.org; script-src *",
        "https://example.org 'unsafe-eval'",
        "*",
        "https:",
        "https://*",
        "https://*.*.example",
        "ftp://example.org",
        "https://user@example.org",
        'https://exa"mple.org',
        "",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(BuildError, match="not an origin"):
        checked("", [origin])


@pytest.mark.parametrize(
    "source",
    [
        "voices.example/piper",
        "https://voices.example/a?b=c",
        "https://voices.example/a b",
        "https://user:secret@voices.example/a",
        "https://*.example/a",
        "https://[::1/a",
        "file:///voices",
        "https://",
    ],
)
def test_what_is_no_address_is_refused(source: str) -> None:
    with pytest.raises(BuildError, match="not the address"):
        checked(source, [])


@pytest.mark.parametrize(
    "toml", ["[tool.lectern.voices]\nsource = 3\n", "[tool.lectern.voices]\norigins = 'x'\n", "["]
)
def test_a_bad_pyproject_is_named(tmp_path: Path, toml: str) -> None:
    write(tmp_path / "pyproject.toml", toml)
    with pytest.raises(BuildError, match="pyproject"):
        load(tmp_path, environment={})


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "https://b.a.example", False),
        ("https://*.hub.example", "https://cdn.eu.hub.example", True),
        ("https://*.hub.example", "https://hub.example", False),
        ("https://*.hub.example", "http://a.hub.example", False),
        ("https://*.hub.example", "https://evilhub.example", False),
    ],
)
def test_which_origins_are_covered(allowed: str, origin: str, expected: bool) -> None:
    assert voice_settings.covers(allowed, origin) is expected


def test_the_committed_settings_are_sound() -> None:
    settings = load(LAYOUT.root, environment={})
    assert settings.source.startswith("https://")
    assert len(settings.origins) >= 1


def policy(folder: Path) -> str:
    found = re.search(r"connect-src[^;\"]*", (folder / "index.html").read_text("utf-8"))
    assert found
    return found[0]


def build_info(folder: Path) -> dict[str, object]:
    text = (folder / "vendor/build_info.js").read_text("utf-8")
    found: dict[str, object] = json.loads(text.split("BUILD = ")[1].rstrip().removesuffix(";"))
    return found


def test_the_build_has_them_in_its_policy_and_its_info(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    page = (LAYOUT.web / "index.html").read_text("utf-8")
    head = page[: page.index("</head>")]
    write(tmp_path / "web/index.html", head)
    write(tmp_path / "web/other.html", head)
    write(tmp_path / "pyproject.toml", TOML)
    folder = dist.make(context)
    assert policy(folder) == f"connect-src 'self' {' '.join(COMMITTED.origins)}"
    assert "%" not in (folder / "other.html").read_text("utf-8").split("<title>")[0]
    assert build_info(folder)["voices"] == {
        "source": COMMITTED.source,
        "origins": list(COMMITTED.origins),
    }
    none = dist.make(context, settings=VoiceSettings())
    assert policy(none) == "connect-src 'self'"


def test_another_source_is_another_version(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    versions = {
        build_info(dist.make(context, settings=VoiceSettings(source, ("https://a.example",))))[
            "version"
        ]
        for source in ("https://a.example/1", "https://a.example/2")
    }
    assert len(versions) == 2


def test_a_build_in_another_folder_leaves_dist_alone(tmp_path: Path) -> None:
    context = checkout(tmp_path / "repo")
    own = dist.make(context)
    before = (own / "files.json").read_bytes()
    settings = VoiceSettings("https://b.example/v", ("https://b.example",))
    other = dist.make(context, into=tmp_path / "other", settings=settings)
    assert (own / "files.json").read_bytes() == before
    assert other == tmp_path / "other"
    assert (other / "models/piper/en_US-tiny-x_low.onnx").is_file()
    dist.make(context, into=other, settings=settings)
    write(tmp_path / "mine/letter.txt", "dear")
    with pytest.raises(BuildError, match="other things"):
        dist.make(context, into=tmp_path / "mine")
    assert (tmp_path / "mine/letter.txt").read_text() == "dear"
