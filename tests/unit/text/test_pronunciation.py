"""Rules of pronunciation: what they touch, what is said, and that nothing takes long."""

from __future__ import annotations

import asyncio
import json
import random
import tracemalloc
import unicodedata
from collections.abc import Sequence

import pytest
from lectern import pronunciation
from lectern.errors import BadOption
from lectern.folding import fold
from lectern.ipa import as_phonemes, unknown_phonemes
from lectern.phonemes import Phonemized, phonemize
from lectern.pronunciation import MOST_RULES, Rules, rules_from_json, script_of
from lectern.wildcards import Meter, Pattern
from lectern.words import words

from tests.unit.text.test_phonemes import Letters, heard, voice


def rules(*given: tuple[str, str], **more: object) -> Rules:
    """Word rules; ``kind`` and the like are for all of them."""
    listed = [{"written": written, "says": says, **more} for written, says in given]
    return rules_from_json(json.dumps(listed))


def pattern(written: str, says: str) -> Rules:
    return rules((written, says), kind="pattern")


def said(text: str, which: Rules, language: str = "en-us") -> str:
    """The text with what is said in the place of what is written."""
    pieces: list[str] = []
    position = 0
    for one in found(text, which, language):
        pieces += [text[position : one.start], one.text]
        position = one.end
    return "".join(pieces) + text[position:]


def found(text: str, which: Rules, language: str = "en-us") -> Sequence[pronunciation.Said]:
    return which.apply(text, language)


def untouched(text: str, which: Rules) -> bool:
    return found(text, which) == ()


# -- whole words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hermione sat.", "[x] sat."),
        ("hermione, HERMIONE!", "[x], [x]!"),
        ("l’Hermione et d'Hermione", "l’[x] et d'[x]"),
        ("Hermione's and Hermione’s", "[x]'s and [x]’s"),
        ("“Hermione”—Hermione…", "“[x]”—[x]…"),
        ("Hermione-Jean", "[x]-Jean"),
        ("(Hermione)", "([x])"),
        ("Her\u00admione", "[x]"),
        ("Hermiones xHermione Hermione2 _Hermione", ""),
        ("Hermiöne", ""),
    ],
)
def test_a_word_is_touched_whole_and_nothing_else(text: str, wanted: str) -> None:
    which = rules(("Hermione", "x"))
    assert said(text, which).replace("x", "[x]") == wanted if wanted else untouched(text, which)


def test_composition_ligatures_and_apostrophes_make_no_difference_and_accents_do() -> None:
    which = rules(("é\u0301t\u00e9", "a"), ("office", "b"), ("o'clock", "c"), ("résumé", "d"))
    assert said("\ufb01 of\ufb01ce", which) == "\ufb01 b"
    assert said("o\u2019clock", which) == "c"
    assert said(unicodedata.normalize("NFD", "Résumé"), which) == "d"
    assert untouched("resume résume", which)


def test_a_capital_inside_counts() -> None:
    which = rules(("iOS", "eye"), ("US", "you ess"), ("Reading", "redding"))
    assert said("iOS, ios, US and us", which) == "eye, ios, you ess and us"
    assert said("reading READING", which) == "redding redding"


def test_of_two_cases_the_first_in_the_list_counts() -> None:
    assert said("US us", rules(("us", "a"), ("US", "b"))) == "a a"
    assert said("US us", rules(("US", "b"), ("us", "a"))) == "b a"


def test_a_negation_is_not_its_verb() -> None:
    which = rules(("can", "kan"), ("don", "dawn"), ("he", "hee"))
    assert untouched("can't don’t", which)
    assert said("he'll can", which) == "hee'll kan"


def test_scripts_without_spaces_have_words_everywhere() -> None:
    assert said("在东京的", rules(("东京", "Tokyo"))) == "在Tokyo的"


def test_signs_can_be_rules() -> None:
    assert said("R&D → 5 °C", rules(("&", "and"), ("→", "gives"), ("°C", "degrees"))) == (
        "RandD gives 5 degrees"
    )


