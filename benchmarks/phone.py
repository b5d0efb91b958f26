"""A whole backup over adb beside the link itself: paced large and medium files, small files unpaced, nothing changed.

    .venv/bin/python -m benchmarks.phone [--pairs 5] [--only large medium small unchanged] [--rates 40 150]

Needs root (namespaces of the test phone). Every run is a process of its own, from its start to its end; the vault is
made anew before each first backup. Peers, by work:

- large, medium: `raw`, the same bytes as one file through `adb exec-out cat`, to nowhere: the link's limit;
- small: `adb pull` and then `restic backup` of what was pulled;
- nothing changed: the phone listing itself with names, sizes and times, in ways its own tools have.

The phone, adb's server and the proxy that paces the link share this machine's processors with the backup.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.adb_transfer import ROOT, fill
from benchmarks.sidebyside import Contender, compare, machine, once
from tests.phone.testphone import TestPhone
from tests.tools.restic import ALL_RESTICS, restic

MB = 1_000_000
PASSWORD = "benchmark"
LISTINGS = {
    "find, xargs stat": f"find {ROOT} -print0 | xargs -0 stat -c '%f %s %Y %n' >/dev/null",
    "find -printf": f"find {ROOT} -printf '%m %s %T@ %p' >/dev/null",
    "ls -lR": f"ls -lR {ROOT} >/dev/null",
}


class Bench:
    """One test phone and one vault."""

    def __init__(self, scratch: Path, phone: TestPhone, pairs: int) -> None:
        self.scratch, self.phone, self.pairs = scratch, phone, pairs
        self.vault = scratch / "vault"
        self.adb = shutil.which("adb", path=phone.adb_env["PATH"]) or "adb"
        self.env = {
            **phone.adb_env,
            "PHONEWARD_REPOSITORY": str(self.vault),
            "PHONEWARD_PASSWORD": PASSWORD,
            "PHONEWARD_STATE_DIR": str(scratch / "state"),
            "PHONEWARD_CACHE_DIR": str(scratch / "cache"),
        }

    def ours(self, *, fresh: bool) -> Contender:
        words = [sys.executable, "-m", "phoneward", "backup", "--adb", self.phone.serial]
        return Contender("phoneward", words, self.new_vault if fresh else lambda: None, self.env)

    def new_vault(self) -> None:
        for folder in (self.vault, self.scratch / "state"):
            shutil.rmtree(folder, ignore_errors=True)
        once(Contender("init", [sys.executable, "-m", "phoneward", "init"], env=self.env))

    def on_phone(self, name: str, script: str) -> Contender:
        return Contender(name, [self.adb, "-s", self.phone.serial, "exec-out", script], env=self.env)

    def fill(self, count: int, size: int) -> None:
        shutil.rmtree(self.phone.storage / "bench", ignore_errors=True)
        fill(self.phone.storage / "bench", count, size)

    def paced(self, work: str, count: int, size: int, rates: list[int]) -> None:
        """Compare with the same number of bytes in one file, which no snapshot contains."""
        self.fill(count, size)
        raw = self.phone.root / "data/local/tmp/raw"
        with raw.open("wb") as file:
            for path in sorted((self.phone.storage / "bench").rglob("*.jpg")):
                with path.open("rb") as source:
                    shutil.copyfileobj(source, file, 1 << 20)
        raw.chmod(0o644)
        for rate in rates:
            self.phone.proxy.pace("down", rate * MB)
            contenders = [self.ours(fresh=True), self.on_phone("raw", "cat /data/local/tmp/raw")]
            self.compare(f"{work}, {rate} MB/s", contenders, count, size)
        self.phone.proxy.pace("down", 0)
        raw.unlink()

    def small(self, count: int, size: int) -> None:
        self.fill(count, size)
        pulled, theirs = self.scratch / "pulled", self.scratch / "restic"
        env = {
            **self.env,
            "RESTIC_REPOSITORY": str(theirs),
            "RESTIC_PASSWORD": PASSWORD,
            "RESTIC_CACHE_DIR": str(self.scratch / "restic-cache"),
        }
        program = restic(ALL_RESTICS[-1])

        def fresh() -> None:
            for folder in (pulled, theirs):
                shutil.rmtree(folder, ignore_errors=True)
            once(Contender("restic", [program, "init"], env=env))

        script = f"'{self.adb}' -s {self.phone.serial} pull {ROOT} '{pulled}' && '{program}' backup '{pulled}'"
        pull = Contender("adb pull + restic", ["sh", "-c", script], fresh, env)
        work = f"{count} files of {size} bytes, unpaced"
        self.compare(work, [self.ours(fresh=True)], count, size)
        # Minutes a run: once, beside one of ours.
        compare(
            f"{work}, beside adb pull", [self.ours(fresh=True), pull], pairs=1, size_bytes=count * size, files=count
        )

    def unchanged(self, count: int) -> None:
        self.fill(count, 1)
        self.new_vault()
        once(self.ours(fresh=False))
        contenders = [self.ours(fresh=False), *(self.on_phone(name, script) for name, script in LISTINGS.items())]
        self.compare(f"nothing changed, {count} files", contenders, count, 1)

    def compare(self, work: str, contenders: list[Contender], count: int, size: int) -> None:
        compare(work, contenders, pairs=self.pairs, size_bytes=count * size, files=count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--adb", default="29")
    parser.add_argument("--rates", type=int, nargs="+", default=[40, 150], metavar="MB/s")
    parser.add_argument("--large-mb", type=int, default=2000)
    parser.add_argument("--medium", type=int, default=50_000)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--unchanged", type=int, default=200_000)
    parser.add_argument("--only", nargs="+", default=["large", "medium", "small", "unchanged"])
    chosen = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="phoneward-benchmark-") as name:
        scratch = Path(name)
        with TestPhone(scratch / "phone", adb=chosen.adb) as phone:
            bench = Bench(scratch, phone, chosen.pairs)
            works = {
                "large": lambda: bench.paced("one large file", 1, chosen.large_mb * MB, chosen.rates),
                "medium": lambda: bench.paced(f"{chosen.medium} files of 40 KB", chosen.medium, 40_000, chosen.rates),
                "small": lambda: bench.small(chosen.small, 4_000),
                "unchanged": lambda: bench.unchanged(chosen.unchanged),
            }
            for word in chosen.only:
                works[word]()


if __name__ == "__main__":
    main()
