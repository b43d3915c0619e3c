"""``build.py voice`` against the local collection, with real voices."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lectern.collection import license_of

from tests.collection import FIXTURES, CollectionServer, CollectionVoice, default_voices
from tests.e2e.faults import Cut, Flip, Status
from tests.unit.tools.layouts import checkout, write
from tools.build import cli, dist, voice_command, voices
from tools.build.context import Context
from tools.build.download import Client
from tools.build.errors import BuildError
from tools.build.paths import LAYOUT, Layout
from tools.build.voice_folder import VoiceFolder

VOICES = {voice.id: voice for voice in default_voices()}
FRENCH, ENGLISH = "fr_FR-copie-x_low", "en_US-copy-x_low"
OWN = "en_US-tiny-x_low"


@pytest.fixture
def collection() -> Iterator[CollectionServer]:
    with CollectionServer([VOICES[FRENCH], VOICES[ENGLISH]]) as collection:
        yield collection


@pytest.fixture
def ctx(tmp_path: Path, collection: CollectionServer) -> Context:
    context = checkout(tmp_path / "repo")
    write(
        context.layout.root / "pyproject.toml",
        f'[tool.lectern.voices]\nsource = "{collection.url}"\norigins = []\n',
    )
    catalogue = voices.catalogue_text(context.layout.voices)
    write(context.layout.voices / "voices.json", catalogue)
    return context


def here(ctx: Context) -> set[str]:
    """Names of all files in the voices' folder that are not hidden."""
    return {path.name for path in ctx.layout.voices.iterdir() if not path.name.startswith(".")}


def whole(voice_id: str) -> set[str]:
    return {f"{voice_id}{suffix}" for suffix in (".onnx", ".onnx.json", ".MODEL_CARD.md")}


def snapshot(ctx: Context) -> dict[str, bytes]:
    return {name: (ctx.layout.voices / name).read_bytes() for name in here(ctx)}


def impatient() -> Client:
    return Client(tries=1)


