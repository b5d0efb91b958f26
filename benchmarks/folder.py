"""A local folder, large and small files: backup, nothing changed, check, restore; beside restic, borg and plain `cp`.

    .venv/bin/python -m benchmarks.folder [--pairs 5] [--large-mb 1024] [--small-files 50000] [--only large|small]

`cp` is the physical limit: the same bytes read and written once, durable, without hashing, encryption or an index.
borg takes part where it is installed (Debian: borgbackup), with lz4 as it comes, repokey-blake2.
"""

import argparse
import random
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from benchmarks.sidebyside import Contender, compare, machine, once
from tests.tools.restic import ALL_RESTICS, restic

PASSWORD = "benchmark"


def make_large(folder: Path, megabytes: int) -> tuple[int, int]:
    """Incompressible files of 64 MB."""
    folder.mkdir(parents=True)
    chance = random.Random(1)
    count = max(1, megabytes // 64)
    for number in range(count):
        with (folder / f"video-{number:04}.mp4").open("wb") as file:
            for _piece in range(64):  # small pieces: what this process holds would count as its children's peak
                file.write(chance.randbytes(1 << 20))
    return count * (64 << 20), count


def make_small(folder: Path, count: int) -> tuple[int, int]:
    """Incompressible files of 4 KB, 1,000 to a folder."""
    chance = random.Random(2)
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"album-{number // 1000:04}").mkdir(parents=True)
        (folder / f"album-{number // 1000:04}" / f"{number:07}.jpg").write_bytes(chance.randbytes(4096))
    return count * 4096, count


def emptied(*folders: Path) -> Callable[[], None]:
    def prepare() -> None:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    return prepare


def set_aside(scratch: Path, *folders: Path) -> Callable[[], None]:
    """Return what makes room for new folders without deleting: ext4 is slow in giving out inodes just deleted."""

    def prepare() -> None:
        for folder in folders:
            if folder.exists():
                folder.rename(scratch / f"aside-{uuid.uuid4()}")

    return prepare


class Bench:
    """One data set in one scratch folder."""

    def __init__(self, scratch: Path, data: Path, size: int, files: int, pairs: int) -> None:
        self.scratch, self.data, self.size, self.files, self.pairs = scratch, data, size, files, pairs
        self.ours, self.theirs = scratch / "ours", scratch / "theirs"
        self.phoneward = [sys.executable, "-m", "phoneward"]
        self.restics = {version: [str(restic(version))] for version in ALL_RESTICS}
        state = {"PHONEWARD_STATE_DIR": str(scratch / "state"), "PHONEWARD_CACHE_DIR": str(scratch / "cache")}
        self.our_env = {"PHONEWARD_REPOSITORY": str(self.ours), "PHONEWARD_PASSWORD": PASSWORD, **state}
        self.their_env = {
            "RESTIC_REPOSITORY": str(self.theirs),
            "RESTIC_PASSWORD": PASSWORD,
            "RESTIC_CACHE_DIR": str(scratch / "restic-cache"),
        }

    def us(self, *words: str, prepare: Callable[[], None] = lambda: None) -> Contender:
        return Contender("phoneward", [*self.phoneward, *words], prepare, self.our_env)

    def them(self, *words: str, prepare: Callable[[], None] = lambda: None) -> list[Contender]:
        return [
            Contender(f"restic {version}", [*command, *words], prepare, self.their_env)
            for version, command in self.restics.items()
        ]

    def borg(self) -> list[Contender]:
        program = shutil.which("borg")
        if program is None:
            print("borg is not installed: left out")
            return []
        place = self.scratch / "borg"
        env = {"BORG_PASSPHRASE": PASSWORD, "BORG_BASE_DIR": str(self.scratch / "borg-base")}

        def fresh() -> None:
            emptied(place, self.scratch / "borg-base")()
            once(Contender("borg", [program, "init", "--encryption=repokey-blake2", place], env=env))

        return [Contender("borg", [program, "create", f"{place}::first", self.data], fresh, env)]

    def run(self, kind: str) -> None:
        def fresh_ours() -> None:
            emptied(self.ours, self.scratch / "state")()
            once(self.us("init"))

        def fresh_theirs() -> None:
            emptied(self.theirs)()
            once(self.them("init")[-1])

        def aside(*folders: Path) -> Callable[[], None]:
            return set_aside(self.scratch, *folders)

        copy = self.scratch / "copy"
        limit = Contender("cp (limit)", ["sh", "-c", f"cp -r '{self.data}' '{copy}' && sync"], aside(copy))
        everything = [
            self.us("backup", "--folder", str(self.data), prepare=fresh_ours),
            *self.them("backup", str(self.data), prepare=fresh_theirs),
            *self.borg(),
            limit,
        ]
        self.compare(f"backup, {kind}", everything)
        fresh_ours()
        once(self.us("backup", "--folder", str(self.data)))
        fresh_theirs()
        once(self.them("backup", str(self.data))[-1])
        again = [self.us("backup", "--folder", str(self.data)), *self.them("backup", str(self.data))]
        self.compare(f"nothing changed, {kind}", again)
        self.compare(
            f"check --read-data, {kind}", [self.us("check", "--read-data"), *self.them("check", "--read-data")]
        )
        target = self.scratch / "restored"
        words = ("restore", "latest", "--target", str(target))
        self.compare(
            f"restore, {kind}",
            [self.us(*words, prepare=aside(target)), *self.them(*words, prepare=aside(target)), limit],
        )

    def compare(self, work: str, contenders: list[Contender]) -> None:
        compare(work, contenders, pairs=self.pairs, size_bytes=self.size, files=self.files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--large-mb", type=int, default=1024)
    parser.add_argument("--small-files", type=int, default=50_000)
    parser.add_argument("--only", choices=("large", "small"))
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="phoneward-benchmark-") as name:
        scratch = Path(name)
        if arguments.only != "small":
            size, files = make_large(scratch / "large", arguments.large_mb)
            Bench(scratch, scratch / "large", size, files, arguments.pairs).run("large files")
        if arguments.only != "large":
            size, files = make_small(scratch / "small", arguments.small_files)
            Bench(scratch, scratch / "small", size, files, arguments.pairs).run("4 KB files")


if __name__ == "__main__":
    main()
