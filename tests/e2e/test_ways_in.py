"""Ways to a document besides choosing and dropping a file, and what is said when none comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import pdfs
from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import drop, opened
from tests.e2e.test_page import button, reading
from tests.epubs import Chapter, make
from tests.packing import packed
from tests.unit.documents.test_epub_hostile import ENCRYPTION, encrypted

SENTENCE = "The road went up the hill, and nobody was on it, for it had rained since the morning. "
ARTICLE = "".join(f"<p>Part {n}. {SENTENCE * 5}</p>" for n in range(6))
MENU = "<ul>" + "<li><a href='/menu'>The menu</a></li>" * 20 + "</ul>"
WEB_PAGE = f"""<!doctype html><html lang="en"><head><title>The road up the hill</title>
<meta property="og:site_name" content="The Road Times"><style>p {{ color: teal }}</style></head>
<body><div id="top"><nav>{MENU}</nav></div><div class="ad sidebar">Buy this now.</div>
<article><h1>The road up the hill</h1>{ARTICLE}</article>
<script>window.ran = (window.ran ?? 0) + 1;</script>
<img src="/pixel.png" srcset="/pixel2.png 2x"></body></html>"""
PASTE = """([html, text, selector]) => {
  const data = new DataTransfer();
  if (html) data.setData('text/html', html);
  if (text) data.setData('text/plain', text);
  const target = selector ? document.querySelector(selector) : document.activeElement;
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  return (target ?? document.body).dispatchEvent(new ClipboardEvent('paste', options));
}"""
RICH = f"<h1>A pasted title</h1><p>{SENTENCE}</p><ul><li>One thing</li><li>Another</li></ul>"


def text_of(page: Page) -> str:
    return page.get_by_label("Text", exact=True).input_value()


def paste(page: Page, html: str, text: str, selector: str = "") -> bool:
    """Whether the browser is left to paste it."""
    left: bool = page.evaluate(PASTE, [html, text, selector])
    return left


def carried(content: str, **head: object) -> str:
    about = {"u": "https://road.example/up", "t": "The road up the hill", "k": "html", **head}
    return packed(json.dumps(about).encode() + b"\n" + content.encode())


# -- a page of the web ---------------------------------------------------------------


def test_of_a_page_of_the_web_the_article_is_read(app: Page) -> None:
    drop(app, "road.html", WEB_PAGE.encode(), "text/html")
    opened(app, "The road up the hill")
    text = text_of(app)
    assert text.startswith("The road up the hill\n\nPart 0.")
    assert "Part 5." in text
    assert "The menu" not in text
    assert "Buy this" not in text
    assert text.count("The road up the hill") == 1
    expect(app.locator("#site")).to_have_text("From The Road Times")
    expect(reading(app).locator(".skipped")).to_have_count(0)


def test_a_page_that_means_harm_to_what_finds_articles_is_read_whole(app: Page) -> None:
    hostile = "<nav>x</nav>" + "<div class=a>" * 20_000 + ARTICLE + "<a b c d>" * 20_000
    drop(app, "harm.html", hostile.encode(), "text/html")
    expect(reading(app)).to_contain_text("Part 5.", timeout=60_000)


# -- paste -----------------------------------------------------------------------------


def test_rich_text_that_is_pasted_into_the_empty_box_is_a_document(app: Page) -> None:
    assert not paste(app, RICH, "A pasted title\nThe road", "#text")
    opened(app, "A pasted title")
    expect(reading(app).locator(".item")).to_have_text(["One thing", "Another"])
    button(app, "Library").click()
    expect(app.locator("#library-list li")).to_contain_text("A pasted title")


def test_rich_text_that_is_pasted_with_nothing_focused_is_a_document(app: Page) -> None:
    app.evaluate("() => document.activeElement.blur()")
    paragraphs = f"<p>{SENTENCE}</p><p>And on.</p>"
    assert not paste(app, paragraphs, f"{SENTENCE}\nAnd on.")
    expect(reading(app)).to_contain_text("And on.", timeout=30_000)


def test_plain_text_that_is_pasted_while_reading_is_opened(app: Page) -> None:
    drop(app, "before.txt", b"Something is read. It goes on.")
    expect(reading(app)).to_contain_text("Something is read.", timeout=30_000)
    app.evaluate("() => document.activeElement.blur()")
    assert not paste(app, "", "Pasted over it. And more.")
    expect(reading(app)).to_have_text("Pasted over it. And more.", timeout=30_000)


@pytest.mark.parametrize(
    ("html", "before"),
    [
        ("<meta charset='utf-8'><span style='color: red'>Just a few words.</span>", ""),
        ("", ""),
        (RICH, "What was here before."),
    ],
)
def test_what_is_pasted_as_plain_text_stays_so(app: Page, html: str, before: str) -> None:
    app.get_by_label("Text", exact=True).fill(before)
    assert paste(app, html, "Just a few words.", "#text")
    expect(app.locator("body")).to_have_attribute("data-mode", "editing")


def test_shift_asks_for_plain_text(app: Page) -> None:
    app.get_by_label("Text", exact=True).focus()
    app.evaluate(
        """() => {
          const keys = { key: 'V', ctrlKey: true, shiftKey: true };
          dispatchEvent(new KeyboardEvent('keydown', keys));
        }"""
    )
    assert paste(app, RICH, "A pasted title", "#text")
    assert not paste(app, RICH, "A pasted title", "#text")


# -- the fragment ------------------------------------------------------------------------


def test_a_text_in_the_fragment_is_opened_once(app: Page, site: StaticSite) -> None:
    text = "Un été à la mer, 100 % de C++ & plus. Puis l'hiver."
    app.goto("about:blank")
    open_app(app, f"{site.url}#text={quote(text, safe='')}&title={quote('Été & mer')}")
    expect(reading(app)).to_contain_text("100 % de C++ & plus", timeout=30_000)
    expect(app).to_have_title("Été & mer · Lectern")
    assert app.url == site.url
    drop(app, "later.txt", b"Something else is read since. It is longer.")
    expect(reading(app)).to_contain_text("Something else", timeout=30_000)
    until(app, "() => localStorage.getItem('lectern.page.document') !== null")
    app.reload()
    expect(reading(app)).to_contain_text("Something else", timeout=30_000)


@pytest.mark.parametrize("text", ["AT&T says 100% sure.", "%E9%ZZ is no word."])
def test_a_text_that_nobody_encoded_is_read_as_it_stands(app: Page, text: str) -> None:
    app.evaluate("(text) => { location.hash = '#text=' + text }", text)
    expect(reading(app)).to_have_text(text, timeout=30_000)


def test_a_fragment_that_comes_later_is_opened_too(app: Page) -> None:
    app.evaluate("() => { location.hash = '#text=' + encodeURIComponent('A second text came.') }")
    expect(reading(app)).to_contain_text("A second text came.", timeout=30_000)
    until(app, "() => location.hash === ''")
    app.evaluate("() => { location.hash = '#elsewhere' }")
    until(app, "() => location.hash === '#elsewhere'")


def test_a_page_in_the_fragment_is_an_article_with_its_site(app: Page) -> None:
    plain = WEB_PAGE.replace("og:site_name", "og:other")
    app.evaluate("(packed) => { location.hash = '#page=' + packed }", carried(plain))
    opened(app, "The road up the hill")
    expect(app.locator("#site")).to_have_text("From road.example")
    assert "The menu" not in text_of(app)
    button(app, "Library").click()
    expect(app.locator("#library-list li")).to_contain_text("road.example")
    button(app, "New text").click()
    expect(app.locator("#site")).to_be_hidden()


BROKEN, LARGE = "damaged", "too large"


#: More of them are read in Node (test_arrivals_js.py).
BAD_FRAGMENTS = [
    ("text=%20%0A", "no text in this file"),
    ("page=%%%", BROKEN),
    ("page=" + packed(b"no head at all"), BROKEN),
    ("page=" + packed(b"{}\n" + SENTENCE.encode() * 50)[:-40], BROKEN),
    ("page=" + packed(b"{}\n" + bytes(20_000_000)), LARGE),
    ("shared=1-" + "0" * 36, "not here any more"),
]


def test_a_bad_fragment_says_so_and_changes_nothing(app: Page) -> None:
    app.get_by_label("Text", exact=True).fill("What was here before.")
    for fragment, says in BAD_FRAGMENTS:
        app.evaluate("(hash) => { location.hash = hash }", fragment)
        expect(app.get_by_role("alert")).to_contain_text(says, timeout=30_000)
        until(app, "() => location.hash === ''")
        app.get_by_role("alert").get_by_role("button", name="Close").click()
        expect(app.get_by_role("alert")).to_have_count(0)
    expect(app.get_by_label("Text", exact=True)).to_have_value("What was here before.")


def test_a_fragment_beyond_all_limits(app: Page) -> None:
    app.evaluate("() => history.replaceState(null, '', '#text=' + 'a'.repeat(2_000_001))")
    app.evaluate("() => dispatchEvent(new HashChangeEvent('hashchange'))")
    expect(app.get_by_role("alert")).to_contain_text(LARGE)


def test_what_is_carried_is_text_and_nothing_else(app: Page) -> None:
    page = carried(
        f"<html><body><script>document.title='hacked'</script>{ARTICLE}<p>"
        "<img src=x onerror=\"document.title='hacked'\"><iframe src='https://evil.example/'></iframe>",
        u="javascript:alert(1)",
        t="<b>bold</b>/../x",
    )
    app.evaluate("(packed) => { location.hash = '#page=' + packed }", page)
    expect(reading(app)).to_contain_text("Part 5.", timeout=30_000)
    assert reading(app).locator("img, script, iframe, a, b").count() == 0
    expect(app.locator("#site")).to_be_hidden()
    expect(app).to_have_title("<b>bold</b>/../x · Lectern")


# -- the bookmarklet -----------------------------------------------------------------------


def bookmarklet_of(app: Page) -> str:
    button(app, "More").click()
    app.get_by_role("button", name="Read other pages").click()
    link = app.get_by_role("link", name="Read with Lectern")
    until(app, "() => document.querySelector('#bookmarklet-link').href.startsWith('javascript:')")
    return str(link.get_attribute("href"))


def run_bookmarklet(page: Page, address: str) -> Page:
    """As a press on the bookmarks bar does; the tab that opens."""
    with page.context.expect_page() as opening:
        page.evaluate("(address) => { location.href = address }", address)
    return opening.value


def test_the_bookmarklet_brings_the_page_one_is_on(
    app: Page, make_site: Callable[..., StaticSite], context: BrowserContext, watch: Watch
) -> None:
    watch.allow("404")  # the other site's own pictures
    address = bookmarklet_of(app)
    assert len(address) < 6000
    other = make_site(isolation=False)
    other.put("road/up.html", WEB_PAGE)
    page = context.new_page()
    page.goto(other.url_at("road.test") + "road/up.html?q=1")
    asked = other.count()
    arrived = run_bookmarklet(page, address)
    expect(arrived.locator("#reading").get_by_role("heading").first).to_have_text(
        "The road up the hill", timeout=60_000
    )
    text = text_of(arrived)
    assert "Part 5." in text
    assert "The menu" not in text
    expect(arrived.locator("#site")).to_have_text("From The Road Times")
    expect(arrived.locator("#site")).to_have_attribute(
        "title", f"http://road.test:{other.port}/road/up.html?q=1"
    )
    assert "#" not in arrived.url
    # Neither asked the site for anything more, nor ran or changed anything of it.
    assert [hit.path for hit in other.hits()[asked:] if "pixel" in hit.path] == []
    assert page.evaluate("() => window.ran") == 1
    assert page.url.endswith("up.html?q=1")
    assert page.locator("article").count() == 1


def test_of_a_page_that_is_too_large_the_text_is_brought(
    app: Page, make_site: Callable[..., StaticSite], context: BrowserContext, watch: Watch
) -> None:
    watch.allow("404")  # the other site's own pictures
    address = bookmarklet_of(app)
    other = make_site(isolation=False)
    other.put("large.html", WEB_PAGE)
    page = context.new_page()
    page.goto(other.url_at("road.test") + "large.html")
    page.evaluate(
        """() => {
          const noise = crypto.getRandomValues(new Uint8Array(60_000));
          for (let n = 0; n < 30; n++) {
            const span = document.createElement('span');
            const digits = (x) => ((x * (n + 3) * 7919) % 65521).toString(36);
            span.dataset.noise = Array.from(noise, digits).join('');
            document.body.append(span);
          }
        }"""
    )
    arrived = run_bookmarklet(page, address)
    expect(arrived.locator("#reading")).to_contain_text("Part 5.", timeout=60_000)
    assert "The menu" not in text_of(arrived)


def test_the_bookmarklet_is_to_be_dragged_or_copied(app: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = bookmarklet_of(app)
    app.get_by_role("link", name="Read with Lectern").click()
    told = app.locator("#bookmarklet-told")
    expect(told).to_contain_text("Drag it")
    button(app, "Copy the link").click()
    expect(told).to_contain_text("copied")
    assert app.evaluate("() => navigator.clipboard.readText()") == address
    app.keyboard.press("Escape")
    expect(app.locator("#bookmarklet")).to_be_hidden()


# -- the installed app ------------------------------------------------------------------------


SHARE = """([fields, files]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.enctype = 'multipart/form-data';
  form.action = 'share';
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('textarea');
    input.name = name;
    input.value = value;
    form.append(input);
  }
  const data = new DataTransfer();
  for (const [name, type, text] of files) data.items.add(new File([text], name, { type }));
  const input = document.createElement('input');
  input.type = 'file';
  input.name = 'files';
  input.multiple = true;
  input.files = data.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}"""
#: A page of the app's own without its policy, which lets nothing be posted: the system does that.
SHEET = "<!doctype html><meta charset=utf-8><title>Share sheet</title><link rel=icon href=data:,>"


@pytest.fixture
def sheet(app: Page, site: StaticSite) -> Page:
    """A page that posts as the system's share sheet does, with the service worker in charge."""
    app.evaluate("async () => { await navigator.serviceWorker.ready }")
    until(
        app,
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return registration?.active?.state === 'activated';
        }""",
    )
    site.put("sheet.html", SHEET)
    app.goto(site.url + "sheet.html")
    assert app.evaluate("() => navigator.serviceWorker.controller !== null")
    return app


def share(sheet: Page, fields: dict[str, str], *files: tuple[str, str, str]) -> None:
    """``files``: name, type and text of each."""
    with sheet.expect_navigation(url="**/"):
        sheet.evaluate(SHARE, [fields, [list(file) for file in files]])


def inbox(page: Page) -> int:
    count: int = page.evaluate(
        """async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith('lectern-shared'));
          const waiting = names.map(async (name) => (await caches.open(name)).keys());
          return (await Promise.all(waiting)).flat().length;
        }"""
    )
    return count


def test_a_file_that_is_shared_is_opened_and_not_kept_twice(sheet: Page, site: StaticSite) -> None:
    site.forget()
    share(sheet, {"title": "A road"}, ("road.html", "text/html", WEB_PAGE))
    opened(sheet, "The road up the hill")
    assert sheet.url == site.url
    until(sheet, "() => true")
    assert inbox(sheet) == 0
    assert "share" not in site.paths(), "what is shared goes to no server"
    sheet.reload()
    opened(sheet, "The road up the hill")


def test_a_text_that_is_shared_is_opened_under_its_title(sheet: Page) -> None:
    note = {"title": "A note", "text": "One two three. Four five six."}
    share(sheet, {**note, "url": "https://road.example/n"})
    expect(reading(sheet)).to_contain_text("Four five six.", timeout=30_000)
    expect(sheet).to_have_title("A note · Lectern")
    expect(sheet.locator("#site")).to_have_text("From road.example")


@pytest.mark.parametrize(
    "fields", [{"url": "https://road.example/up"}, {"text": "https://road.example/up\n"}]
)
def test_an_address_alone_is_not_asked_for(
    sheet: Page, fields: dict[str, str], watch: Watch
) -> None:
    share(sheet, fields)
    told = sheet.get_by_role("alert")
    expect(told).to_contain_text("asks no other site", timeout=30_000)
    told.get_by_role("button", name="Show how").click()
    expect(sheet.get_by_role("link", name="Read with Lectern")).to_be_visible()
    assert not [address for address in watch.requests if "road.example" in address]


def test_what_nobody_takes_does_not_pile_up(sheet: Page, site: StaticSite) -> None:
    for number in range(8):
        # The page would take it: what is shared goes on lying there where it never opens.
        sheet.evaluate(
            """async (number) => {
              const form = new FormData();
              form.set('text', `Text ${number}.`);
              const [name] = ['lectern-shared@' + new URL('.', location.href).pathname];
              const inbox = await caches.open(name);
              const when = Date.now() - (number < 4 ? 3_600_000 : 1000 * (8 - number));
              const id = `${when}-${crypto.randomUUID()}`;
              await inbox.put(`${new URL('.', location.href)}shared/${id}`, new Response('{}'));
            }""",
            number,
        )
    assert inbox(sheet) == 8
    share(sheet, {"text": "One two three. Four five six."})
    expect(reading(sheet)).to_contain_text("Four five six.", timeout=30_000)
    until(sheet, "async () => true")
    assert inbox(sheet) == 3


LAUNCH = """() => {
  const file = new File(['# A launched title\\n\\nIts text is here.'], 'a.md');
  const queue = {
    setConsumer: (take) => setTimeout(() => take({ files: [{ getFile: async () => file }] })),
  };
  Object.defineProperty(window, 'launchQueue', { value: queue });
}"""


def test_a_file_that_the_system_opens_with_it(page: Page, site: StaticSite) -> None:
    page.add_init_script(f"({LAUNCH})()")
    open_app(page, site.url)
    opened(page, "A launched title")


def test_a_launch_without_a_file_that_can_be_read_says_so(page: Page, site: StaticSite) -> None:
    refusing = LAUNCH.replace("async () => file", "async () => { throw new Error('gone') }")
    page.add_init_script(f"({refusing})()")
    open_app(page, site.url)
    expect(page.get_by_role("alert")).to_contain_text("cannot read this file any more")


def test_the_manifest_says_what_can_be_opened(app: Page, site: StaticSite) -> None:
    manifest = json.loads(site.read("manifest.webmanifest") or b"")
    assert manifest["share_target"]["action"] == "./share"
    handled = {e for ends in manifest["file_handlers"][0]["accept"].values() for e in ends}
    accepted = str(app.locator("#file").get_attribute("accept")).split(",")
    assert handled == {one for one in accepted if one.startswith(".")}
    shared = manifest["share_target"]["params"]["files"][0]["accept"]
    assert handled == {one for one in shared if one.startswith(".")}


# -- why it can't be opened -----------------------------------------------------------------------


BOOK = make([Chapter("one.xhtml", f"<p>{SENTENCE}</p>")])
DRM = make(
    [Chapter("one.xhtml", f"<p>{SENTENCE}</p>")],
    files={ENCRYPTION: encrypted("x")},
)


UNREADABLE = [
    ("cut.epub", BOOK[: len(BOOK) // 2], "end of this file is missing"),
    ("locked.epub", DRM, "is protected"),
    ("paper.pdf", b"%PDF-1.7 nothing", "is damaged"),
    ("scan.pdf", pdfs.make([[], []]), "pictures of pages only"),
    ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(50), "of this kind cannot be opened"),
    ("empty.txt", b"", "no text in this file"),
    ("noise.bin", bytes(range(256)) * 8, "is no text"),
]


def test_each_reason_has_its_sentence(app: Page) -> None:
    for name, data, says in UNREADABLE:
        drop(app, name, data)
        problem = app.get_by_role("alert")
        expect(problem).to_contain_text(says, timeout=30_000)
        expect(problem.get_by_role("button", name="Open a file")).to_be_visible()
        problem.get_by_role("button", name="Close").click()
        expect(problem).to_have_count(0)
