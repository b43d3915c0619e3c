"""Debian's packages, where we are root on such a machine: the last way to get a tool."""

from __future__ import annotations

import shutil

from tools.build import shell, terminal

_apt_updated = False


def can_install() -> bool:
    return shell.is_root() and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Install by apt-get. Raises BuildError when it fails."""
    global _apt_updated  # noqa: PLW0603 - once a run is enough
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if not _apt_updated:
        with terminal.step("apt-get update"):
            shell.run(["apt-get", "update", "-q"], env=quiet)
        _apt_updated = True
    with terminal.step(f"apt-get install {' '.join(packages)}"):
        shell.run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
            env=quiet,
        )