def test_the_longest_that_begins_first_counts_and_then_the_first_in_the_list() -> None:
    which = rules(
        ("York", "yeah"), ("New York", "nu"), ("new", "old"), ("NEW", "no"), ("york", "z")
    )
    assert said("New  York, new York", which) == "nu, nu"
    assert said("york new", which) == "yeah old"
    assert said("New York City", rules(("new york", "a"), ("york city", "b"))) == "a City"


def test_what_is_said_is_not_looked_at_again() -> None:
    assert said("cat dog", rules(("cat", "dog"), ("dog", "cat"))) == "dog cat"


def test_the_script_of_a_sentence_is_what_is_said_in_it() -> None:
    text = "A  cat, a dog."
    assert script_of(text, found(text, rules(("cat", "x"), ("dog", "/d/")))) == [
        ["A", ""],
        ["cat", "x"],
        [", a", ""],
        ["dog", "/d/"],
        [".", ""],
    ]
    assert script_of(text, found(text, rules(("cow", "x")))) == []
    assert script_of(text, found(text, rules(("cat", "cat")))) == []


def test_raw_phonemes_are_left_alone() -> None:
    which = rules(("cat", "dog"))
    assert [(one.start, one.end) for one in found("[[cat]] cat [[ cat ]]", which)] == [(8, 11)]


def test_a_language_is_its_voices_only() -> None:
    for language, touched in [("fr", "fr-fr"), ("fr-CA", "fr-ca"), ("", "en-us"), ("EN", "en-gb")]:
        assert said("chat", rules(("chat", "x"), language=language), touched) == "x"
    assert untouched("chat", rules(("chat", "x"), language="fr"))
    assert found("chat", rules(("chat", "x"), language="fr-CA"), "fr-fr") == ()
    assert untouched("chat", rules(("chat", "x"), enabled=False))


# -- patterns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "says", "text", "wanted"),
    [
        ("*ough", "uff", "Rough, tough roughly!", "uff, uff roughly!"),
        ("# km", "$1 kilometres", "12 km, 3 kmh", "12 kilometres, 3 kmh"),
        ("§ #", "section $1", "see § 12", "see section 12"),
        ("colo(u|)r*", "hue", "color colour colors", "hue hue hue"),
        ("gr[ae]y", "x", "gray grey groy", "x x groy"),
        ("b[!ae]d", "x", "bad bid", "bad x"),
        ("c?t", "x", "cat ct caat", "x ct caat"),
        ("A*", "x", "Apple apple", "x apple"),
        ("\\*", "star", "a * b", "a star b"),
        ("(mr|mrs) *", "$2, $1", "Mr Smith", "Smith, Mr"),
        ("#/#", "$1 of $2 for $$5", "1/2", "1 of 2 for $5"),
        ("[a-cx]1", "y", "b1 x1 d1", "y y d1"),
    ],
)
def test_patterns(written: str, says: str, text: str, wanted: str) -> None:
    which = pattern(written, says)
    assert said(text, which) == wanted


def test_a_pattern_takes_the_longest() -> None:
    assert said("12345 km km", pattern("# km( km|)", "x")) == "x"
    assert said("aaa", pattern("a*(a|aa)", "[$1]")) == "[a]"


@pytest.mark.parametrize(
    "written", ["[", "a]b[", "[]", "[!]", "(", "a(b", "a)", "\\", "[a", "[\\", "(" * 9 + ")" * 9]
)
def test_a_broken_pattern_is_refused(written: str) -> None:
    with pytest.raises(BadOption, match=r"^Rule 1: "):
        pattern(written, "x")


HOSTILE = [
    "*" * 190,
    "(*|*|*)" * 27,
    "*a" * 95,
    "(a|a|a|a)" * 21,
    "(((((((a|*)|*)|*)|*)|*)|*)|*)",
    "?" * 95 + "*" * 95,
    "[!a]" * 48,
    "#" * 190,
]


@pytest.mark.parametrize("written", HOSTILE)
@pytest.mark.parametrize("text", ["a" * 799 + "!", "1" * 800, "a " * 400, "a a1" * 200])
def test_a_pattern_takes_no_more_steps_than_its_length_times_the_texts(
    written: str, text: str
) -> None:
    """The bound is of steps, not of time: this is no race with the machine."""
    units = fold(text)
    meter = Meter(10**9)
    compiled = Pattern.parse(written)
    compiled.match(units, 0, meter)
    assert 10**9 - meter.left <= 8 * len(written) * (len(units) + 1)


