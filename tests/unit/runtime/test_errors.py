"""The error tree, its docstring and its codes are one."""

from __future__ import annotations

import re

from lectern import errors
from lectern.errors import LecternError, all_errors


def test_the_drawn_tree_is_the_real_one() -> None:
    leaves = re.findall(
        r"^    (?:│   |    )[├└]── (\w+)\s+(\w+)", errors.__doc__ or "", re.MULTILINE
    )
    drawn = dict(leaves)
    assert drawn == {kind.__name__: code for code, kind in all_errors().items()}


def test_retryable_errors_are_those_the_tree_says() -> None:
    marked = set(re.findall(r"(\w+)\s+\(retryable\)", errors.__doc__ or ""))
    assert marked == {code for code, kind in all_errors().items() if kind.retryable}


def test_a_message_is_what_was_raised_with() -> None:
    assert LecternError("Say why.").message == "Say why."
    assert errors.EmptyText().message == "empty_text"
