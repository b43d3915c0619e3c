"""What tabs remember: each its own text and place, and a new one what was read last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node

STORAGE = Path(__file__).resolve().parents[3] / "web" / "js" / "view" / "storage.js"


def run(folder: Path, script: str) -> Any:
    """``script`` with `tab()`, which opens one more, and `stored`, which is what is given back."""
    return node.run(
        folder,
        f"""
        const {{ Memory }} = await import('{STORAGE.as_uri()}');
        const disk = () => {{
          const items = new Map();
          return {{
            getItem: (key) => items.get(key) ?? null,
            setItem: (key, value) => void items.set(key, `${{value}}`),
            removeItem: (key) => void items.delete(key),
          }};
        }};
        const shared = disk();
        /** A tab, or the same again after a reload. */
        const tab = (own = disk()) => Object.assign(new Memory(() => shared, () => own), {{ own }});
        const write = (memory, text) => {{ memory.text = text; memory.flush(); }};
        const place = (start, length) => ({{ start, end: start + 1, length }});
        const stored = [];
        {script}
        console.log(JSON.stringify(stored));
        """,
    )


def test_a_new_tab_has_what_was_read_last(tmp_path: Path) -> None:
    script = """
        const one = tab();
        write(one, 'the first');
        one.place = place(4, 9);
        const two = tab();
        stored.push(two.text, two.place.start);
        write(two, 'the second');
        two.place = place(5, 10);
        stored.push(tab().text, tab(one.own).text, tab(one.own).place.start);
        one.place = place(6, 9);
        stored.push(tab().text, tab().place.start);
    """
    assert run(tmp_path, script) == ["the first", 4, "the second", "the first", 4, "the first", 6]


def test_a_text_is_never_given_the_place_of_another_one(tmp_path: Path) -> None:
    script = """
        const one = tab();
        write(one, 'nine char');
        one.place = place(4, 9);
        const two = tab();
        two.place = null;
        write(two, 'char nine');
        stored.push(tab().text, tab().place);
    """
    assert run(tmp_path, script) == ["char nine", None]


def test_a_tab_that_opens_a_document_leaves_the_others_their_text(tmp_path: Path) -> None:
    script = """
        const one = tab();
        write(one, 'typed');
        one.place = place(2, 5);
        const two = tab();
        stored.push(two.text);
        two.putAway();
        two.document = 'book';
        write(two, '');
        two.place = null;
        stored.push(two.text, two.place, tab().document);
        const again = tab(one.own);
        stored.push(again.text, again.place.start, again.document);
        // What is read last is what a new tab has, and the text is there when the book is not.
        one.place = place(3, 5);
        stored.push(tab().document, tab().text, tab().place.start);
    """
    assert run(tmp_path, script) == [
        *("typed", "", None, "book"),
        *("typed", 2, "book"),
        *("", "typed", 3),
    ]


def test_what_a_tab_clears_does_not_come_back(tmp_path: Path) -> None:
    script = """
        write(tab(), 'of a tab that died');
        const two = tab();
        stored.push(two.text);
        write(two, '');
        stored.push(two.text, tab().text);
    """
    assert run(tmp_path, script) == ["of a tab that died", "", ""]


def test_a_text_of_before_there_were_owners_is_kept(tmp_path: Path) -> None:
    script = """
        shared.setItem('lectern.page.text', 'old');
        const one = tab();
        one.putAway();
        stored.push(tab().text);
        const without = new Memory(() => shared, () => { throw new Error('refused'); });
        stored.push(without.text);
        write(without, 'new');
        stored.push(without.text, tab().text);
    """
    assert run(tmp_path, script) == ["old", "old", "new", "new"]


def test_each_tab_knows_how_far_its_document_was_read(tmp_path: Path) -> None:
    script = """
        const reached = (document, start, at) => ({ document, start, end: start + 1, at });
        const [one, two] = [tab(), tab()];
        one.reach(reached('a', 7, 1000));
        two.reach(reached('b', 8, 2000));
        stored.push(one.reachedIn('a').start, two.reachedIn('b').start, two.reachedIn('a'));
        two.reach(reached('a', 9, 3000));
        stored.push(one.reachedIn('a').start, tab().reachedIn('a').start);
        two.reach(reached('a', 10, Date.now() + 1e9));
        stored.push(tab().reachedIn('a'));
    """
    assert run(tmp_path, script) == [7, 8, None, 9, 9, None]
