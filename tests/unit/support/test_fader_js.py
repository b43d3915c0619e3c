"""audio/fader.js: the volume goes in straight lines, and only while there is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

FADER = Path(__file__).resolve().parents[3] / "web" / "js" / "audio" / "fader.js"


def run(folder: Path, script: str) -> Any:
    return node.run(
        folder,
        f"""import {{ Fader }} from '{FADER.as_uri()}';
        const fader = new Fader(1000);
        /** A second of ones: its first, middle and last. */
        const pass = (made = 1000) => {{
          const frames = new Float32Array(1000).fill(1);
          fader.pass(frames, made);
          return [frames[0], frames[499], frames[999]];
        }};
        {script}""",
    )


def test_a_fade_is_a_straight_line_and_stays(tmp_path: Path) -> None:
    full, falling, soft = run(
        tmp_path,
        """const full = pass();
        fader.fade(0.2, 2);
        pass();
        console.log(JSON.stringify([full, pass(), pass()]));""",
    )
    assert full == [1, 1, 1]
    assert falling == pytest.approx([0.6, 0.4, 0.2], abs=0.002)
    assert soft == pytest.approx([0.2] * 3)


def test_silence_does_not_count(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """pass();
        fader.fade(0, 1);
        pass(0);
        pass(0);
        console.log(JSON.stringify(pass()));""",
    )
    assert result == pytest.approx([1, 0.5, 0], abs=0.002)


def test_at_once_is_a_step_in_silence_and_a_short_line_in_sound(tmp_path: Path) -> None:
    sounding, silent = run(
        tmp_path,
        """pass();
        fader.fade(0, 0);
        const sounding = pass();
        pass(0);
        fader.fade(1, 0);
        console.log(JSON.stringify([sounding, pass()]));""",
    )
    assert sounding[0] > 0.99
    assert sounding[1:] == [0, 0]
    assert silent == [1, 1, 1]
