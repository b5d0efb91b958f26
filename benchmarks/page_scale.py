"""What the page needs of a vault of 1,000 snapshots and 1,000,000 files: how long each question takes, cold and warm.

    .venv/bin/python -m benchmarks.page_scale VAULT [--share 1.0] [--rebuild] [--no-peers] [--requests 200]

The vault is made once, in the folder VAULT with the password `bench` (four minutes, 2 GB), and used again when it is
there; the catalogue's cache is the folder VAULT-cache beside it. Prints JSON lines. *Cold* is a process of its own in
which nothing was asked yet, with the vault unlocked and its index loaded (both printed), the cache on the disk and in
the system's memory. *Warm* is the same process asked again and again with other arguments. `QUESTIONS` is what other
benchmarks (of the pages themselves) may ask of the same vault.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.page_vault import DEVICE, SECOND_DEVICE, Shape, add_day, make
from benchmarks.sidebyside import machine
from phoneward.snapshots import Catalogue, SnapshotInfo
from phoneward.snapshots.catalogue.book import load_manifest, names_key
from phoneward.snapshots.catalogue.kept import PURPOSE, Kept
from phoneward.vault import FileType, LocalStorage, Repository, SealedCache, open_repository
from tests.tools.restic import ALL_RESTICS, Restic, restic

PASSWORD = "bench"
CAMERA = b"/shared/DCIM/Camera"
COLD_RUNS = 20
PATIENCE_S = 900


@dataclass
class Asker:
    """A catalogue, and what may be asked about."""

    catalogue: Catalogue
    chance: random.Random

    def whole(self) -> list[SnapshotInfo]:
        """Return the phone's snapshots, newest first."""
        return [info for info in self.catalogue.snapshots().select(device=DEVICE) if not (info.partial or info.proof)]

    def home(self) -> None:
        """The home page: the newest snapshot of each phone with its coverage, and how far the catalogue is."""
        listed = self.catalogue.snapshots()
        for device in (DEVICE, SECOND_DEVICE):
            newest = listed.newest(device)
            assert newest is not None
            self.catalogue.coverage_summary(newest.snapshot)
        self.catalogue.state()

    def snapshot_list(self) -> None:
        """A page of the snapshots."""
        page = self.catalogue.snapshots().page(self.chance.randrange(1, 11), 100, device=DEVICE)
        assert page.total > 5

    def coverage_apps(self) -> None:
        """The apps of any snapshot."""
        info = self.chance.choice(self.whole())
        assert self.catalogue.coverage(info.snapshot).apps(1, 100).total == 300

    def coverage_gaps(self) -> None:
        """The newest snapshot's 50,000 gaps, filtered."""
        view = self.catalogue.coverage(self.whole()[0].snapshot)
        assert view.gaps(self.chance.randrange(1, 200), 200, text=f"app{self.chance.randrange(300):03}").total > 0

    def browse_large(self) -> None:
        """The camera's folder in the newest snapshot: 20,000 names."""
        page = self.catalogue.browse(self.whole()[0].snapshot, CAMERA, self.chance.randrange(1, 90)).page
        assert page.total > 100

    def browse_large_earlier(self) -> None:
        """The camera's folder in any snapshot: up to 20,000 names."""
        self.catalogue.browse(self.chance.choice(self.whole()).snapshot, CAMERA, self.chance.randrange(1, 3))

    def browse_any(self) -> None:
        """Any folder on the way to any file of any snapshot."""
        snapshot = self.chance.choice(self.whole()).snapshot
        path = b"/"
        while True:
            view = self.catalogue.browse(snapshot, path)
            below = [row.path for row in view.page.rows if row.type == "dir"]
            if not below or self.chance.random() < 0.15:
                return
            path = self.chance.choice(below)

    def search_common(self) -> None:
        """What 60,000 pictures match."""
        assert self.catalogue.search("jpg", self.chance.randrange(1, 100)).page.total

    def search_any(self) -> None:
        """Part of a hashed name: a few matches anywhere."""
        self.catalogue.search(f"{self.chance.randrange(1 << 16):04x}")

    def search_chinese(self) -> None:
        """Two Chinese characters, at times with a number."""
        word = self.chance.choice(["发票", "报告", "记录"])
        number = self.chance.choice(["", f"_{self.chance.randrange(10):05}"])
        assert self.catalogue.search(word + number).page.rows or number

    def search_pattern(self) -> None:
        """A pattern with stars."""
        self.catalogue.search(f"*{self.chance.randrange(2024, 2027)}*{self.chance.randrange(10, 13)}*.jpg")

    def search_nothing(self) -> None:
        """What nothing matches."""
        assert not self.catalogue.search(f"no such {self.chance.random()}").page.rows

    def versions(self) -> None:
        """All versions of a file that changes now and then."""
        depth, path = (
            self.chance.randrange(4),
            f"/shared/Android/data/com.example.app{self.chance.randrange(4):03}/files",
        )
        path += "".join(f"/level{number}" for number in range(depth + 1)) + "/state.db"
        assert self.catalogue.versions(path.encode(), device=DEVICE)

    def differences(self) -> None:
        """A page of the differences of two snapshots that were compared before."""
        whole = self.whole()
        for pair in ((1, 0), (30, 0)):
            self.catalogue.differences(whole[pair[0] % len(whole)].snapshot, whole[pair[1]].snapshot)


