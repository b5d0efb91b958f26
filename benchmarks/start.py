"""What commands cost that have little to do: the processor time of starting, opening the vault and saying so.

    .venv/bin/python -m benchmarks.start [--runs 5] [--files 2000] [--beside OTHER/src] [--only WORK]… [--restic 0.19]

A vault of one folder with small files; each command as a program of its own, warm (caches and byte code are there).
Printed is the smallest processor time of the runs, which another load on the machine disturbs least, and the parts of
Phoneward and of all that Python loaded; restic's `snapshots` and `ls` beside it. `--beside` runs another state of the
sources in turn with this one. What does not depend on the vault's size is meant: `benchmarks.far` measures large ones.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.folder import make_small
from benchmarks.sidebyside import machine
from phoneward import schedules
from phoneward.settings import Overrides, load
from tests.tools.restic import ALL_RESTICS, restic

PASSWORD = "benchmark"
HERE = Path(__file__).resolve().parent.parent / "src"
_OPEN = """
import sys
from phoneward import web
from phoneward.settings import load
listening = web.listen(0)
server = web.PageServer(listening, web.WebContext(load(), web.port_of(listening)))
server.context.one_time_link()
"""


def commands(scratch: Path) -> dict[str, list[str]]:
    """Return what is measured."""
    program = [sys.executable, "-m", "phoneward"]
    return {
        "python alone": [sys.executable, "-c", "pass"],
        "--version": [*program, "--version"],
        "snapshots": [*program, "snapshots"],
        "ls latest": [*program, "ls", "latest"],
        "check": [*program, "check"],
        "backup, unchanged": [*program, "backup", "--folder", str(scratch / "phone")],
        "watch scan, again": [*program, "watch", "scan"],
        "schedule run, nothing due": [*program, "schedule", "run", "--timer"],
        "open, up to its link": [sys.executable, "-c", _OPEN],
    }


def taken(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Run a command; return its processor time in seconds."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{command} ended with {process.returncode}: {complaint.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime


def loaded(command: Sequence[str], env: Mapping[str, str]) -> tuple[int, int]:
    """Return how many modules of Phoneward, and how many in all, a command loads."""
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]], env=env, capture_output=True, text=True, check=False
    )
    names = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    return sum(name.startswith("phoneward") for name in names), len(names)


def prepare(scratch: Path, env: Mapping[str, str], files: int) -> None:
    """Make the vault, a backup in it, and a schedule of which nothing is due."""
    make_small(scratch / "phone", files)
    (scratch / "password").write_text(PASSWORD)
    for words in (["init"], ["backup", "--folder", str(scratch / "phone")], ["watch", "scan"]):
        taken([sys.executable, "-m", "phoneward", *words], env)
    wished = schedules.Wished(scratch / "vault", folders=[scratch / "phone"], password_file=str(scratch / "password"))
    settings = load(Overrides(), env)
    schedules.save_schedule(settings.state_dir, schedules.prepare(wished, settings, env, dt.datetime.now(dt.UTC)))
    taken([sys.executable, "-m", "phoneward", "schedule", "run", "--now"], env)


def rows(
    work: Mapping[str, list[str]], env: dict[str, str], sources: Mapping[str, Path], runs: int, version: str
) -> Iterator[object]:
    """Yield a row for each command."""
    theirs = str(restic(version))
    peers = {"snapshots": [theirs, "snapshots", "--no-lock"], "ls latest": [theirs, "ls", "latest", "/", "--no-lock"]}
    for name, command in work.items():
        contenders = {who: (command, env | {"PYTHONPATH": str(source)}) for who, source in sources.items()}
        if name in peers:
            contenders["restic"] = (peers[name], env)
        times: dict[str, list[float]] = {who: [] for who in contenders}
        for _turn in range(runs + 1):
            for who, (words, its) in contenders.items():
                times[who].append(taken(words, its))
        for who, (words, its) in contenders.items():
            ours, every = (0, 0) if who == "restic" else loaded(words, its)
            # the first run of each writes byte code and fills caches
            yield {"work": name, "who": who, "cpu_s": round(min(times[who][1:]), 3), "modules": [ours, every]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--beside", type=Path, help="another state's `src`")
    parser.add_argument("--only", action="append", default=[], help="of the work that is named in the rows; repeatable")
    parser.add_argument("--restic", default=ALL_RESTICS[-1])
    asked = parser.parse_args()
    print(machine(), f"load {os.getloadavg()[0]:.1f}", flush=True)
    sources = {"phoneward": HERE} | ({"beside": asked.beside.resolve()} if asked.beside else {})
    with tempfile.TemporaryDirectory(prefix="phoneward-bench-") as name:
        scratch = Path(name)
        env = os.environ | {
            "PYTHONPATH": str(HERE),
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
            "PHONEWARD_REPOSITORY": str(scratch / "vault"),
            "PHONEWARD_PASSWORD": PASSWORD,
            "PHONEWARD_STATE_DIR": str(scratch / "state"),
            "PHONEWARD_CACHE_DIR": str(scratch / "cache"),
            "RESTIC_REPOSITORY": str(scratch / "vault"),
            "RESTIC_PASSWORD": PASSWORD,
            "RESTIC_CACHE_DIR": str(scratch / "restic-cache"),
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        prepare(scratch, env, asked.files)
        work = {name: command for name, command in commands(scratch).items() if not asked.only or name in asked.only}
        for row in rows(work, env, sources, asked.runs, asked.restic):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
