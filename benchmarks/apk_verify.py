"""How fast an APK's signatures are verified: beside the physical limit and beside `apksigner verify`.

    python -m benchmarks.apk_verify [--size 250] [--rounds 5] [--keep FOLDER]

The limit is SHA-256 over the same file, mapped into memory, in two threads. All take turns, round by round, so that a
busy machine slows all of them; the ratios are taken within a round, and their median is printed.
"""

import argparse
import hashlib
import mmap
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from phoneward.apk import open_apk
from phoneward.apk.signing.facts import SdkRange
from tests.apk.making import FILES, binary_manifest, key, make_apk, manifest_text, sign_apk

MEGABYTE = 10**6
PIECE = 1 << 20
NEWER, ALL = SdkRange(24), SdkRange(21)
"""Phones that go by v2 and v3; and those, besides, that go by v1."""


def make(place: Path, megabytes: int) -> Path:
    """An app of this size, of files of 5 MB that do not compress, signed by v1, v2 and v3."""
    unsigned, signed = place / "unsigned.apk", place / "app.apk"
    with zipfile.ZipFile(unsigned, "w") as archive:
        archive.writestr("AndroidManifest.xml", binary_manifest(manifest_text("org.example.large")))
        for number in range(megabytes // 5):
            method = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            content = os.urandom(2_500_000).hex().encode() if number % 2 else os.urandom(5 * MEGABYTE)
            archive.writestr(f"assets/{number}.bin", content, method)
    sign_apk(unsigned, signed, (key("first"),), schemes=("v1", "v2", "v3"))
    unsigned.unlink()
    return signed


def limit(apk: Path) -> None:
    """SHA-256 of every piece of the mapped file, in two threads."""
    with apk.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        starts = range(0, len(view), PIECE)

        def run(own: range) -> None:
            for start in own:
                hashlib.sha256(view[start : start + PIECE]).digest()

        other = threading.Thread(target=run, args=(starts[1::2],))
        other.start()
        run(starts[::2])
        other.join()
        view.release()


def ours(apk: Path, sdk: SdkRange) -> None:
    """Open and verify, in this process."""
    with open_apk(apk) as opened:
        found = opened.verify(sdk)
    if not found.is_verified:
        raise SystemExit(f"not verified: {[problem.code for problem in found.problems]}")


def our_command(apk: Path, sdk: SdkRange) -> None:
    """The same as a command."""
    program = [sys.executable, "-m", "phoneward", "update", "inspect", "--json", "--min-sdk", str(sdk.low), str(apk)]
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)


def apksigner(apk: Path, sdk: SdkRange) -> None:
    """The reference, as a command."""
    program = ["apksigner", "verify", "--min-sdk-version", str(sdk.low), str(apk)]
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def timed(work: Callable[[], None]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(apk: Path, rounds: int) -> None:
    """Let all take turns, and print medians and ratios."""
    works: dict[str, Callable[[], None]] = {
        "SHA-256, mapped, two threads": lambda: limit(apk),
        "v2 and v3, library": lambda: ours(apk, NEWER),
        "v2 and v3, command": lambda: our_command(apk, NEWER),
        "v2 and v3, apksigner": lambda: apksigner(apk, NEWER),
        "v1, v2 and v3, library": lambda: ours(apk, ALL),
        "v1, v2 and v3, command": lambda: our_command(apk, ALL),
        "v1, v2 and v3, apksigner": lambda: apksigner(apk, ALL),
    }
    took: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            took[name].append(timed(work))
    for name, seconds in took.items():
        print(f"{name:32} {statistics.median(seconds):7.2f} s", flush=True)

    def ratio(slow: str, fast: str) -> float:
        return statistics.median(a / b for a, b in zip(took[slow], took[fast], strict=True))

    first = next(iter(works))
    print(f"limit / v2 and v3, library:            {ratio(first, 'v2 and v3, library'):.2f} (goal 0.8)")
    for schemes, goal in (("v2 and v3", 4), ("v1, v2 and v3", 1.5)):
        for way in ("library", "command"):
            reached = ratio(f"{schemes}, apksigner", f"{schemes}, {way}")
            print(f"apksigner / {way}, {schemes}: {reached:.2f} (goal {goal})")


def small(repeats: int) -> None:
    """One small app after the other, the library warm."""
    for name, schemes, sdk in (("v2, v3", ("v2", "v3"), NEWER), ("v1, v2, v3", ("v1", "v2", "v3"), ALL)):
        apks = [make_apk(keys=(key(f"small {n}"),), schemes=schemes, min_sdk=sdk.low, files=FILES) for n in range(20)]
        for apk in apks:
            ours(apk, sdk)
        seconds = [timed(partial(ours, apk, sdk)) for _n in range(repeats) for apk in apks]
        said = f"median {statistics.median(seconds) * 1000:.2f} ms, worst {max(seconds) * 1000:.2f} ms"
        print(f"small APK, {name}: {said} (goal 5 ms)", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=250, help="MB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for the large file, made once")
    chosen = parser.parse_args()
    small(20)
    folder = chosen.keep or Path(tempfile.mkdtemp())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        apk = folder / "app.apk"
        compare(apk if apk.exists() else make(folder, chosen.size), chosen.rounds)
    finally:
        if not chosen.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