QUESTIONS: dict[str, Callable[[Asker], None]] = {
    name: getattr(Asker, name)
    for name in (
        "home", "snapshot_list", "coverage_apps", "coverage_gaps", "browse_large", "browse_large_earlier", "browse_any",
        "search_common", "search_any", "search_chinese", "search_pattern", "search_nothing", "versions", "differences",
    )
}  # fmt: skip


def beside(vault: Path, what: str) -> Path:
    """Return a folder beside the vault."""
    return vault.with_name(f"{vault.name}-{what}")


def say(**row: object) -> None:
    """Print a line."""
    print(json.dumps(row, ensure_ascii=False), flush=True)


def resident_mb() -> float:
    """Return the resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def in_child(work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Run in a process of its own that begins as this one is; return what it says and its peak memory."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def child() -> None:
        # The peak of a forked process begins with what its parent has in memory now.
        answer = work()
        theirs.send(answer | {"peak_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1)})

    process = context.Process(target=child)
    process.start()
    theirs.close()
    answer: dict[str, object] = ours.recv()
    process.join()
    return answer


class Taken(NamedTuple):
    """Seconds: by the clock, and of the processor."""

    wall: float
    cpu: float


def taken_in_child(work: Callable[[], object]) -> Taken:
    """Return what something takes in a process of its own."""
    answer = in_child(lambda: taken_by(work)._asdict())
    return Taken(float(str(answer["wall"])), float(str(answer["cpu"])))


def times(taken: Sequence[Taken]) -> dict[str, float]:
    """Return median, 95th percentile and largest, milliseconds; of the processor's time the first two.

    On a machine that others use too, the processor's time says what a quiet one would take.
    """
    wall, cpu = (sorted(column) for column in zip(*taken, strict=True))
    last = min(len(wall) - 1, int(len(wall) * 0.95))
    return {
        "p50_ms": round(statistics.median(wall) * 1e3, 1),
        "p95_ms": round(wall[last] * 1e3, 1),
        "max_ms": round(wall[-1] * 1e3, 1),
        "p50_cpu_ms": round(statistics.median(cpu) * 1e3, 1),
        "p95_cpu_ms": round(cpu[last] * 1e3, 1),
    }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds something takes."""
    return taken_by(work).wall


def taken_by(work: Callable[[], object]) -> Taken:
    """Return what something takes, all threads of this process together."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - start, time.process_time() - cpu)


def build(repo: Repository, cache: Path) -> dict[str, object]:
    """Build the catalogue, or what is missing of it, and say how long it took."""
    catalogue = Catalogue(repo, cache)
    seconds = timed(catalogue.build)
    state = catalogue.state()
    assert state.is_whole
    return {"seconds": round(seconds, 2), "names": state.names, "resident_MB": resident_mb()}


def folder_mb(folder: Path) -> float:
    """Return the size of all files below, MB."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)


def ask_cold(repo: Repository, cache: Path, name: str) -> dict[str, float]:
    """Ask one question in fresh processes."""
    found = []
    for number in range(COLD_RUNS):
        asker = Asker(Catalogue(repo, cache), random.Random(number))
        found.append(taken_in_child(partial(QUESTIONS[name], asker)))
    return times(found)


def ask_warm(repo: Repository, cache: Path, name: str, requests: int) -> dict[str, object]:
    """Ask one question many times in one process."""

    def work() -> dict[str, object]:
        asker = Asker(Catalogue(repo, cache), random.Random(99))
        QUESTIONS[name](asker)
        found = [taken_by(partial(QUESTIONS[name], asker)) for _request in range(requests)]
        return {**times(found), "resident_MB": resident_mb()}

    return in_child(work)


