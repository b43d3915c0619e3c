"""Rules of how words are said: which parts of a sentence they touch, and what is said there.

Rules come from readers and from files of anybody, so nothing here takes long whatever they
hold: words are looked up in tables by length, patterns are matched by an automaton
(``wildcards``) with a fixed number of steps for a sentence. Both depend on the text and the
rules alone, never on time, so the same sentence is always said the same way.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter

from lectern.errors import BadOption
from lectern.folding import Folded, fold
from lectern.ipa import as_phonemes, is_ipa
from lectern.jsonchecks import parse
from lectern.wildcards import Meter, Pattern
from lectern.words import RAW_BLOCK, has_speech, spoken

log = logging.getLogger("lectern")

#: As many as the page keeps for all documents, and as many for one (``rules.js``).
MOST_RULES = 2_000
#: Code points of all patterns together: each takes up some 300 bytes when it is compiled.
MOST_PATTERN_CHARACTERS = 40_000
#: Code points of what is written and of what is said.
MOST_CHARACTERS = 200
KINDS = ("word", "pattern")

#: JSON text of all rules that can't be good.
_MOST_JSON = 3_000_000
#: Of the automata, for one sentence: a fraction of a second in Pyodide. Each word has its share,
#: and what others leave of theirs; where that is not enough the first rules count.
_MOST_STEPS = 100_000
#: Sentences whose replacements are remembered: each is asked for window by window.
_MOST_REMEMBERED = 32
#: Code points that the replacements of one sentence may have.
_MOST_SAID = 4_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_CAPTURE = re.compile(r"\$([1-9$])")
_FIELDS = {"kind", "written", "says", "language", "enabled"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, checked.

    A ``word`` is whole words, in any letter case unless one has a capital inside (iOS, US).
    ``says`` is another spelling, in which ``$1`` to ``$9`` stand for what a pattern's wildcards
    are, or ``/phonemes/``. ``language`` is BCP 47; "" for voices of any language.
    """

    kind: str
    written: str
    says: str
    language: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """Code points [start, end) of a sentence, and what is said there: text, or phonemes."""

    start: int
    end: int
    text: str
    is_ipa: bool


@dataclass(slots=True)
class _Words:
    """Written forms to the rules that have them."""

    rules: dict[str, int] = field(default_factory=dict)
    #: By first unit: how many units, longest first.
    lengths: dict[str, list[int]] = field(default_factory=dict)

    def add(self, units: Sequence[str], number: int) -> None:
        self.rules.setdefault("".join(units), number)
        lengths = self.lengths.setdefault(units[0], [])
        if len(units) not in lengths:
            lengths.append(len(units))
            lengths.sort(reverse=True)

    def longest(self, text: _Joined, units: Folded, at: int) -> tuple[int, int]:
        """Where the longest whole word ends that begins at ``at``, ``at`` for none; its rule.

        At most one look into the table for each length that a rule can have.
        """
        for length in self.lengths.get(text.units[at], ()):
            end = at + length
            if end <= len(units):
                number = self.rules.get(text.whole[text.starts[at] : text.starts[end]])
                if number is not None and units.is_boundary(end):
                    return end, number
        return at, 0


class _Joined:
    """Units of a text put together, and where each begins, and the last one ends, in it."""

    __slots__ = ("starts", "units", "whole")

    def __init__(self, units: list[str]) -> None:
        self.units = units
        self.whole = "".join(units)
        self.starts = [0, *accumulate(map(len, units))]


class _Tried:
    """Of all patterns, those that can match in one text, by the unit that they begin with."""

    __slots__ = ("any", "by_first", "texts")

    def __init__(
        self, patterns: Sequence[tuple[int, Pattern]], folded: _Joined, cased: _Joined
    ) -> None:
        self.texts = {False: folded, True: cased}
        self.any: list[tuple[int, Pattern]] = []
        self.by_first: dict[tuple[bool, str], list[tuple[int, Pattern]]] = {}
        for numbered in patterns:
            pattern = numbered[1]
            if pattern.needs not in self.texts[pattern.cased].whole:
                continue
            if pattern.first is None:
                self.any.append(numbered)
                continue
            for unit in pattern.first:
                self.by_first.setdefault((pattern.cased, unit), []).append(numbered)

    def at(self, unit: int) -> list[tuple[int, Pattern]]:
        """In the order of the rules."""
        found = list(self.any)
        for cased, text in self.texts.items():
            found += self.by_first.get((cased, text.units[unit]), ())
        found.sort(key=itemgetter(0))
        return found


@dataclass(slots=True)
class _Compiled:
    """The rules that are for one language."""

    rules: list[Rule] = field(default_factory=list)
    phonemes: list[str | None] = field(default_factory=list)
    cased: _Words = field(default_factory=_Words)
    folded: _Words = field(default_factory=_Words)
    patterns: list[tuple[int, Pattern]] = field(default_factory=list)
    #: Whether a sentence was too long for all of them; it is told once.
    is_slow: bool = False


