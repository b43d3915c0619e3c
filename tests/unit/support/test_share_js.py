"""What is shared goes from the service worker to the page: sw_share.js and shared_inbox.js."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

WEB = Path(__file__).resolve().parents[3] / "web"

#: A service worker's surroundings, as much of them as a share needs.
STAND = """
const SCOPE = 'https://lectern.example/app/';
const store = new Map();
const keyOf = (request) => request.url ?? request;
globalThis.caches = {
  async open(name) {
    if (!store.has(name)) store.set(name, new Map());
    const cache = store.get(name);
    return {
      put: async (key, response) => void cache.set(keyOf(key), await response.arrayBuffer()),
      match: async (key) => cache.has(keyOf(key)) ? new Response(cache.get(keyOf(key))) : undefined,
      delete: async (key) => cache.delete(keyOf(key)),
      keys: async () => [...cache.keys()].map((url) => ({ url })),
    };
  },
};
let listener;
globalThis.self = {
  registration: { scope: SCOPE },
  addEventListener: (type, heard) => { if (type === 'fetch') listener = heard; },
};
await import('%(share)s');
const { takeShared } = await import('%(inbox)s');
const formOf = (fields, files = []) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const file of files) form.append('files', file);
  return form;
};
const waiting = () => [...store.values()].reduce((sum, cache) => sum + cache.size, 0);
async function ask(form, { url = SCOPE + 'share', method = 'POST', mode = 'navigate' } = {}) {
  let answer = null;
  const formData = async () => { if (form) return form; throw new TypeError('no form'); };
  listener({ request: { url, method, mode, formData }, respondWith: (given) => (answer = given) });
  return answer;
}
async function share(fields, files) {
  const answer = await ask(formOf(fields, files));
  return [answer.status, answer.headers.get('Location')];
}
const idOf = (location) => location.split('#shared=')[1];
const read = async (shared) => shared && { ...shared,
  files: await Promise.all(shared.files.map(
    async (file) => [file.name, file.type, await file.text()])) };
"""


def run(folder: Path, script: str) -> Any:
    """What ``script`` gives to ``told``."""
    stand = STAND % {
        "share": (WEB / "sw_share.js").as_uri(),
        "inbox": (WEB / "js" / "shared_inbox.js").as_uri(),
    }
    tell = "const told = (value) => console.log(JSON.stringify(value));"
    return node.run(folder, f"{stand}\n{tell}\n{script}")


def test_what_is_shared_is_taken_once(tmp_path: Path) -> None:
    status, there, found, left, again = run(
        tmp_path,
        """
        const fields = { title: 'A note', text: 'One.', url: 'https://road.example/' };
        const [status, location] = await share(fields, [
          new File([], 'empty.txt'),
          new File(['Été'], 'été.md', { type: 'text/markdown' }),
          new File(['Two'], 'second.md'),
        ]);
        const id = idOf(location);
        const found = await read(await takeShared(SCOPE, id));
        told([status, location.replace(id, 'ID'), found, waiting(), await takeShared(SCOPE, id)]);
        """,
    )
    assert (status, there) == (303, "https://lectern.example/app/#shared=ID")
    assert found == {
        "title": "A note",
        "text": "One.",
        "url": "https://road.example/",
        "files": [["été.md", "text/markdown", "Été"], ["second.md", "", "Two"]],
    }
    assert (left, again) == (0, None)


def test_a_text_alone(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const [, location] = await share({ text: 'a'.repeat(2_000_005), other: 'x' });
        const { text, ...rest } = await takeShared(SCOPE, idOf(location));
        told([text.length, rest]);
        """,
    )
    assert found == [2_000_000, {"title": "", "url": "", "files": []}]


def test_what_is_too_large_or_no_form_says_so(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const large = new File([], 'large.pdf');
        Object.defineProperty(large, 'size', { value: 50_000_001 });
        const two = { get: () => '', getAll: () => [large, large] };
        const many = { get: () => '', getAll: () => Array(51).fill(new File(['x'], 'x.txt')) };
        const answers = [await ask(two), await ask(many), await ask(null)];
        told([answers.map((answer) => idOf(answer.headers.get('Location'))), waiting()]);
        """,
    )
    assert found == [["too-large", "too-large", "failed"], 0]


@pytest.mark.parametrize(
    "request_",
    [
        "{ method: 'GET' }",
        "{ mode: 'cors' }",
        "{ url: SCOPE + 'share/more' }",
        "{ url: SCOPE + 'share?x' }",
        "{ url: 'https://other.example/app/share' }",
    ],
)
def test_anything_else_is_left_alone(tmp_path: Path, request_: str) -> None:
    assert run(tmp_path, f"told(await ask(formOf({{}}), {request_}));") is None


def test_what_nobody_takes_is_bounded(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const counts = [];
        for (let n = 0; n < 8; n++) {
          await share({ text: `Text ${n}.` }, [new File(['x'], 'x.txt')]);
          counts.push(waiting());
          await new Promise((later) => setTimeout(later, 2));
        }
        const { now } = Date;
        Date.now = () => now() + 11 * 60_000;
        await share({ text: 'Later.' });
        told([counts, waiting()]);
        """,
    )
    assert found == [[2, 4, 6, 8, 8, 8, 8, 8], 1]


@pytest.mark.parametrize("id_", ["", "x", "../1", "1-" + "0" * 36 + "/file", "1-" + "z" * 36])
def test_no_other_ids_are_looked_for(tmp_path: Path, id_: str) -> None:
    assert run(tmp_path, f"told([await takeShared(SCOPE, {id_!r}), store.size]);") == [None, 0]
