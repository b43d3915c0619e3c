"""The repository's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools.layouts import write
from tools.build import repo_rules

HOST = ".".join(["registry", "npmjs", "org"])
ADDRESS = "https:" + "//example.com/x.js"


def test_a_registry_host_is_found_anywhere() -> None:
    found = repo_rules.check_text("package-lock.json", f'a\n"resolved": "{HOST}/idb"\n')
    assert found == ["package-lock.json:2: names the host of a registry or CDN"]


@pytest.mark.parametrize("name", ["web/js/a.js", "web/app.css", "web/index.html"])
def test_a_foreign_address_is_found_in_the_app(name: str) -> None:
    assert repo_rules.check_text(name, f"x('{ADDRESS}')\n")
    assert not repo_rules.check_text("README.md", f"[x]({ADDRESS})\n")


def test_the_name_of_svg_is_no_address() -> None:
    text = "document.createElementNS('http:" + "//www.w3.org/2000/svg', 'svg')\n"
    assert not repo_rules.check_text("web/js/a.js", text)


def test_long_code_is_found() -> None:
    text = "x = 1\n" * (repo_rules.MOST_LINES + 1)
    assert repo_rules.check_text("tools/a.py", text)
    assert not repo_rules.check_text("notes.md", text)


def test_without_git_every_file_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path / "web/js/a.js", f"fetch('{ADDRESS}')\n")
    write(tmp_path / "node_modules/x/web/js/a.js", f"fetch('{ADDRESS}')\n")
    write(tmp_path / "public/a.bin", "")
    (tmp_path / "public/a.bin").write_bytes(b"\xff\xfe")
    found = repo_rules.problems(tmp_path)
    assert len(found) == 1
    assert found[0].startswith("web/js/a.js:1:")
