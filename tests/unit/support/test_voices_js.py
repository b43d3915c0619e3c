"""Small rules of the page about voices: lists, pairs of files, names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.support.test_js_agrees import JS, in_node
from tests.unit.tools import node


def voice(voice_id: str, **more: Any) -> dict[str, Any]:
    code, name, quality = voice_id.split("-")
    return {
        "id": voice_id,
        "name": name,
        "language": code.replace("_", "-"),
        "quality": quality,
        "speakers": [],
        "bytes": 1,
        "installed": False,
        "source": "collection",
        **more,
    }


VOICES = [
    voice("de_DE-kerstin-low"),
    voice("en_US-amy-low"),
    voice("en_US-amy-medium"),
    voice("en_GB-alan-medium"),
    voice("en_US-rms-x_low", installed=True, source="folder"),
    voice("fr_FR-siwis-medium"),
    voice("pt_PT-tugão-medium"),
]


def groups(folder: Path, **options: Any) -> list[tuple[str, list[str]]]:
    import json

    found = in_node(
        folder,
        "view/voice_groups.js",
        f"JSON.stringify(it.groupVoices({json.dumps(VOICES)}, {json.dumps(options)}))",
    )
    return [(group["language"], [v["id"] for v in group["voices"]]) for group in found]


def test_the_readers_languages_come_first_and_what_is_here_leads_them(tmp_path: Path) -> None:
    found = groups(tmp_path, language="en", preferred=["fr-CA", "pt"])
    assert found == [
        (
            "en",
            ["en_US-rms-x_low", "en_GB-alan-medium", "en_US-amy-medium", "en_US-amy-low"],
        ),
        ("fr", ["fr_FR-siwis-medium"]),
        ("pt", ["pt_PT-tugão-medium"]),
        ("de", ["de_DE-kerstin-low"]),
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"only": "de"}, ["de_DE-kerstin-low"]),
        ({"search": "TUGAO"}, ["pt_PT-tugão-medium"]),
        ({"search": "amy us low"}, ["en_US-amy-low"]),
        ({"search": "french"}, ["fr_FR-siwis-medium"]),
        ({"search": "nobody"}, []),
        ({"search": "  ", "only": "fr"}, ["fr_FR-siwis-medium"]),
    ],
)
def test_search_and_filter(tmp_path: Path, options: dict[str, str], wanted: list[str]) -> None:
    found = groups(tmp_path, language="en", preferred=[], **options)
    assert [voice_id for _, ids in found for voice_id in ids] == wanted


def test_a_download_that_was_cut_is_known_by_its_name_alone(tmp_path: Path) -> None:
    (found,) = in_node(
        tmp_path,
        "view/voice_groups.js",
        "JSON.stringify(it.allVoices([], [], {'nl_NL-mls_5809-low': 300}))",
    )
    assert (found["name"], found["language"], found["quality"]) == ("mls_5809", "nl-NL", "low")
    assert (found["begun"], found["installed"]) == (300, False)


@pytest.mark.parametrize(
    ("names", "pairs", "alone"),
    [
        (["a.onnx", "a.onnx.json"], [["a.onnx", "a.onnx.json"]], []),
        (["a.onnx.json", "a.onnx"], [["a.onnx", "a.onnx.json"]], []),
        (["a (1).onnx", "a.onnx (2).json"], [["a (1).onnx", "a.onnx (2).json"]], []),
        (["model.onnx", "config.json"], [["model.onnx", "config.json"]], []),
        (
            ["b.onnx", "a.onnx", "a.onnx.json", "b.onnx.json"],
            [["b.onnx", "b.onnx.json"], ["a.onnx", "a.onnx.json"]],
            [],
        ),
        (["a.onnx"], [], ["a.onnx"]),
        (["a.onnx.json"], [], ["a.onnx.json"]),
        (["a.onnx", "b.onnx", "c.json"], [], ["a.onnx", "b.onnx", "c.json"]),
        (["A.ONNX", "a.onnx.JSON"], [["A.ONNX", "a.onnx.JSON"]], []),
    ],
)
def test_two_files_of_one_voice_are_a_pair(
    tmp_path: Path, names: list[str], pairs: list[list[str]], alone: list[str]
) -> None:
    found = in_node(
        tmp_path,
        "view/voice_pairs.js",
        f"""JSON.stringify((({{ pairs, alone }}) => [
          pairs.map(({{ model, config }}) => [model.name, config.name]),
          alone.map(({{ name }}) => name),
        ])(it.pairFiles({names}.map((name) => ({{ name }})))))""",
    )
    assert found == [pairs, alone]


@pytest.mark.parametrize(
    ("name", "is_voice"),
    [
        ("en_US-amy-medium.onnx", True),
        ("en_US-amy-medium.onnx.json", True),
        ("en_US-amy-medium.onnx (1).json", True),
        ("en_US-amy-medium (1).onnx", True),
        ("letter.txt", False),
        ("package.json", False),
        ("about.onnx.md", False),
    ],
)
def test_which_files_are_meant_as_voices(tmp_path: Path, name: str, is_voice: bool) -> None:
    found = in_node(tmp_path, "view/voice_pairs.js", f"it.isVoiceFile({{ name: '{name}' }})")
    assert found is is_voice


@pytest.mark.parametrize(
    ("name", "voice_id"),
    [
        ("en_US-amy-medium.onnx", "en_US-amy-medium"),
        ("en_US-amy-medium (1).onnx", "en_US-amy-medium"),
        ("my own voice.ONNX", "my_own_voice"),
        ("pt_PT-tuga\u0303o-medium.onnx", "pt_PT-tugão-medium"),
    ],
)
def test_what_a_voice_is_called_by_its_file(tmp_path: Path, name: str, voice_id: str) -> None:
    url = (JS / "voice_keeping.js").as_uri()
    found = node.run(
        tmp_path,
        f"const it = await import('{url}'); console.log(JSON.stringify(it.voiceIdOf({name!r})));",
    )
    assert found == voice_id


def test_every_language_of_the_collection_has_a_sentence(tmp_path: Path) -> None:
    """Piper's languages of today; another one is read figures."""
    tags = (
        "ar bg ca cs cy da de el en es fa fi fr hi hu is it ka kk lb lv ml ne nl no pl pt ro ru "
        "sk sl sr sv sw te tr uk vi zh nb xx"
    )
    found = in_node(
        tmp_path,
        "view/voice_sentences.js",
        f"JSON.stringify('{tags}'.split(' ').map(it.sentenceFor))",
    )
    *spoken, bokmal, other = found
    assert len(set(spoken)) == len(spoken)
    assert other == "1, 2, 3, 4, 5."
    assert other not in spoken
    assert bokmal in spoken
