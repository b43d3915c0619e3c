"""Boot to ready, with and without Pyodide's memory snapshot."""

from __future__ import annotations

from tests.bench.lab import Lab, Profile, settle
from tests.bench.measure import Section
from tests.e2e.server import StaticSite

# The store's own words for "it did not boot from it": after the second none is made.
_GIVE_UP_SNAPSHOTS = """async (base) => {
  const {SnapshotStore} = await import(`${base}js/host/snapshot.js`);
  const {BUILD} = await import(`${base}vendor/build_info.js`);
  const store = new SnapshotStore(BUILD.snapshotKey);
  await store.failed();
  await store.failed();
}"""


def measure(lab: Lab) -> Section:
    """Two origins in one browser, one with a snapshot, one without; a page each in turn."""
    section = Section("boot", "Boot to ready: a new page, everything stored")
    times: dict[bool, dict[str, list[float]]] = {
        True: {"page": [], "python": []},
        False: {"page": [], "python": []},
    }
    with lab.home() as (profile, with_snapshot):
        without = lab.site()
        settle(lab, profile, without)
        blank = profile.blank(without)
        blank.evaluate(_GIVE_UP_SNAPSHOTS, without.url)
        blank.close()
        for _ in range(lab.rounds):
            for expected, site in ((True, with_snapshot), (False, without)):
                page, python = _boot(profile, site, expected)
                times[expected]["page"].append(page)
                times[expected]["python"].append(python)
    kept = section.add("navigation to ready, with snapshot", times[True]["page"])
    full = section.add("navigation to ready, without", times[False]["page"])
    section.ratio("with : without", kept, full)
    kept = section.add("in the worker, with snapshot", times[True]["python"])
    full = section.add("in the worker, without", times[False]["python"])
    section.ratio("in the worker, with : without", kept, full)
    return section


def _boot(profile: Profile, site: StaticSite, expected: bool) -> tuple[float, float]:
    visit = profile.visit(site.url)
    ready = visit.ready()
    boots = visit.call("() => bench.boots")
    visit.close()
    if [boot["snapshot"] for boot in boots] != [expected]:
        raise AssertionError(f"Expected one boot with snapshot={expected}, got {boots}.")
    return ready, float(boots[0]["ms"])
