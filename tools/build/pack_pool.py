"""Who renders: the processes of this machine, or the workers of a Dask cluster.

Each takes sentences as they come and gives them back as they are made, in any order; only as many
are under way as keep everybody busy.
"""

from __future__ import annotations

import importlib
import io
import multiprocessing
import os
import threading
import warnings
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tools
from tools.build import pack_studio
from tools.build.errors import BuildError
from tools.build.pack_studio import Job, Made, Voice

#: Sentences under way for each worker: one that it makes, and what comes next.
_EACH = 3
#: A sentence whose workers died so often is at fault itself.
_RETRIES = 4
#: Seconds for a scheduler to answer.
_PATIENCE = 10

#: Gives back what is made of the jobs.
Pool = Callable[[Iterable[Job]], Iterator[Made]]


def processes(load: Callable[..., Voice], arguments: tuple[Any, ...], number: int) -> Pool:
    """``number`` processes of this machine, each with one thread.

    Args:
        load: reads the voice in each process, called with ``arguments``.
    """

    def pool(jobs: Iterable[Job]) -> Iterator[Made]:
        # Spawned, as a forked onnxruntime would share its locks.
        with ProcessPoolExecutor(
            number,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(load, arguments),
        ) as executor:
            try:
                yield from _made(executor, jobs, number * _EACH)
            except BrokenProcessPool as reason:
                raise BuildError(
                    "A process that rendered has died.",
                    "Was it killed, or is memory short? What is made stays; start it again, "
                    "perhaps with a smaller --jobs.",
                ) from reason
            finally:
                executor.shutdown(wait=False, cancel_futures=True)

    return pool


def _made(executor: ProcessPoolExecutor, jobs: Iterable[Job], most: int) -> Iterator[Made]:
    waiting: set[Future[Made]] = set()
    for job in jobs:
        waiting.add(executor.submit(pack_studio.make_here, job))
        if len(waiting) >= most:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in ready)
    while waiting:
        ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield from (one.result() for one in ready)


def _start(load: Callable[..., Voice], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pack_studio.start(load, arguments)


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def cluster(address: str, voice: Voice) -> Pool:
    """The workers of the Dask cluster whose scheduler is at ``address``.

    They need onnxruntime, NumPy and soundfile; our own code is sent to them. A worker that
    dies costs the sentences that it had begun: others make them.
    """

    def pool(jobs: Iterable[Job]) -> Iterator[Made]:
        distributed = _dask()
        try:
            client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as reason:
            raise BuildError(f"There is no Dask scheduler at {address}: {reason}.") from reason
        with client:
            if not client.nthreads():
                raise BuildError(
                    f"The Dask cluster at {address} has no workers.",
                    "Start some: dask worker ADDRESS",
                )
            with TemporaryDirectory() as folder:
                package = Path(folder) / "lectern_pack.zip"
                package.write_bytes(_code())
                client.upload_file(str(package))
            yield from _on_cluster(client, voice, jobs)

    return pool


def _on_cluster(client: Any, voice: Voice, jobs: Iterable[Job]) -> Generator[Made, None, None]:
    # Made, not scattered: data whose only holder dies is gone, a task's result is made again.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a voice is large
        shared = client.submit(_same, voice, pure=False, priority=10)
    queue = _dask().as_completed(loop=client.loop)
    under_way = 0
    try:
        for job in jobs:
            queue.add(client.submit(pack_studio.make, shared, job, pure=False, retries=_RETRIES))
            under_way += 1
            while under_way >= max(1, sum(client.nthreads().values())) * _EACH:
                yield _result(next(queue))
                under_way -= 1
        while under_way:
            yield _result(next(queue))
            under_way -= 1
    finally:
        client.cancel([shared, *queue.futures])


def _dask() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as reason:
        raise BuildError(
            "The package distributed is not installed.",
            "build.py pack --dask ADDRESS installs it into .venv.",
        ) from reason


def _same(voice: Voice) -> Voice:
    return voice


def _result(future: Any) -> Made:
    try:
        made: Made = future.result()
    except ImportError as reason:
        raise BuildError(
            f"A Dask worker lacks a package: {reason}.",
            "The workers need what tools/requirements-pack.txt names.",
        ) from reason
    except Exception as reason:  # whatever the cluster raises
        raise BuildError(
            f"The Dask cluster could not render a sentence: {reason}.",
            "What is made stays; start it again.",
        ) from reason
    return made


def _code() -> bytes:
    """The packages ``lectern`` and ``tools`` as a zip that Python can import from."""
    import lectern

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in (Path(lectern.__file__).parent, Path(tools.__file__ or "").parent):
            for path in sorted(package.rglob("*.py")):
                archive.write(path, f"{package.name}/{path.relative_to(package).as_posix()}")
    return buffer.getvalue()
