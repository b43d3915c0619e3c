"""Bytes as they travel in text."""

from __future__ import annotations

import base64
import zlib


def encoded(data: bytes) -> str:
    """For a page, and for a cover in a library's line."""
    return base64.b64encode(data).decode()


def packed(body: bytes) -> str:
    """As the bookmarklet does it."""
    squeezed = zlib.compress(body, 9, wbits=-15)
    return base64.urlsafe_b64encode(squeezed).decode().rstrip("=")
