"""The browser's dependencies, by npm and the lock file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.build import shell, system_packages, terminal, venv
from tools.build.context import Context
from tools.build.errors import BuildError


def ensure(ctx: Context) -> None:
    """Have node_modules as package-lock.json says, checked by npm against its hashes."""
    root = ctx.layout.root

    def job() -> None:
        command = npm_command(ctx)
        with terminal.step("npm ci"):
            shell.run(
                [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=root,
                env=_path_with(command),
                hint="Is the network there? npm uses its own settings and nothing else.",
            )

    ctx.stamps.run(
        "npm",
        inputs=[root / "package.json", root / "package-lock.json"],
        # npm writes this list last; whoever changes node_modules changes it.
        outputs=[ctx.layout.node_modules / ".package-lock.json"],
        also=[str(root)],
        job=job,
    )


def npm_command(ctx: Context) -> list[str]:
    """How to call npm: what is installed, the nodejs wheel, or Debian's package."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    terminal.note("npm is not installed; taking the nodejs wheel from PyPI.")
    try:
        venv.install(ctx, "node")
        return [str(ctx.layout.venv_program("npm"))]
    except BuildError as reason:
        if not system_packages.can_install():
            raise BuildError(
                "npm is missing and could not be fetched.",
                f"{reason.what}\n{reason.hint}\nInstall Node.js 20 or newer, with npm.",
            ) from reason
    system_packages.install("nodejs", "npm")
    return ["npm"]


def node(ctx: Context) -> Path:
    """The Node.js that goes with npm."""
    command = npm_command(ctx)
    beside = Path(command[0]).with_name("node.exe" if os.name == "nt" else "node")
    found = str(beside) if beside.exists() else shutil.which("node")
    if not found:
        raise BuildError("Node.js is missing.", "Install Node.js 20 or newer.")
    return Path(found)


def _path_with(command: Sequence[str]) -> dict[str, str]:
    """npm starts ``node`` by name: put its own folder first."""
    folder = str(Path(command[0]).parent)
    return {"PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}
