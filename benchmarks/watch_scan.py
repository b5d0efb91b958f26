"""A phone full of pictures is looked through for copies, then again after a day: time of both, and peak memory.

    .venv/bin/python -m benchmarks.watch_scan [--own 1000] [--kept 2000] [--others 10000]

The person's screenshots (PNG, 1080×2400, each other than every other) stand beside what apps keep: a thumbnail of each,
copies saved anew or made smaller, pictures of the apps' own, and files that hold none. The second snapshot has 1% more
of everything. Steps are processes of their own; the peak is the kernel's figure (ru_maxrss) of the process itself, the
workers that decode beside it.
"""

import argparse
import datetime as dt
import random
import tempfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.measuring import measured
from phoneward import watch
from phoneward.snapshots import Asking, list_snapshots
from phoneward.vault import (
    BlobType,
    BlobWriter,
    LocalStorage,
    Node,
    NodeType,
    Repository,
    Snapshot,
    encode_tree,
    init_repository,
    open_repository,
    save_snapshot,
)

DAY_NS = 86_400 * 10**9
START_NS = 1_700_000_000 * 10**9
PASSWORD = "benchmark"

Files = dict[str, tuple[bytes, int]]


def screen(seed: int, width: int = 1080, height: int = 2400) -> npt.NDArray[np.uint8]:
    """Return a screen with rows of text and boxes that no other is equal to."""
    chance = random.Random(seed)
    pixels = np.full((height, width, 3), chance.randrange(200, 256), np.uint8)
    colour = tuple(chance.randrange(30, 200) for _channel in range(3))
    cv2.rectangle(pixels, (0, 0), (width, chance.randrange(150, 400)), colour, -1)
    for row in range(18):
        top = 420 + 105 * row
        if chance.random() < 0.4:
            at = (chance.randrange(40, 700), top)
            end = (at[0] + chance.randrange(60, 300), top + 80)
            cv2.rectangle(pixels, at, end, tuple(chance.randrange(256) for _channel in range(3)), -1)
        text = f"{chance.randrange(10**9)} {chance.choice('ABCDEFGH') * chance.randrange(1, 9)}"
        cv2.putText(pixels, text, (40, top), cv2.FONT_HERSHEY_SIMPLEX, chance.uniform(1, 2), (20, 20, 20), 3)
    return pixels


def written(pixels: npt.NDArray[np.uint8], ending: str = ".png", width: int = 1080) -> bytes:
    """Return a picture's file."""
    if width != pixels.shape[1]:
        height = round(pixels.shape[0] * width / pixels.shape[1])
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, 80] if ending == ".jpg" else [cv2.IMWRITE_PNG_COMPRESSION, 3]
    return cv2.imencode(ending, pixels, options)[1].tobytes()


def phone(own: range, kept: range, others: range) -> Files:
    """Return a phone's files, each with its time."""
    files: Files = {}
    for number in own:
        pixels, time = screen(number), START_NS + number * 10**9
        files[f"shared/Pictures/Screenshots/Screenshot_{number:06}.png"] = written(pixels), time
        files[f"shared/Pictures/.thumbnails/{number}.jpg"] = written(pixels, ".jpg", 320), time
        if number % 10 == 0:
            place = f"shared/Android/data/com.example.app{number % 7}/cache/{number:x}.0"
            files[place] = written(pixels, ".jpg", 1080 if number % 20 else 540), time + 4 * 10**9
    for number in kept:
        place = f"shared/Android/data/com.example.app{number % 7}/files/{number:x}"
        files[place] = written(screen(10**6 + number), ".jpg", 720), START_NS
    chance = random.Random(others.start)
    for number in others:
        place = f"shared/Android/data/com.example.app{number % 7}/files/data/{number:x}.bin"
        files[place] = chance.randbytes(chance.randrange(200, 60_000)), START_NS
    return files


def put(repo: Repository, files: Files, day: int) -> None:
    """Store a snapshot."""
    root: dict[str, object] = {}
    for path, file in files.items():
        *folders, name = path.split("/")
        folder = root
        for one in folders:
            folder = folder.setdefault(one, {})  # type: ignore[assignment]
        folder[name] = file
    with repo.writer() as writer:
        tree = writer.put(BlobType.TREE, _tree(writer, root)).result()
    save_snapshot(
        repo,
        Snapshot(
            time_ns=START_NS + day * DAY_NS,
            tree=tree,
            paths=("/",),
            hostname="phone",
            tags=("phoneward", "device:phone"),
        ),
    )


def _tree(writer: BlobWriter, folder: dict[str, object]) -> bytes:
    nodes = []
    for name, what in folder.items():
        if isinstance(what, dict):
            subtree = writer.put(BlobType.TREE, _tree(writer, what)).result()
            nodes.append(Node(name=name.encode(), type=NodeType.DIR, subtree=subtree))
        elif isinstance(what, tuple):
            data, mtime_ns = what
            blob = writer.put(BlobType.DATA, data).result()
            nodes.append(
                Node(name=name.encode(), type=NodeType.FILE, size=len(data), mtime_ns=mtime_ns, content=(blob,))
            )
    return encode_tree(nodes)


def prepare(folder: str, own: int, kept: int, others: int) -> str:
    """Make the vault with both snapshots."""
    repo = init_repository(LocalStorage(Path(folder) / "vault"), PASSWORD)
    repo.load_index()
    files = phone(range(own), range(kept), range(others))
    put(repo, files, 0)
    more = {
        **phone(range(own, own + own // 100), range(kept, kept + kept // 100), range(others, others + others // 100)),
        **files,
    }
    put(repo, more, 1)
    return f"{len(files):,} files, {sum(len(data) for data, _time in files.values()) / 1e6:,.0f} MB"


def _look(folder: str, day: int) -> str:
    repo = open_repository(LocalStorage(Path(folder) / "vault"), PASSWORD)
    repo.load_index()
    every = list_snapshots(repo)
    asking = Asking(repo, every[day], every, dt.datetime.now(dt.UTC), Path(folder) / "cache")
    scanned = watch.scan(asking)
    left = len(watch.unexplained(scanned.copies))
    found = f"{len(scanned.copies):,} copies, {left:,} unexplained"
    return f"{scanned.own:,} own, {scanned.pictures:,} pictures of apps, {found}"


def first(folder: str) -> str:
    """Look through the first snapshot."""
    return _look(folder, 0)


def second(folder: str) -> str:
    """Look through the second, which has 1% more."""
    return _look(folder, 1)


def again(folder: str) -> str:
    """Look through the second once more: nothing is new."""
    return _look(folder, 1)


def kept(folder: str) -> str:
    """Ask for what was found, as the checkup does."""
    repo = open_repository(LocalStorage(Path(folder) / "vault"), PASSWORD)
    every = list_snapshots(repo)
    found = watch.kept_scan(Asking(repo, every[1], every, dt.datetime.now(dt.UTC), Path(folder) / "cache"))
    return "nothing" if found is None else f"{len(found.copies):,} copies"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--own", type=int, default=1_000)
    parser.add_argument("--kept", type=int, default=2_000)
    parser.add_argument("--others", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phoneward-bench-") as folder:
        print(measured(prepare, folder, asked.own, asked.kept, asked.others), flush=True)
        for step in (first, second, again, kept):
            print(measured(step, folder), flush=True)


if __name__ == "__main__":
    main()
