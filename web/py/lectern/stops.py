"""Whether a sentence ends at a stop: . ! ? … and their like in other scripts."""

from __future__ import annotations

import re

from lectern.abbreviations import Language
from lectern.lines import BLANK_LINE, LIST_MARK, NEWLINE, is_list_mark
from lectern.source import Source

#: Characters that a sentence may end with; whether it does is ``sentence_end``'s to say.
STOPS = ".!?…‼⁇⁈⁉。！？｡؟۔।॥።"
_WIDE = "。！？｡"
_OTHER = "؟۔।॥።"
_RUN = re.compile(r"\.(?:[ \u00a0]\.){2,}|[.!?…‼⁇⁈⁉]+|[。！？｡…]+|[؟۔।॥።!?]+")
_QUOTE = r"[\"'”’“»›)\]}」』】）〉》*_]|\[\d{1,3}\](?!\])"
_CLOSERS = re.compile(rf"(?:{_QUOTE})*")
_CLOSERS_SPACED = re.compile(rf"(?:{_QUOTE}|[ \u00a0\u202f]»)*")
#: After these, 「…。」 was a quotation within the sentence.
_QUOTING = tuple("とって、，,」』")
_OPENERS = "\"'“‘«‹„‚「『(（【[{¿¡*_ \u00a0\u202f"
_EMOJI = re.compile(
    "(?:[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u200d\ufe0f\U000e0020-\U000e007f]|"
    "[:;=][-']?[()DPp])+"
)
_WORD = re.compile(r"[^\s\"“”«»()\[\]{}]+$")
_DOTTED = re.compile(r"(?:[^\W\d_][.\-]+)+[^\W\d_]\Z")
_ROMAN = re.compile(r"[IVXLC]+\b|[0-9]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NEWLINE = re.compile(NEWLINE)
_EDGES = ".,;:!?…\"'“”‘’«»()[]{}*_—–"
#: How far a parenthesis is looked through for its end; longer ones are split like the rest.
_PARENTHESIS = 250
#: "oui." is a whole word, "env." could be anything: words of this length end sentences before
#: a small letter.
_WHOLE_WORD = 4


def sentence_end(
    source: Source, start: int, stop: int, limit: int, language: Language
) -> int | None:
    """Where the sentence from ``start`` ends, if it ends at the stop at ``stop``.

    The end counts closing quotes, brackets, footnote marks and emoji; it is at most ``limit``.
    """
    text = source.text
    run = _RUN.match(text, stop, limit)
    if run is None:
        return None
    source.need(run.end())
    closers = _CLOSERS_SPACED if language.spaced_guillemet else _CLOSERS
    end = (closers.match(text, run.end(), limit) or run).end()
    source.need(end)
    if end >= limit and end < source.size and not text[end].isspace():
        return None
    closed = text[run.end() : end]
    if run.group()[-1] in _WIDE:
        return None if closed and source.char(end) in _QUOTING else end
    after = source.char(end)
    if after and not after.isspace():
        return end if not closed and _ends_unspaced(source, stop, run, language) else None
    following = source.after_gap(end)
    if following >= source.size or BLANK_LINE.search(text, end, following):
        return end
    emoji = source.token(following)
    if _EMOJI.fullmatch(emoji) and following + len(emoji) <= limit:
        end = following + len(emoji)
        following = source.after_gap(end)
        if following >= source.size:
            return end
    if _in_parenthesis(source, start, stop, end):
        return None
    return end if _ends(source, start, run, closed, following, language) else None


def run_end(text: str, stop: int, limit: int) -> int:
    """Where the run of stops that begins at ``stop`` ends."""
    run = _RUN.match(text, stop, limit)
    return run.end() if run else stop


def _ends_unspaced(source: Source, stop: int, run: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends at a stop with a letter right after it.

    In scripts that have no spaces or use them little, and where one was forgotten:
    "the end.The next".
    """
    after = source.char(run.end())
    if not after.isalpha():
        return False
    if run.group()[-1] in _OTHER:
        return True
    if _CJK.match(after) and run.group()[-1] in "!?":
        return True
    if run.group() != "." or not after.isupper():
        return False
    found = _WORD.search(source.text[max(0, stop - 40) : stop])
    word = found.group() if found else ""
    return (
        word.isalpha()
        and word.islower()
        and len(word) > 1
        and (_opens(source.token(run.end()), language))
    )


def _ends(
    source: Source,
    start: int,
    run: re.Match[str],
    closed: str,
    following: int,
    language: Language,
) -> bool:
    if _NEWLINE.search(source.text, run.end(), following) and is_list_mark(source, following):
        return True
    index = following
    while index < following + 6 and source.char(index) and source.char(index) in _OPENERS:
        index += 1
    first = source.char(index)
    if first in STOPS + ",;:" or (first in ")]}" and first):
        return False
    token = source.token(index)
    small = first.islower() and not any(char.isupper() for char in token)
    if closed.strip(")]} ") == "" and ")" in closed and source.text[start] not in "([":
        # "(again!) Tom": the parenthesis belongs to a sentence that may go on.
        return not small and _opens(token, language)
    if run.group() == ".":
        return _full_stop(source, start, run.start(), closed, token, first, small, language)
    if set(run.group()) <= {".", "…", " ", "\u00a0"}:
        return not small and not first.isdigit() and token.split("'")[0].strip(_EDGES) != "I"
    if small:
        informal = source.text[start].islower()
        return informal and not closed
    return not (closed and _is_said(source, index, language))


def _full_stop(
    source: Source,
    start: int,
    stop: int,
    closed: str,
    token: str,
    first: str,
    small: bool,
    language: Language,
) -> bool:
    before = source.text[max(start, stop - 40) : stop]
    found = _WORD.search(before)
    if found is None:
        return not small
    written = re.sub(r"^(?:[dlDL]['’]|[‘'’—–-]+)", "", found.group()) or found.group()
    word = written.lower()
    rest = before[: found.start()].rstrip()
    opens = _opens(token, language)
    if closed.strip("*_ "):
        return not small
    if _is_list_mark(source.text[start : stop + 1]):
        return False
    if small:
        whole = word.isalpha() and len(word) >= _WHOLE_WORD and written.islower()
        return whole and not language.is_abbreviation(word)
    if word in language.closing:
        return not first.isdigit() or word not in ("a.m", "p.m")
    if word in language.never:
        return False
    if word in language.number and _ROMAN.match(token):
        return False
    if len(written) == 1 and written.isalpha():
        previous = (rest.rsplit(None, 1)[-1:] or [""])[0]
        if (written == "I" and previous.islower()) or previous.lower() in language.labels:
            return True
        return written.isupper() and opens and len(token) > 1 and token[1:2] != "."
    if _DOTTED.match(written):
        return opens and not first.isdigit()
    if word in language.general:
        return opens and not first.isdigit()
    if written.isdigit():
        return not (language.ordinal_stop and len(written) <= 2)
    return True


def _opens(token: str, language: Language) -> bool:
    """Whether ``token`` is a word that often begins a sentence."""
    word = token.lower().strip(_EDGES).replace("’", "'")
    if word in language.openers:
        return True
    head, apostrophe, _ = word.partition("'")
    return bool(apostrophe) and (head + "'") in language.openers


def _is_said(source: Source, index: int, language: Language) -> bool:
    """Whether "Anna asked" or "Elle dit" stands at ``index``."""
    first = source.token(index)
    if first[-1:] in STOPS:
        return False
    second = source.token(source.after_gap(index + len(first)))
    return second.lower().strip(_EDGES) in language.speech


def _is_list_mark(text: str) -> bool:
    return len(text) < 8 and bool(LIST_MARK.fullmatch(text + " "))


def _in_parenthesis(source: Source, start: int, stop: int, after: int) -> bool:
    """Whether the stop lies in a parenthesis that began in this sentence and ends soon."""
    opened = max(source.text.rfind("(", start, stop), source.text.rfind("[", start, stop))
    if opened < 0:
        return False
    closing = ")" if source.text[opened] == "(" else "]"
    if source.text.find(closing, opened, after) >= 0:
        return False
    return source.find(closing, after, max(0, opened + _PARENTHESIS - after)) >= 0
