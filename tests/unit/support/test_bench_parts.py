"""What the measurements of Lectern and its peers are made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import onnx
import pytest

from tests.bench import report
from tests.bench.comparison import Comparison, Row
from tests.bench.copies import Copies, lectern_site
from tests.bench.measure import Section
from tests.bench.peers.wasm_memory import WORKERS
from tests.tiny_voice import tones

MODEL = Path(tones.__file__).resolve().parent / "en_US-plain-medium.onnx"


@pytest.fixture(scope="module")
def copies() -> Copies:
    return Copies(MODEL)


def test_copies_are_the_same_graph_in_other_bytes(copies: Copies) -> None:
    original = onnx.load(str(MODEL)).graph
    found = [copies.bytes(number) for number in range(3)]
    assert len({hashlib.sha256(data).digest() for data in found}) == 3
    for data in found:
        model = onnx.load_model_from_string(data)
        onnx.checker.check_model(model)
        assert model.graph == original


def test_a_copy_is_in_the_catalogue_as_it_is(copies: Copies) -> None:
    entry = copies.entry(2)
    assert entry["key"] == copies.id(2) == "en_US-plain2-medium"
    data = copies.bytes(2)
    file = entry["files"]["en_US-plain2-medium.onnx"]
    assert file["sha256"] == hashlib.sha256(data).hexdigest()
    assert file["md5_digest"] == hashlib.md5(data).hexdigest()
    assert file["size_bytes"] == len(data)


def test_a_voice_with_another_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="not named like a Piper voice"):
        Copies(path)


def test_the_measured_app_has_the_copies_alone_and_says_so(copies: Copies, tmp_path: Path) -> None:
    workers = {path: b"run();\n" for path in WORKERS}
    files = {"index.html": b"page", "models/piper/old.onnx": b"old", **workers}
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    listed = [
        {"path": path, "size": len(data), "sha256": "", "when": "shell"}
        for path, data in files.items()
    ]
    (tmp_path / "files.json").write_text(json.dumps({"version": "1", "files": listed}))
    (tmp_path / "sw.js").write_text("self.LECTERN_BUILD = {};\nwork();\n")
    site = lectern_site(tmp_path, copies, 2)
    manifest = json.loads(site.read("files.json") or b"")
    entries = {entry["path"]: entry for entry in manifest["files"]}
    models = sorted(path for path in entries if path.endswith(".onnx"))
    assert models == [f"models/piper/{copies.id(number)}.onnx" for number in (0, 1)]
    for path, entry in entries.items():
        if path == "index.html":
            continue
        served = site.read(path)
        assert served is not None, path
        assert entry["sha256"] == hashlib.sha256(served).hexdigest(), path
        assert entry["size"] == len(served)
    script = (site.read("sw.js") or b"").decode()
    assert script.endswith("\nwork();\n")
    assert copies.id(1) in script.partition("\n")[0]
    for path in WORKERS:
        assert (site.read(path) or b"").startswith(b"import '../bench/memory_hook.js';\nrun();")


def test_ratios_are_the_first_programs_to_the_others() -> None:
    row = Row("wait", {"Lectern": [1.0, 3.0, 2.0], "other": [8.0, 4.0]}, target="at most 1/2")
    comparison = Comparison(["Lectern", "other", "silent"], [row])
    assert comparison.ratio(row, "other") == pytest.approx(2 / 6)
    assert comparison.ratio(row, "silent") is None
    rows: Any = comparison.to_json()["rows"]
    assert rows[0]["value"] == {"Lectern": 2.0, "other": 6.0, "silent": None}

    section = Section("peers", "All", comparison=comparison)
    page = report.to_markdown({}, [section])
    line = next(line for line in page.splitlines() if line.startswith("| wait"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["wait", "2.00 ms", "6.00 ms", "", "0.33×", "", "at most 1/2", ""]


def test_the_largest_stands_for_all_where_it_should() -> None:
    row = Row("block", {"Lectern": [1.0, 9.0, 2.0]}, show_max=True)
    assert row.value("Lectern") == 9.0
