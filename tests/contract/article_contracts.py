"""What every implementation of ``ArticleFinder`` must do. See ``contracts``."""

from __future__ import annotations

import asyncio
import json

from lectern.errors import EngineError

from tests.contract.contracts import World, contract, refused

LIMITS = {"elements": 10_000.0, "seconds": 60.0, "paragraph": 140.0, "score": 20.0}
SENTENCE = "The road went up the hill, and nobody was on it, for it had rained since the morning. "
ARTICLE = "".join(f"<p>Part {n}. {SENTENCE * 5}</p>" for n in range(6))
MENU = "<nav><ul>" + "<li><a href='/menu'>The menu</a></li>" * 20 + "</ul></nav>"
PAGE = (
    "<!DOCTYPE html><html lang='fr'><head><title>The road up the hill</title></head>"
    f"<body>{MENU}<article>{ARTICLE}<p>Last<sup><a href='#n1'>1</a></sup>. {SENTENCE}</p>"
    "</article></body></html>"
)


@contract
async def an_article_is_found_and_the_menu_is_not(world: World) -> None:
    found = json.loads(await world.articles.find(PAGE, LIMITS))
    assert found["title"] == "The road up the hill"
    assert found["language"] == "fr"
    assert all(f"Part {n}." in found["content"] for n in range(6))
    assert "The menu" not in found["content"]
    assert found["content"].count("#n1") == 1, "a link within the page has to stay one"
    assert "about:" not in found["content"]


@contract
async def a_page_without_an_article_has_none(world: World) -> None:
    for page in ("", " ", "<p>Hello.</p>", f"<html><body>{MENU}</body></html>", "<", "\x00"):
        assert await world.articles.find(page, LIMITS) == "", page


@contract
async def pages_at_once_do_not_mix(world: World) -> None:
    pages = [PAGE.replace("The road up", f"Road {n} up") for n in range(3)]
    answers = await asyncio.gather(*(world.articles.find(page, LIMITS) for page in pages))
    titles = [json.loads(answer)["title"] for answer in answers]
    assert titles == [f"Road {n} up the hill" for n in range(3)]


@contract
async def what_takes_too_long_is_given_up_and_harms_nothing(world: World) -> None:
    await refused(world.articles.find(PAGE, {**LIMITS, "seconds": 0.001}), EngineError)
    assert await world.articles.find(PAGE, LIMITS)
