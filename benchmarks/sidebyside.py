"""Run two or more programs in turn on the same work and print medians, ratios and peak memory.

Every run starts from the same state (`prepare`), after `sync`, and is timed from process start to its end, since a
program that returned has to have its work on disk. Machines are noisy: quote the ratios, which are taken pair by pair.
"""

import json
import os
import platform
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Contender:
    """A program doing the work.

    Attributes:
        command: argument list; never a shell string.
        prepare: brings the state back before each run; not timed.
    """

    name: str
    command: Sequence[str | Path]
    prepare: Callable[[], None] = lambda: None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took. `peak_bytes`: resident memory of the program and all its child processes together."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class _Memory(threading.Thread):
    """Adds up the resident memory of a process and all below it, ten times a second, and keeps the largest sum.

    What processes share counts more than once: the sum is never too small, save for peaks between two looks.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.1):
            self.peak = max(self.peak, _resident(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(_resident, children))


def once(contender: Contender) -> Run:
    contender.prepare()
    os.sync()
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in contender.command],
        env={**os.environ, **contender.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    memory = _Memory(process.pid)
    memory.start()
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    memory.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{contender.name} ended with {process.returncode}: {complaint.decode(errors='replace')}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(memory.peak, usage.ru_maxrss * 1024))


def compare(work: str, contenders: Sequence[Contender], *, pairs: int, size_bytes: int, files: int) -> None:
    """Print a row for each contender; the first is ours, `ratio` is their time divided by ours (over 1: we win)."""
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for turn in range(pairs):
        for contender in contenders if turn % 2 == 0 else list(reversed(contenders)):
            runs[contender.name].append(once(contender))
    ours = runs[contenders[0].name]
    for name, results in runs.items():
        seconds = statistics.median(run.seconds for run in results)
        ratios = [theirs.seconds / mine.seconds for mine, theirs in zip(ours, results, strict=True)]
        row = {
            "work": work,
            "who": name,
            "seconds": round(seconds, 2),
            "cpu_s": round(statistics.median(run.cpu_seconds for run in results), 2),
            "MB/s": round(size_bytes / 1e6 / seconds),
            "files/s": round(files / seconds),
            "ratio": round(statistics.median(ratios), 2),
            "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
            "peak_MB": round(max(run.peak_bytes for run in results) / 1e6),
        }
        print(json.dumps(row, ensure_ascii=False), flush=True)


def machine() -> str:
    """One line about where the figures were taken."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