def test_all_hostile_patterns_together_stop_at_the_same_place_each_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spent = 0

    class Counting(Meter):
        def step(self) -> bool:
            nonlocal spent
            spent += 1
            return super().step()

    monkeypatch.setattr(pronunciation, "Meter", Counting)
    listed = [
        {"written": HOSTILE[n % len(HOSTILE)], "says": "x", "kind": "pattern"} for n in range(230)
    ]
    which = rules_from_json(json.dumps(listed))
    text = "a" * 400 + " a" * 200
    first = found(text, which)
    once = spent
    which._applied.clear()
    assert found(text, which) == first
    assert spent == 2 * once
    # Each of 201 words may take a few steps more than its share until that is seen.
    assert once <= pronunciation._MOST_STEPS * 1.05
    assert len(caplog.messages) == 1  # told, and only once


def many(patterns: Sequence[str], *more: tuple[str, str]) -> Rules:
    listed = [{"written": one, "says": "x", "kind": "pattern"} for one in patterns]
    listed += [{"written": one, "says": says, "kind": "pattern"} for one, says in more]
    return rules_from_json(json.dumps(listed))


def test_hundreds_of_patterns_count_to_the_end_of_a_long_sentence() -> None:
    """Beginning with a letter, with a wildcard, with a group, in capitals: the last one too."""
    words_ = " ".join(f"word{n}" for n in range(150))
    text = f"{words_} Zebra stripes."
    for other in ("q{0}*", "*q{0}", "(q|z)x{0}", "Q{0}*", "w?rq{0}"):
        which = many([other.format(n) for n in range(900)], ("z*bra", "horse"), ("str#", "no"))
        assert said(text, which) == f"{words_} horse stripes."


def test_where_patterns_are_too_many_the_first_ones_count_at_every_word() -> None:
    greedy = [f"{'*' * 3}{n % 10}" for n in range(500)]
    which = many(["h*se", *greedy])
    digits = " ".join("a0123456789b" for _ in range(60))
    assert said(f"house {digits} horse", which).split()[::61] == ["x", "x"]


def test_what_patterns_need_leaves_out_none_that_fits() -> None:
    """A pattern that is looked at only where it can match finds what it finds everywhere."""
    source = random.Random(5)
    signs = "abAB é*?#[a-c](a|b)\\-"
    tried = 0
    while tried < 300:
        written = "".join(source.choices(signs, k=source.randint(1, 6)))
        text = "".join(source.choices("abAB é-1 ", k=20))
        try:
            compiled = Pattern.parse(written)
        except BadOption:
            continue
        units = fold(text)
        tried += 1
        for at in range(len(units)):
            if compiled.match(units, at, Meter(10**6)) is None:
                continue
            joined = units.cased if compiled.cased else units.folded
            assert compiled.needs in "".join(joined)
            assert compiled.first is None or joined[at] in compiled.first


def test_patterns_that_are_too_large_together_are_refused_in_words() -> None:
    largest = [{"written": "a" * 200, "says": "b", "kind": "pattern"}] * 200
    rules_from_json(json.dumps(largest))
    with pytest.raises(BadOption, match=r"Rule 202: .*40,000 characters"):
        one = {"written": "c", "says": "d"}
        rules_from_json(json.dumps([*largest, one, {**one, "kind": "pattern"}]))


def test_all_patterns_together_take_up_little_memory() -> None:
    given = ["".join(chr(97 + (n * 7 + m * m) % 26) for m in range(200)) for n in range(200)]
    which = many(given)
    tracemalloc.start()
    which._for("en", ipa=True)
    which._for("fr", ipa=True)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000


def test_a_thousand_hostile_words_cost_lookups_by_length_only() -> None:
    listed = [{"written": "a" * (n % 200 + 1), "says": f"b{n}"} for n in range(MOST_RULES)]
    which = rules_from_json(json.dumps([*listed[:-1], {"written": "b c", "says": "d"}]))
    assert said("a" * 199, which) == "b198"
    compiled = which._for("en", ipa=True)
    assert len(compiled.folded.lengths["a"]) == 200
    assert compiled.folded.lengths["b"] == [3]


