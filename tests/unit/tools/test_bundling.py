"""The scripts in few files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.tools.layouts import checkout, write
from tools.build import bundling, dist
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.modules import closure

ROOT = Path(__file__).resolve().parents[3]


def test_what_two_entries_share_is_one_module(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/js/main.js", "import { once } from './deep/once.js';\nonce.main = 1;\n")
    write(tmp_path / "web/js/lectern.js", "export { once } from './deep/once.js';\n")
    write(
        tmp_path / "web/js/deep/once.js",
        "import { it } from '../../vendor/idb/index.js';\nexport const once = { it };\n",
    )
    made = bundling.bundle(context)
    holding = [name for name, text in made.items() if name.endswith(".js") and b"{ it };" in text]
    assert len(holding) == 1
    assert holding[0] in closure(made, "app/main.js")
    assert holding[0] in closure(made, "app/lectern.js")
    assert b'from "../vendor/idb/index.js"' in made[holding[0]], "what is vendored stays apart"
    sources = json.loads(made[f"{holding[0]}.map"])["sources"]
    assert sources == ["../js/deep/once.js"], "as it lies in dist"


def test_who_embeds_gets_the_bundle(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/js/lectern.js", "export const speak = 1;\n")
    folder = dist.make(context)
    assert (folder / "js/lectern.js").read_text("utf-8") == "export * from '../app/lectern.js';\n"
    assert "speak" in (folder / "app/lectern.js").read_text("utf-8")


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/js/main.js", "import './missing.js';\n")
    with pytest.raises(BuildError) as caught:
        bundling.bundle(context)
    assert "./missing.js" in f"{caught.value.what} {caught.value.hint}"


def test_the_apps_own_realms_are_few_files_each() -> None:
    made = bundling.bundle(Context.of())
    for realm in bundling.REALMS:
        for name, module in realm.items():
            assert (ROOT / "web" / module).is_file(), module
            assert f"app/{name}.js" in made
    engine = closure(made, "app/main.js")
    assert not set(closure(made, "app/interface.js")) <= set(engine)
    assert len(engine) < 15 and len(closure(made, "app/worker.js")) < 10
    for path in (*engine, *closure(made, "app/worker.js")):
        assert path in made or path.startswith("vendor/"), path


def test_the_sources_may_be_a_link(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/js/main.js", "import { it } from '../vendor/idb/index.js';\nit();\n")
    (tmp_path / "web").rename(tmp_path / "elsewhere")
    (tmp_path / "web").symlink_to(tmp_path / "elsewhere")
    made = bundling.bundle(context)
    assert b'from "../vendor/idb/index.js"' in made["app/main.js"], "what is vendored stays apart"