def test_add_puts_the_voice_its_json_and_its_card_there(
    ctx: Context, collection: CollectionServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(ctx)
    assert voice_command.add(ctx, [FRENCH]) == 0
    assert here(ctx) == {*before, *whole(FRENCH)}
    voice = collection.voices[FRENCH]
    folder = ctx.layout.voices
    assert (folder / f"{FRENCH}.onnx").read_bytes() == voice.model
    assert (folder / f"{FRENCH}.onnx.json").read_bytes() == voice.config
    assert "CC BY 4.0" in (folder / f"{FRENCH}.MODEL_CARD.md").read_text()
    told = capsys.readouterr().err
    assert f"{FRENCH} is added, 2.12 MB" in told
    assert "licence, as its MODEL_CARD says: CC BY 4.0" in told
    assert not (folder / ".parts").exists()


def test_several_by_id_and_alias_each_once(ctx: Context, collection: CollectionServer) -> None:
    assert voice_command.add(ctx, ["fr-copie-x_low", ENGLISH, FRENCH]) == 0
    assert whole(FRENCH) | whole(ENGLISH) <= here(ctx)
    assert len(collection.requests(collection.path(FRENCH), hop="files")) == 1


def test_what_is_here_is_not_fetched_again(
    ctx: Context, collection: CollectionServer, capsys: pytest.CaptureFixture[str]
) -> None:
    voice_command.add(ctx, [FRENCH])
    collection.forget()
    voice_command.add(ctx, [FRENCH])
    assert {asked.path for asked in collection.requests()} == {"voices.json"}
    assert "here already" in capsys.readouterr().err


def test_an_unknown_voice_is_answered_with_those_that_are_near(
    ctx: Context, collection: CollectionServer
) -> None:
    before = snapshot(ctx)
    for name, near in (("fr_FR-copy-x_low", FRENCH), ("COPIE", FRENCH), ("zzz", "list shows all")):
        with pytest.raises(BuildError, match=f"no voice '{name}'") as caught:
            voice_command.add(ctx, [FRENCH, name])
        assert near in caught.value.hint
    # Not even the known one: the command as a whole was wrong.
    assert snapshot(ctx) == before
    assert {asked.path for asked in collection.requests()} == {"voices.json"}


@pytest.mark.parametrize("kind", ["model", "config", "card"])
@pytest.mark.parametrize("tenth", [0, 3, 9])
def test_a_cut_leaves_no_half_voice_and_the_next_run_ends_it(
    ctx: Context, collection: CollectionServer, kind: str, tenth: int
) -> None:
    path = collection.path(FRENCH, kind)  # type: ignore[arg-type]
    size = len(collection.read(path) or b"")
    before = snapshot(ctx)
    collection.fault(path, Cut(size * tenth // 10), times=1)
    with pytest.raises(BuildError, match="cut"):
        voice_command.add(ctx, [FRENCH], client=impatient())
    assert snapshot(ctx) == before
    assert OWN in json.loads(voices.catalogue_text(ctx.layout.voices))
    assert voice_command.add(ctx, [FRENCH], client=impatient()) == 0
    assert whole(FRENCH) <= here(ctx)
    assert collection.sent(path) == size


def test_a_wrong_hash_leaves_nothing(ctx: Context, collection: CollectionServer) -> None:
    before = snapshot(ctx)
    collection.fault(collection.path(FRENCH), Flip(at=100_000))
    with pytest.raises(BuildError, match="MD5"):
        voice_command.add(ctx, [FRENCH])
    assert snapshot(ctx) == before
    assert FRENCH not in VoiceFolder(ctx.layout.voices).added()


def test_errors_of_the_server_are_told_and_the_voices_before_stay(
    ctx: Context, collection: CollectionServer
) -> None:
    collection.fault(collection.path(ENGLISH), Status(404))
    with pytest.raises(BuildError, match="not there"):
        voice_command.add(ctx, [FRENCH, ENGLISH])
    assert whole(FRENCH) <= here(ctx)
    assert not whole(ENGLISH) & here(ctx)


@pytest.mark.parametrize(
    ("model", "config", "message"),
    [
        (b"<html>not found</html>", None, "no voice that Lectern"),
        (None, b"{", "not JSON"),
        (None, b'{"audio": {"sample_rate": 0}}', "no voice that Lectern"),
        (VOICES[FRENCH].model[:-5000], None, "no voice that Lectern"),
    ],
)
def test_what_is_no_voice_is_refused(
    ctx: Context, collection: CollectionServer, model: bytes, config: bytes, message: str
) -> None:
    """Right by its hash, and still no voice."""
    voice = VOICES[FRENCH]
    bad = CollectionVoice(FRENCH, model or voice.model, voice.config)
    files = {path: config for path in [collection.path(FRENCH, "config")] if config}
    collection.add(bad)
    listed = collection.catalogue()
    for path, data in files.items():
        collection.put(path, data)
        listed[FRENCH]["files"][path] = {
            "size_bytes": len(data),
            "md5_digest": hashlib.md5(data).hexdigest(),
        }
    collection.put("voices.json", json.dumps(listed).encode())
    before = snapshot(ctx)
    with pytest.raises(BuildError, match=message):
        voice_command.add(ctx, [FRENCH])
    assert snapshot(ctx) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"num_speakers": 3, "speaker_id_map": {"a": 0, "b": 1, "c": 2}},
        {"num_symbols": 300},
    ],
    ids=["speakers", "symbols"],
)
def test_a_json_of_another_voice_is_refused(
    ctx: Context, collection: CollectionServer, changes: dict[str, object]
) -> None:
    model = FIXTURES / "en_US-plain-medium.onnx"
    config = {**json.loads(model.with_name(f"{model.name}.json").read_bytes()), **changes}
    collection.add(CollectionVoice(FRENCH, model.read_bytes(), json.dumps(config).encode()))
    with pytest.raises(BuildError) as caught:
        voice_command.add(ctx, [FRENCH])
    assert "different voices" in caught.value.hint


def test_a_model_of_300_mb_is_refused_before_it_is_fetched(
    ctx: Context, collection: CollectionServer
) -> None:
    listed = collection.catalogue()
    listed[FRENCH]["files"][collection.path(FRENCH)]["size_bytes"] = 300 << 20
    collection.put("voices.json", json.dumps(listed).encode())
    before = snapshot(ctx)
    with pytest.raises(BuildError, match="300 MB"):
        voice_command.add(ctx, [FRENCH], client=impatient())
    assert snapshot(ctx) == before
    assert not collection.requests(collection.path(FRENCH))


