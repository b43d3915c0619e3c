"""The package's modules lie in layers, as ARCHITECTURE.md has them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "web" / "py" / "lectern"
HEADER = "| modules | what for |"


def layers() -> dict[str, int]:
    """Each module that the table names, with its row; those of ``documents`` go with that."""
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition(HEADER)[2]
    rows = [line.split("|")[1] for line in table.partition("\n\n")[0].splitlines()[2:]]
    found: dict[str, int] = {}
    for row, cell in enumerate(rows):
        names = re.findall(r"`(\w+)`", cell)
        for name in names[:1] if names[0] == "documents" else names:
            assert name not in found, f"{name} stands there twice"
            found[name] = row
    return found


def imports(path: Path) -> set[str]:
    """The package's modules that a module names, functions and all."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lectern":
            inner = (node.module or "").split(".")[1:2]
            found.update(inner or [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found.update(name[1] for name in names if name[0] == "lectern" and len(name) > 1)
    return found


def test_every_module_has_its_place_and_looks_down_only() -> None:
    place = layers()
    modules = {
        path: path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "__init__.py"
    }
    assert set(place) == set(modules.values())
    upwards = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path, name in modules.items()
        for other in imports(path)
        if other in place and place[other] < place[name]
    ]
    assert upwards == []