def ask_together(repo: Repository, cache: Path, requests: int) -> dict[str, object]:
    """Ask everything from four threads at once."""

    def work() -> dict[str, object]:
        catalogue = Catalogue(repo, cache)
        found: list[Taken] = []

        def one(seed: int) -> None:
            asker = Asker(catalogue, random.Random(seed))
            for _request in range(requests // 4):
                name = asker.chance.choice(list(QUESTIONS))
                found.append(taken_by(partial(QUESTIONS[name], asker)))

        threads = [threading.Thread(target=one, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {**times(found), "requests": len(found), "resident_MB": resident_mb()}

    return in_child(work)


def physical_limit(repo: Repository, cache: Path) -> dict[str, object]:
    """Say how long it takes to read and decrypt what a cold search reads, and to look at the decrypted bytes once."""
    manifest = load_manifest(Kept(cache, repo), "device\0" + DEVICE)
    assert manifest is not None
    keys = [names_key(digest) for digest in manifest.stacks if digest]
    sealed = SealedCache(cache, repo, purpose=PURPOSE)
    start = time.perf_counter()
    parts = [sealed.get(key) or b"" for key in keys]
    return {"seconds": round(time.perf_counter() - start, 4), "entries": len(keys), "MB": sum(map(len, parts)) / 1e6}


def peers(place: Path) -> None:
    """Ask restic the like."""
    judge = Restic(restic(ALL_RESTICS[-1]), place, PASSWORD, beside(place, "restic"))
    asked = [
        ("snapshots", "--json"),
        ("ls", "--json", "latest", CAMERA.decode()),
        ("find", "--json", "--snapshot", "latest", "--", "*发票*"),
        ("find", "--json", "--", "*发票_00001*"),
    ]
    for words in asked:
        try:
            seconds = [timed(partial(judge.attempt, "--no-lock", *words, timeout=PATIENCE_S)) for _again in range(2)]
            say(restic=" ".join(words), seconds=[round(some, 2) for some in seconds])
        except subprocess.TimeoutExpired:
            say(restic=" ".join(words), not_done_after_seconds=PATIENCE_S)


def main() -> None:
    """Make the vault where there is none, build, ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vault", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="size of a vault made anew, 1.0 is all of it")
    parser.add_argument("--rebuild", action="store_true", help="make the catalogue anew")
    parser.add_argument("--no-peers", action="store_true", help="do not run restic")
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    place: Path = asked.vault
    print(machine(), flush=True)
    if not (place / "config").exists():
        say(made_seconds=timed(lambda: make(place, PASSWORD, Shape.scaled(asked.share))))
    measure(place, rebuild=asked.rebuild, requests=asked.requests)
    if not asked.no_peers:
        peers(place)


def measure(place: Path, *, rebuild: bool, requests: int) -> None:
    """Build what is missing and ask every question."""
    cache = beside(place, "cache")
    start = time.perf_counter()
    repo = open_repository(LocalStorage(place), PASSWORD)
    unlocked = time.perf_counter()
    before = resident_mb()
    repo.load_index()
    say(unlock_s=round(unlocked - start, 2), index_s=round(time.perf_counter() - unlocked, 2), blobs=len(repo.index),
        unlocked_MB=before, with_index_MB=resident_mb())  # fmt: skip
    if rebuild or not cache.exists():
        shutil.rmtree(cache, ignore_errors=True)
        say(build="from nothing", **in_child(lambda: build(repo, cache)))
        added = add_day(repo)
        try:
            repo.load_index()
            say(build="one more snapshot", **in_child(lambda: build(repo, cache)))
        finally:
            repo.remove_unpacked(FileType.SNAPSHOT, added.id)  # type: ignore[arg-type]
    in_child(lambda: build(repo, cache))
    say(cache_MB=folder_mb(cache), load=os.getloadavg()[0])
    whole = Asker(Catalogue(repo, cache), random.Random(1)).whole()
    for days in (1, 30, 300):
        pair = whole[min(days, len(whole) - 1)].snapshot, whole[0].snapshot
        seconds = taken_in_child(partial(Catalogue(repo, cache).differences, *pair)).wall
        say(first_comparison_days=days, seconds=round(seconds, 2))
    say(limit="read and decrypt what a cold search needs", **physical_limit(repo, cache))
    for name in QUESTIONS:
        say(question=name, state="cold", **ask_cold(repo, cache, name))
        say(question=name, state="warm", **ask_warm(repo, cache, name, requests))
    say(question="all", state="four threads at once", **ask_together(repo, cache, requests))


if __name__ == "__main__":
    main()
