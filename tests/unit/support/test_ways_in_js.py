"""view/ways_in.js and the bookmarklet's program, in as much of a page as they need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node
from tools.build.paths import LAYOUT

JS = LAYOUT.web / "js"

PAGE = """
const target = new EventTarget();
globalThis.addEventListener = target.addEventListener.bind(target);
globalThis.dispatchEvent = target.dispatchEvent.bind(target);
globalThis.window = globalThis;
globalThis.Element = class extends EventTarget { closest() { return this.field ?? null; } };
globalThis.HTMLTextAreaElement = class extends Element {};
const box = Object.assign(new HTMLTextAreaElement(), { value: '' });
box.field = box;
globalThis.document = { getElementById: () => box, body: new Element() };
globalThis.location = { hash: '', pathname: '/app/', search: '?threads=1' };
const replaced = [];
globalThis.history = { state: 7, replaceState: (...given) => replaced.push(given) };
console.warn = () => {};
const arrivals = await import('%(arrivals)s');
const { WaysIn } = await import('%(ways)s');
const { chooseLanguage } = await import('%(strings)s');
const opened = [];
const told = [];
let shownHow = 0;
const { strings } = chooseLanguage(['en']);
const make = (more = {}) => new WaysIn({
  arrivals: async () => ({ ...arrivals, ...more }),
  base: 'https://lectern.example/app/',
  strings,
  notices: { show: (slot, text, { action } = {}) => told.push([slot, text, action?.label ?? '']) },
  open: async (files, about) => {
    for (const file of files) {
      opened.push([file.name, file.type, await file.text(), about?.source ?? '']);
    }
    return true;
  },
  choose: () => {},
  showBookmarklet: () => (shownHow += 1),
});
const settled = () => new Promise((later) => setTimeout(later, 20));
function paste(data, on = document.body) {
  const event = new Event('paste', { cancelable: true });
  const getData = (type) => data[type] ?? '';
  Object.assign(event, { clipboardData: { getData, files: data.files ?? [] } });
  Object.defineProperty(event, 'target', { value: on });
  dispatchEvent(event);
  return event.defaultPrevented;
}
const rich = { 'text/html': '<h1>A title</h1><p>Text.</p>', 'text/plain': 'A title\\nText.' };
"""


def run(folder: Path, script: str) -> Any:
    page = PAGE % {
        "arrivals": (JS / "arrivals.js").as_uri(),
        "ways": (JS / "view" / "ways_in.js").as_uri(),
        "strings": (JS / "view" / "strings.js").as_uri(),
    }
    return node.run(folder, f"{page}\n{script}")


def tell(expression: str) -> str:
    return f"console.log(JSON.stringify({expression}));"


def test_a_fragment_is_removed_before_it_is_opened(tmp_path: Path) -> None:
    came, opened, replaced = run(
        tmp_path,
        "location.hash = '#text=One%20two.&title=A%20note'; const came = await make().begin();"
        + tell("[came, opened, replaced]"),
    )
    assert came is True
    assert opened == [["A note.txt", "text/plain", "One two.", ""]]
    assert replaced == [[7, "", "/app/?threads=1"]]


@pytest.mark.parametrize("fragment", ["", "#", "#chapter-2", "#texts=1"])
def test_other_fragments_are_left_alone(tmp_path: Path, fragment: str) -> None:
    script = f"location.hash = {fragment!r}; const came = await make().begin();"
    assert run(tmp_path, script + tell("[came, opened, replaced, told]")) == [False, [], [], []]


@pytest.mark.parametrize(
    ("fragment", "why"),
    [
        ("#page=%", "broken"),
        ("#shared=x", "gone"),
        ("#shared=too-large", "large"),
    ],
)
def test_a_bad_fragment_is_told_of_in_one_sentence(tmp_path: Path, fragment: str, why: str) -> None:
    came, opened, told, wanted, replaced = run(
        tmp_path,
        f"location.hash = {fragment!r}; const came = await make().begin();"
        + tell(f"[came, opened, told, strings.linkProblems.{why}, replaced.length]"),
    )
    assert (came, opened, replaced) == (False, [], 1)
    assert told == [["problem", wanted, "Open a file…"]]


@pytest.mark.parametrize(
    ("shared", "opened", "how"),
    [
        ({"text": "Words.", "title": "T", "url": "https://a.b/"}, ["T.txt", "https://a.b/"], 0),
        ({"text": " https://a.b/c \n", "title": "T", "url": ""}, None, 1),
        ({"text": "", "title": "T", "url": "https://a.b/"}, None, 1),
        ({"text": "", "title": "", "url": ""}, None, 1),
    ],
)
def test_what_is_shared(
    tmp_path: Path, shared: dict[str, str], opened: list[str] | None, how: int
) -> None:
    found, told = run(
        tmp_path,
        f"const came = {json.dumps({'files': [], **shared})};"
        "location.hash = '#shared=1'; await make({ shared: async () => came }).begin();"
        + tell("[opened.map(([name, , , source]) => [name, source]), told]"),
    )
    assert found == ([opened] if opened else [])
    assert len(told) == how
    assert all(label == "Show how" for _, _, label in told)


def test_rich_text_is_a_document_where_nothing_is_written_in(tmp_path: Path) -> None:
    taken, opened = run(
        tmp_path,
        """make();
        const taken = [paste(rich), paste(rich, box)];
        box.value = 'Something.';
        taken.push(paste(rich, box));
        const field = new Element();
        field.field = field;
        taken.push(paste(rich, field), paste({ 'text/plain': ' ' }), paste({}));
        const shift = () =>
          dispatchEvent(Object.assign(new Event('keydown'), { key: 'V', shiftKey: true }));
        shift();
        taken.push(paste(rich, field), paste(rich));
        await settled();"""
        + tell("[taken, opened]"),
    )
    assert taken == [True, True, False, False, False, False, False, True]
    assert opened == [["A title.html", "text/html", "<h1>A title</h1><p>Text.</p>", ""]] * 3


def test_plain_text_is_a_document_where_there_is_nothing_to_write_in(tmp_path: Path) -> None:
    taken, opened = run(
        tmp_path,
        """make();
        const field = new Element();
        field.field = field;
        const words = { 'text/plain': 'Words.\\nMore.' };
        const taken = [paste(words, box), paste(words, field), paste(words)];
        dispatchEvent(Object.assign(new Event('keydown'), { key: 'V', shiftKey: true }));
        taken.push(paste(rich));
        await settled();"""
        + tell("[taken, opened]"),
    )
    assert taken == [False, False, True, True]
    assert opened == [
        ["Words..txt", "text/plain", "Words.\nMore.", ""],
        ["A title.txt", "text/plain", "A title\nText.", ""],
    ]


@pytest.mark.parametrize(
    ("html", "is_document"),
    [
        ("<p>One.</p><p>Two.</p>", True),
        ("<meta charset='utf-8'><ul><li>One</li></ul>", True),
        ("<meta charset='utf-8'><p>One paragraph only.</p>", False),
        ("<pre>x</pre><picture>", False),
        ("<div style='font: monospace'><div><span>let x;</span></div></div>", False),
        ("<h7>", False),
        ("<h1>" + "x" * 5_000_000, False),
    ],
    ids=range(7),
)
def test_what_has_a_shape(tmp_path: Path, html: str, is_document: bool) -> None:
    (tmp_path / "html.json").write_text(json.dumps(html))
    taken = run(
        tmp_path,
        f"""const {{ readFileSync }} = await import('node:fs');
        make();
        const html = JSON.parse(readFileSync('{tmp_path}/html.json', 'utf8'));"""
        + tell("paste({ 'text/html': html })"),
    )
    assert taken is is_document


def test_files_that_are_pasted_or_that_the_system_brings(tmp_path: Path) -> None:
    opened, told, gone = run(
        tmp_path,
        """const file = new File(['# T'], 'a.md');
        let take;
        globalThis.launchQueue = { setConsumer: (given) => (take = given) };
        make();
        const other = new File(['# U'], 'b.md');
        const gone = { getFile: async () => { throw new Error('gone'); } };
        paste({ files: [file, other] });
        await settled();
        take({ files: [{ getFile: async () => file }, gone, { getFile: async () => other }] });
        await settled();
        take({ files: [] });
        take({});
        take({ files: [gone] });
        await settled();"""
        + tell("[opened.map(([name]) => name), told, strings.unreadable.gone]"),
    )
    assert opened == ["a.md", "b.md"] * 2
    assert told == [["problem", gone, "Open a file…"]] * 2


CARRY = """
import { readFileSync } from 'node:fs';
const { parseHTML } = await import('%(linkedom)s');
const { carry } = await import('%(carry)s');
const arrivals = await import('%(arrivals)s');
const { document } = parseHTML(readFileSync('%(page)s', 'utf8'));
Object.defineProperty(document, 'implementation', { value: { createHTMLDocument: () => ({
  importNode: (node, deep) => node.cloneNode(deep) }) } });
