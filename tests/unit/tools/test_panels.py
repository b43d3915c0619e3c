"""Panels in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.build.errors import BuildError
from tools.build.panels import insert


def test_a_panel_stands_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels/one.html").write_text("    <section>One</section>\n", "utf-8")
    page = "<body>\n    <!-- panel:one -->\n</body>\n"
    assert insert(page, tmp_path) == "<body>\n    <section>One</section>\n</body>\n"


def test_a_panel_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="two"):
        insert("<!-- panel:two -->\n", tmp_path)
