"""Who says what, and how long a voice rests: passages.js, casting.js, pauses.js and their like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support.test_js_agrees import JS
from tests.unit.tools import node

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "languages.txt"
#: Share of the golden paragraphs of the seven languages that find theirs; the others stay silent.
FOUND = 0.95

ENGLISH = "The road went up to the house, and nobody was on it when they came back from the hill."
FRENCH = (
    "La route montait vers la maison, et il n’y avait personne quand ils sont revenus du village."
)
RUSSIAN = "Дорога шла вверх к дому, и на ней никого не было."
#: The least of ten times that something takes: what else the machine does is not in it.
BEST = """
const now = () => performance.now();
const once = (work, began = now()) => (work(), now() - began);
const best = (work) => Math.min(...Array.from({length: 10}, () => once(work)));
"""


def run(folder: Path, script: str, argument: Any = None) -> Any:
    names = "guess_language scripts passages casting pauses settings text_feed"
    imports = "".join(
        f"import * as {name} from '{(JS / f'{name}.js').as_uri()}';\n" for name in names.split()
    )
    source = (
        f"{imports}const arg = {json.dumps(argument)};\n"
        f"console.log(JSON.stringify(await (async () => {{ {script} }})()));"
    )
    return node.run(folder, source)


def golden() -> list[tuple[str, str]]:
    lines = GOLDEN.read_text("utf-8").splitlines()
    return [
        (language, text)
        for line in lines
        if line and not line.startswith("#")
        for language, _, text in [line.partition("\t")]
    ]


def guesses(folder: Path, texts: list[str]) -> list[str | None]:
    found: list[str | None] = run(folder, "return arg.map(guess_language.guessLanguage);", texts)
    return found


def test_languages_are_told_from_each_other(tmp_path: Path) -> None:
    items = golden()
    found = guesses(tmp_path, [text for _, text in items])
    both = [(wanted, got, text) for (wanted, text), got in zip(items, found, strict=True)]
    # Nothing is ever taken for another language: the wrong voice is worse than the usual one.
    assert [item for item in both if item[1] is not None and item[0] != item[1]] == []
    known = [item for item in both if item[0] != "-"]
    right = [item for item in known if item[0] == item[1]]
    assert len(right) / len(known) >= FOUND, [item for item in known if item not in right]
    scripts = [item for item in known if item[0] not in ("en", "fr", "de", "es", "it", "pt", "nl")]
    assert [item for item in scripts if item[0] != item[1]] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Oui!", None),
        ("", None),
        ("1234, 5678 & 90", None),
        (f"{ENGLISH} {FRENCH}", None),
        ("Привет", "ru"),
        ("He said спасибо and left with the others, as it was late.", "en"),
    ],
)
def test_what_is_short_or_mixed_is_left_open(
    tmp_path: Path, text: str, language: str | None
) -> None:
    assert guesses(tmp_path, [text]) == [language]


def test_guessing_takes_no_longer_for_a_long_text(tmp_path: Path) -> None:
    ratios = run(
        tmp_path,
        BEST
        + """
        return ['a b ', 'the ', 'ж', '\\n', 'é̂'].map((unit) => {
          const look = (count, text = unit.repeat(count)) => () =>
            guess_language.guessLanguage(text);
          return best(look(1_000_000)) / best(look(10_000));
        });
        """,
    )
    assert max(ratios) < 20, "a text a hundred times as long"


# -- passages ----------------------------------------------------------------------------


def passages(
    folder: Path, text: str, given: list[dict[str, Any]] | None = None
) -> list[tuple[str, str]]:
    """(language, text) of each passage, one after the other."""
    found = run(
        folder,
        """
        const [text, given] = arg;
        const all = new passages.Passages(text, given);
        const found = [];
        for (let at = 0; at < text.length; ) {
          const {start, end, language} = all.at(at);
          if (start !== at || end <= at) throw new Error(`${start} ${end} at ${at}`);
          found.push([language, text.slice(start, end).trim()]);
          at = end;
        }
        return found;
        """,
        [text, given],
    )
    return [(language, passage) for language, passage in found]


def test_the_paragraphs_of_a_bare_text_are_judged_one_by_one(tmp_path: Path) -> None:
    text = f"{ENGLISH}\n\n{FRENCH}\n\n{RUSSIAN}\n \n12\n\n{ENGLISH}"
    found = passages(tmp_path, text)
    assert found == [
        ("en", ENGLISH),
        ("fr", FRENCH),
        ("ru", RUSSIAN),
        ("", "12"),
        ("en", ENGLISH),
    ]


def test_a_short_paragraph_goes_with_the_one_before_if_it_speaks_the_same(tmp_path: Path) -> None:
    text = f"{FRENCH}\n\nOui, dit-il.\n\nAnd yet.\n\n{ENGLISH}\n\nOui, dit-il."
    assert [language for language, _ in passages(tmp_path, text)] == ["fr", "fr", "", "en", ""]


def test_lines_of_their_own_and_wrapped_lines(tmp_path: Path) -> None:
    long = f"{ENGLISH} {ENGLISH}\n{FRENCH} {FRENCH}\n"
    assert [language for language, _ in passages(tmp_path, long)] == ["en", "fr"]
    wrapped = f"{ENGLISH}\n{FRENCH}\n"
    assert len(passages(tmp_path, wrapped)) == 1
    scripts = "The road.\nStill the road.\nДорога.\nОпять она.\n"
    assert [text for _, text in passages(tmp_path, scripts)] == [
        "The road.\nStill the road.",
        "Дорога.\nОпять она.",
    ]


def test_a_documents_blocks_say_what_they_are_and_the_rest_is_judged(tmp_path: Path) -> None:
    text = f"{ENGLISH}\n\n{FRENCH}\n\nYes.\n\n{FRENCH}"
    second = text.index(FRENCH)
    given = [
        {"start": 0, "language": "de", "kind": "heading"},
        {"start": second, "language": ""},
        {"start": text.index("Yes."), "language": ""},
        {"start": text.rindex(FRENCH), "language": "fr-CA"},
    ]
    found = passages(tmp_path, text, given)
    assert [language for language, _ in found] == ["de", "fr", "", "fr-CA"]


def test_a_passage_is_looked_at_when_somebody_comes_to_it(tmp_path: Path) -> None:
    ratio = run(
        tmp_path,
        BEST
        + """const [long, short] = [20_000, 100].map((count) => (arg + '\\n\\n').repeat(count));
        const look = (text) => new passages.Passages(text, null).changeAfter(0, 2000, 'en');
        return best(() => look(long)) / best(() => look(short));
        """,
        ENGLISH,
    )
    assert ratio < 20, "a text two hundred times as long"


FEED = """
const engine = {
  async ask(type, {text, final, language}) {
    asked.push([language, final, text]);
    const sentences = [...text.matchAll(/[^.\\n]+\\.?/g)]
      .filter(([found]) => found.trim())
      .map(({0: found, index}) => {
        const lead = found.length - found.trimStart().length;
        const [start, end] = [index + lead, index + found.trimEnd().length];
        const rest = text.slice(end);
        const paragraph = !rest.trim() || /^[^\\S\\n]*\\n/.test(rest);
        return {text: found.trim(), start, end, paragraph};
      });
    const kept = final ? sentences : sentences.slice(0, -1);
    return {sentences: kept, consumed: final ? text.length : kept.at(-1)?.end ?? 0};
  },
};
const asked = [];
const all = async (feed) => {
  const found = [];
  for (let i = 0; ; i++) {
    const sentence = await feed.sentence(i);
    if (!sentence) return found;
    if (feed.text.slice(sentence.start, sentence.end) !== sentence.text) throw new Error(i);
    found.push(sentence);
  }
};
"""


def test_slices_end_where_another_language_begins(tmp_path: Path) -> None:
    text = f"{ENGLISH} {ENGLISH}\n\n{ENGLISH}\n\n{FRENCH} {FRENCH}\n\n{RUSSIAN}\n\n{ENGLISH}"
    asked, sentences = run(
        tmp_path,
        FEED
        + """
        const feed = new text_feed.TextFeed(engine, arg, 'en-GB', new passages.Passages(arg, null));
        const found = await all(feed);
        return [asked, found.map(({language = '', paragraph}) => [language, paragraph])];
        """,
        text,
    )
    assert [language for language, *_ in asked] == ["en", "fr", "ru", "en"]
    assert "".join(slice_ for *_, slice_ in asked) == text
    assert all(final for _, final, _ in asked)
    assert [language for language, _ in sentences] == ["en", "en", "en", "fr", "fr", "ru", "en"]
    assert [end for _, end in sentences] == [False, True, True, False, True, True, True]


def test_languages_change_in_the_middle_of_a_line_without_ending_the_paragraph(
    tmp_path: Path,
) -> None:
    text = "He said bonjour to me. Then he left."
    at = text.index("bonjour")
    given = [
        {"start": 0, "language": "en"},
        {"start": at, "language": "fr"},
        {"start": at + 8, "language": "en"},
    ]
    found = run(
        tmp_path,
        FEED
        + """
        const [text, given] = arg;
        const feed = new text_feed.TextFeed(engine, text, 'en', new passages.Passages(text, given));
        const found = await all(feed);
        const pause = (one) => pauses.pauseAfter(one, settings.SILENCES);
        return found.map((one) => [one.text, one.paragraph, pause(one)]);
        """,
        [text, given],
    )
    assert found == [
        ["He said", False, 0],
        ["bonjour", False, 0],
        ["to me.", False, 0.2],
        ["Then he left.", True, 0.5],
    ]


# -- voices ------------------------------------------------------------------------------

VOICES = [
    {"id": voice_id, "language": language}
    for voice_id, language in [
        ("rms", "en-US"),
        ("alan", "en-GB"),
        ("siwis", "fr-FR"),
        ("pico", "fr-CA"),
        ("talesyntese", "no-NO"),
    ]
]


def cast(folder: Path, languages: list[str], **parts: Any) -> list[str]:
    given = {"voice": "rms", "language": "en", "choices": {}, "voices": VOICES, **parts}
    found: list[str] = run(
        folder,
        """
        const [languages, given] = arg;
        const voice = given.voices.find(({id}) => id === given.voice);
        const how = {speaker: 'anna', style: 'calm', lengthScale: 2};
        const it = new casting.Casting({...given, voice, how});
        return languages.map((language) => it.manner(language).voiceId);
        """,
        [languages, given],
    )
    return found


@pytest.mark.parametrize(
    ("parts", "voices"),
    [
        ({}, ["rms", "rms", "siwis", "pico", "rms", "talesyntese"]),
        ({"choices": {"fr": "pico"}}, ["rms", "rms", "pico", "pico", "rms", "talesyntese"]),
        (
            {"choices": {"fr": {"voiceId": "gone"}}},
            ["rms", "rms", "siwis", "pico", "rms", "talesyntese"],
        ),
        # The text's own voice says the text's language, whatever its own is.
        ({"voice": "siwis"}, ["siwis", "siwis", "siwis", "siwis", "siwis", "talesyntese"]),
        ({"language": "he"}, ["rms", "rms", "siwis", "pico", "rms", "talesyntese"]),
        (
            {"choices": {"en": "alan"}, "language": "fr", "voice": "siwis"},
            ["siwis", "alan", "siwis", "siwis", "siwis", "talesyntese"],
        ),
    ],
)
def test_each_language_finds_its_voice(
    tmp_path: Path, parts: dict[str, Any], voices: list[str]
) -> None:
    found = cast(tmp_path, ["", "en-AU", "fr", "fr-CA", "he", "nb"], **parts)
    assert found == voices


def test_a_guest_has_no_speaker_of_the_texts_voice_but_its_style_and_tempo(tmp_path: Path) -> None:
    own, guest, chosen = run(
        tmp_path,
        """
        const how = {speaker: 'anna', style: 'calm', lengthScale: 2};
        const choices = {no: {voiceId: 'talesyntese', speaker: 'kari', style: 'lively'}};
        const it = new casting.Casting({voices: arg, voice: arg[0], language: 'en', how, choices});
        return ['', 'fr', 'no'].map((language) => it.manner(language));
        """,
        VOICES,
    )
    assert own == {"voiceId": "rms", "speaker": "anna", "style": "calm", "lengthScale": 2}
    assert guest == {
        "voiceId": "siwis",
        "speaker": None,
        "style": "calm",
        "lengthScale": 2,
        "guest": True,
    }
    assert (chosen["speaker"], chosen["style"], chosen["lengthScale"]) == ("kari", "lively", 2)


def test_a_voice_that_can_not_be_had_gives_way_to_the_next_and_then_to_the_texts_own(
    tmp_path: Path,
) -> None:
    found = run(
        tmp_path,
        """
        const how = {speaker: null, style: null, lengthScale: null};
        const it = new casting.Casting({voices: arg, voice: arg[0], language: 'en', how});
        const said = [];
        for (const code of ['internal', 'network', 'integrity', 'network']) {
          const manner = it.manner('fr');
          said.push([manner.voiceId, it.refuse(manner, {code})]);
        }
        return said;
        """,
        VOICES,
    )
    assert found == [["siwis", False], ["siwis", True], ["pico", True], ["rms", False]]


# -- pauses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "setting"),
    [
        ({"text": "One.", "paragraph": False, "kind": "paragraph"}, "sentenceSilence"),
        (
            {"text": "One.", "paragraph": True, "kind": "paragraph", "next": "quote"},
            "paragraphSilence",
        ),
        (
            {"text": "One", "paragraph": True, "kind": "heading", "next": "paragraph"},
            "headingSilence",
        ),
        (
            {"text": "One", "paragraph": True, "kind": "heading", "next": "heading"},
            "headingSilence",
        ),
        (
            {"text": "One.", "paragraph": True, "kind": "paragraph", "next": "heading"},
            "sectionSilence",
        ),
        ({"text": "One", "paragraph": True, "kind": "item", "next": "item"}, "itemSilence"),
        (
            {"text": "One", "paragraph": True, "kind": "item", "next": "paragraph"},
            "paragraphSilence",
        ),
        ({"text": "One", "paragraph": True, "kind": "cell", "next": "cell"}, "itemSilence"),
        ({"text": "One,", "paragraph": True, "kind": "verse"}, "lineSilence"),
        ({"text": "One.", "paragraph": True, "kind": "verse", "next": "verse"}, "paragraphSilence"),
        (
            {"text": "One.", "paragraph": True, "kind": "caption", "next": "paragraph"},
            "paragraphSilence",
        ),
        ({"text": "One.", "paragraph": True}, "paragraphSilence"),
        ({"text": "and so on;", "paragraph": False}, "sentenceSilence"),
    ],
)
def test_what_follows_says_how_long_the_voice_rests(
    tmp_path: Path, sentence: dict[str, Any], setting: str
) -> None:
    silences = {
        "sentenceSilence": 1,
        "paragraphSilence": 2,
        "headingSilence": 3,
        "sectionSilence": 4,
        "itemSilence": 5,
        "lineSilence": 6,
    }
    found = run(tmp_path, "return pauses.pauseAfter(...arg);", [sentence, silences])
    assert found == silences[setting]


def test_a_sentence_that_was_cut_at_a_word_goes_on_at_once(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const sentence = {paragraph: false, cut: pauses.isCut('and so')};
        return pauses.pauseAfter(sentence, settings.SILENCES);
        """,
    )
    assert found == 0


