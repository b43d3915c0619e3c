"""Values and errors of the host objects of ``web/js/host``, for ``browser.py`` and what it is of.

Every proxy that is made with these is destroyed by whoever made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import js
from pyodide.ffi import JsException

from lectern.errors import all_errors

_ERRORS = all_errors()


@contextmanager
def translated() -> Iterator[None]:
    """Host errors carry one of our codes; they go on as that error."""
    try:
        yield
    except JsException as error:
        cause = getattr(error, "js_error", error)
        kind = _ERRORS.get(str(getattr(cause, "code", "")))
        message = str(getattr(cause, "message", "") or error)
        if kind is None:
            raise
        raise kind(message) from None


def plain(value: Mapping[str, object]) -> Any:
    """A plain JavaScript object of JSON-shaped values."""
    return js.JSON.parse(json.dumps(value))


def typed(kind: Any, data: Any, length: int) -> Any:
    """A JavaScript typed array with a copy of ``data``'s buffer."""
    result = kind.new(length)
    if length:
        result.assign(data)
    return result


def listed(value: Any) -> Any:
    """A host's JSON-shaped answer."""
    return json.loads(js.JSON.stringify(value))