def test_nobody_there_and_no_list(ctx: Context, collection: CollectionServer) -> None:
    collection.put("voices.json", b"<html>")
    with pytest.raises(BuildError, match="is not JSON"):
        voice_command.add(ctx, [FRENCH])
    collection.put("voices.json", b"{}")
    with pytest.raises(BuildError, match="lists no Piper voices"):
        voice_command.show(ctx)
    collection.stop()
    with pytest.raises(BuildError, match="can't be fetched"):
        voice_command.add(ctx, [FRENCH], client=impatient())


@pytest.mark.parametrize(
    "path", ["../../evil.onnx", "/etc/evil.onnx", "fr/../../evil.onnx", "fr\\evil.onnx"]
)
def test_a_list_cannot_lead_out_of_its_folder(
    ctx: Context, collection: CollectionServer, path: str
) -> None:
    listed = collection.catalogue()
    files = listed[FRENCH]["files"]
    files[path] = files.pop(collection.path(FRENCH))
    collection.put("voices.json", json.dumps(listed).encode())
    with pytest.raises(BuildError, match="no voice"):
        voice_command.add(ctx, [FRENCH])


def test_no_collection_set(ctx: Context) -> None:
    (ctx.layout.root / "pyproject.toml").unlink()
    with pytest.raises(BuildError, match="No collection") as caught:
        voice_command.add(ctx, [FRENCH])
    assert "--source" in caught.value.hint
    with pytest.raises(BuildError, match="neither"):
        voice_command.add(ctx, [FRENCH], source=str(ctx.layout.root / "nowhere"))


@pytest.mark.parametrize("flat", [False, True])
def test_from_a_folder(
    ctx: Context, collection: CollectionServer, tmp_path: Path, flat: bool
) -> None:
    folder = collection.write_to(tmp_path / "mirror", flat=flat)
    collection.stop()
    assert voice_command.add(ctx, [FRENCH], source=str(folder)) == 0
    expected = whole(FRENCH) - ({f"{FRENCH}.MODEL_CARD.md"} if flat else set())
    assert here(ctx) >= expected
    assert (ctx.layout.voices / f"{FRENCH}.onnx").read_bytes() == VOICES[FRENCH].model


def test_a_folder_with_a_damaged_file(
    ctx: Context, collection: CollectionServer, tmp_path: Path
) -> None:
    folder = collection.write_to(tmp_path / "mirror")
    (folder / collection.path(FRENCH)).write_bytes(b"x")
    before = snapshot(ctx)
    with pytest.raises(BuildError, match="not the file that the list promises"):
        voice_command.add(ctx, [FRENCH], source=str(folder))
    (folder / collection.path(FRENCH)).unlink()
    with pytest.raises(BuildError, match="can't be read"):
        voice_command.add(ctx, [FRENCH], source=str(folder))
    assert snapshot(ctx) == before
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuildError, match="has no voices"):
        voice_command.add(ctx, [FRENCH], source=str(tmp_path / "empty"))


