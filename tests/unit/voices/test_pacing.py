"""No underrun, the earliest start: the pace against a listener and a machine that are simulated."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from lectern.pacing import LARGEST, SMALLEST, Demand, Pace, Speed

FRAME = 256 / 22050
CONTEXT = 22


@dataclass
class Machine:
    """Makes windows at a real-time factor (of large windows), and a listener hears them."""

    factor: float
    rate: float = 1.0
    total: int = 860  # ten seconds
    speed: Speed = field(default_factory=Speed)
    now: float = 0.0
    heard_from: float | None = None  # when the first sound began
    delivered: int = 0
    dry: float = 0.0  # seconds of silence within the sentence
    waits: int = 0  # how often
    pieces: list[int] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)

    def cost(self, frames: int) -> float:
        return self.factor * FRAME * (frames + CONTEXT) * LARGEST / (LARGEST + CONTEXT)

    @property
    def until(self) -> float:
        """When what was delivered has been heard."""
        if self.heard_from is None:
            return self.now
        return self.heard_from + self.delivered * FRAME / self.rate + self.dry

    def speak(self) -> Machine:
        made = 0
        while made < self.total:
            demand = Demand(max(0.0, self.until - self.now), self.rate)
            pace = Pace(self.speed, FRAME, CONTEXT)
            fresh = 0
            while made < self.total:
                size = min(self.total - made, pace.size(demand, fresh, self.total - made))
                self.windows.append(size)
                self.now += self.cost(size)
                self.speed.took(self.cost(size), size + CONTEXT)
                made += size
                fresh += size
                if pace.enough(demand, fresh, self.total - made):
                    break
            if self.heard_from is None:
                self.heard_from = self.now
            else:
                late = max(0.0, self.now - self.until)
                self.dry += late
                self.waits += late > 0
            self.delivered += fresh
            self.pieces.append(fresh)
        return self


@pytest.mark.parametrize("factor", [0.05, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7])
@pytest.mark.parametrize("total", [40, 200, 860, 5000])
def test_no_underrun_up_to_seven_tenths(factor: float, total: int) -> None:
    assert Machine(factor, total=total).speak().dry == 0


@pytest.mark.parametrize("factor", [0.9, 1.2, 2.0, 5.0])
def test_a_machine_that_is_too_slow_waits_once(factor: float) -> None:
    machine = Machine(factor).speak()
    assert machine.dry == 0
    assert machine.heard_from is not None
    # Long enough, and not much longer than it has to.
    whole = machine.total * FRAME
    assert machine.heard_from < factor * whole * 1.35


def test_a_quick_machine_speaks_after_the_smallest_window() -> None:
    machine = Machine(0.1).speak()
    assert machine.pieces[0] == SMALLEST
    assert machine.heard_from == pytest.approx(machine.cost(SMALLEST))
    # And then it does not waste its time on small ones.
    assert machine.windows[-2] > LARGEST * 0.75
    assert len(machine.windows) <= 10


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 4.0])
def test_a_quick_listener_gets_more_at_first(rate: float) -> None:
    machine = Machine(0.2, rate=rate).speak()
    assert machine.dry == 0
    if rate <= 2:
        assert machine.pieces[0] <= 3 * SMALLEST


def test_a_machine_that_becomes_slow_waits_once_more() -> None:
    machine = Machine(0.2, total=2000)
    cost = machine.cost

    def slower(frames: int) -> float:
        machine.factor = 1.5 if len(machine.windows) > 3 else 0.2
        return cost(frames)

    machine.cost = slower  # type: ignore[method-assign]
    machine.speak()
    assert machine.dry > 0
    assert machine.waits <= 2


def test_nobody_waits() -> None:
    pace = Pace(Speed(), FRAME, CONTEXT)
    assert pace.size(Demand(None), 0, 5 * LARGEST) == LARGEST
    assert pace.enough(Demand(None), LARGEST, 800)


def test_no_small_rest() -> None:
    """A rest that would cost more context than it has sound is not left to a window of its own."""
    pace = Pace(Speed(), FRAME, CONTEXT)
    assert pace.size(Demand(None), 0, LARGEST + 5) == (LARGEST + 6) // 2
    speed = Speed()
    speed.took(1.0, 1)  # far too slow: the smallest window, and what is left
    slow = Pace(speed, FRAME, CONTEXT)
    assert slow.size(Demand(0.0), 0, 3 * SMALLEST) == SMALLEST
    assert slow.size(Demand(0.0), 0, SMALLEST + 5) == SMALLEST + 5


@pytest.mark.parametrize("ahead", [None, 1000.0])
@pytest.mark.parametrize("total", [1, LARGEST, LARGEST + 1, 300, 2 * LARGEST + 1, 5000])
def test_the_rest_is_made_in_windows_of_one_size(ahead: float | None, total: int) -> None:
    """The largest window decides over the memory: it is no larger than their number asks for."""
    pace = Pace(Speed(), FRAME, CONTEXT)
    sizes: list[int] = []
    while left := total - sum(sizes):
        sizes.append(pace.size(Demand(ahead), 0, left))
    assert len(sizes) == -(-total // LARGEST)
    assert max(sizes) - min(sizes) <= 1


def test_the_reserve_is_kept() -> None:
    """The next sentence has to be begun before this one is over."""
    speed = Speed()
    speed.took(0.7 * FRAME * 150, 150)
    without = Pace(speed, FRAME, CONTEXT)
    reserved = Pace(speed, FRAME, CONTEXT, reserve=1.0)
    made = next(n for n in range(24, 400) if without.enough(Demand(0.0), n, 400 - n))
    assert not reserved.enough(Demand(0.0), made, 400 - made)


def test_slower_counts_at_once_quicker_little_by_little() -> None:
    speed = Speed()
    speed.took(1.0, 100)
    speed.took(3.0, 100)
    assert speed.cost(100) >= 2.0
    speed.took(1.0, 100)
    assert 1.0 < speed.cost(100) < 2.0
    speed.took(0.0, 100)
    speed.took(1.0, 0)
    assert 1.0 < speed.cost(100) < 2.0
