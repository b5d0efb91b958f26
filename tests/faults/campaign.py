"""The long runs, by hand: all that CI samples, and more.

python -m tests.faults.campaign power [SEED]          restic looks at every state that is a vault
python -m tests.faults.campaign kills [COUNT] [SEED]  so many `kill -9`, restic after each
python -m tests.faults.campaign cuts [COUNT] [SEED]   the cable cut at so many random bytes, restic after each
python -m tests.faults.campaign wire [COUNT] [SEED]   the way to a vault on a server cut so often, restic after each
python -m tests.faults.campaign flushes               what breaks without which flush
"""

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.cuts import Cutter
from tests.faults.disk import Image, PowerCuts
from tests.faults.flushes import all_places, places, what_breaks, without
from tests.faults.kills import Bench, Killer
from tests.faults.promises import Judge, restic_agrees, small_constants
from tests.faults.scenarios import SCENARIOS
from tests.faults.served import ServedRest
from tests.faults.served_s3 import ServedS3
from tests.faults.wirecuts import Served, WireCutter
from tests.phone.testphone import TestPhone

if TYPE_CHECKING:
    from collections.abc import Callable


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def power(seed: int = 1) -> None:
    """Look at every state of every scenario, with restic too."""
    points = states = vaults = 0
    for name, make in SCENARIOS.items():
        begin = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, small_constants():
            recording = make(Path(folder))
            cuts = PowerCuts(recording.start, recording.changes, seed=seed)
            judge = Judge(recording.promise, recording.later, recording.journals)
            seen: set[Image] = set()
            for state in cuts.states():
                seen.add(state.image)
                judge.check(state)
            for image, password in judge.vaults.items():
                restic_agrees(image, recording.promise, password)
        points, states, vaults = points + cuts.points, states + len(seen), vaults + len(judge.vaults)
        say(
            f"{name}: {cuts.points} points, {cuts.allowed} states, {len(seen)} different, {cuts.sampled_points} points"
            f" sampled, {len(judge.vaults)} vaults, restic agrees with all; {time.monotonic() - begin:.0f} s"
        )
    say(f"all: {points} points, {states} different states, {vaults} vaults that restic read and restored")


def kills(count: int = 200, seed: int = 1) -> None:
    """Kill until `count` processes that still ran were killed."""
    with tempfile.TemporaryDirectory() as folder:
        killer = Killer(Bench.make(Path(folder)), random.Random(seed))
        while sum(killer.kills.values()) < count:
            killer.run(with_restic=True)
            say(killer.report(seed))


def cuts(count: int = 100, seed: int = 1) -> None:
    """Cut until `count` backups were cut off."""
    with tempfile.TemporaryDirectory() as folder, TestPhone(Path(folder) / "phone") as phone:
        cutter = Cutter(phone, Path(folder), random.Random(seed))
        cutter.prepare()
        while cutter.cuts < count:
            cutter.run(with_restic=True)
            say(cutter.report(seed))


def wire(count: int = 200, seed: int = 1) -> None:
    """Cut the way to a REST server until `count` cuts happened."""
    with tempfile.TemporaryDirectory() as folder, ServedRest.running(Path(folder) / "served") as served:
        _cut_wire(served, Path(folder) / "work", count, seed)


def bucket(count: int = 200, seed: int = 1) -> None:
    """Cut the way to a bucket until `count` cuts happened."""
    with tempfile.TemporaryDirectory() as folder, ServedS3.running(Path(folder) / "served") as served:
        _cut_wire(served, Path(folder) / "work", count, seed)


def _cut_wire(served: Served, folder: Path, count: int, seed: int) -> None:
    cutter = WireCutter(served, folder, random.Random(seed))
    cutter.prepare()
    while cutter.cuts < count:
        cutter.run(with_restic=True)
        say(cutter.report(seed))


def flushes() -> None:
    """Leave out the flushes of each place in turn."""
    with tempfile.TemporaryDirectory() as folder, small_constants():
        recordings = {name: make(Path(folder) / name) for name, make in SCENARIOS.items()}
        for place, count in all_places(recordings.values()).items():
            for name, recording in recordings.items():
                if place in places(recording.changes):
                    broken = what_breaks(without(recording, place)) or "nothing breaks"
                    say(f"{place} ({count}) in {name}: {broken[:120]}")


def main() -> None:
    """Run what the command line names."""
    what, *numbers = sys.argv[1:] or ["power"]
    campaigns: dict[str, Callable[..., None]] = {"power": power, "kills": kills, "cuts": cuts, "wire": wire}
    campaigns |= {"bucket": bucket, "flushes": flushes}
    campaigns[what](*map(int, numbers))


if __name__ == "__main__":
    main()
