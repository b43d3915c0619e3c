"""host/ogg_opus.js: what ``build.py pack`` writes, as samples at the voice's rate."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.contract.test_js_opus import level, likeness, speech
from tools.build import pack_opus
from tools.build.pack_ogg import packet_samples, read_opus

_DECODE = """async ([text, rate, samples, limits]) => {
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const told = [];
  for (const limit of limits) {
    const pcm = await host.ogg.decodeOggOpus(data, rate, samples, limit);
    const bytes = new Uint8Array(pcm.buffer);
    told.push(btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')));
  }
  return told;
}"""


def decoded(page: Page, data: bytes, rate: int, samples: int, *limits: int) -> list[np.ndarray]:
    asked: list[Any] = [base64.b64encode(data).decode(), rate, samples, list(limits)]
    found = page.evaluate(_DECODE, asked)
    return [np.frombuffer(base64.b64decode(text), "<i2") for text in found]


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_beginning_and_the_whole_agree_in_every_sample(host_page: Page, rate: int) -> None:
    sound = speech(rate, 3.7)
    count = len(sound)
    data = pack_opus.encode(sound.tobytes(), rate)
    # One of them ends with a packet: what follows still counts for its last samples.
    stream = read_opus(data)
    ends = sum(packet_samples(packet) for packet in stream.packets[:40]) - stream.pre_skip
    edge = round(ends * rate / 48_000)
    limits = [1, rate // 50 - 1, round(0.3 * rate), edge, rate, count - 1, count]
    *firsts, whole = decoded(host_page, data, rate, count, *limits)
    assert len(whole) == count
    for limit, first in zip(limits[:-1], firsts, strict=True):
        assert len(first) == limit
        assert np.array_equal(first, whole[:limit])
    like, late = likeness(sound, whole, rate)
    assert abs(late) < 0.001
    assert like > 0.9
    assert 0.9 < level(whole) / level(sound) < 1.1


@pytest.mark.parametrize("samples", [1, 300, 959, 22_050, 66_151])
def test_the_count_of_samples_is_exact(host_page: Page, samples: int) -> None:
    for rate in (16_000, 22_050):
        sound = speech(rate, 5)[:samples]
        data = pack_opus.encode(sound.tobytes(), rate)
        [found] = decoded(host_page, data, rate, samples, samples)
        assert len(found) == samples


def test_what_is_cut_or_too_short_is_refused_with_its_beginning_already(host_page: Page) -> None:
    sound = speech(16_000, 2)
    text = base64.b64encode(pack_opus.encode(sound.tobytes(), 16_000)).decode()
    found = host_page.evaluate(
        """async (text) => {
          const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const cases = [new Uint8Array(0), data.slice(0, 100), data.slice(0, -7), data.slice(30)];
          const told = [];
          for (const bytes of cases) {
            told.push(await host.failure(host.ogg.decodeOggOpus(bytes, 16000, 32000, 4800)));
          }
          told.push(await host.failure(host.ogg.decodeOggOpus(data, 16000, 64000, 4800)));
          return [told.every((it) => it !== null), await host.ogg.canDecode()];
        }""",
        text,
    )
    assert found == [True, True]
