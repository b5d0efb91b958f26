"""Ways to list a phone and to fetch its files over adb, side by side on the test phone (docs/decisions/0004).

    .venv/bin/python -m benchmarks.adb_transfer [--pairs 5] [--adb 29|34] [--pull] [--small 20000] …

Needs root (namespaces of the test phone). Every run is a process of its own, from its start to its end. The test
phone's cable is the fault proxy, unpaced. `adb pull` (minutes) writes to disk, the others count bytes.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.sidebyside import Contender, compare, machine
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.shell import quote
from phoneward.phones.base import Entry, FileKind
from tests.phone.testphone import TestPhone

ROOT = "/storage/emulated/0"


def files_below(phone: AdbPhone, root: bytes) -> Iterator[bytes]:
    for item in phone.list(root, precise=False):
        if isinstance(item, Entry) and item.kind is FileKind.FILE:
            yield item.path


def pipelined_sync(phone: AdbPhone, root: bytes) -> int:
    return sum(len(piece) for stream in phone.read(list(files_below(phone, root))) for piece in stream)


def tar_stream(phone: AdbPhone, root: bytes) -> int:
    stream = phone.shell.start(b"tar -c -T - --null 2>/dev/null")
    stream.send(b"".join(path + b"\0" for path in files_below(phone, root)))
    stream.end_input()
    return sum(map(len, stream.output()))


def second_half(phone: AdbPhone, root: bytes) -> int:
    """Of every file, as after a cut in the middle (the table's MB/s counts whole files)."""
    files = [item for item in phone.list(root, precise=False) if isinstance(item, Entry) and item.kind is FileKind.FILE]
    return sum(len(piece) for file in files for piece in phone.read_from(file.path, file.size // 2))


def list_quickly(phone: AdbPhone, root: bytes) -> int:
    return sum(1 for _ in phone.list(root, precise=False))


def list_exactly(phone: AdbPhone, root: bytes) -> int:
    return sum(1 for _ in phone.list(root))


def stat_all(phone: AdbPhone, root: bytes) -> int:
    return sum(1 for _ in phone.stat(files_below(phone, root)))


def command(text: bytes) -> Callable[[AdbPhone, bytes], int]:
    """A listing that the phone makes and nobody parses."""

    def run(phone: AdbPhone, root: bytes) -> int:
        stream = phone.shell.start(text.replace(b"ROOT", quote(root)))
        stream.end_input()
        return sum(map(len, stream.output()))

    return run


FIND_STAT = b"find ROOT -print0 | xargs -0 stat -c 'word|%f|%s|%y|%z|%N|word'"
TRANSFERS = {"pipelined sync (ours)": pipelined_sync, "tar stream": tar_stream}
RESTS = {"whole file (ours)": pipelined_sync, "second half (ours)": second_half}
LISTINGS = {
    "list, seconds (ours)": list_quickly,
    "list, exact (ours)": list_exactly,
    "stat of every file (ours)": stat_all,
    "phone: find | xargs stat | cat": command(FIND_STAT + b" | cat"),
    "phone: find | xargs stat": command(FIND_STAT),
    "phone: find -printf | cat": command(rb"find ROOT -printf '%m %M %s %T@ %p\0' | cat"),
    "phone: find -print0 | cat": command(b"find ROOT -print0 | cat"),
}


def fill(folder: Path, count: int, size: int) -> None:
    chance = random.Random(count)
    for number in range(count):
        if number % 500 == 0:
            (folder / f"album-{number // 500:04}").mkdir(parents=True)
        with (folder / f"album-{number // 500:04}" / f"IMG_{number:07}.jpg").open("wb") as file:
            for start in range(0, size, 1 << 20):
                file.write(chance.randbytes(min(1 << 20, size - start)))


def measure(
    phone: TestPhone, work: str, *, count: int, size: int, pairs: int, ways: list[str], with_pull: bool
) -> None:
    folder = phone.storage / "bench"
    fill(folder, count, size)
    pulled = phone.folder / "pulled"
    contenders = [
        Contender(way, [sys.executable, "-m", "benchmarks.adb_transfer", "--run", way, phone.serial], env=phone.adb_env)
        for way in ways
    ]
    if with_pull and ways[0] in TRANSFERS:
        adb = shutil.which("adb", path=phone.adb_env["PATH"]) or "adb"
        pull: list[str | Path] = [adb, "-s", phone.serial, "pull", f"{ROOT}/bench", pulled]
        contenders.append(
            Contender("adb pull", pull, lambda: shutil.rmtree(pulled, ignore_errors=True), env=phone.adb_env)
        )
    compare(work, contenders, pairs=pairs, size_bytes=count * size, files=count)
    shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--adb", default="29")
    parser.add_argument("--pull", action="store_true", help="time `adb pull` too")
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--medium", type=int, default=10_000)
    parser.add_argument("--large-mb", type=int, default=500)
    parser.add_argument("--listed", type=int, default=50_000)
    parser.add_argument("--run", nargs=2, metavar=("WAY", "SERIAL"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        way, serial = chosen.run
        with AdbPhone(serial) as opened:
            (TRANSFERS | RESTS | LISTINGS)[way](opened, os.fsencode(f"{ROOT}/bench"))
        return
    print(machine())
    with tempfile.TemporaryDirectory() as scratch, TestPhone(Path(scratch), adb=chosen.adb) as phone:
        for work, count, size in (
            (f"{chosen.small} files of 4 KB", chosen.small, 4096),
            (f"{chosen.medium} files of 40 KB", chosen.medium, 40_960),
            (f"one file of {chosen.large_mb} MB", 1, chosen.large_mb << 20),
        ):
            measure(
                phone, work, count=count, size=size, pairs=chosen.pairs, ways=list(TRANSFERS), with_pull=chosen.pull
            )
        work = f"the rest of one file of {chosen.large_mb} MB, by tail"
        measure(phone, work, count=1, size=chosen.large_mb << 20, pairs=chosen.pairs, ways=list(RESTS), with_pull=False)
        shutil.copy2(shutil.which("dd") or "dd", phone.root / "system/bin/dd")  # Android's toybox has it, Debian's not
        work = f"the rest of one file of {chosen.large_mb} MB, by dd"
        measure(phone, work, count=1, size=chosen.large_mb << 20, pairs=chosen.pairs, ways=list(RESTS), with_pull=False)
        work = f"list {chosen.listed} files"
        measure(phone, work, count=chosen.listed, size=1, pairs=chosen.pairs, ways=list(LISTINGS), with_pull=False)


if __name__ == "__main__":
    main()
