"""Modules that the page fetches at once."""

from __future__ import annotations

from tools.build.modules import closure, preload


def test_static_imports_are_followed_and_dynamic_ones_are_not() -> None:
    scripts = {
        "app/main.js": b'import {\n  a\n} from "./a.js";\nvar later = import("./later.js");\n',
        "app/a.js": b"export * from './b.js';\nimport '../vendor/one.js';\nimport './main.js';\n",
        "app/b.js": b"/** @import('./types.js') */\nexport const b = 1;\n",
        "app/later.js": b"",
    }
    found = ["app/main.js", "app/a.js", "app/b.js", "vendor/one.js"]
    assert closure(scripts, "app/main.js") == found


def test_the_engine_comes_first_and_nothing_twice() -> None:
    scripts = {
        "app/main.js": b"import './a.js';\nimport('./interface.js');\n",
        "app/interface.js": b"import './a.js';\nimport './b.js';\n",
        "app/a.js": b"",
        "app/b.js": b"",
    }
    made = preload("<head>\n    <!-- modules -->\n</head>\n", scripts).splitlines()
    assert [line.split('"')[3] for line in made[1:-1]] == [
        "app/main.js",
        "app/a.js",
        "app/interface.js",
        "app/b.js",
    ]
    assert ["low" in line for line in made[1:-1]] == [False, False, True, True]
