"""Which way the sound takes, and what lock screens and media keys are told and do."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.5"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {APPLE}"
ANDROID_FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0"

ACCOMPANIED = {"way": "direct", "companion": True, "playback": False}
CARRIED = {"way": "element", "companion": False, "playback": True}
PLAIN = {"way": "direct", "companion": False, "playback": False}


def route(page: Page, asked: str | None = None, **browser: Any) -> Any:
    return page.evaluate(
        """async ([browser, asked]) => {
          const {chooseRoute, platformOf} = await import('/js/audio/routes.js');
          return chooseRoute(platformOf(browser), asked);
        }""",
        [browser, asked],
    )


@pytest.mark.parametrize(
    ("user_agent", "more", "wanted"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36", {}, ACCOMPANIED),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36",
            {"userAgentData": {"mobile": True}},
            ACCOMPANIED,
        ),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", {"maxTouchPoints": 5}, CARRIED),
        (f"{IPHONE} CriOS/140.0.7339.101 Mobile/15E148 Safari/604.1", {}, CARRIED),
        (f"{IPHONE} FxiOS/142.0 Mobile/15E148 Safari/605.1.15", {}, CARRIED),
        (f"{MAC} Safari/605.1.15", {"maxTouchPoints": 5}, CARRIED),  # an iPad
        (f"{MAC} Safari/605.1.15", {"maxTouchPoints": 0}, ACCOMPANIED),
        (ANDROID_FIREFOX, {"maxTouchPoints": 5}, CARRIED),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", {}, PLAIN),
        ("", {}, PLAIN),
    ],
    ids=[
        "chrome", "android", "iphone", "chrome-ios", "firefox-ios", "ipad", "mac",
        "firefox-android", "firefox", "unknown",
    ],
)  # fmt: skip
def test_the_way_suits_the_browser(
    host_page: Page, user_agent: str, more: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert route(host_page, userAgent=user_agent, **more) == wanted


def test_whoever_knows_better_is_obeyed(host_page: Page) -> None:
    chrome = f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36"
    assert route(host_page, "element", userAgent=chrome)["way"] == "element"
    assert route(host_page, "direct", userAgent=chrome) == ACCOMPANIED
    iphone = f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"
    direct = route(host_page, "direct", userAgent=iphone)
    # Web Audio alone needs all the help that there is.
    assert direct == {"way": "direct", "companion": True, "playback": True}


READING = """
    const {MediaSession} = await import('/js/view/media_session.js');
    const done = [];
    const note = (name) => (...args) => { done.push([name, ...args]); };
    const reading = Object.assign(new EventTarget(), {
        title: 'A Book', opened: {data: {author: 'A. Writer'}}, documentId: '',
        offset: 0, length: 3000,
        text: 'x'.repeat(2090) + ' '.repeat(10) + 'x'.repeat(900),
        contents: [
            {title: 'One', start: 100, level: 1}, {title: 'Two', start: 1100, level: 1},
            {title: 'Three', start: 2100, level: 1},
        ],
        state: 'idle', playing: false, active: false, rate: 1,
        seconds: (from, to) => (to - from) / (10 * reading.rate),
        play: note('play'), pause: note('pause'), stop: note('stop'), next: note('next'),
        previous: note('previous'), paragraph: note('paragraph'), go: note('go'),
        is(changes, type) {
            Object.assign(reading, changes);
            reading.dispatchEvent(new Event(type));
        },
        speak() {
            reading.is({state: 'speaking', playing: true, active: true}, 'state');
        },
    });
    const session = {
        metadata: null, playbackState: 'none', handlers: {}, places: [],
        setActionHandler(action, run) { session.handlers[action] = run; },
        setPositionState(place) { session.places.push(place ?? null); },
    };
    const shown = () => session.metadata && {
        title: session.metadata.title, artist: session.metadata.artist,
        album: session.metadata.album, artwork: session.metadata.artwork.map(({src}) => src),
    };
    const make = (given = session, cover = undefined) =>
        new MediaSession({reading, session: given, cover, icon: 'https://lectern.test/icon.png'});
    const settled = () => new Promise((done) => setTimeout(done));
