"""The WAV that ``synthesize`` gives is put together in JavaScript."""

from __future__ import annotations

from pathlib import Path

from tests.unit.tools import node

WAV = (Path(__file__).resolve().parents[3] / "web" / "js" / "wav.js").as_uri()


def test_sound_or_silence_that_no_wav_file_has_room_for_is_refused(tmp_path: Path) -> None:
    script = f"""
    import {{ WavParts }} from '{WAV}';
    const refused = (work) => {{
      try {{ work(); }} catch ({{ code, message }}) {{ return [code, message.includes('4 GB')]; }}
      return [];
    }};
    const parts = new WavParts({{ mostBytes: 100 }});
    parts.addSamples(new Float32Array(40), 16000);
    const found = [
      refused(() => parts.addSamples(new Float32Array(11), 16000)),
      refused(() => parts.addSilence(11 / 16000)),
      refused(() => parts.addSilence(10 / 16000)),
      parts.blob().size,
      new WavParts().mostBytes,
    ];
    console.log(JSON.stringify(found));
    """
    refused = ["too_large", True]
    assert node.run(tmp_path, script) == [refused, refused, [], 144, 2**32 - 37]
