"""Rules of how words are said: which parts of a sentence they touch, and what is said there.

Rules come from readers and from files of anybody, so nothing here takes long whatever they
hold: words are looked up in tables by length, patterns are matched by an automaton
(``wildcards``) with a fixed number of steps for a sentence. Both depend on the text and the
rules alone, never on time, so the same sentence is always said the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lectern.errors import BadOption
from lectern.folding import Folded, fold
from lectern.ipa import as_phonemes, is_ipa
from lectern.jsonchecks import parse
from lectern.wildcards import Meter, Pattern
from lectern.words import RAW_BLOCK, has_speech, spoken

MOST_RULES = 1_000
#: Code points of what is written and of what is said.
MOST_CHARACTERS = 200
KINDS = ("word", "pattern")

#: JSON text of all rules that can't be good.
_MOST_JSON = 3_000_000
#: Of the automata, for one sentence: a fraction of a second in Pyodide. A hundred patterns
#: take some 20,000 for a long one.
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
    first: set[str] = field(default_factory=set)
    lengths: list[int] = field(default_factory=list)  # in units, longest first

    def add(self, units: Sequence[str], number: int) -> None:
        self.rules.setdefault("".join(units), number)
        self.first.add(units[0])
        if len(units) not in self.lengths:
            self.lengths = sorted([*self.lengths, len(units)], reverse=True)

    def longest(self, texts: Sequence[str], units: Folded, at: int) -> tuple[int, int]:
        """Where the longest whole word ends that begins at ``at``, ``at`` for none; its rule."""
        if texts[at] in self.first:
            for length in self.lengths:
                end = at + length
                if end <= len(texts) and units.is_boundary(end):
                    number = self.rules.get("".join(texts[at:end]))
                    if number is not None:
                        return end, number
        return at, 0


@dataclass(slots=True)
class _Compiled:
    """The rules that are for one language."""

    rules: list[Rule] = field(default_factory=list)
    phonemes: list[str | None] = field(default_factory=list)
    cased: _Words = field(default_factory=_Words)
    folded: _Words = field(default_factory=_Words)
    patterns: list[tuple[int, Pattern]] = field(default_factory=list)


class Rules:
    """Rules in the order in which they count: of two that fit the same words, the first."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._compiled: dict[tuple[str, bool], _Compiled] = {}
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
                compiled.patterns.append((number, Pattern.parse(rule.written)))
            else:
                units = fold(rule.written)
                if _has_capital_inside(units):
                    compiled.cased.add(units.cased, number)
                else:
                    compiled.folded.add(units.folded, number)
        self._compiled[language, ipa] = compiled
        return compiled


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
    return [_checked(rule, f"Rule {number}") for number, rule in enumerate(given, start=1)]


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
    meter, room = Meter(_MOST_STEPS), _MOST_SAID
    for start, end in _stretches(text):
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
    found: list[Said] = []
    at = 0
    while at < len(units):
        if units.cased[at] == " " or not units.is_boundary(at):
            at += 1
            continue
        end, number, captures = _best(compiled, units, at, meter)
        if end == at:
            at += 1
            continue
        start, stop = units.starts[at], units.ends[end - 1]
        phonemes = compiled.phonemes[number]
        says = phonemes
        if says is None:
            parts = [_slice(text, units, *capture) for capture in captures]
            says = spoken(_filled(compiled.rules[number], parts))
        if says and says != text[start:stop]:
            found.append(Said(start, stop, says, phonemes is not None))
        at = end
    return found


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


def _best(
    compiled: _Compiled, units: Folded, at: int, meter: Meter
) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    """End, rule and captures of the longest match at ``at``; its end is ``at`` if there is none."""
    end, number = at, len(compiled.rules)
    captures: tuple[tuple[int, int], ...] = ()
    for words, texts in ((compiled.cased, units.cased), (compiled.folded, units.folded)):
        word_end, word = words.longest(texts, units, at)
        if word_end > at and (word_end, -word) > (end, -number):
            end, number = word_end, word
    for index, pattern in compiled.patterns:
        if meter.left <= 0:
            break
        matched = pattern.match(units, at, meter)
        if matched is not None and (matched[0], -index) > (end, -number):
            (end, captures), number = matched, index
    return end, number, captures


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
