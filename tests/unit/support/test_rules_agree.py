"""What the page takes for a rule of pronunciation, Python takes: no stored rule stops reading."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from lectern.errors import BadOption
from lectern.pronunciation import (
    MOST_CHARACTERS,
    MOST_PATTERN_CHARACTERS,
    MOST_RULES,
    checked_rules,
)

from tests.unit.support.test_js_agrees import in_node

SIGNS = "aZ1é\u0301 ’'-[]()|*?#$\\/!&東。\u00ad\ufb01.\U0001f600\n\u0085\u200b_"
FIXED: list[object] = [
    {"written": "a", "says": "b"},
    {"written": "", "says": "b"},
    {"written": "a", "says": "/./"},
    {"written": "a", "says": "//"},
    {"written": "a", "says": "…"},
    {"written": "a" * 200, "says": "b" * 200},
    {"written": "a" * 201, "says": "b"},
    {"written": "a", "says": "b", "kind": "regex"},
    {"written": "a", "says": "b", "language": "fr-CA", "enabled": False},
    {"written": "a", "says": "b", "language": "x"},
    {"written": "[\u0301a", "says": "b", "kind": "pattern"},
    {"written": "(" * 8 + "a" + ")" * 8, "says": "b", "kind": "pattern"},
    {"written": "(" * 9 + "a" + ")" * 9, "says": "b", "kind": "pattern"},
    {"written": "\\", "says": "b", "kind": "pattern"},
    {"written": "[!]]", "says": "b", "kind": "pattern"},
    {"written": "[a-]", "says": "b", "kind": "pattern"},
    {"written": "[-]", "says": "b", "kind": "pattern"},
    5,
    None,
    [],
]


def test_what_the_page_takes_python_takes(tmp_path: Path) -> None:
    source = random.Random(4)
    given = FIXED + [
        {
            "kind": source.choice(["word", "pattern", "pattern"]),
            "written": "".join(source.choices(SIGNS, k=source.randint(1, 8))),
            "says": "".join(source.choices(SIGNS, k=source.randint(1, 4))),
        }
        for _ in range(3000)
    ]
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(given), "utf-8")
    taken: list[Any] = in_node(
        tmp_path,
        "rules.js",
        f"JSON.stringify(JSON.parse((await import('node:fs')).readFileSync({str(path)!r}, 'utf-8'))"
        ".map(it.checkedRule))",
    )
    assert len(taken) == len(given)
    assert sum(one is not None for one in taken) > 300
    refused = 0
    for one, rule in zip(given, taken, strict=True):
        if rule is not None:
            checked_rules([rule])  # else it says which it is
        elif isinstance(one, dict) and one.get("kind") == "pattern" and says_letters(one):
            assert not taken_by_python(one), one
            refused += 1
    assert refused > 300


def says_letters(rule: dict[str, str]) -> bool:
    """The page asks for letters or figures where Python would take any sign that is heard."""
    return any(char.isalnum() for char in rule["says"]) and not rule["says"].startswith("/")


def taken_by_python(rule: object) -> bool:
    try:
        checked_rules([rule])
    except BadOption:
        return False
    return True


def test_the_limits_are_the_same(tmp_path: Path) -> None:
    """The page keeps two lists, for all documents and for one; Python takes both together."""
    found = in_node(
        tmp_path,
        "rules.js",
        "JSON.stringify([it.MOST_RULES, it.MOST_PATTERN_CHARACTERS, it.MOST_CHARACTERS])",
    )
    assert found == [MOST_RULES / 2, MOST_PATTERN_CHARACTERS / 2, MOST_CHARACTERS]