def test_headings_and_items_of_a_bare_text_are_known_by_their_looks(tmp_path: Path) -> None:
    text = "Chapter one\n\nThe road went up. It was\nlong.\n\n- bread\n- milk\n\nThe end"
    found = run(
        tmp_path,
        FEED
        + """
        const found = await all(new text_feed.TextFeed(engine, arg, 'en'));
        return found.map(({text, kind = ''}) => [text, kind]);
        """,
        text,
    )
    kinds = dict(found)
    assert kinds["Chapter one"] == "heading"
    assert kinds["- bread"] == "item"
    assert kinds["- milk"] == ""  # the last of its list: a paragraph's pause
    assert kinds["The road went up."] == ""
    assert kinds["The end"] == ""


def test_the_kinds_of_blocks_and_of_those_that_follow_come_with_the_sentences(
    tmp_path: Path,
) -> None:
    text = "The road\n\nIt went up. It went down.\n\nThe house\n\nIt stood."
    given = [
        {"start": text.index(block), "language": "", "kind": kind}
        for block, kind in [
            ("The road", "heading"),
            ("It went", "paragraph"),
            ("The house", "heading"),
            ("It stood", "paragraph"),
        ]
    ]
    found = run(
        tmp_path,
        FEED
        + """
        const [text, given] = arg;
        const feed = new text_feed.TextFeed(engine, text, 'en', new passages.Passages(text, given));
        return (await all(feed)).map((one) => pauses.pauseAfter(one, settings.SILENCES));
        """,
        [text, given],
    )
    assert found == [0.7, 0.2, 1, 0.7, 0.5]


