"""Runs in Pyodide: the contracts of voice stores over the real adapters."""

from __future__ import annotations

import traceback

import contract_host  # registered by voice_contract_worker.js
from lectern.browser import HostDownloads, HostVoiceFiles, HostVoiceStore

from tests.contract.voice_contracts import VOICE_CONTRACTS, VoiceWorld

_world = VoiceWorld(
    store=HostVoiceStore(),
    downloads=HostDownloads(),
    files=HostVoiceFiles(),
    url=str(contract_host.url),
    nowhere=str(contract_host.nowhere),
)


async def run(name: str) -> str:
    """Run one contract; "" when it is kept, a traceback else."""
    try:
        await VOICE_CONTRACTS[name](_world)
    except BaseException:
        return traceback.format_exc()
    return ""
