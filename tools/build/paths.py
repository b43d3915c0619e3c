"""Where everything lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one checkout."""

    root: Path

    @property
    def web(self) -> Path:
        return self.root / "web"

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def voices(self) -> Path:
        return self.public / "models" / "piper"

    @property
    def audio(self) -> Path:
        """What `build.py pack` made ahead, for ``dist/audio``; not committed."""
        return self.public / "audio"

    @property
    def wasm(self) -> Path:
        """What is fetched and patched for ``dist/wasm``; not committed."""
        return self.public / "wasm"

    @property
    def vendor(self) -> Path:
        """What is fetched and patched for ``dist/vendor``; not committed."""
        return self.public / "vendor"

    @property
    def licenses(self) -> Path:
        """Licence texts for ``dist/licenses``, gathered; not committed."""
        return self.public / "vendor" / "licenses"

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    @property
    def tools(self) -> Path:
        return self.root / "tools"

    @property
    def tests(self) -> Path:
        return self.root / "tests"

    @property
    def node_modules(self) -> Path:
        return self.root / "node_modules"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def state(self) -> Path:
        """Stamps and caches of the build; not committed."""
        return self.root / ".build"

    def venv_program(self, name: str) -> Path:
        """A program inside the virtual environment, whether it is there or not."""
        if os.name == "nt":
            return self.venv / "Scripts" / f"{name}.exe"
        return self.venv / "bin" / name


LAYOUT = Layout(Path(__file__).resolve().parents[2])
