"""Reading many files at once: in this process, by all cores, or on a Ray cluster. The same records come of each.

Records come in the order of the paths, so that two runs print the same, whoever did the work.
"""

import itertools
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from phoneward.texts import N_
from phoneward.updates.pushing.errors import RayMissingError
from phoneward.updates.pushing.records import FORMAT, Record, Said, read_record

if TYPE_CHECKING:
    from types import ModuleType

Runner: TypeAlias = Callable[[Iterable[str]], Iterator[Record]]
"""Reads files and yields what was read, in their order; `paths` is taken with a bounded read-ahead."""

AHEAD: Final = 4
"""Files under way for each worker: none waits, and memory does not grow with the catalogue."""

KILLED: Final = N_("The program that read it was killed: it may have needed more memory than there is.")


def here(paths: Iterable[str]) -> Iterator[Record]:
    """Read one file after the other in this process (a `Runner`)."""
    return map(read_record, paths)


def by_cores(jobs: int) -> Runner:
    """Return a runner for so many cores: with one, nothing is started beside this process."""
    return here if jobs == 1 else by_processes(jobs)


def by_processes(jobs: int) -> Runner:
    """Return a runner that reads with so many processes.

    A file on which a process dies (the system kills it for its memory) does not end the run: the files that were under
    way are read again one by one, each by a process of its own, and the one that kills that too is named.
    """

    def run(paths: Iterable[str]) -> Iterator[Record]:
        waiting: deque[str] = deque()
        rest = iter(paths)
        while True:
            with _pool(jobs) as pool:
                yield from _through(pool, waiting, rest, jobs * AHEAD)
            if not waiting:
                return
            for path in list(waiting):
                yield _alone(path)
            waiting.clear()

    return run


def _through(pool: ProcessPoolExecutor, waiting: deque[str], rest: Iterator[str], ahead: int) -> Iterator[Record]:
    """Yield records until all is read, or a process died: then `waiting` holds the paths that are not yielded yet."""
    under_way: deque[Future[Record]] = deque()
    try:
        for path in itertools.islice(rest, ahead):
            waiting.append(path)
            under_way.append(pool.submit(read_record, path))
        while under_way:
            record = under_way[0].result()
            waiting.popleft()
            under_way.popleft()
            yield record
            for path in itertools.islice(rest, 1):
                waiting.append(path)
                under_way.append(pool.submit(read_record, path))
    except BrokenProcessPool:
        return
    finally:
        for future in under_way:
            future.cancel()


def _alone(path: str) -> Record:
    try:
        with _pool(1) as pool:
            return pool.submit(read_record, path).result()
    except BrokenProcessPool:
        return Record(FORMAT, path, -1, -1, (), Said(KILLED), "reader-killed")


def _pool(jobs: int) -> ProcessPoolExecutor:
    # "spawn": no thread of this process is copied in the middle of its work, and it is the same on every system.
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def by_ray(address: str | None) -> Runner:
    """Return a runner that reads on a Ray cluster; every machine of it must see the files under the same names.

    Args:
        address: of a running cluster (`ray start`), as Ray writes it; None starts one on this computer.

    Raises:
        RayMissingError: Ray is not installed (`phoneward[cluster]`).
    """
    try:
        import ray
    except ImportError as error:
        raise RayMissingError from error

    def run(paths: Iterable[str]) -> Iterator[Record]:
        started = not ray.is_initialized()
        if started:
            ray.init(address=address, log_to_driver=False, include_dashboard=False, configure_logging=False)
        try:
            yield from _on_cluster(ray, paths)
        finally:
            if started:
                ray.shutdown()

    return run


def _on_cluster(ray: "ModuleType", paths: Iterable[str]) -> Iterator[Record]:
    reading: Any = ray.remote(read_record)  # Ray's own types say nothing of what comes back
    ahead = max(1, int(ray.cluster_resources().get("CPU", 1))) * AHEAD
    rest = iter(paths)
    under_way = deque(reading.remote(path) for path in itertools.islice(rest, ahead))
    while under_way:
        record = ray.get(under_way.popleft())
        under_way.extend(reading.remote(path) for path in itertools.islice(rest, 1))
        yield record
