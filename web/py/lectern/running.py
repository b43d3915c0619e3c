"""One run of a Piper graph."""

from __future__ import annotations

from collections.abc import Sequence

from lectern.errors import InferenceFailed
from lectern.ports import Inference, SessionHandle, Tensor
from lectern.voice import Scales

#: A run may take this long, plus a share for each phoneme id (half of them are pads, so
#: twice what the slowest voice measured needs: "high", real-time factor 1.5, 80 ms a phoneme).
#: It stays below the page's own deadline: a hung run costs its realm, not the whole worker.
_DEADLINE = 15.0
_DEADLINE_PER_ID = 0.1


async def run_voice(
    inference: Inference,
    session: SessionHandle,
    ids: Sequence[int],
    speaker: int | None,
    scales: Scales,
    *,
    patience: float = 0.0,
) -> tuple[memoryview, memoryview | None]:
    """Run a Piper graph once.

    Args:
        patience: seconds more than a run of so many ids may take.

    Returns:
        The samples (float32, mono) and, where the voice gives them, the frames per id.

    Raises:
        InferenceFailed, EngineLost, EngineTimeout.
    """
    feeds = {
        "input": Tensor("int64", ids, (1, len(ids))),
        "input_lengths": Tensor("int64", [len(ids)], (1,)),
        "scales": Tensor("float32", [scales.noise, scales.length, scales.noise_w], (3,)),
    }
    if "sid" in session.inputs:
        feeds["sid"] = Tensor("int64", [speaker or 0], (1,))
    outputs = [name for name in ("output", "durations") if name in session.outputs]
    deadline = _DEADLINE + _DEADLINE_PER_ID * len(ids) + patience
    found = await inference.run(session.id, feeds, outputs, deadline)
    samples = found["output"]
    if not len(samples):
        raise InferenceFailed(f"The voice made no sound of {len(ids)} ids.")
    return samples, found.get("durations")
