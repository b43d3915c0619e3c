"""The virtual environment .venv and the Python tools in it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.build import shell, system_packages, terminal
from tools.build.context import Context
from tools.build.errors import BuildError

_PIP = ("-m", "pip", "--disable-pip-version-check")


def python(ctx: Context) -> Path:
    """The interpreter of .venv, which is made when it is missing."""
    program = ctx.layout.venv_program("python")
    if program.exists() and _answers(program):
        return program
    with terminal.step("Making .venv"):
        shutil.rmtree(ctx.layout.venv, ignore_errors=True)
        _make(ctx)
    return program


def install(ctx: Context, name: str) -> Path:
    """Have what tools/requirements-``name``.txt locks in .venv; give its interpreter."""
    program = python(ctx)
    requirements = ctx.layout.tools / f"requirements-{name}.txt"

    def job() -> None:
        with terminal.step(f"Installing {requirements.name}"):
            options = ("--require-hashes", "--no-deps", "--only-binary=:all:")
            shell.run(
                [program, *_PIP, "install", *options, "-r", str(requirements)],
                hint="Is the network there? pip uses its own settings and nothing else.",
            )

    ctx.stamps.run(
        f"venv-{name}",
        inputs=[requirements],
        outputs=[ctx.layout.venv / "pyvenv.cfg"],
        also=[str(ctx.layout.venv)],
        job=job,
    )
    return program


def _answers(program: Path) -> bool:
    """A copied or half-removed environment has an interpreter that does not start."""
    try:
        shell.run([program, *_PIP, "--version"])
    except BuildError:
        return False
    return True


def _make(ctx: Context) -> None:
    command = [sys.executable, "-m", "venv", str(ctx.layout.venv)]
    try:
        shell.run(command)
        return
    except BuildError as reason:
        if not system_packages.can_install():
            raise BuildError(
                "Python's venv module does not work here.",
                f"{reason.hint}\nOn Debian and Ubuntu it is a package of its own: "
                "sudo apt install python3-venv",
            ) from reason
    system_packages.install("python3-venv")
    shutil.rmtree(ctx.layout.venv, ignore_errors=True)
    shell.run(command)
