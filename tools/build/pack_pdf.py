"""A PDF's text with its places, by the page's own reader in Node.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from lectern.documents import pdf_items

from tools.build.errors import BuildError

PROGRAM = Path(__file__).with_name("pack_pdf.mjs")
#: A PDF that takes longer (seconds) is none that somebody wants to hear.
_PATIENCE = 600

#: A file -> JSON as ``documents/pdf_items.py`` describes it.
PdfItems = Callable[[bytes], str]


def in_node(node: Path, web: Path, public: Path) -> PdfItems:
    """The reader.

    Args:
        node: the program.
        web: the repository's ``web``, whose adapter reads.
        public: the folder that has ``vendor/pdfjs``.

    The function raises BuildError: it can't be read, in words.
    """

    def items(data: bytes) -> str:
        try:
            ended = subprocess.run(
                [node, PROGRAM, web, public, json.dumps(pdf_items.limits())],
                input=data,
                stdout=subprocess.PIPE,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"The PDF was not read within {_PATIENCE} s.") from error
        if ended.returncode:
            raise BuildError("The reader of PDFs failed in Node.js; its last words are above.")
        text = ended.stdout.decode("utf-8")
        if text.startswith('{"error"'):
            raise BuildError(str(json.loads(text)["error"]))
        return text

    return items
