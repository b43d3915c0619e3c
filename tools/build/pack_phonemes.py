"""``Phonemizer`` over the page's own wasm in Node.js: phonemes are the page's, byte for byte."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from lectern.errors import PhonemizerFailed
from lectern.ports import Phonemizer

PROGRAM = Path(__file__).with_name("pack_espeak.mjs")


class NodePhonemizer:
    """espeak-ng in a Node.js process of its own; a context manager that ends it.

    Args:
        node: the program.
        web: the repository's ``web``, whose adapter runs the wasm.
        public: the folder that has ``wasm/espeak``.
    """

    def __init__(self, node: Path, web: Path, public: Path) -> None:
        self._process = subprocess.Popen(
            [node, PROGRAM, web, public],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        """Raises PhonemizerFailed."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None and answers is not None
        # ASCII: a lone surrogate is an escape, as it is on its way from Python to the page.
        try:
            asked.write(json.dumps({"voice": voice, "texts": list(texts)}) + "\n")
            asked.flush()
            line = answers.readline()
        except OSError as error:
            raise PhonemizerFailed(f"The phonemizer's Node.js has ended: {error}.") from error
        if not line:
            raise PhonemizerFailed("The phonemizer's Node.js has ended; its last words are above.")
        answer = json.loads(line)
        if "error" in answer:
            raise PhonemizerFailed(str(answer["error"]))
        found: list[list[str]] = answer["phonemes"]
        return found


class Remembering:
    """A ``Phonemizer`` that writes down what it is asked."""

    def __init__(self, asked: Phonemizer) -> None:
        self._asked = asked
        self.answers: dict[str, list[str]] = {}

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        found = await self._asked.phonemize(voice, texts)
        self.answers.update(zip(texts, found, strict=True))
        return found
