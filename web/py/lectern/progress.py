"""How far a voice's download is: told to the page, and to the console in tenths."""

from __future__ import annotations

import logging
from collections.abc import Callable

from lectern.ports import Progress
from lectern.settings import MIB

log = logging.getLogger("lectern")

Emit = Callable[[dict[str, object]], None]


def progress_event(voice_id: str, phase: str, loaded: int, total: int) -> dict[str, object]:
    """protocol.js's ProgressEvent; ``total`` is 0 when it is not known."""
    return {
        "event": "progress",
        "voiceId": voice_id,
        "phase": phase,
        "loaded": loaded,
        "total": total,
    }


def download_progress(emit: Emit, voice_id: str) -> Progress:
    """Tells the page of every step, and the console of every tenth that is new."""
    told = -1

    def progress(loaded: int, total: int) -> None:
        nonlocal told
        emit(progress_event(voice_id, "download", loaded, total))
        tenth = 10 * loaded // total if total else -1
        if tenth > told:
            told = tenth
            log.info(
                "📥 Loading %s: %d%% (%dMB/%dMB)",
                voice_id,
                10 * tenth,
                loaded // MIB,
                total // MIB,
            )

    return progress
