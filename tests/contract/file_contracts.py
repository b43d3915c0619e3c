"""What every implementation of ``PublishedFiles`` and ``PdfReader`` must do. See ``contracts``."""

from __future__ import annotations

import json

from lectern.documents.pdf_items import limits, pages_from_json
from lectern.errors import DocumentUnreadable, NetworkError, Reason, StoreError, TooLarge

from tests.contract.contracts import World, contract, refused

#: Files of the folder: Ogg Opus of so many samples at 16 kHz, and a PDF of three pages.
SOUND, PAPER = "contract/sound.opus", "contract/paper.pdf"
SAMPLES = 12_345
MOST = 1 << 20


@contract
async def a_published_file_is_fetched_whole_or_not_at_all(world: World) -> None:
    data = await world.published.fetch(SOUND, MOST)
    assert isinstance(data, bytes)
    assert data[:4] == b"OggS"
    assert await world.published.fetch(SOUND, len(data), fresh=True) == data
    await refused(world.published.fetch(SOUND, len(data) - 1), TooLarge)
    await refused(world.published.fetch("contract/nobody.opus", MOST), NetworkError)


@contract
async def a_published_sound_has_exactly_its_samples(world: World) -> None:
    assert await world.published.decodes() is True
    data = await world.published.fetch(SOUND, MOST)
    whole = await world.published.decode(data, 16_000, SAMPLES, SAMPLES)
    assert len(whole) == 2 * SAMPLES
    assert any(whole)
    first = await world.published.decode(data, 16_000, SAMPLES, 4800)
    assert first == whole[:9600]


@contract
async def what_is_no_published_sound_is_refused(world: World) -> None:
    data = await world.published.fetch(SOUND, MOST)
    for damaged in (b"", b"no sound at all", data[: len(data) // 2]):
        await refused(world.published.decode(damaged, 16_000, SAMPLES, SAMPLES), StoreError)


@contract
async def a_pdf_gives_its_text_with_its_places(world: World) -> None:
    data = await world.published.fetch(PAPER, MOST)
    found = await world.pdf.items(data, limits())
    pages = pages_from_json(found)
    assert len(pages) == 3
    assert [(page.width, page.height) for page in pages] == [(595, 842)] * 3
    first = pages[0].items[0]
    assert (first.text, round(first.x)) == ("The lamp is lit.", 72)
    assert 100 < first.y < 130
    told = json.loads(found)
    assert (told["title"], told["author"]) == ("A Paper", "")


@contract
async def what_is_no_pdf_or_too_much_of_one_is_refused(world: World) -> None:
    data = await world.published.fetch(PAPER, MOST)
    for damaged in (b"", b"%PDF-1.7 nothing", b"no paper at all"):
        await refused(world.pdf.items(damaged, limits()), DocumentUnreadable)
    for most in ({"pages": 2}, {"items": 2}, {"characters": 20}):
        error = await refused(world.pdf.items(data, {**limits(), **most}), DocumentUnreadable)
        assert error.reason == Reason.TOO_MUCH
