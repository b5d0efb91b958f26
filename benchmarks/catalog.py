"""A store's catalogue: time and memory, and how it scales from one process to two, and on Ray.

    .venv/bin/python -m benchmarks.catalog [--files 1000] [--mb 2] [--ray]

Candidates are of two sizes and several signers, made by Debian's aapt and apksigner and copied under names of their
own. The peer is `apksigner verify`, once for each file; the physical limit one SHA-256 over all of them by as many
threads as there are processes.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measuring import measured
from phoneward.updates import pushing
from tests.apk.making import FILES, key, make_apk


def make_store(place: Path, files: int, megabytes: int) -> int:
    """Fill a folder; returns bytes. A third are updates of the same signer, a third of another one, a third new."""
    place.mkdir(parents=True)
    rest = dict(FILES)
    filled = rest | {"assets/film": os.urandom(megabytes << 20)}
    for number in range(files):
        package = f"org.example.app{number // 3 % 12}"
        signer = key("second" if number % 3 == 2 else "first")
        made = make_apk(package, version_code=1 + number % 3, keys=(signer,), files=filled if number % 2 else rest)
        shutil.copyfile(made, place / f"{number:05}.apk")
    return sum(path.stat().st_size for path in place.iterdir())


def catalogue(place: Path, jobs: int | None) -> str:
    """Read and judge all of it with so many processes, or on Ray (None); says what was found."""
    counted = pushing.Catalog()
    with tempfile.TemporaryDirectory() as scratch, pushing.Journal(Path(scratch) / "history.jsonl") as journal:
        paths = pushing.files_in(place)
        runner = pushing.by_ray(None) if jobs is None else pushing.by_cores(jobs)
        begun = time.perf_counter()
        read = sum(1 for _record in pushing.read_files(paths, journal, runner))
        half = time.perf_counter()
        found = sum(1 for _problem in pushing.problems(paths, journal, counted))
        judged = time.perf_counter() - half
    how = "Ray" if jobs is None else f"{jobs} process{'es' * (jobs > 1)}"
    return f"{how}: {read} read in {half - begun:.1f} s, {found} problems judged in {judged:.2f} s"


def limit(place: Path, threads: int) -> str:
    """SHA-256 of all files."""

    def digest(path: Path) -> None:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(digest, sorted(place.iterdir())))
    return f"SHA-256 by {threads} threads: {time.perf_counter() - begun:.1f} s"


def apksigner(place: Path, files: int) -> str:
    """`apksigner verify` of the first files, as a command each."""
    begun = time.perf_counter()
    for path in sorted(place.iterdir())[:files]:
        subprocess.run(["apksigner", "verify", str(path)], capture_output=True, check=False)
    return f"apksigner verify: {(time.perf_counter() - begun) / files:.2f} s a file ({files} files)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--mb", type=int, default=2, help="of every second file")
    parser.add_argument("--ray", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "store"
        size = make_store(store, asked.files, asked.mb)
        print(f"{asked.files} APKs, {size / 1e6:.0f} MB")
        print(measured(limit, store, 2))
        for jobs in (1, 2):
            print(measured(catalogue, store, jobs))
        if asked.ray:
            print(measured(catalogue, store, None))
        print(measured(apksigner, store, 20))


if __name__ == "__main__":
    main()
