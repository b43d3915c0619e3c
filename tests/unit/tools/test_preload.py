"""Lists of phrases, handed to ``pack`` style by style."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.layouts import checkout, write
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.preload import preload

LIST = {
    "language": "fr",
    "categories": {
        "one": {"styles": ["neutral", "calm"], "phrases": ["Oui.", "Non."]},
        "two": {"styles": [], "phrases": ["Déjà."]},
    },
}


class FakePack:
    def __init__(self, bad: str = "", failed: int | None = None) -> None:
        self.bad = bad
        self.failed = failed
        self.packed: list[tuple[str | None, Any]] = []
        self.built = 0

    def build(self, ctx: Context) -> None:
        self.built += 1

    def __call__(
        self,
        ctx: Context,
        texts: Sequence[str],
        *,
        voice: str,
        style: str | None = None,
        title: str = "",
        jobs: int | None = None,
        report: Path | None = None,
        dist: bool = True,
    ) -> int:
        assert (voice, jobs, dist) == ("fr_FR-pico-x_low", 2, False)
        assert not self.built
        [text] = texts
        assert title == f"fr-{style}"
        self.packed.append((style, json.loads(Path(text).read_text("utf-8"))))
        if style == self.bad and self.failed is not None and report:
            report.write_text(json.dumps({"sentences": 3, "failed": self.failed}), "utf-8")
        return int(style == self.bad)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    made = checkout(tmp_path)
    write(tmp_path / "web/phrases/fr.json", json.dumps(LIST))
    return made


def run(
    context: Context, pack: FakePack, capsys: pytest.CaptureFixture[str], **wish: Any
) -> tuple[int, dict[str, Any]]:
    status = preload(context, pack, pack.build, voice="fr_FR-pico-x_low", jobs=2, **wish)
    report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report.pop("ms") >= 0
    return status, report


def test_each_category_is_packed_in_its_styles(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = FakePack()
    status, report = run(context, pack, capsys)
    assert pack.packed == [
        ("neutral", {"one": ["Oui.", "Non."], "two": ["Déjà."]}),
        ("calm", {"one": ["Oui.", "Non."]}),
    ]
    assert status == 0
    assert pack.built == 1
    assert report == {
        "voiceId": "fr_FR-pico-x_low",
        "language": "fr",
        "categories": ["one", "two"],
        "styles": ["neutral", "calm"],
        "requested": 5,
        "failed": 0,
    }


def test_categories_and_styles_can_be_chosen(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = FakePack()
    _, report = run(context, pack, capsys, categories=["two", "two"], styles=["lively"])
    assert pack.packed == [("lively", {"two": ["Déjà."]})]
    assert report["requested"] == 1


def test_a_style_that_fails_leaves_the_others(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = FakePack(bad="neutral")
    status, report = run(context, pack, capsys)
    assert (status, report["requested"], report["failed"]) == (1, 5, 3)
    assert len(pack.packed) == 2
    assert pack.built == 1
    # Where nothing was made there is nothing new to build.
    pack = FakePack(bad="calm")
    assert run(context, pack, capsys, styles=["calm"])[0] == 1
    assert pack.built == 0


def test_what_failed_of_a_style_is_counted_alone(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run(context, FakePack(bad="neutral", failed=1), capsys)
    assert (status, report["failed"]) == (1, 1)
    # What an earlier run said of this style does not count.
    _, report = run(context, FakePack(bad="neutral"), capsys)
    assert report["failed"] == 3


def test_what_is_not_there_is_named(context: Context) -> None:
    with pytest.raises(BuildError, match="three"):
        preload(context, FakePack(), print, voice="fr_FR-pico-x_low", categories=["three"])
    with pytest.raises(BuildError, match="'de'"):
        preload(context, FakePack(), print, voice="de_DE-x-low")
