"""One sentence that is being made, for whoever asks for it: window by window, on demand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from lectern.encoding import Encoded, word_times
from lectern.metrics import Trace
from lectern.pacing import Demand, Pace, Speed
from lectern.pcm import to_int16
from lectern.phonemes import Phonemized
from lectern.ports import Clock, Inference, StoredAudio, WordRows
from lectern.rendering import Rendering, as_floats, begin
from lectern.running import Loaded, Order, Split
from lectern.sessions import SessionCache
from lectern.voice import VoiceConfig

#: Seconds after which the listener has asked for more, if he does, and onnxruntime is at it.
BUSY_AGAIN = 0.03


@dataclass(frozen=True, slots=True)
class Script:
    """A sentence ready to be spoken."""

    voice: VoiceConfig
    order: Order
    encoded: Encoded
    phonemized: Phonemized


class Making:
    """Sound of one sentence, as far as it is made.

    Several may ask at the same time; each gets what there is beyond its own offset, and
    more is made by whoever asks first. Somebody who stops asking stops the making, within a
    window; somebody who comes later goes on where it was left.
    """

    def __init__(
        self,
        script: Script,
        *,
        inference: Inference,
        sessions: SessionCache,
        clock: Clock,
        speed: Speed,
        trace: Trace,
    ) -> None:
        self.script = script
        self.trace = trace
        self.rows: WordRows = ()
        #: Whether anybody has asked for sound of it.
        self.asked = False
        #: Whether its first sound has left.
        self.told = False
        #: Whether somebody has seen to it that it is cached.
        self.kept = False
        #: Whether somebody wants it without a network.
        self.hold = False
        #: What of it is cached.
        self.entry: StoredAudio | None = None
        self._inference = inference
        self._sessions = sessions
        self._clock = clock
        self._speed = speed
        self._rendering: Rendering | None = None
        self._begun = 0.0  # seconds that it took
        self._pieces: list[memoryview] = []
        self._pcm: list[bytes] = []  # of the first pieces
        self.samples = 0
        self._turn = asyncio.Lock()

    @property
    def done(self) -> bool:
        """Whether the whole sentence is made."""
        rendering = self._rendering
        return rendering is not None and rendering.made >= rendering.frames

    def sound(self, offset: int = 0) -> memoryview:
        """What is made from sample ``offset`` on (float32)."""
        found: list[memoryview] = []
        skip = offset
        for piece in self._pieces:
            if skip < len(piece):
                found.append(piece[skip:])
            skip = max(0, skip - len(piece))
        if len(found) == 1:
            return found[0]
        return as_floats(b"".join(piece.cast("B") for piece in found))

    def pcm(self) -> bytes:
        """What is made, as int16."""
        while len(self._pcm) < len(self._pieces):
            self._convert_next()
        return b"".join(self._pcm)

    def _convert_next(self) -> None:
        if len(self._pcm) < len(self._pieces):
            self._pcm.append(to_int16(self._pieces[len(self._pcm)]))

    async def take(self, offset: int, demand: Demand) -> memoryview:
        """Sound from sample ``offset`` on, as much as the listener needs for now; empty after
        the end.

        Raises:
            VoiceError, NetworkError: the voice can't be loaded.
            EngineError: onnxruntime failed. What was made stays.
        """
        asked = self._clock.monotonic()
        while offset >= self.samples and not self.done:
            async with self._turn:
                if offset >= self.samples and not self.done:
                    await self._produce(offset, demand, asked)
        return self.sound(offset)

    async def _produce(self, offset: int, demand: Demand, asked: float) -> None:
        """Make what is handed over next; ``asked``: when ``demand`` was what it says."""
        fresh = 0
        waited = self._clock.monotonic()
        again = self._rendering is not None
        async with self._sessions.lease(self.script.voice, again=again) as session:
            self.trace.session += _ms(self._clock.monotonic() - waited)
            model = session.model
            rendering = self._rendering or await self._begin(model)
            while not self.done:
                pace = self._pace(model, rendering)
                now = demand.after(self._clock.monotonic() - asked)
                fresh += await self._window(model, rendering, pace, now, fresh)
                left = rendering.frames - rendering.made
                now = demand.after(self._clock.monotonic() - asked)
                if self.samples > offset and pace.enough(now, fresh, left):
                    break

    async def _begin(self, model: Loaded) -> Rendering:
        started = self._clock.monotonic()
        rendering = await begin(self._inference, model, self.script.order)
        self._begun = self._clock.monotonic() - started
        self.trace.infer += _ms(self._begun)
        self._rendering = rendering
        return rendering

    async def _window(
        self, model: Loaded, rendering: Rendering, pace: Pace, demand: Demand, fresh: int
    ) -> int:
        """One window; how many frames it has."""
        before = rendering.made
        size = pace.size(demand, fresh, rendering.frames - before)
        started = self._clock.monotonic()
        samples = await rendering.window(model, size)
        taken = self._clock.monotonic() - started
        made = rendering.made - before
        if isinstance(model, Split):
            pace.speed.took(taken, made + pace.context)
        self._pieces.append(samples)
        # Without NumPy that takes its time: done while onnxruntime is at the next window.
        asyncio.get_running_loop().call_later(BUSY_AGAIN, self._convert_next)
        self.samples += len(samples)
        self.trace.infer += _ms(taken)
        self.trace.windows += 1
        if self.trace.windows == 1:
            self.rows = self._word_rows(rendering)
        return made

    def _pace(self, model: Loaded, rendering: Rendering) -> Pace:
        voice = self.script.voice
        return Pace(
            speed=self._speed,
            frame=(rendering.hop or voice.hop_length) / voice.sample_rate,
            context=model.window_cost if isinstance(model, Split) else 0,
            reserve=self._begun,
        )

    def _word_rows(self, rendering: Rendering) -> WordRows:
        """When each word is heard; known with the first window, which tells the hop."""
        if rendering.durations is None:
            return ()
        script = self.script
        hop = rendering.hop or script.voice.hop_length
        total = self.samples if self.done else rendering.frames * hop
        count = len(script.phonemized.words)
        return tuple(word_times(script.encoded, count, rendering.durations, hop, total))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
