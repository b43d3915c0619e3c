"""Running heads, feet and page numbers are told from the text by place and repetition."""

from __future__ import annotations

from lectern.documents.model import Skip
from lectern.documents.pdf import pdf

from tests.typeset import Setter, heading, prose, skipped, spoken


def test_heads_of_chapters_and_alternating_sides() -> None:
    chapters = ["The Captain", "The River", "The Mountain", "The Winter"]

    def head(page: int) -> tuple[str, str, str]:
        if page % 2:
            return (chapters[page // 3 % 4], "", str(page + 1))
        return (str(page + 1), "", "A Book of Everything")

    texts = prose(150, 2)
    document = pdf(Setter(head=head).set(texts))
    assert spoken(document) == [text.text for text in texts]
    heads = skipped(document, Skip.FURNITURE)
    assert len(heads) >= 8
    assert all("Book" in one or "The " in one for one in heads)


def test_roman_numbers_and_a_title_only_on_some_pages() -> None:
    roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"]
    texts = prose(110, 3)
    setter = Setter(foot=lambda page: ("", roman[page] if page else "", ""))
    pages = setter.set(texts)
    document = pdf(pages)
    assert spoken(document) == [text.text for text in texts]
    assert skipped(document, Skip.FURNITURE) == roman[1 : len(pages)]


def test_page_of_pages() -> None:
    texts = prose(50, 3)
    document = pdf(Setter(foot=lambda page: ("", "", f"Page {page + 1} of 9")).set(texts))
    assert spoken(document) == [text.text for text in texts]
    assert "Page 2 of 9" in skipped(document, Skip.FURNITURE)


def test_chapters_that_begin_on_new_pages_keep_their_headings() -> None:
    setter = Setter(foot=lambda page: ("", str(page + 1), ""))
    wanted: list[str] = []
    for number, text in enumerate(prose(6, 5), 1):
        chapter = heading(f"Chapter {number}", 16)
        setter._set(chapter)
        setter._set(text)
        wanted += [chapter.text, text.text]
        if number < 6:
            setter._new_page()
    document = pdf(setter.set([]))
    assert spoken(document) == wanted
    assert skipped(document, Skip.FURNITURE) == list("123456")


def test_a_lone_page_number_below_one_page() -> None:
    texts = prose(4, 6)
    document = pdf(Setter(foot=lambda _: ("", "- 17 -", "")).set(texts))
    assert spoken(document) == [text.text for text in texts]
    assert skipped(document, Skip.FURNITURE) == ["- 17 -"]


def test_numbers_that_do_not_ascend_and_text_that_does_not_repeat_stay() -> None:
    setter = Setter()
    wanted = []
    for number in ("1984", "2", "77"):
        text = prose(1, int(number))[0]
        setter._set(text)
        setter.put(f"It was {number}", 72, 745)
        wanted += [text.text, f"It was {number}"]
        setter._new_page()
    assert spoken(pdf(setter.set([]))) == wanted


def test_heads_of_which_each_says_something_else_on_every_other_page() -> None:
    names = ["Dogs", "Cats", "Birds", "Fish", "Bees", "Ants", "Owls", "Mice"]
    texts = prose(110, 2)
    setter = Setter(head=lambda page: ("", names[page // 2] if page % 2 else "A Book", ""))
    pages = setter.set(texts)
    document = pdf(pages)
    assert len(pages) >= 6
    assert spoken(document) == [text.text for text in texts]
    heads = skipped(document, Skip.FURNITURE)
    assert heads[:4] == ["A Book", "Dogs", "A Book", "Cats"]


def test_chapters_named_in_the_body_type_on_pages_in_a_row_stay() -> None:
    setter = Setter()
    wanted = []
    for number, text in enumerate(prose(5, 5), 1):
        setter.put(f"Chapter {number}", 72, 82)
        setter.y = 118
        setter._set(text)
        wanted += [f"Chapter {number}", text.text]
        if number < 5:
            setter._new_page()
    document = pdf(setter.set([]))
    assert spoken(document) == wanted
    assert skipped(document, Skip.FURNITURE) == []
