"""What the app holds with both voices resident."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.lab import Lab, Profile
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH, FRENCH, FRENCH_SENTENCES, LONGEST

_MEGA = 1e6
_WASM = """() => performance.measureUserAgentSpecificMemory().then(({bytes, breakdown}) => ({
  bytes, parts: breakdown.map(({bytes, types, attribution}) =>
    ({bytes, types, scopes: attribution.map(({scope, url}) => `${scope} ${url}`)}))
}))"""


def measure(lab: Lab) -> Section:
    section = Section("memory", "Memory, both voices resident, one thread")
    # Without the flag the browser measures at its next garbage collection, up to minutes away.
    with lab.profile(args=("--enable-blink-features=ForceEagerMeasureMemory",)) as profile:
        # One thread: further threads sleep in WebAssembly, and the browser waits for their answer.
        visit = profile.visit(lab.site().url + "?threads=1")
        visit.ready()
        visit.fetch("One.", voiceId=ENGLISH)
        visit.fetch(FRENCH_SENTENCES[0], voiceId=FRENCH)
        _measure(section, profile, visit.call(_WASM), "both voices, a short sentence each")
        visit.fetch(LONGEST, voiceId=ENGLISH)
        visit.traces(stored=True)
        _measure(
            section, profile, visit.call(_WASM), f"after a sentence of {len(LONGEST)} characters"
        )
        stats = visit.call("() => piperDebug.getSessionCacheStats()")
        estimate = [stats["bytes"] / _MEGA]
        section.add("sessions, as the session cache estimates them", estimate, unit="MB")
    return section


def _measure(section: Section, profile: Profile, found: dict[str, Any], when: str) -> None:
    """The browser's own count by kind, and what the renderer's process holds."""
    section.add(f"{when}: page and workers", [found["bytes"] / _MEGA], unit="MB")
    for worker in ("lectern-ort", "lectern"):
        script = "ort_worker.js" if worker == "lectern-ort" else "app/worker.js"
        parts = [p for p in found["parts"] if any(script in scope for scope in p["scopes"])]
        if parts:
            total = sum(part["bytes"] for part in parts)
            section.add(f"{when}: worker {worker}", [total / _MEGA], unit="MB")
    shared = sum(part["bytes"] for part in found["parts"] if not part["scopes"])
    if shared:
        section.add(f"{when}: shared, of no one place", [shared / _MEGA], unit="MB")
    resident = _renderer_bytes(profile)
    if resident:
        section.add(f"{when}: renderer process, resident", [resident / _MEGA], unit="MB")


def _renderer_bytes(profile: Profile) -> int | None:
    """Proportional resident size of the largest renderer; None where /proc does not say."""
    browser = profile.context.browser
    if browser is None:
        return None
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    sizes = [
        _proportional(process["id"])
        for process in processes["processInfo"]
        if process["type"] == "renderer"
    ]
    return max(sizes, default=0) or None


def _proportional(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
