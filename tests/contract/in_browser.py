"""Runs in Pyodide: the contracts over the real adapters. ``contract_worker.js`` starts it."""

from __future__ import annotations

import traceback

import contract_host  # registered by contract_worker.js
import lectern_host as host
from lectern.browser import (
    HostArticle,
    HostCodecs,
    HostInference,
    HostPhonemizer,
    HostStore,
    HostVoiceFiles,
    bridge,
)
from lectern.hosted import HostPdf, HostPublished

from tests.contract import article_contracts as _article_contracts  # noqa: F401
from tests.contract import file_contracts as _file_contracts  # noqa: F401
from tests.contract import inference_contracts as _inference_contracts  # noqa: F401
from tests.contract.contracts import CONTRACTS, World


async def _kill(realm: int) -> None:
    contract_host.kill(realm)


_world = World(
    inference=HostInference(),
    phonemizer=HostPhonemizer(),
    store=HostStore(),
    files=HostVoiceFiles(),
    articles=HostArticle(),
    codecs=HostCodecs(),
    published=HostPublished(host.published, bridge()),
    pdf=HostPdf(host.pdf, bridge()),
    voice=str(contract_host.voice),
    broken=str(contract_host.broken),
    kill=_kill,
)


async def run(name: str) -> str:
    """Run one contract; "" when it is kept, a traceback else."""
    try:
        await CONTRACTS[name](_world)
    except BaseException:
        return traceback.format_exc()
    return ""
