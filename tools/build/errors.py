"""The one error that the build shows to people."""

from __future__ import annotations


class BuildError(Exception):
    """Something the build needs is missing or wrong.

    ``what`` happened, in a sentence; ``hint`` says what to do about it.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
