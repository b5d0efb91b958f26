"""What the benchmarks of records share: a step in a process of its own, its time and peak memory."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable


class Unsealed:
    """Seals nothing: what is on the disk is not measured."""

    def seal(self, plaintext: bytes) -> bytes:
        """Return it as it is."""
        return plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return it as it is."""
        return sealed


def measured(work: Callable[..., str | None], *arguments: object) -> str:
    """Return what a step says, its time, and its peak by the kernel's figure (ru_maxrss); ends where it fails.

    Time by the clock and of the processor, in this process and in those it started; of these also the largest's peak.
    """
    spawn = multiprocessing.get_context("spawn")
    queue = spawn.Queue()
    process = spawn.Process(target=_run, args=(queue, work, *arguments))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)
    told: str = queue.get()
    return told


def _run(queue: "multiprocessing.Queue[str]", work: Callable[..., str | None], *arguments: object) -> None:
    start = time.perf_counter()
    said = work(*arguments) or "made"
    own, below = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    workers = f", workers {_seconds(below):.1f} s, each {below.ru_maxrss / 1000:.0f} MB" if below.ru_maxrss else ""
    taken = f"{time.perf_counter() - start:.1f} s, processor {_seconds(own):.1f} s"
    queue.put(f"{work.__name__}: {said}; {taken}, peak {own.ru_maxrss / 1000:.0f} MB{workers}")


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime
