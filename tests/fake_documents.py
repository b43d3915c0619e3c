"""Fakes of what documents need from the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from lectern.errors import DocumentUnreadable, EngineTimeout, LecternError, Reason

_ARTICLE = re.compile(r"<article>(.*?)</article>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LANGUAGE = re.compile(r"<html[^>]* lang=[\"']?([\w-]+)")


class FakePdf:
    """``PdfReader`` of one PDF: its items as JSON. ``known``: its bytes; others are none."""

    def __init__(self, items: str = "", known: bytes | None = None) -> None:
        self.found = items
        self.known = known
        self.asked: list[bytes] = []
        self.limits: Mapping[str, float] = {}

    async def items(self, data: bytes, limits: Mapping[str, float]) -> str:
        self.asked.append(data)
        self.limits = limits
        if not self.found or (self.known is not None and data != self.known):
            raise DocumentUnreadable("This PDF is damaged, or it is none.")
        pages = json.loads(self.found)["pages"]
        rows = [row for page in pages for row in page["items"]]
        many = {"pages": len(pages), "items": len(rows), "characters": sum(len(r[0]) for r in rows)}
        for what, number in many.items():
            if number > limits[what]:
                raise DocumentUnreadable(
                    f"This PDF has more than {limits[what]} {what}.", Reason.TOO_MUCH
                )
        return self.found


class FakeArticles:
    """``ArticleFinder`` that takes ``<article>`` for the article, or gives ``answer``."""

    def __init__(self, answer: str | None = None, fault: LecternError | None = None) -> None:
        self.answer = answer
        self.fault = fault
        self.asked: list[Mapping[str, float]] = []

    async def find(self, markup: str, limits: Mapping[str, float]) -> str:
        self.asked.append(limits)
        if self.fault:
            raise self.fault
        if limits["seconds"] <= 0.001:
            raise EngineTimeout("Looking for the article of this page takes too long.")
        if self.answer is not None:
            return self.answer
        found = _ARTICLE.search(markup)
        if found is None or len(found[1]) < limits["paragraph"]:
            return ""
        title, language = _TITLE.search(markup), _LANGUAGE.search(markup)
        answer = {
            "title": title[1] if title else "",
            "byline": "",
            "language": language[1] if language else None,
            "site": None,
            "content": found[1],
        }
        return json.dumps(answer)
