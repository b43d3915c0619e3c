"""view/rule_book.js: what is stored of rules is never lost to what could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node
from tools.build.paths import LAYOUT

VIEW = LAYOUT.web / "js" / "view"

PAGE = """
console.warn = () => {};
const { RuleBook } = await import('%s');
const rule = (written) => ({ kind: 'word', written, says: 'x', language: '', enabled: true });
const settled = () => new Promise((done) => setImmediate(done));
const stored = { doc: [rule('old')], other: [] };
let fails = false;
let waiting = null;
const shelf = {
  async reading(id) {
    if (waiting) await waiting;
    if (fails) throw new Error('locked');
    return { rules: stored[id] };
  },
  async setReading(id, { rules }) {
    stored[id] = rules;
  },
};
const memory = { rules: [] };
const book = new RuleBook({ memory, library: async () => shelf });
const names = (rules) => rules.map(({ written }) => written);
const state = () => [names(book.of('own')), names(stored.doc), names(stored.other)];
"""


def run(folder: Path, script: str) -> Any:
    page = PAGE % (VIEW / "rule_book.js").as_uri()
    return node.run(folder, f"{page}\n{script}\nconsole.log(JSON.stringify(state()));")


def test_a_new_rule_stands_before_those_that_are_stored(tmp_path: Path) -> None:
    script = "await book.follow('doc'); book.put('own', rule('new')); await settled();"
    assert run(tmp_path, script) == [["new", "old"], ["new", "old"], []]


def test_rules_that_could_not_be_read_are_not_written_over(tmp_path: Path) -> None:
    script = """
        fails = true;
        await book.follow('doc');
        book.put('own', rule('new'));
        await settled();
    """
    # The new one holds as long as the page does.
    assert run(tmp_path, script) == [["new"], ["old"], []]


def test_a_store_that_is_there_again_takes_both(tmp_path: Path) -> None:
    script = """
        fails = true;
        await book.follow('doc');
        book.put('own', rule('new'));
        await settled();
        fails = false;
        book.put('own', rule('newer'));
        await settled();
    """
    assert run(tmp_path, script) == [["newer", "new", "old"], ["newer", "new", "old"], []]


def test_a_rule_that_is_made_while_they_are_read_joins_them(tmp_path: Path) -> None:
    script = """
        let go;
        waiting = new Promise((done) => { go = done; });
        const followed = book.follow('doc');
        book.put('own', rule('new'));
        go();
        await followed;
        await settled();
    """
    assert run(tmp_path, script) == [["new", "old"], ["new", "old"], []]


def test_a_rule_stays_with_its_document(tmp_path: Path) -> None:
    script = """
        let go;
        waiting = new Promise((done) => { go = done; });
        const first = book.follow('doc');
        book.put('own', rule('new'));
        const second = book.follow('other');
        go();
        await Promise.all([first, second]);
        await settled();
    """
    assert run(tmp_path, script) == [[], ["new", "old"], []]


def test_rules_for_all_outlive_a_store_that_is_full(tmp_path: Path) -> None:
    storage = (VIEW / "storage.js").as_uri()
    script = f"""
        const {{ Memory }} = await import('{storage}');
        const items = new Map();
        let full = false;
        const disk = {{
          getItem: (key) => items.get(key) ?? null,
          setItem(key, value) {{ if (full) throw new Error('quota'); items.set(key, value); }},
          removeItem: (key) => items.delete(key),
        }};
        const kept = new Memory(() => disk);
        kept.rules = [rule('for all')];
        full = true;
        kept.rules = [rule('for all'), rule('too much')];
        stored.other = kept.rules;
    """
    assert run(tmp_path, script)[2] == ["for all"]


def test_there_is_room_for_so_many_rules_and_no_more(tmp_path: Path) -> None:
    """A rule that does not fit is refused, and nothing goes for it; a file comes whole or not."""
    script = """
        const pattern = (n) => ({ ...rule(`${n}`.padEnd(200, '?')), kind: 'pattern' });
        const hundred = Array.from({ length: 100 }, (_, n) => pattern(n));
        await book.follow('doc');
        const told = [book.import(hundred)];
        const [first] = book.of('all');
        told.push(book.put('all', pattern('x')), book.put('all', rule('word')));
        told.push(book.put('all', { ...first, says: 'y' }, { scope: 'all', rule: first }));
        told.push(book.import([pattern('x')]), book.import([{ ...first, says: 'z' }]));
        told.push(book.import(Array.from({ length: 900 }, (_, n) => rule(`w${n}`))));
        // What is for one document has room of its own, and both are used.
        for (const one of hundred) told.push(book.put('own', one));
        await settled();
        stored.other = [...new Set(told.slice(7)), told.slice(0, 7).join(), book.current.length,
                        memory.rules.length].map((written) => ({ written }));
    """
    assert run(tmp_path, script)[2] == [True, "true,false,true,true,false,true,false", 202, 101]


def test_a_store_with_more_than_can_be_used_gives_the_first(tmp_path: Path) -> None:
    script = """
        const pattern = (n) => ({ ...rule(`${n}`.padEnd(200, '?')), kind: 'pattern' });
        stored.doc = [...Array.from({ length: 300 }, (_, n) => pattern(n)), rule('last')];
        await book.follow('doc');
        const used = book.current;
        // They are still there, and can be changed and removed.
        const rest = [book.of('own').length, book.put('own', { ...pattern(299), says: 'y' })];
        stored.other = [used.length, used.at(-1).written, ...rest].map((written) => ({ written }));
    """
    assert run(tmp_path, script)[2] == [101, "last", 301, True]