def test_replacements_do_not_swell_a_sentence_without_bound() -> None:
    which = rules(("a", "b" * 200))
    assert sum(len(one.text) for one in found("a " * 400, which)) <= 4000
    doubling = pattern("*", "$1" * 90)
    assert sum(len(one.text) for one in found("a" * 800, doubling)) <= 4000


def test_any_rules_and_any_text_give_pieces_in_order() -> None:
    source = random.Random(4)
    signs = "aAbé\u0301 ’'-[]()|*?#$1\\/!&東。\u00ad\ufb01.[["
    for _ in range(400):
        text = "".join(source.choices(signs, k=40))
        try:
            which = rules_from_json(
                json.dumps(
                    [
                        {
                            "written": "".join(source.choices(signs, k=source.randint(1, 5))),
                            "says": source.choice(["ab", "/a b/", "$1 x", "bé"]),
                            "kind": source.choice(["word", "pattern"]),
                        }
                        for _ in range(3)
                    ]
                )
            )
        except BadOption:
            continue
        position = 0
        pieces = found(text, which)
        for one in pieces:
            assert position <= one.start < one.end <= len(text)
            assert one.text
            position = one.end
        spoken = asyncio.run(phonemize(text, voice("en"), Letters(), pieces))
        owners = [owner for owner in spoken.word_of if owner >= 0]
        assert owners == sorted(owners)
        assert all(owner < len(words(text)) for owner in owners)


# -- what is spoken, and whose it is ------------------------------------------------------------


def say(text: str, which: Rules, language: str = "en") -> Phonemized:
    chosen = voice(language)
    pieces = which.apply(text, chosen.language)
    return asyncio.run(phonemize(text, chosen, _Any(), pieces))


class _Any(Letters):
    """Letters of any language."""

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        return await super().phonemize("en-us", texts)


def test_the_words_stay_those_that_are_written() -> None:
    spoken = say("A cat sat.", rules(("cat", "dog")))
    assert heard(spoken) == [("A", "a"), ("cat", "dog"), ("sat", "sat")]


def test_a_word_that_is_said_in_several_owns_all_of_them() -> None:
    assert heard(say("Go NASA now", rules(("NASA", "en ay ess ay")))) == [
        ("Go", "go"),
        ("NASA", "en ay ess ay"),
        ("now", "now"),
    ]


def test_as_many_as_are_written_go_word_by_word_else_the_first_says_all() -> None:
    assert heard(say("in New York now", rules(("New York", "nu jork"))))[1:3] == [
        ("New", "nu"),
        ("York", "jork"),
    ]
    assert heard(say("in New York now", rules(("New York", "gotham")))) == [
        ("in", "in"),
        ("New", "gotham"),
        ("York", ""),
        ("now", "now"),
    ]


def test_a_part_of_a_word_is_replaced_in_it() -> None:
    spoken = say("R&D, Hermione-like", rules(("&", "and"), ("Hermione", "hermy")))
    assert heard(spoken) == [("R&D", "r and d"), ("Hermione-like", "hermylike")]


def test_phonemes_go_into_the_stream_as_they_are() -> None:
    spoken = say("the Acheron river", rules(("acheron", "/ˈækəɹˌɒn/")))
    assert heard(spoken) == [("the", "the"), ("Acheron", "ˈækəɹˌɒn"), ("river", "river")]
    assert "".join(spoken.phonemes) == "the ˈækəɹˌɒn river"


def test_phonemes_of_several_words_and_beside_punctuation() -> None:
    spoken = say("(Oise) Saint Cloud.", rules(("oise", "/waz/"), ("saint cloud", "/sɛ̃ klu/")))
    assert [(word, unicodedata.normalize("NFC", sound)) for word, sound in heard(spoken)] == [
        ("Oise", "waz"),
        ("Saint", unicodedata.normalize("NFC", "sɛ̃")),
        ("Cloud", "klu"),
    ]
    assert spoken.phonemes[-1] == "."


def test_what_clings_to_a_word_is_said_once() -> None:
    both = rules(("Oise", "/waz/"), ("s", "/z/"))
    assert heard(say("The Oise's here", both))[1] == ("Oise's", "wazɪz")