Object.assign(globalThis, { document, getSelection: () => ' ' .trim() });
globalThis.location = { href: 'https://road.example/up?q=1#top' };
const went = [];
globalThis.open = (...given) => went.push(given);
globalThis.alert = (text) => went.push([text]);
const before = document.documentElement.outerHTML;
Object.defineProperty(document.body, 'innerText', { value: 'Its text.' });
await carry('https://lectern.example/app/', %(most)s, 'Too large.');
const [[address, ...how]] = went;
const packed = address.split('#page=')[1];
const page = packed && await arrivals.unpackPage(packed);
console.log(JSON.stringify({
  how, start: address.split('#')[0], source: page?.source, name: page?.file.name,
  text: await page?.file.text(), same: before === document.documentElement.outerHTML,
}));
"""


def carried(folder: Path, markup: str, most: int) -> dict[str, Any]:
    page = folder / "page.html"
    page.write_text(markup, "utf-8")
    given = {
        "linkedom": (LAYOUT.vendor / "article" / "linkedom.js").as_uri(),
        "carry": (JS / "bookmarklet.js").as_uri(),
        "arrivals": (JS / "arrivals.js").as_uri(),
        "page": page,
        "most": most,
    }
    found: dict[str, Any] = node.run(folder, CARRY % given)
    return found


MARKUP = (
    "<html lang=fr><head><title>En haut</title><style>p {}</style><script>x</script></head><body>"
    "<h1>En haut</h1><p>Été 😀<svg><text>s</text></svg></p><img src=x.png srcset=y alt=Vue>"
    "<iframe src=z></iframe></body></html>"
)


def test_the_bookmarklet_carries_the_page_and_changes_nothing(tmp_path: Path) -> None:
    found = carried(tmp_path, MARKUP, 100_000)
    assert found["start"] == "https://lectern.example/app/"
    assert found["how"] == ["_blank", "noopener,noreferrer"]
    assert found["source"] == "https://road.example/up?q=1#top"
    assert found["name"] == "En haut.html"
    assert "<p>Été 😀</p>" in found["text"]
    assert "Vue" in found["text"]
    assert not any(gone in found["text"] for gone in ("script", "style", "svg", "iframe", "x.png"))
    assert found["same"] is True


def test_of_a_page_that_is_too_large_the_bookmarklet_carries_the_text(tmp_path: Path) -> None:
    noise = "".join(f"<p>{n * 7919 % 65521:x}</p>" for n in range(2000))
    found = carried(tmp_path, MARKUP.replace("<h1>", noise + "<h1>"), 1000)
    assert (found["name"], found["text"]) == ("En haut.txt", "Its text.")
    assert carried(tmp_path, MARKUP, 10)["start"] == "Too large."
