"""Fakes of what documents need from the browser."""

from __future__ import annotations

from lectern.errors import DocumentUnreadable


class FakePdf:
    """``PdfReader`` of one PDF: its items as JSON."""

    def __init__(self, items: str = "") -> None:
        self.found = items
        self.asked: list[bytes] = []

    async def items(self, data: bytes) -> str:
        self.asked.append(data)
        if not self.found:
            raise DocumentUnreadable("This PDF is damaged, or it is none.")
        return self.found
