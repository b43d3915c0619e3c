"""A tab that is killed while a voice takes the place of another: one of the two is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.support.test_js_agrees import JS
from tests.unit.tools import node

FAKE = Path(__file__).resolve().parents[2] / "js" / "fake_opfs.js"
#: The first voice has a card, the second none; both have parts of the same length, of 1 or 2.
SCRIPT = """
Promise.withResolvers ??= () => {{  // younger than some Node.js
  const made = {{}};
  made.promise = new Promise((resolve, reject) => Object.assign(made, {{ resolve, reject }}));
  return made;
}};
globalThis.navigator ??= {{}};
const {{ OpfsVoices }} = await import('{store}');
const {{ Disk }} = await import('{fake}');
const ID = 'en_US-one-medium';
const put = async (voices, name, value) => {{
  await voices.begin(ID, name, 'a note');
  const writer = await voices.writer(ID, name);
  writer.write(new Uint8Array(100).fill(value));
  await writer.close();
}};
const laid = async () => {{
  const disk = new Disk({{ moves: {moves} }});
  const voices = new OpfsVoices(disk.folder);
  if ({replacing}) {{
    for (const name of ['onnx', 'onnx.json', 'MODEL_CARD']) await put(voices, name, 1);
    await voices.commit(ID, '"first"');
  }}
  for (const name of ['onnx', 'onnx.json']) await put(voices, name, 2);
  disk.steps = 0;
  return disk;
}};
const look = async (voices) => {{
  const files = {{}};
  for (const name of ['onnx', 'onnx.json', 'MODEL_CARD']) {{
    const bytes = await voices.read(ID, name);
    if (bytes) files[name] = [...new Set(new Uint8Array(bytes))].join();
  }}
  return {{ record: (await voices.records())[ID] ?? null, files }};
}};
const whole = await laid();
await new OpfsVoices(whole.folder).commit(ID, '"second"');
const found = [];
for (let alive = 0; alive <= whole.steps; alive++) {{
  const disk = await laid();
  disk.alive = alive;
  const work = new OpfsVoices(disk.folder).commit(ID, '"second"');
  const died = await work.then(() => false, () => true);
  disk.alive = disk.steps + {again};
  const next = new OpfsVoices(disk.folder);
  await next.records().catch(() => {{}});  // perhaps killed as well
  disk.alive = Infinity;
  const seen = await look(new OpfsVoices(disk.folder));
  // Whoever has the voice for himself tidies up, or gives it anew.
  await new OpfsVoices(disk.folder).discard(ID);
  const left = [...disk.tree.get(ID)?.keys() ?? []].sort();
  found.push({{ died, ...seen, left, after: await look(new OpfsVoices(disk.folder)) }});
}}
console.log(JSON.stringify(found));
"""
FIRST = {"record": '"first"', "files": {"onnx": "1", "onnx.json": "1", "MODEL_CARD": "1"}}
SECOND = {"record": '"second"', "files": {"onnx": "2", "onnx.json": "2"}}
NONE: dict[str, object] = {"record": None, "files": {}}
ID = "en_US-one-medium"


@pytest.mark.parametrize("again", [0, 3], ids=lambda n: f"next after {n} steps")
@pytest.mark.parametrize("moves", [True, False], ids=["moves", "copies"])
@pytest.mark.parametrize("replacing", [True, False], ids=["replacing", "new"])
def test_whenever_it_is_killed_a_voice_is_whole(
    tmp_path: Path, moves: bool, replacing: bool, again: int
) -> None:
    shutil.copytree(JS, tmp_path / "js")
    idb = tmp_path / "vendor" / "idb" / "index.js"  # which nothing here opens
    idb.parent.mkdir(parents=True)
    idb.write_text("export const openDB = null, deleteDB = null;\n")
    store = (tmp_path / "js" / "host" / "voice_store_opfs.js").as_uri()
    told = {True: "true", False: "false"}
    script = SCRIPT.format(
        store=store,
        fake=FAKE.as_uri(),
        moves=told[moves],
        replacing=told[replacing],
        again=again,
    )
    found = node.run(tmp_path, script)
    before = FIRST if replacing else NONE
    assert len(found) > 8
    assert [one["died"] for one in found] == [True] * (len(found) - 1) + [False]
    for step, one in enumerate(found):
        seen = {key: one[key] for key in ("record", "files")}
        assert seen in (before, SECOND), f"killed at step {step}"
        assert one["after"] == seen, f"killed at step {step}"
        names = [f"{ID}.{name}" for name in seen["files"]]
        assert one["left"] == sorted([*names, "voice.json"] if names else []), f"step {step}"
    records = [one["record"] for one in found]
    assert records[0] == before["record"]
    assert records[-1] == '"second"'
    # Once the new one is there it stays.
    turn = records.index('"second"')
    assert set(records[turn:]) == {'"second"'}