class Rules:
    """Rules in the order in which they count: of two that fit the same words, the first."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._compiled: dict[tuple[str, bool], _Compiled] = {}
        self._patterns: dict[str, Pattern] = {}
        self._applied: OrderedDict[tuple[str, str, bool], tuple[Said, ...]] = OrderedDict()

    def apply(self, text: str, language: str, *, ipa: bool = True) -> tuple[Said, ...]:
        """What is said otherwise than it is written, in order; nothing overlaps.

        The longest match that begins first counts. ``[[ phonemes ]]`` are left alone. What a rule
        says is not looked at again.

        Args:
            language: BCP 47, of the voice.
            ipa: whether the voice can take phonemes; rules that give some are left out if not.
        """
        if not self.rules:
            return ()
        compiled = self._for(language.lower(), ipa=ipa)
        if not compiled.rules:
            return ()
        key = (text, language, ipa)
        said = self._applied.get(key)
        if said is None:
            said = self._applied[key] = _applied(compiled, text)
            if len(self._applied) > _MOST_REMEMBERED:
                self._applied.popitem(last=False)
        return said

    def _for(self, language: str, *, ipa: bool) -> _Compiled:
        known = self._compiled.get((language, ipa))
        if known is not None:
            return known
        compiled = _Compiled()
        for rule in self.rules:
            if not _is_for(rule, language) or (is_ipa(rule.says) and not ipa):
                continue
            number = len(compiled.rules)
            compiled.rules.append(rule)
            said = as_phonemes(rule.says, language) if is_ipa(rule.says) else None
            compiled.phonemes.append(said)
            if rule.kind == "pattern":
                compiled.patterns.append((number, self._pattern(rule.written)))
            else:
                units = fold(rule.written)
                if _has_capital_inside(units):
                    compiled.cased.add(units.cased, number)
                else:
                    compiled.folded.add(units.folded, number)
        self._compiled[language, ipa] = compiled
        return compiled

    def _pattern(self, written: str) -> Pattern:
        """Compiled once, for voices of all languages."""
        if written not in self._patterns:
            self._patterns[written] = Pattern.parse(written)
        return self._patterns[written]


NO_RULES = Rules(())


def script_of(text: str, said: Sequence[Said]) -> list[list[str]]:
    """What makes a touched sentence's sound another: [as written, as said] in turn, for the cache.

    "" as said: as written. [] for a sentence that no rule touches.
    """
    script: list[list[str]] = []
    position = 0
    for one in said:
        script.append([_plain(text[position : one.start]), ""])
        mark = "/" if one.is_ipa else ""
        script.append([_plain(text[one.start : one.end]), f"{mark}{one.text}{mark}"])
        position = one.end
    return [*script, [_plain(text[position:]), ""]] if script else []


_known: OrderedDict[str, Rules] = OrderedDict()
_MOST_KNOWN = 4


def rules_from_json(text: object) -> Rules:
    """The rules of a request: JSON text of a list, or None for no rules.

    The last few lists are kept, since every sentence brings its own again.

    Raises:
        BadOption: it is no list of rules, or one of them is wrong; the message says which.
    """
    if text is None or text in ("", "[]"):
        return NO_RULES
    if not isinstance(text, str):
        raise BadOption(f"rules must be JSON text, not {type(text).__name__}.")
    rules = _known.get(text)
    if rules is None:
        if len(text) > _MOST_JSON:
            raise BadOption(f"rules must be at most {_MOST_RULES_TEXT}.")
        rules = _known[text] = Rules(checked_rules(parse(text)))
        if len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)
    _known.move_to_end(text)
    return rules


def checked_rules(given: object) -> list[Rule]:
    """Rules from parsed JSON.

    Raises:
        BadOption: see ``rules_from_json``.
    """
    if not isinstance(given, list):
        raise BadOption("rules must be a list of rules.")
    if len(given) > MOST_RULES:
        raise BadOption(f"rules must be at most {_MOST_RULES_TEXT}, not {len(given)}.")
    checked: list[Rule] = []
    room = MOST_PATTERN_CHARACTERS
    for number, one in enumerate(given, start=1):
        rule = _checked(one, f"Rule {number}")
        if rule.kind == "pattern":
            room -= len(rule.written)
        if room < 0:
            most = f"{MOST_PATTERN_CHARACTERS:,} characters"
            raise BadOption(f"Rule {number}: all patterns together must be at most {most}.")
        checked.append(rule)
    return checked


_MOST_RULES_TEXT = f"{MOST_RULES:,} rules"


def _checked(given: object, what: str) -> Rule:
    if not isinstance(given, Mapping):
        raise BadOption(f"{what} must be an object.")
    unknown = [name for name in given if name not in _FIELDS]
    if unknown:
        known = ", ".join(sorted(_FIELDS))
        raise BadOption(f"{what} has a field {ascii(unknown[0])[:40]}; known: {known}.")
    kind = given.get("kind", "word")
    if kind not in KINDS:
        raise BadOption(f"{what}: kind must be {' or '.join(KINDS)}, not {ascii(kind)[:40]}.")
    written, says = _text(given, "written", what), _text(given, "says", what)
    language = given.get("language") or ""
    if not isinstance(language, str) or (language and not _LANGUAGE.fullmatch(language)):
        raise BadOption(f"{what}: language must be one such as en or fr-CA.")
    enabled = given.get("enabled", True)
    if not isinstance(enabled, bool):
        raise BadOption(f"{what}: enabled must be true or false.")
    if is_ipa(says):
        if not as_phonemes(says, ""):
            raise BadOption(f"{what}: there are no phonemes between the slashes.")
    elif not has_speech(spoken(says)):
        raise BadOption(f"{what}: says must have something to say.")
    if not len(fold(written)):
        raise BadOption(f"{what}: written must have something in it.")
    if kind == "pattern":
        try:
            Pattern.parse(written)
        except BadOption as error:
            raise BadOption(f"{what}: {error}") from error
    return Rule(str(kind), written, says, language.lower(), enabled)


def _text(given: Mapping[str, object], name: str, what: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= MOST_CHARACTERS:
        raise BadOption(f"{what}: {name} must be text of 1 to {MOST_CHARACTERS} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise BadOption(f"{what}: {name} must be on one line, without control characters.")
    return value.strip()


def _has_capital_inside(units: Folded) -> bool:
    """As in iOS, US and McCoy; not as in New York."""
    return any(
        unit.isupper() and inside for unit, inside in zip(units.cased[1:], units.word, strict=False)
    )


def _is_for(rule: Rule, language: str) -> bool:
    return (
        not rule.language or language == rule.language or language.startswith(rule.language + "-")
    )


def _applied(compiled: _Compiled, text: str) -> tuple[Said, ...]:
    found: list[Said] = []
    room = _MOST_SAID
    for start, end in _stretches(text):
        meter = Meter(_MOST_STEPS * (end - start) // max(1, len(text)))
        for said in _touched(compiled, text[start:end], meter):
            room -= len(said.text)
            if room < 0:
                return tuple(found)
            found.append(Said(start + said.start, start + said.end, said.text, said.is_ipa))
    return tuple(found)


def _stretches(text: str) -> list[tuple[int, int]]:
    """What lies between ``[[ phonemes ]]``."""
    found: list[tuple[int, int]] = []
    position = 0
    if "[[" in text:
        for block in RAW_BLOCK.finditer(text):
            found.append((position, block.start()))
            position = block.end()
    return [*found, (position, len(text))]


def _touched(compiled: _Compiled, text: str, meter: Meter) -> list[Said]:
    units = fold(text)
    folded, cased = _Joined(units.folded), _Joined(units.cased)
    tried = _Tried(compiled.patterns, folded, cased)
    found: list[Said] = []
    done = 0
    starts = [at for at, unit in enumerate(units.cased) if unit != " " and units.is_boundary(at)]
    for passed, at in enumerate(starts):
        if at < done:
            continue
        end, number = at, len(compiled.rules)
        captures: tuple[tuple[int, int], ...] = ()
        for words, joined in ((compiled.cased, cased), (compiled.folded, folded)):
            word_end, word = words.longest(joined, units, at)
            if word_end > at and (word_end, -word) > (end, -number):
                end, number = word_end, word
        share = Meter(meter.left // (len(starts) - passed))
        budget = share.left
        for index, pattern in tried.at(at):
            matched = pattern.match(units, at, share)
            if share.left <= 0:
                _tell_slow(compiled)
                break
            if matched is not None and (matched[0], -index) > (end, -number):
                (end, captures), number = matched, index
        meter.left -= budget - share.left
        if end == at:
            continue
        done = end
        start, stop = units.starts[at], units.ends[end - 1]
        phonemes = compiled.phonemes[number]
        says = phonemes
        if says is None:
            parts = [_slice(text, units, *capture) for capture in captures]
            says = spoken(_filled(compiled.rules[number], parts))
        if says and says != text[start:stop]:
            found.append(Said(start, stop, says, phonemes is not None))
    return found


def _tell_slow(compiled: _Compiled) -> None:
    if not compiled.is_slow:
        log.warning("There are too many patterns for a sentence: the last of them are left out.")
    compiled.is_slow = True


def _slice(text: str, units: Folded, start: int, end: int) -> str:
    return text[units.starts[start] : units.ends[end - 1]] if end > start else ""


def _filled(rule: Rule, captured: Sequence[str]) -> str:
    """What ``rule`` says, with what its wildcards stand for."""
    if rule.kind != "pattern":
        return rule.says

    def fill(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        number = int(match[1])
        return captured[number - 1] if number <= len(captured) else ""

    return _CAPTURE.sub(fill, rule.says)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