"""


def told(page: Page, script: str) -> Any:
    return page.evaluate(f"async () => {{ {READING} {script} }}")


def test_nothing_is_shown_before_something_is_read(host_page: Page) -> None:
    got = told(
        host_page, "make(); return [session.metadata, session.playbackState, session.places];"
    )
    assert got == [None, "none", [None]]


def test_the_chapter_is_the_track(host_page: Page) -> None:
    got = told(
        host_page,
        """
        make();
        reading.speak();
        const before = shown();
        reading.is({offset: 1600}, 'place');
        return [before, shown(), session.places.at(-1), session.playbackState];
        """,
    )
    icon = ["https://lectern.test/icon.png"]
    assert got[0] == {"title": "A Book", "artist": "A. Writer", "album": "A Book", "artwork": icon}
    assert got[1] == {"title": "Two", "artist": "A. Writer", "album": "A Book", "artwork": icon}
    assert got[2] == {"duration": 100, "position": 50, "playbackRate": 1}
    assert got[3] == "playing"


def test_a_section_is_no_track_of_its_own(host_page: Page) -> None:
    """The chapter is that of the progress line, of the sleep timer and of what is exported."""
    got = told(
        host_page,
        """
        const {chapterOf} = await import('/js/view/chapters.js');
        reading.contents = [
            {title: 'One', start: 100, level: 1}, {title: 'Two', start: 1100, level: 1},
            {title: 'Two, a', start: 2100, level: 2},
        ];
        make();
        reading.speak();
        reading.is({offset: 2200}, 'place');
        const {start, end} = chapterOf(reading.contents, reading.length, reading.offset);
        return [shown().title, session.places.at(-1).duration, (end - start) / 10];
        """,
    )
    assert got == ["Two", 190, 190]


def test_speed_moves_nothing_on_the_scrubber(host_page: Page) -> None:
    got = told(
        host_page,
        """
        make();
        reading.speak();
        reading.is({offset: 600}, 'place');
        reading.is({rate: 2}, 'speed');
        return session.places.slice(-2);
        """,
    )
    assert got[0] == {"duration": 100, "position": 50, "playbackRate": 1}
    assert got[1] == {"duration": 100, "position": 50, "playbackRate": 2}


@pytest.mark.parametrize(
    "changes",
    [
        "{offset: 99999}",
        "{offset: -5}",
        "{contents: [], length: 0}",
        "{seconds: () => NaN}",
        "{seconds: () => Infinity}",
        "{seconds: () => -1}",
        "{seconds: (from, to) => to}",
        "{contents: [{title: '', start: 0, level: 1}, {title: '', start: 0, level: 2}]}",
    ],
)
def test_no_place_that_a_browser_would_refuse(host_page: Page, changes: str) -> None:
    """The browser's own session is asked, which throws for what is not consistent."""
    got = told(
        host_page,
        f"""
        const refused = [];
        session.setPositionState = (place) => {{
            try {{ navigator.mediaSession.setPositionState(place); }}
            catch (error) {{ refused.push(String(error)); }}
        }};
        make();
        reading.speak();
        reading.is({changes}, 'place');
        reading.is({{rate: 4}}, 'speed');
        return refused;
        """,
    )
    assert got == []


def test_buttons(host_page: Page) -> None:
    got = told(
        host_page,
        """
        make();
        for (const action of ['play', 'pause', 'stop', 'nexttrack', 'previoustrack', 'seekforward',
                              'seekbackward']) session.handlers[action]({action});
        return done;
        """,
    )
    assert got == [
        ["play"],
        ["pause"],
        ["stop"],
        ["paragraph", 1],
        ["paragraph", -1],
        ["next"],
        ["previous"],
    ]


def test_the_scrubber_goes_to_a_place_of_the_chapter(host_page: Page) -> None:
    got = told(
        host_page,
        """
        make();
        reading.speak();
        reading.is({offset: 1200, rate: 2}, 'place');
        for (const seekTime of [0, 25.04, 100, 1e9, -3, NaN, undefined])
            session.handlers.seekto({action: 'seekto', seekTime});
        return done.map(([, offset]) => offset);
        """,
    )
    # Never into the next chapter: its title is not the one that was scrubbed.
    assert got == [1100, 1350, 2089, 2089, 1100]


def test_artwork_is_the_cover_and_is_set_once(host_page: Page) -> None:
    got = told(
        host_page,
        """
        let count = 0;
        let metadata = null;
        Object.defineProperty(session, 'metadata', {
            get: () => metadata, set: (value) => { count += 1; metadata = value; },
        });
        const asked = [];
        make(session, async (id) => { asked.push(id); return new Blob([id]); });
        reading.speak();
        reading.is({documentId: 'a'}, 'text');
        await settled();
        const [address] = shown().artwork;
        const picture = await (await fetch(address)).text();
        for (const offset of [110, 120, 130]) reading.is({offset}, 'place');
        reading.is({}, 'text');
        const chapter = count;
        reading.is({state: 'idle', playing: false, active: false}, 'state');
        return [asked, picture, chapter, count, metadata];
        """,
    )
    # Nothing, the book, its cover, chapter one; then nothing again.
    assert got == [["a"], "a", 3, 4, None]


def test_a_cover_goes_with_its_document(host_page: Page) -> None:
    """One that comes late is not another's, and what nobody sees takes up no memory."""
    got = told(
        host_page,
        """
        const coming = {};
        const revoked = [];
        const {revokeObjectURL} = URL;
        URL.revokeObjectURL = (url) => { revoked.push(url); revokeObjectURL.call(URL, url); };
        const covers = {b: null, c: Promise.reject(new Error('no store'))};
        make(session, (id) => covers[id] ?? new Promise((done) => { coming[id] = done; }));
        reading.speak();
        const arts = [];
        reading.is({documentId: 'a'}, 'text');
        coming.a(new Blob(['a']));
        await settled();
        const [first] = shown().artwork;
        reading.is({documentId: 'b'}, 'text');
        arts.push(shown().artwork);
        reading.is({documentId: 'c'}, 'text');
        await settled();
        coming.b(new Blob(['b']));
        await settled();
        arts.push(shown().artwork);
        reading.is({documentId: ''}, 'text');
        await settled();
        arts.push(shown().artwork);
        return [first.startsWith('blob:'), arts, revoked.includes(first)];
        """,
    )
    icon = ["https://lectern.test/icon.png"]
    assert got == [True, [icon, icon, icon], True]


def test_a_browser_without_all_of_it(host_page: Page) -> None:
    got = told(
        host_page,
        """
        delete session.setPositionState;
        session.setActionHandler = (action, run) => {
            if (action.startsWith('seek')) throw new TypeError(action);
            session.handlers[action] = run;
        };
        make();
        reading.speak();
        make(null);
        return [Object.keys(session.handlers), session.playbackState];
        """,
    )
    assert got == [["play", "pause", "stop", "nexttrack", "previoustrack"], "playing"]
