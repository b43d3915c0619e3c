"""What only measurements need, fetched when they are asked for: peers from npm, and torch
in a virtual environment of its own, to make the voice that all of them speak with.

All of it is pinned with hashes and lies in ``.build/bench``; nothing of it is ever shipped.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.browser import ROOT
from tools.build import npm, shell, terminal
from tools.build.context import Context
from tools.build.errors import BuildError

_HERE = Path(__file__).resolve().parent
_PIP = ("-m", "pip", "--disable-pip-version-check", "install")
_LOCKED = ("--require-hashes", "--no-deps", "--only-binary=:all:")
_HINT = "Is the network there? --voice PATH measures with a voice that is there already."


def peer_packages() -> Path:
    """The folder in whose node_modules the peers are, as their lock file says."""
    ctx, folder = Context.of(), _folder("peers")
    manifests = [_HERE / "peers" / name for name in ("package.json", "package-lock.json")]

    def job() -> None:
        for manifest in manifests:
            shutil.copyfile(manifest, folder / manifest.name)
        command = npm.npm_command(ctx)
        beside = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
        with terminal.step("npm ci (peers)"):
            shell.run(
                [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                env={"PATH": beside},
                hint="Is the network there? npm uses its own settings and nothing else.",
            )

    installed = folder / "node_modules" / ".package-lock.json"
    ctx.stamps.run("bench-peers", inputs=manifests, outputs=[installed], job=job)
    ctx.hashes.save()
    return folder


def bench_voice() -> Path:
    """A voice of Piper's medium size with random weights, made once."""
    voice_id = "en_US-bench-medium"
    ctx, folder = Context.of(), _folder("voices")
    model = folder / f"{voice_id}.onnx"

    def job() -> None:
        program = voice_maker(ctx)
        with terminal.step(f"Making the voice {voice_id}"):
            command = ["-W", "ignore", "-m", "tests.bench.voice_maker", "--shape", "medium"]
            shell.run([program, *command, voice_id, folder], cwd=ROOT)

    ctx.stamps.run(
        "bench-voice",
        inputs=sorted((_HERE / "voice_maker").glob("*.py")),
        outputs=[model, model.with_name(model.name + ".json")],
        job=job,
    )
    ctx.hashes.save()
    return model


def voice_maker(ctx: Context) -> Path:
    """The interpreter that has torch and piper-tts, in ``.build/bench/voice-maker``."""
    folder = _folder("voice-maker")
    locks = [
        ctx.layout.tools / f"requirements-{name}.txt"
        for name in ("voice-maker", "torch-cpu", "torch")
    ]
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def job() -> None:
        with terminal.step("Making a virtual environment for torch"):
            shutil.rmtree(folder, ignore_errors=True)
            shell.run([sys.executable, "-m", "venv", folder])
        with terminal.step(f"Installing {locks[0].name}"):
            shell.run([program, *_PIP, *_LOCKED, "-r", locks[0]], hint=_HINT)
        with terminal.step("Installing torch"):
            _install_torch(program, *locks[1:])

    ctx.stamps.run(
        "bench-voice-maker",
        inputs=locks,
        outputs=[folder / "pyvenv.cfg"],
        also=[str(folder)],
        job=job,
    )
    return program


def _install_torch(program: Path, small: Path, usual: Path) -> None:
    """The build without CUDA where pip finds it; else the usual one, on Linux ten times larger."""
    try:
        shell.run([program, *_PIP, *_LOCKED, "-r", small])
    except BuildError:
        shell.run([program, *_PIP, *_LOCKED, "-r", usual], hint=_HINT)


def _folder(name: str) -> Path:
    folder = ROOT / ".build" / "bench" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main() -> None:
    """Make the tests' tiny voices anew."""
    program = voice_maker(Context.of())
    shell.run([program, "-W", "ignore", "-m", "tests.tiny_voice.make"], cwd=ROOT)


if __name__ == "__main__":
    main()
