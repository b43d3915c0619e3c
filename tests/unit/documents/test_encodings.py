"""Texts that say nothing of their encoding: each script's old ones, and Western Europe's."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from lectern.documents import encodings
from lectern.documents.encodings import guessed
from lectern.documents.reading import decode

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "languages.txt"
RUSSIAN = (
    "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. "
)
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
SIMPLIFIED = "道可道，非常道。名可名，非常名。无名天地之始；有名万物之母。故常无欲，以观其妙。"
TRADITIONAL = "子曰：「學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？」"
KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "
WESTERN = [
    "« L’été où j’étais à l’école », ça coûtait très cher : naïf, œuvre, forêt – vingt €.",
    "Über den Wäldern hörte man müde Vögel; daß große Straßen führen überall hin. Äpfel, Öl.",
    "El niño comió piña en la montaña; ¿cómo? Así, señor. ¡Qué rápido!",
    "På ærø så de små grå får stå på gåden; å, så får få får får.",
    "À é ü", "ÉTÉ", "café", "“Yes,” he said—“no’s”.", "½ £5 §12 °C ± µm ©",
]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("cp1251", "Привет, мир"),
        ("shift_jis", JAPANESE),
        ("euc_jp", JAPANESE),
        ("gb18030", SIMPLIFIED),
        ("big5", TRADITIONAL),
        ("euc-kr", KOREAN),
    ],
)
@pytest.mark.parametrize("head", ["", "Title: A Book\r\nAuthor: Somebody\r\n\r\n" * 40])
def test_old_encodings_of_other_scripts(encoding: str, text: str, head: str) -> None:
    whole = head + "\n".join([text] * 3)
    assert decode(whole.encode(encoding), "a.txt") == whole.replace("\r\n", "\n")


@pytest.mark.parametrize("text", WESTERN)
def test_western_europe_s_stays(text: str) -> None:
    assert decode(text.encode("cp1252"), "a.txt") == text


def test_no_paragraph_of_another_script_is_taken_for_one_of_these() -> None:
    """Each paragraph of the golden set in each old encoding that can write it."""
    expected = {
        "cp1251": "cp1251", "koi8-r": "koi8-r", "cp932": "cp932", "euc_jp": "euc_jp",
        "gb2312": "gb18030", "big5": "big5", "cp949": "cp949",
        "cp1252": "", "cp1250": "", "cp1253": "", "cp1254": "", "cp1255": "", "cp1256": "",
    }  # fmt: skip
    own = {"ja": {"cp932", "euc_jp"}, "zh": {"gb2312", "big5"}, "ko": {"cp949"}}
    looked_at = 0
    for line in GOLDEN.read_text("utf-8").splitlines():
        language, _, text = line.partition("\t")
        if line.startswith("#") or text.isascii():
            continue
        for encoding, wanted in expected.items():
            if wanted and encoding not in own.get(language, {"cp1251", "koi8-r"}):
                continue
            try:
                data = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            is_other = any(char.isalpha() and char > "\u0370" for char in text)
            assert guessed(data) == (wanted if is_other else ""), (language, encoding, text)
            looked_at += 1
    assert looked_at > 60


def test_the_sample_may_end_within_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (60, 61):
        monkeypatch.setattr(encodings, "_SAMPLE", size)
        assert guessed((JAPANESE * 3).encode("cp932")) == "cp932"


def test_a_codec_that_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = codecs.getincrementaldecoder

    def lacking(name: str) -> object:
        if name in ("cp932", "gb18030", "cp949"):
            raise LookupError(name)
        return real(name)

    monkeypatch.setattr(codecs, "getincrementaldecoder", lacking)
    assert decode(RUSSIAN.encode("cp1251"), "a.txt") == RUSSIAN
    assert decode(JAPANESE.encode("cp932"), "a.txt")


def test_a_long_text_takes_no_longer() -> None:
    data = b"a\n" * 5_000_000 + b"\xe9" * 5_000_000
    start = time.process_time()
    guessed(data)
    assert time.process_time() - start < 1
