"""A vault on a disk that gets full: the program that `test_full_disk.py` starts in a mount namespace of its own.

Prints one JSON line for each run: the command, the room it had, how it ended, and what was wrong, if anything.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.faults.kills import COMMANDS, TIMEOUT_S, Bench, Killer
from tests.faults.promises import VAULT, BrokenPromiseError
from tests.phone import trees

ROOMS = {
    "backup": [share * 400_000 for share in range(5)],
    "forget": [0, 60_000, 180_000],
    "prune": [share * 60_000 for share in range(5)],
    "repair": [0, 8_192, 24_576],
}
"""Bytes that are free, in fifths of about what the command writes (a backup 1.8 MB, `repair` an index)."""


def free(path: Path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def run(killer: Killer, name: str, work: Path, room: int) -> dict[str, Any]:
    """Run a command with so much room; look; give it room and run it again; look again."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(killer.bench.folder / "template", work)
    if name == "repair":  # something to mend: an index file is gone
        min((work / VAULT / "index").iterdir()).unlink()
    (work / "state").mkdir(exist_ok=True)
    (work / "cache").mkdir(exist_ok=True)
    ballast = work.with_name("ballast")
    with ballast.open("wb") as stream:
        left = max(0, free(work) - room)
        while left > 0:
            stream.write(trees.content("ballast", min(left, 1 << 20)))
            left -= min(left, 1 << 20)
    with killer.start(name, work) as process:
        _out, err = process.communicate(timeout=TIMEOUT_S)
    ended = "done" if process.returncode == 0 else json.loads(err.splitlines()[-1])["code"]
    wrong = "Traceback" if b"Traceback" in err else ""
    try:
        if name != "repair":
            killer.judge(name, work, with_restic=False)
        ballast.unlink()
        killer.go_on(name, work)
        killer.judge(name, work, with_restic=False)
    except BrokenPromiseError as error:
        wrong = str(error)
    ballast.unlink(missing_ok=True)
    return {"command": name, "room": room, "code": process.returncode, "ended": ended, "wrong": wrong}


def main(bench: str, mount: str) -> None:
    """Make a small disk and run every command on it with ever more room."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount], check=True)
    killer = Killer(Bench.make(Path(bench)), random.Random(1))
    for name, rooms in ROOMS.items():
        assert name in COMMANDS
        for room in rooms:
            sys.stdout.write(json.dumps(run(killer, name, Path(mount) / "work", room)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
