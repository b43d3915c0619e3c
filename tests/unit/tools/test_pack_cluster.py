"""The same render on a Dask cluster of two workers, one of which dies in the midst."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.packing import manifests, order, pack, voice
from tools.build import pack_pool, pack_run
from tools.build.errors import BuildError
from tools.build.pack_studio import Job, Made

TEXT = " ".join(f"This is sentence number {number} of the story." for number in range(14))

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers, each a process; they know nothing of this repository."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> None:
        found.append(
            subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=folder, env=environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip

    place = str(folder / "scheduler.json")
    options = ("--scheduler-file", place, "--no-dashboard")
    try:
        start("distributed.cli.dask_scheduler", *options, "--host", "127.0.0.1", "--port", "0")
        for _ in range(workers):
            start("distributed.cli.dask_worker", *options, "--no-nanny", "--nthreads", "1")
        distributed: Any = importlib.import_module("distributed")
        with distributed.Client(scheduler_file=place, timeout="40s") as client:
            client.wait_for_workers(workers, timeout=40)
            address = client.scheduler.address
        yield address, found[1:]
    finally:
        for process in found:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_worker_that_dies_costs_nothing(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    pack(here, TEXT)
    (there / "story.txt").write_text(TEXT, "utf-8")
    with cluster(tmp_path, 2) as (address, workers):
        whole = pack_pool.cluster(address, voice())
        came: list[Made] = []

        def deadly(jobs: Iterable[Job]) -> Iterator[Made]:
            for made in whole(jobs):
                came.append(made)
                if len(came) == 3:
                    workers[0].kill()
                    workers[0].wait()
                yield made

        given = order(there, there / "story.txt", dask=address)
        summary = pack_run.run(given, deadly)
        assert workers[1].poll() is None
    assert (summary.rendered, summary.faults) == (14, [])
    assert len(came) == 14
    assert manifests(there) == manifests(here)


@pytest.mark.slow
def test_no_cluster_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(TEXT, "utf-8")
    # Port 9 is nobody's.
    with pytest.raises(BuildError, match="There is no Dask scheduler at"):
        pack_run.run(order(tmp_path, tmp_path / "story.txt", dask="tcp://127.0.0.1:9"))
