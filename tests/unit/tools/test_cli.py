"""The command line: help, and errors that say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.tools.layouts import checkout, write
from tools.build import browser, cli, npm, shell, system_packages, testing, venv
from tools.build.clean import clean
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.paths import LAYOUT


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for command in ("serve", "build", "test", "bench", "voice", "check", "clean"):
        assert f"\n    {command} " in text


def test_no_command_is_an_error() -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([])
    assert caught.value.code == 2


def test_a_build_error_is_shown_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Context, __: object) -> Path:
        raise BuildError("The moon is missing.", "Put it back.")

    monkeypatch.setattr("tools.build.building.build", fail)
    assert cli.main(["build"]) == 1
    text = capsys.readouterr().err
    assert "The moon is missing." in text
    assert "Put it back." in text
    assert "Traceback" not in text


def test_an_old_python_gets_a_sentence() -> None:
    script = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['build.py']\n"
    script += f"exec(compile(open({str(LAYOUT.root / 'build.py')!r}).read(), 'build.py', 'exec'))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.strip() == "build.py needs Python 3.11 or newer; this is 3.9."


def test_a_failed_program_shows_its_last_words() -> None:
    script = "import sys; print('first'); print('why it failed', file=sys.stderr); sys.exit(3)"
    with pytest.raises(BuildError, match="failed with status 3") as caught:
        shell.run([sys.executable, "-c", script], hint="try again")
    assert "why it failed" in caught.value.hint
    assert caught.value.hint.endswith("try again")


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no-such-program can't be run"):
        shell.run([tmp_path / "no-such-program"])


def nothing_installed(monkeypatch: pytest.MonkeyPatch, *, root: bool = False) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(shell, "is_root", lambda: root)


def test_no_npm_anywhere_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object) -> Path:
        raise BuildError("pip could not reach anything.")

    nothing_installed(monkeypatch)
    monkeypatch.setattr(venv, "install", offline)
    with pytest.raises(BuildError, match="npm is missing") as caught:
        npm.npm_command(checkout(tmp_path))
    assert "Install Node.js" in caught.value.hint


def test_npm_from_the_wheel_comes_before_debians(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = checkout(tmp_path)
    nothing_installed(monkeypatch, root=True)
    monkeypatch.setattr(venv, "install", lambda *_: Path("python"))
    assert npm.npm_command(context) == [str(context.layout.venv_program("npm"))]


def test_no_venv_module_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise BuildError("failed", "ensurepip is not available")

    monkeypatch.setattr(shell, "run", fail)
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    with pytest.raises(BuildError, match="venv") as caught:
        venv.python(checkout(tmp_path))
    assert "python3-venv" in caught.value.hint
    assert "ensurepip is not available" in caught.value.hint


def fake_browser(path: Path, status: int) -> Path:
    write(path, f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name == "nt", reason="uses shell scripts")
def test_browsers_are_tried_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = checkout(tmp_path)
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    broken = fake_browser(tmp_path / "bin/google-chrome", 1)
    good = fake_browser(tmp_path / "bin/chromium", 0)
    own = fake_browser(tmp_path / "own/chrome", 0)
    monkeypatch.setattr(browser, "_playwright", lambda _: own)
    monkeypatch.setenv("PATH", f"{broken.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(browser, "_NAMES", ("google-chrome", "chromium"))
    assert browser.chromium(context) == good
    monkeypatch.setattr(browser, "_NAMES", ("google-chrome",))
    assert browser.chromium(context) == own
    monkeypatch.setenv(browser.VARIABLE, str(good))
    assert browser.chromium(context) == good
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(BuildError, match="nowhere"):
        browser.chromium(context)


def test_no_tests_found_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = checkout(tmp_path)
    monkeypatch.setattr(testing, "_prepare", lambda _: {})
    monkeypatch.setattr(testing, "build", lambda _: tmp_path)
    monkeypatch.setattr(venv, "python", lambda _: Path(sys.executable))
    monkeypatch.setattr(shell, "status", lambda *_, **__: 5)
    with pytest.raises(BuildError, match="no tests"):
        testing.test(context, ["-k", "nothing"])
    monkeypatch.setattr(shell, "status", lambda *_, **__: 0)
    assert testing.test(context, ["-k", "nothing"]) == 0
    monkeypatch.setattr(testing, "check", lambda _: 1)
    with pytest.raises(BuildError, match="checks"):
        testing.test(context, [])


def test_clean_removes_what_was_built_and_nothing_else(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "dist/a", "")
    write(tmp_path / ".build/a", "")
    write(tmp_path / ".venv/a", "")
    clean(context, everything=False)
    assert not any((tmp_path / name).exists() for name in ("dist", ".build", "public/wasm"))
    assert (tmp_path / ".venv/a").exists()
    assert (tmp_path / "public/models/piper/en_US-tiny-x_low.onnx").exists()
    clean(context, everything=True)
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / "node_modules").exists()
    assert (tmp_path / "web/index.html").exists()