# -- one sample rate -----------------------------------------------------------------------


def test_sentences_of_two_rates_become_one(tmp_path: Path) -> None:
    url = (JS / "audio" / "one_rate.js").as_uri()
    found = run(
        tmp_path,
        f"const {{ OneRate }} = await import('{url}');"
        + """
        const rate = new OneRate();
        const wave = (hz, sampleRate, i) => Math.sin(2 * Math.PI * hz * i / sampleRate);
        const tone = (hz, sampleRate, count, from = 0) =>
          Float32Array.from({length: count}, (_, i) => wave(hz, sampleRate, from + i));
        const first = tone(440, 16000, 800);
        const same = rate.push(first, 16000, true);
        const pieces = [
          rate.push(tone(440, 22050, 7000), 22050, false),
          rate.push(tone(440, 22050, 4025, 7000), 22050, false),
          rate.push(new Float32Array(0), 22050, true),
        ];
        const made = pieces.flatMap((piece) => [...piece]);
        // What lies within the filter's reach of an edge rings.
        const wrong = made.slice(200, -200).map((sample, i) =>
          Math.abs(sample - Math.sin(2 * Math.PI * 440 * (200 + i) / 16000)));
        const again = rate.push(tone(440, 22050, 2205), 22050, true);
        return [same === first, made.length, Math.max(...wrong), again.length, rate.sampleRate];
        """,
    )
    same, length, wrong, again, rate = found
    assert (same, length, again, rate) == (True, 8000, 1600, 16000)
    assert wrong < 1e-3
