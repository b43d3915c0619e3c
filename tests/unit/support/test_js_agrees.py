"""What stands in JavaScript and in Python alike says the same in both."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from lectern.errors import Reason, VoiceReason, all_errors
from lectern.settings import Settings

from tests.unit.tools import node

ROOT = Path(__file__).resolve().parents[3]
JS = ROOT / "web" / "js"

#: A code where JavaScript makes an error of it.
_MADE = re.compile(
    r"""(?:new\ LecternError\(\s*|new\ Refused\(\s*|code:\s*)'([a-z_]+)'""", re.VERBOSE
)
#: Never an error for anybody: the page makes an AbortError of it.
_ABORTED = "aborted"


def table() -> dict[str, bool]:
    """ARCHITECTURE.md's table of errors: code -> retryable."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## Errors")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\|(.*)\|$", text, re.MULTILINE)
    return {code: retryable.strip() == "yes" for code, retryable in rows}


def made_in_js() -> set[str]:
    texts = (path.read_text("utf-8") for path in JS.rglob("*.js"))
    return {code for text in texts for code in _MADE.findall(text)}


def in_node(folder: Path, module: str, expression: str) -> Any:
    """``expression`` over the exports of ``module`` (as ``it``) of web/js."""
    url = (JS / module).as_uri()
    return node.run(folder, f"const it = await import('{url}'); console.log({expression});")


def test_the_table_holds_every_code_and_no_other() -> None:
    python = {code: kind.retryable for code, kind in all_errors().items()}
    assert {code: table()[code] for code in python if code in table()} == python
    assert made_in_js() - {_ABORTED} | set(python) | {"internal"} == set(table())


def test_the_codes_of_javascript_are_found() -> None:
    assert {"network", "engine_lost", "bad_option", "audio_failed", "protocol"} <= made_in_js()


def in_both_languages(folder: Path, expression: str) -> list[Any]:
    """``expression`` over ``it``, the module problems.js, and ``strings``: English, French."""
    problems = (JS / "view" / "problems.js").as_uri()
    found: list[Any] = in_node(
        folder,
        "view/strings.js",
        f"""await (async () => {{
            const {{ chooseLanguage }} = it;
            const problems = await import('{problems}');
            const said = (it, {{ strings }}) => {expression};
            const both = ['en', 'fr'].map((tag) => said(problems, chooseLanguage([tag])));
            return JSON.stringify(both);
        }})()""",
    )
    return found


def test_every_code_has_words_for_the_reader(tmp_path: Path) -> None:
    codes = sorted(table())
    texts = f"{codes}.map((code) => it.explain({{ code }}, strings).text)"
    said = f"[Object.keys(it.PROBLEMS).sort(), {texts}]"
    (known, in_english), (_, in_french) = in_both_languages(tmp_path, said)
    assert known == codes
    for english, french in zip(in_english, in_french, strict=True):
        assert english and french and english != french


def test_every_reason_of_a_document_has_words_of_its_own(tmp_path: Path) -> None:
    problems = (JS / "view" / "problems.js").as_uri()
    reasons = [str(reason) for reason in Reason]
    found = in_node(
        tmp_path,
        "view/strings.js",
        f"""await (async () => {{
            const {{ REASONS, explain }} = await import('{problems}');
            const said = {{}};
            for (const tag of ['en', 'fr']) {{
              const {{ strings }} = it.chooseLanguage([tag]);
              const code = 'document_unreadable';
              const say = (reason) => explain({{ code, reason }}, strings).text;
              said[tag] = [...{reasons}, 'no such', 'constructor', undefined].map(say);
            }}
            return JSON.stringify({{ known: Object.keys(REASONS).sort(), ...said }});
        }})()""",
    )
    assert found["known"] == sorted(reasons)
    for language in ("en", "fr"):
        *said, unknown, inherited, none = found[language]
        assert len(set(said)) == len(reasons)
        assert {unknown, inherited, none} == {said[reasons.index("broken")]}
    assert not set(found["en"]) & set(found["fr"])


def test_what_goes_wrong_with_a_document_is_said_of_that(tmp_path: Path) -> None:
    """Never of the voice, and what helps is to open it again, or another."""
    codes = sorted(table())
    said = f"{codes}.map((code) => it.explainOpening({{ code }}, strings))"
    found = in_both_languages(tmp_path, said)
    for code, english, french in zip(codes, *found, strict=True):
        assert english["remedy"] == french["remedy"]
        assert english["remedy"] in ("retry", "open", "reload"), code
        assert "voice" not in english["text"].lower(), code
        assert "voix" not in french["text"].lower(), code


def test_every_reason_of_a_refused_voice_has_words_of_its_own(tmp_path: Path) -> None:
    problems = (JS / "view" / "problems.js").as_uri()
    reasons = [str(reason) for reason in VoiceReason]
    found = in_node(
        tmp_path,
        "view/strings.js",
        f"""await (async () => {{
            const {{ VOICE_REASONS, explainInstalling }} = await import('{problems}');
            const said = {{}};
            for (const tag of ['en', 'fr']) {{
              const {{ strings }} = it.chooseLanguage([tag]);
              const code = 'voice_unreadable';
              const say = (reason) => explainInstalling({{ code, reason }}, strings);
              said[tag] = [...{reasons}, 'constructor', undefined].map(say);
            }}
            return JSON.stringify({{ known: Object.keys(VOICE_REASONS).sort(), ...said }});
        }})()""",
    )
    assert found["known"] == sorted(reasons)
    for language in ("en", "fr"):
        *said, inherited, none = found[language]
        assert len({*said, none}) == len(reasons) + 1
        assert inherited == none
    assert not set(found["en"]) & set(found["fr"])


def test_settings_of_the_page_are_those_of_python(tmp_path: Path) -> None:
    silences = in_node(tmp_path, "settings.js", "JSON.stringify(it.SILENCES)")
    defaults = {field.name: field.default for field in fields(Settings)}
    named = {re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", n): v for n, v in silences.items()}
    assert set(named) == {name for name in defaults if name.endswith("_silence")}
    assert len(named) == 6
    assert named == {name: defaults[name] for name in named}


def test_the_page_knows_how_much_the_cache_holds(tmp_path: Path) -> None:
    known = in_node(
        tmp_path, "settings.js", "JSON.stringify([it.DISK_CACHE_BYTES, it.DISK_CACHE_SHARE])"
    )
    assert known == [Settings().disk_cache_bytes, Settings().disk_cache_share]
