"""view/cover.js: pictures come, stay with what shows them, and go with their list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node
from tools.build.paths import LAYOUT

VIEW = LAYOUT.web / "js" / "view"

PAGE = """
class Node {
  children = []; dataset = {}; isConnected = true;
  append(...more) { this.children.push(...more); }
  setAttribute() {}
  addEventListener() {}
}
globalThis.document = { createElement: () => new Node() };
globalThis.Image = class extends Node { isPicture = true; };
let seen;
globalThis.IntersectionObserver = class {
  constructor(run) { seen = run; }
  observe() {}
  unobserve() {}
  disconnect() {}
};
const there = new Set();
URL.createObjectURL = () => { const url = `blob:${there.size + 1}`; there.add(url); return url; };
URL.revokeObjectURL = (url) => there.delete(url);
const { Covers } = await import('%s');
let give;
const covers = new Covers(() => new Promise((done) => { give = done; }));
const element = covers.make({ id: 'a', title: 'A book', cover: true });
const near = () => seen([{ isIntersecting: true, target: element }]);
const settled = () => new Promise((done) => setImmediate(done));
const picture = () => element.children.find((one) => one.isPicture)?.src ?? '';
"""


def run(folder: Path, script: str) -> Any:
    page = PAGE % (VIEW / "cover.js").as_uri()
    return node.run(
        folder, f"{page}\n{script}\nconsole.log(JSON.stringify([picture(), [...there]]));"
    )


def test_a_row_that_a_search_took_away_comes_back_with_its_picture(tmp_path: Path) -> None:
    script = """
        near();
        element.isConnected = false;
        give(new Blob(['x']));
        await settled();
        element.isConnected = true;
    """
    assert run(tmp_path, script) == ["blob:1", ["blob:1"]]


def test_pictures_go_with_their_list(tmp_path: Path) -> None:
    shown, there = run(
        tmp_path, "near(); give(new Blob(['x'])); await settled(); covers.release();"
    )
    assert (shown, there) == ("blob:1", [])


def test_a_picture_that_comes_after_its_list_is_gone_is_let_go(tmp_path: Path) -> None:
    script = "near(); covers.release(); give(new Blob(['x'])); await settled();"
    assert run(tmp_path, script) == ["", []]