def test_elisions_and_possessives_cling_to_phonemes() -> None:
    oise = rules(("Oise", "/waz/"))
    assert heard(say("dans l’Oise", oise, "fr"))[-1] == ("l’Oise", "lwaz")
    assert heard(say("jusqu'Oise", oise, "fr")) == [("jusqu'Oise", "ʒyskwaz")]
    for phonemes, wanted in [("/kæt/", "kæts"), ("/dɒg/", "dɒɡz"), ("/bʊʃ/", "bʊʃɪz")]:
        assert heard(say("a Foo's b", rules(("foo", phonemes))))[1] == ("Foo's", wanted)


def test_dictionaries_phonemes_become_espeaks() -> None:
    assert as_phonemes("/həˈloʊ.wɜː(r)ld/", "en-us") == "həˈloʊwɜːɹld"
    assert as_phonemes("/t͡ʃ g r/", "fr-fr") == "tʃ ɡ ʁ"
    assert as_phonemes("/ʁɔ̃/", "fr") == unicodedata.normalize("NFD", "ʁɔ̃")


def test_unknown_phonemes_are_named_once() -> None:
    assert unknown_phonemes("ɹa ЖЖ\u0489", voice("en")) == ["Ж", "◌\u0489"]
    assert unknown_phonemes(as_phonemes("/həlˈoʊ wˈɜːld/", "en"), voice("en")) == []


def test_a_voice_that_reads_letters_is_given_no_phonemes() -> None:
    which = rules(("cat", "/kæt/"), ("dog", "hound"))
    assert [one.text for one in which.apply("cat dog", "en", ipa=False)] == ["hound"]


# -- what may come in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("no json", "list of rules"),
        ("{}", "list of rules"),
        ("[" * 100_000, "list of rules"),
        (json.dumps([5]), "Rule 1 must be an object"),
        (json.dumps([{"written": "a"}]), "Rule 1: says"),
        (json.dumps([{"says": "a"}]), "Rule 1: written"),
        (json.dumps([{"written": "a", "says": 5}]), "says must be text"),
        (json.dumps([{"written": "a", "says": "b"}, {"written": " ", "says": "b"}]), "Rule 2: "),
        (json.dumps([{"written": "a" * 201, "says": "b"}]), "200"),
        (json.dumps([{"written": "a", "says": "b" * 201}]), "200"),
        (json.dumps([{"written": "a\nb", "says": "b"}]), "one line"),
        (json.dumps([{"written": "\ud800", "says": "b"}]), "control"),
        (json.dumps([{"written": "\u0301\u00ad", "says": "b"}]), "something in it"),
        (json.dumps([{"written": "a", "says": "..."}]), "something to say"),
        (json.dumps([{"written": "a", "says": "/./"}]), "no phonemes"),
        (json.dumps([{"written": "a", "says": "b", "kind": "regex"}]), "kind"),
        (json.dumps([{"written": "a", "says": "b", "language": "english please"}]), "language"),
        (json.dumps([{"written": "a", "says": "b", "enabled": 1}]), "enabled"),
        (json.dumps([{"written": "a", "says": "b", "priority": 1}]), "priority"),
        (json.dumps([{"written": "a", "says": "b"}] * 2001), "2,000"),
        (5, "JSON text"),
        ("[" + " " * 3_000_000 + "]", "2,000"),
    ],
)
def test_what_is_wrong_is_refused_in_words(given: object, told: str) -> None:
    with pytest.raises(BadOption) as raised:
        rules_from_json(given)
    assert told in str(raised.value)
    assert str(raised.value).endswith(".")


def test_no_rules_are_no_rules() -> None:
    for nothing in (None, "", "[]", "[ ]"):
        assert untouched("anything", rules_from_json(nothing))


def test_the_same_list_is_compiled_once() -> None:
    text = json.dumps([{"written": "once", "says": "wunce"}])
    assert rules_from_json(text) is rules_from_json(str(text))
    for number in range(9):
        rules_from_json(json.dumps([{"written": f"w{number}", "says": "x"}]))
    assert len(pronunciation._known) <= 4