def test_a_voice_with_letters_of_its_language(ctx: Context, collection: CollectionServer) -> None:
    name = "pt_PT-tugão-medium"
    collection.add(CollectionVoice(name, VOICES[FRENCH].model, VOICES[FRENCH].config))
    assert voice_command.add(ctx, ["pt_PT-tuga\u0303o-medium"]) == 0
    assert f"{name}.onnx" in here(ctx)
    assert name in voices.catalogue(ctx.layout.voices)


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_when_placing_fails_the_old_voice_is_still_there(
    ctx: Context, collection: CollectionServer, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    voice_command.add(ctx, [FRENCH])
    before, added = snapshot(ctx), VoiceFolder(ctx.layout.voices).added()
    collection.add(CollectionVoice(FRENCH, VOICES[ENGLISH].model, VOICES[ENGLISH].config))
    order = [".MODEL_CARD.md", ".onnx.json", ".onnx"]
    target = ctx.layout.voices / f"{FRENCH}{order[fails_at]}"
    replace = os.replace

    def failing(source: Path, to: Path) -> None:
        if Path(to) == target and "replaced" not in str(source):
            raise OSError(28, "No space left on device")
        replace(source, to)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(BuildError, match="could not be put"):
        voice_command.add(ctx, [FRENCH])
    monkeypatch.undo()
    assert snapshot(ctx) == before
    assert VoiceFolder(ctx.layout.voices).added() == added
    assert voice_command.add(ctx, [FRENCH]) == 0
    assert (ctx.layout.voices / f"{FRENCH}.onnx").read_bytes() == VOICES[ENGLISH].model


def test_one_at_a_time(ctx: Context) -> None:
    folder = VoiceFolder(ctx.layout.voices)
    with folder.lock():
        for work in (voice_command.add, voice_command.remove):
            with pytest.raises(BuildError, match="Another"):
                work(ctx, [FRENCH])
    assert voice_command.add(ctx, [FRENCH]) == 0


def test_an_added_voice_is_in_the_build_and_not_in_the_committed_list(ctx: Context) -> None:
    folder = ctx.layout.voices
    before = (folder / "voices.json").read_text()
    voice_command.add(ctx, [FRENCH])
    assert voices.committed_text(folder) == before
    listed = json.loads((dist.make(ctx) / "models/piper/voices.json").read_text())
    assert set(listed) == {OWN, FRENCH}
    assert listed[FRENCH]["license"] == "CC BY 4.0"
    files = json.loads((ctx.layout.dist / "files.json").read_text())["files"]
    names = {entry["path"].rpartition("/")[2] for entry in files}
    assert whole(FRENCH) <= names
    assert not any(name.startswith(".") for name in names)


def test_gits_own_voices_are_the_committed_ones(ctx: Context) -> None:
    folder = ctx.layout.voices
    (folder / "voices.json").unlink()
    assert voices.built_in(folder) == [OWN]
    root = ctx.layout.root
    for command in (["init", "-q"], ["add", "public/models"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
    voice_command.add(ctx, [FRENCH])
    assert voices.built_in(folder) == [OWN]
    subprocess.run(["git", "add", "-f", "public/models"], cwd=root, check=True)
    assert voices.built_in(folder) == [OWN, FRENCH]


def test_added_voices_are_ignored_by_git() -> None:
    names = [f"public/models/piper/{name}" for name in (*whole(FRENCH), ".added.json", ".parts/x")]
    command = ["git", "check-ignore", "--no-index", *names]
    try:
        result = subprocess.run(
            command, cwd=LAYOUT.root, capture_output=True, text=True, check=False
        )
    except OSError:
        pytest.skip("git is not installed")
    if result.returncode == 128:
        pytest.skip("this is no clone")
    assert set(result.stdout.split()) == set(names)


def test_remove(ctx: Context, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(ctx)
    voice_command.add(ctx, [FRENCH, ENGLISH])
    assert voice_command.remove(ctx, [FRENCH]) == 0
    assert not whole(FRENCH) & here(ctx)
    assert set(VoiceFolder(ctx.layout.voices).added()) == {ENGLISH}
    with pytest.raises(BuildError, match="no voice") as caught:
        voice_command.remove(ctx, [ENGLISH, FRENCH])
    assert ENGLISH in caught.value.hint
    assert whole(ENGLISH) <= here(ctx)
    voice_command.remove(ctx, [ENGLISH])
    assert snapshot(ctx) == before
    assert not (ctx.layout.voices / ".added.json").exists()


def test_the_last_voice_is_not_removed_unasked(
    ctx: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BuildError, match="No voice would be left") as caught:
        voice_command.remove(ctx, [OWN])
    assert "--force" in caught.value.hint
    assert f"{OWN}.onnx" in here(ctx)
    assert voice_command.remove(ctx, [OWN], force=True) == 0
    assert f"{OWN}.onnx" not in here(ctx)
    assert "repository's own" in capsys.readouterr().err


def test_verify_names_what_is_damaged(ctx: Context, capsys: pytest.CaptureFixture[str]) -> None:
    voice_command.remove(ctx, [OWN], force=True)
    (ctx.layout.voices / "voices.json").write_text("{}\n")
    voice_command.add(ctx, [FRENCH, ENGLISH])
    capsys.readouterr()
    assert voice_command.verify(ctx) == 0
    assert capsys.readouterr().out == f"{ENGLISH}: right\n{FRENCH}: right\n"
    model = ctx.layout.voices / f"{FRENCH}.onnx"
    data = bytearray(model.read_bytes())
    data[70_000] ^= 1
    times = model.stat()
    model.write_bytes(data)
    os.utime(model, ns=(times.st_atime_ns, times.st_mtime_ns))
    (ctx.layout.voices / f"{ENGLISH}.onnx.json").unlink()
    assert voice_command.verify(ctx) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{FRENCH}: {FRENCH}.onnx has other bytes" in told.err
    assert f"{ENGLISH}: {ENGLISH}.onnx.json is missing" in told.err
    assert f"voice add {FRENCH}" in told.err
    assert voice_command.add(ctx, [FRENCH, ENGLISH]) == 0
    assert voice_command.verify(ctx) == 0


def test_verify_looks_at_voices_put_there_by_hand(
    ctx: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    voice_command.remove(ctx, [OWN], force=True)
    (ctx.layout.voices / "voices.json").unlink()
    voice = VOICES[FRENCH]
    (ctx.layout.voices / "fr_FR-mine-low.onnx").write_bytes(voice.model)
    (ctx.layout.voices / "fr_FR-mine-low.onnx.json").write_bytes(voice.config)
    assert voice_command.verify(ctx) == 0
    assert "by hand" in capsys.readouterr().out
    (ctx.layout.voices / "fr_FR-mine-low.onnx").write_bytes(voice.model[:100_000])
    assert voice_command.verify(ctx) == 1


def test_list(ctx: Context, capsys: pytest.CaptureFixture[str]) -> None:
    voice_command.add(ctx, [FRENCH])
    capsys.readouterr()
    assert voice_command.show(ctx) == 0
    out = capsys.readouterr().out
    assert f"* {FRENCH}" in out
    assert f"  {ENGLISH}" in out
    assert f"* {OWN}" in out
    assert "French, France (fr_FR)" in out
    for language in ("fr", "fr_FR", "fr-FR", "French", "FR"):
        assert voice_command.show(ctx, language=language) == 0
        out = capsys.readouterr().out
        assert FRENCH in out
        assert ENGLISH not in out
        assert "2.12 MB" in out
    with pytest.raises(BuildError, match="no voice for 'de'") as caught:
        voice_command.show(ctx, language="de")
    assert "en, fr" in caught.value.hint


def test_from_the_command_line(
    ctx: Context,
    collection: CollectionServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = Context.of(Layout(ctx.layout.root))
    monkeypatch.setattr(Context, "of", lambda: context)
    assert cli.main(["voice", "add", FRENCH, "--source", collection.url]) == 0
    assert cli.main(["voice", "list", "--language", "fr"]) == 0
    assert f"* {FRENCH}" in capsys.readouterr().out
    assert cli.main(["voice", "remove", FRENCH]) == 0
    assert cli.main(["voice", "remove", FRENCH]) == 1
    assert "no voice" in capsys.readouterr().err


def test_a_reader_that_stops_early_is_no_error(collection: CollectionServer) -> None:
    script = (
        "import sys, os; sys.path.insert(0, sys.argv[1]); from tools.build import cli; "
        "os.close(sys.stdout.fileno()); os.dup2(int(sys.argv[3]), 1); "
        "sys.exit(cli.main(['voice', 'list', '--source', sys.argv[2]]))"
    )
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-c", script, str(LAYOUT.root), collection.url, str(writing)],
        pass_fds=[writing],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("# Card\n* License: CC0\n", "CC0"),
        (
            "* Licence: See URL\n* License: CC BY-SA 4.0\n* License: See URL\n",
            "See URL; CC BY-SA 4.0",
        ),
        ("The license: is described below\n", ""),
        ("* License:\n", ""),
        ("* License:\n* URL: somewhere\n", ""),
        ("", ""),
    ],
)
def test_the_licence_of_a_card(card: str, expected: str) -> None:
    assert voices.licence(card) == expected
    # The page reads it in the same way.
    assert license_of(card) == expected
