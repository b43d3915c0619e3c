"""Other programs: run, and an honest error when they fail or are missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.build.errors import BuildError

#: A program and its arguments.
Command = Sequence[str | Path]

_TAIL_LINES = 25


def run(
    command: Command,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    hint: str = "",
) -> str:
    """Run quietly and give back what it printed.

    Raises:
        BuildError: it is missing or failed, with the end of its output.
    """
    words = [str(word) for word in command]
    try:
        result = subprocess.run(
            words,
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as reason:
        raise BuildError(f"{words[0]} can't be run: {reason.strerror}.", hint) from reason
    if result.returncode != 0:
        tail = "\n".join(result.stdout.strip().splitlines()[-_TAIL_LINES:])
        text = "\n".join(part for part in (tail, hint) if part)
        raise BuildError(f"{' '.join(words[:6])} failed with status {result.returncode}.", text)
    return result.stdout


def status(
    command: Command,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run with its output shown as it comes; give back its exit status."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, cwd=cwd, env=_environment(env), stdin=subprocess.DEVNULL, check=False
        ).returncode
    except OSError as reason:
        raise BuildError(f"{words[0]} can't be run: {reason.strerror}.") from reason


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(extra or {})}
