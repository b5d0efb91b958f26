"""A vault far away: opening it, backing up to it, checking and restoring, beside restic on the same server and link.

    .venv/bin/python -m benchmarks.far backup [--mb 1024] [--rate-mbit 100] [--delay-ms 10] [--pairs 1]
    .venv/bin/python -m benchmarks.far open --vault FOLDER --password WORD [--rate-mbit 100]

The server is `rclone serve restic`; before it stands `tests/tools/slowlink.py`, which adds the delay each way and one
bound for all bytes of a direction. `link` is the time that the bytes alone take: the ideal. `of_link` is that time
divided by the one measured. Restic runs with its own defaults (five connections).

`open` measures how long `phoneward snapshots` takes to its first line and to its end, and `ls latest`, cold (nothing
kept on this computer) and again; restic's `snapshots` and `ls` beside it. A vault of 1,000 snapshots and 1,000,000
files is made by `benchmarks.page_scale` (`make`).
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.folder import make_large
from benchmarks.sidebyside import Contender, Run, machine, once
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, restic
from tests.tools.slowlink import slow_link

PASSWORD = "benchmark"
PHONEWARD = (sys.executable, "-m", "phoneward")


@contextlib.contextmanager
def far(folder: Path, rate: float, delay_ms: float) -> Iterator[str]:
    """Serve a folder far away; yield the address."""
    folder.mkdir(exist_ok=True)
    with serve_restic(folder) as port, slow_link(port, delay_ms=delay_ms, rate=rate) as away:
        yield f"rest:http://127.0.0.1:{away}/"


def environment(scratch: Path, address: str, password: str) -> dict[str, str]:
    """Return what both programs are told."""
    return {
        "PHONEWARD_REPOSITORY": address,
        "PHONEWARD_PASSWORD": password,
        "PHONEWARD_STATE_DIR": str(scratch / "state"),
        "PHONEWARD_CACHE_DIR": str(scratch / "cache"),
        "RESTIC_REPOSITORY": address,
        "RESTIC_PASSWORD": password,
        "RESTIC_CACHE_DIR": str(scratch / "restic-cache"),
    }


def say(**row: object) -> None:
    """Print a row of figures."""
    print(json.dumps(row), flush=True)


def tell(work: str, who: str, run: Run, size: int, rate: float) -> None:
    """Print what a run took."""
    ideal = size / rate if rate else 0.0
    say(
        work=work,
        who=who,
        seconds=round(run.seconds, 1),
        cpu_s=round(run.cpu_seconds, 1),
        MB_s=round(size / 1e6 / run.seconds, 1),
        of_link=round(ideal / run.seconds, 2),
        peak_MB=round(run.peak_bytes / 1e6),
    )


def compare_backup(scratch: Path, megabytes: int, rate: float, delay_ms: float, version: str) -> None:
    """Back up, check and restore with both programs in turn."""
    size, _files = make_large(scratch / "phone", megabytes)
    program = str(restic(version))
    for name, words in _both(program, scratch).items():
        served = scratch / f"served-{name}"
        with far(served, rate, delay_ms) as address:
            env = environment(scratch, address, PASSWORD)
            runs: dict[str, Run] = {}
            for work, command in words.items():
                runs[work] = once(Contender(name, command, env=env))
                if work != "init":
                    tell(work, name, runs[work], size, rate)
        shutil.rmtree(served)
        shutil.rmtree(scratch / "restored", ignore_errors=True)


def _both(program: str, scratch: Path) -> Mapping[str, Mapping[str, Sequence[str]]]:
    phone, target = str(scratch / "phone"), str(scratch / "restored")
    return {
        "phoneward": {
            "init": [*PHONEWARD, "init"],
            "backup": [*PHONEWARD, "backup", "--folder", phone],
            "check --read-data": [*PHONEWARD, "check", "--read-data"],
            "restore": [*PHONEWARD, "restore", "latest", "--target", target],
        },
        "restic": {
            "init": [program, "init"],
            "backup": [program, "backup", phone],
            "check --read-data": [program, "check", "--read-data"],
            "restore": [program, "restore", "latest", "--target", target],
        },
    }


def first_and_last(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float, float, int]:
    """Run a command; return when its first line came and when it ended, its processor time, and how many lines."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=1, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    first = time.perf_counter() - start
    lines = 1 + sum(1 for _line in process.stdout)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return first, time.perf_counter() - start, usage.ru_utime + usage.ru_stime, lines


def open_vault(scratch: Path, vault: Path, password: str, link: tuple[float, float], version: str) -> None:
    """Measure the first looks into a large vault."""
    program = str(restic(version))
    looks = {
        "snapshots": ([*PHONEWARD, "snapshots"], [program, "snapshots", "--no-lock"]),
        "ls latest": ([*PHONEWARD, "ls", "latest"], [program, "ls", "latest", "/", "--no-lock"]),
    }
    with far(vault, *link) as address:
        env = environment(scratch, address, password)
        for turn in ("cold", "warm"):
            for work, commands in looks.items():
                for who, command in zip(("phoneward", "restic"), commands, strict=True):
                    first, whole, cpu, lines = first_and_last(command, env)
                    say(
                        work=f"{work}, {turn}",
                        who=who,
                        first_line_s=round(first, 2),
                        whole_s=round(whole, 2),
                        cpu_s=round(cpu, 2),
                        lines=lines,
                    )
                    if turn == "cold":
                        shutil.rmtree(scratch / "cache", ignore_errors=True)
                        shutil.rmtree(scratch / "restic-cache", ignore_errors=True)
            for command in (looks["ls latest"][0], looks["ls latest"][1]):  # fill what each keeps
                first_and_last(command, env)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("backup", "open"))
    parser.add_argument("--mb", type=int, default=1024)
    parser.add_argument("--rate-mbit", type=float, default=100)
    parser.add_argument("--delay-ms", type=float, default=10, help="each way")
    parser.add_argument("--vault", type=Path)
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--restic", default=ALL_RESTICS[-1])
    parser.add_argument("--scratch", type=Path, help="a folder for what is made; kept free of old runs")
    asked = parser.parse_args()
    rate = asked.rate_mbit * 1e6 / 8
    print(machine(), f"load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(dir=asked.scratch) as name:
        if asked.what == "open":
            open_vault(Path(name), asked.vault, asked.password, (rate, asked.delay_ms), asked.restic)
        else:
            compare_backup(Path(name), asked.mb, rate, asked.delay_ms, asked.restic)


if __name__ == "__main__":
    main()
