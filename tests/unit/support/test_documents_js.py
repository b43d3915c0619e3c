"""view/documents.js: what is told while documents open, in whatever order they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node
from tools.build.paths import LAYOUT

VIEW = LAYOUT.web / "js" / "view"

#: A page around it. Time passes with ``pass()``, a file is read when ``read`` says so.
PAGE = """
globalThis.HTMLElement = class extends EventTarget {
  hidden = false;
  querySelector() { return null; }
};
const list = new HTMLElement();
globalThis.document = { getElementById: () => list };
globalThis.IntersectionObserver = class { disconnect() {} };
console.warn = () => {};
const { Documents } = await import('%s');
const later = new Map();
let timers = 0;
globalThis.setTimeout = (run) => { later.set(++timers, run); return timers; };
globalThis.clearTimeout = (timer) => later.delete(timer);
const pass = () => { for (const [timer, run] of later) { later.delete(timer); run(); } };
const settled = () => new Promise((done) => setImmediate(done));

const reading = Object.assign(new EventTarget(), { documentId: '', opened: null, rate: 1 });
const type = () => { reading.opened = null; reading.dispatchEvent(new Event('text')); };
const failed = [];
const shown = [];
const notices = { now: '',
  show(slot, text) { if (slot === 'hint') this.now = text; },
  hide(slot) { if (slot === 'hint') this.now = ''; } };
const opening = {};
const kept = new Map();
const shelf = {
  put: async ({ title }) => {
    if (title.includes('unkept')) throw Object.assign(new Error('full'), { code: 'quota' });
    kept.set(title, true);
    return title;
  },
  get: async (id) => (kept.has(id) ? data(id) : null),
  reading: async () => ({ start: 0, end: 0, placed: 0, aloud: [] }),
  list: async () => [], setReading: async () => {},
};
const data = (title) => ({ title, text: 'Text.', blocks: [], contents: [] });
const strings = {
  readingFile: (name) => `Reading ${name}`,
  notKept: 'not kept',
  alsoKept: (count, names) => `kept ${count}, not ${names.join()}`,
};
const taken = [];
let tryAgain = () => {};
const documents = new Documents({
  lectern: { openDocument: ({ name }) => new Promise((done, fail) => {
    opening[name] = { done: () => done(data(name)), fail: () => fail(new Error(name)) };
    if (name.startsWith('quick')) opening[name].done();
    if (name.startsWith('bad')) opening[name].fail();
  }) },
  library: async () => shelf,
  memory: { reachedIn: () => null, reach() {} }, strings, notices, reading,
  show(opened, { documentId }) {
    Object.assign(reading, { opened, documentId });
    shown.push(opened.title);
    reading.dispatchEvent(new Event('text'));
  },
  takeLibrary: ({ name }) => taken.push(name),
  failed: ({ message }, again) => (failed.push(message), (tryAgain = again)),
});
const open = (name) => documents.open({ name });
"""


def run(folder: Path, script: str) -> Any:
    """What ``script`` gives to ``told``."""
    page = PAGE % (VIEW / "documents.js").as_uri()
    tell = "const told = (value) => console.log(JSON.stringify(value));"
    return node.run(folder, f"{page}\n{tell}\n{script}")


def test_what_takes_long_is_told_of_until_it_is_there(tmp_path: Path) -> None:
    script = """
        const one = open('one');
        const before = notices.now;
        pass();
        const during = notices.now;
        opening.one.done();
        await one;
        told([before, during, notices.now, shown]);
    """
    assert run(tmp_path, script) == ["", "Reading one", "", ["one"]]


def test_of_two_files_only_the_later_is_told_of(tmp_path: Path) -> None:
    script = """
        const one = open('one');
        pass();
        const two = open('two');
        const between = notices.now;
        pass();
        const second = notices.now;
        opening.two.done();
        await two;
        const after = notices.now;
        opening.one.done();
        await one;
        pass();
        told([between, second, after, notices.now, shown]);
    """
    assert run(tmp_path, script) == ["", "Reading two", "", "", ["two"]]


def test_a_file_that_was_given_up_is_not_told_of_later(tmp_path: Path) -> None:
    script = """
        const all = [open('one'), open('quick')];
        await all[1];
        pass();
        told([notices.now, shown]);
    """
    assert run(tmp_path, script) == ["", ["quick"]]


def test_what_is_written_meanwhile_counts_and_the_notice_goes(tmp_path: Path) -> None:
    script = """
        const one = open('one');
        pass();
        type();
        const written = notices.now;
        opening.one.done();
        await one;
        told([written, notices.now, shown]);
    """
    assert run(tmp_path, script) == ["", "", []]


def test_a_document_of_the_library_takes_the_place_of_a_file(tmp_path: Path) -> None:
    script = """
        kept.set('old', true);
        const one = open('one');
        pass();
        await documents.openKept('old');
        opening.one.fail();
        await one;
        told([notices.now, shown, failed]);
    """
    assert run(tmp_path, script) == ["", ["old"], []]


def test_a_file_that_fails_is_told_of_as_failed_only(tmp_path: Path) -> None:
    script = """
        const one = open('one');
        pass();
        opening.one.fail();
        await one;
        told([notices.now, shown, failed]);
    """
    assert run(tmp_path, script) == ["", [], ["one"]]


def test_a_file_that_failed_can_be_opened_again(tmp_path: Path) -> None:
    script = """
        const one = open('one');
        opening.one.fail();
        await one;
        tryAgain();
        opening.one.done();
        await settled();
        told([shown, failed]);
    """
    assert run(tmp_path, script) == [["one"], ["one"]]


def test_of_several_files_the_first_is_opened_and_the_others_are_kept(tmp_path: Path) -> None:
    script = """
        const names = ['quick 1', 'quick 2', 'bad 3', 'quick unkept', 'books.lectern', 'quick 4'];
        const came = await documents.openAll(names.map((name) => ({ name })));
        const atOnce = [came, ...shown];
        while (!notices.now) await settled();
        told([atOnce, shown, [...kept.keys()], notices.now, taken, failed]);
    """
    at_once, shown, kept, notice, taken, failed = run(tmp_path, script)
    assert at_once == [True, "quick 1"]
    assert shown == ["quick 1"]
    assert kept == ["quick 1", "quick 2", "quick 4"]
    assert notice == "kept 2, not bad 3,quick unkept"
    assert (taken, failed) == (["books.lectern"], [])


def test_a_first_file_that_fails_is_told_of_and_the_others_are_kept(tmp_path: Path) -> None:
    script = """
        const files = ['bad 1', 'books.lectern', 'quick 2'].map((name) => ({ name }));
        const came = await documents.openAll(files, { own: false });
        while (!notices.now) await settled();
        // What others send is no library to take in.
        opening['books.lectern']?.done();
        told([came, shown, [...kept.keys()], failed, taken, await documents.openAll([])]);
    """
    script = script.replace("while (!notices.now) await settled();", "await settled();", 1)
    script = script.replace("told(", "while (!notices.now) await settled();\n        told(")
    came, shown, kept, failed, taken, none = run(tmp_path, script)
    assert (came, shown, failed, taken, none) == (False, [], ["bad 1"], [], False)
    assert kept == ["books.lectern", "quick 2"]
