"""Modules that the page fetches at once."""

from __future__ import annotations

from pathlib import Path

from tools.build.modules import closure, preload

ROOT = Path(__file__).resolve().parents[3]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "js" / f"{name}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_static_imports_are_followed_and_dynamic_ones_are_not(tmp_path: Path) -> None:
    web = write(
        tmp_path,
        main="import { a,\n  b } from './a.js';\nconst later = import('./later.js');\n",
        a="export * from './b.js';\nimport '../vendor/one.js';\nimport { it } from './main.js';\n",
        b="/** @import('./types.js') */\nexport const b = 1;\n",
    )
    assert closure(web, "js/main.js") == ["js/main.js", "js/a.js", "js/b.js", "vendor/one.js"]


def test_the_engine_comes_first_and_nothing_twice(tmp_path: Path) -> None:
    web = write(
        tmp_path,
        main="import './a.js';\nimport('./interface.js');\n",
        interface="import './a.js';\nimport './b.js';\n",
        a="",
        b="",
    )
    made = preload("<head>\n    <!-- modules -->\n</head>\n", web).splitlines()
    assert [line.split('"')[3] for line in made[1:-1]] == [
        "js/main.js",
        "js/a.js",
        "js/interface.js",
        "js/b.js",
    ]
    assert ["low" in line for line in made[1:-1]] == [False, False, True, True]


def test_the_apps_own_modules_are_all_there() -> None:
    web = ROOT / "web"
    found = closure(web, "js/main.js")
    assert "js/engine.js" in found and "js/view/page.js" not in found
    assert "js/view/page.js" in closure(web, "js/interface.js")
    for path in found:
        assert path.startswith("vendor/") or (web / path).is_file(), path
