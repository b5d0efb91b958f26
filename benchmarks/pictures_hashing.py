"""Hashing pictures: how much it costs beyond decoding them, and how it compares with Pillow and pdqhash.

    .venv/bin/python -m benchmarks.pictures_hashing [--pictures 24] [--rounds 3]

Screens of `tests/media/corpus` at 1080×2400, as PNG, WebP (quality 80) and JPEG (quality 85). For each picture, in
turn: decoding alone by the library that hashing uses, hashing (`print_of`: header, decoding, PDQ, quality, strip,
SHA-256), and Pillow's full decoding with `pdqhash`. Processor time, the least of the rounds, so that neighbours on the
machine count little; ratios are of the sums. Then all of them through two confined workers (`Looker`), against decoding
alone in two threads, on the clock. Last, 20,000 hashes against 50,000.
"""

import argparse
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pdqhash
import pyspng
import simplejpeg
from PIL import Image

from phoneward.media import Format
from phoneward.media.comparing import Looker, Pairs, Print, near, nearest, print_of
from phoneward.media.comparing.printing import LEAST_SIDE
from tests.media import corpus

SIZE = (1080, 2400)
OPTIONS = {Format.PNG: {}, Format.WEBP: {"quality": 80}, Format.JPEG: {"quality": 85}}
REPEATED = 6


def _jpeg(data: bytes) -> object:
    return simplejpeg.decode_jpeg(
        data, "GRAY", fastdct=True, fastupsample=True, min_width=LEAST_SIDE, min_height=LEAST_SIDE, strict=False
    )


DECODERS: dict[Format, Callable[[bytes], object]] = {
    Format.PNG: pyspng.load,
    Format.WEBP: lambda data: cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED),
    Format.JPEG: _jpeg,
}


def pillow_and_pdqhash(data: bytes) -> object:
    """Return what most programs would compute."""
    return pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def encoded(count: int, format_: Format) -> list[bytes]:
    """Return so many screens in a format."""
    found: list[bytes] = []
    for one in corpus.pictures():
        picture = Image.open(io.BytesIO(one.data)).convert("RGB")
        if one.is_screen and len(found) < count:
            out = io.BytesIO()
            (picture if picture.size == SIZE else picture.resize(SIZE)).save(out, format_.name, **OPTIONS[format_])
            found.append(out.getvalue())
    return found


def used(work: Callable[[bytes], object], data: bytes) -> float:
    """Return the processor time of one call in seconds."""
    begun = time.thread_time()
    work(data)
    return time.thread_time() - begun


def alone(name: str, pictures: list[bytes], rounds: int, decode: Callable[[bytes], object]) -> None:
    """Measure one thread and print it."""
    works = (decode, print_of, pillow_and_pdqhash)
    for work in works:
        work(pictures[0])
    least = np.array([[min(used(work, data) for _round in range(rounds)) for work in works] for data in pictures])
    decoding, hashing, peer = least.sum(axis=0) / len(pictures) * 1000
    print(
        f"{name}: {sum(map(len, pictures)) / len(pictures) / 1000:,.0f} kB each; decoding {decoding:.2f} ms, hashing "
        f"{hashing:.2f} ms ({1000 / hashing:.0f} a second), Pillow and pdqhash {peer:.1f} ms; "
        f"hashing reaches {decoding / hashing:.2f} of decoding and is {peer / hashing:.1f} times Pillow and pdqhash"
    )


def together(name: str, pictures: list[bytes], decode: Callable[[bytes], object], looker: Looker) -> None:
    """Measure two threads and two workers in turn and print it."""
    many = pictures * REPEATED

    def threads() -> None:
        with ThreadPoolExecutor(2) as pool:
            for _done in pool.map(decode, many):
                pass

    def workers() -> None:
        for _key, seen in looker.prints(enumerate(many)):
            assert isinstance(seen, Print)

    list(looker.prints(enumerate(many)))
    times = [(_clock(threads), _clock(workers)) for _round in range(3)]
    decoding, hashing = (min(part) / len(many) * 1000 for part in zip(*times, strict=True))
    print(
        f"{name}: two threads decode in {decoding:.2f} ms each, two confined workers hash in {hashing:.2f} ms "
        f"({1000 / hashing:.0f} a second): {np.median([first / second for first, second in times]):.2f} of decoding"
    )


def _clock(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def neighbours() -> None:
    """Measure 20,000 hashes against 50,000, a fifth of them of one template."""
    chance = np.random.default_rng(1)
    template = chance.integers(0, 256, (1, 32), np.uint8)

    def hashes(count: int) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
        family = np.packbits(chance.random((count // 5, 256)) < 0.08, axis=1) ^ template
        return np.vstack([chance.integers(0, 256, (count - len(family), 32), np.uint8), family])

    queries, gallery = hashes(20_000), hashes(50_000)
    works: list[tuple[str, Callable[[], Pairs]]] = [
        ("all within 31 bits, at most 20 each", lambda: near(queries, gallery, 31, most=20)),
        ("the 5 nearest of each", lambda: nearest(queries, gallery, 5)),
    ]
    for name, work in works:
        begun = time.process_time()
        found = work()
        print(f"20,000 against 50,000, {name}: {len(found):,} pairs in {time.process_time() - begun:.1f} s")


def peaks() -> str:
    """Return the most that each worker held at once (proc(5): VmHWM; shared libraries are counted in each)."""
    children = [pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]
    status = [Path(f"/proc/{pid}/status").read_text() for pid in children]
    return " and ".join(f"{int(one.split('VmHWM:')[1].split()[0]) / 1000:.0f} MB" for one in status)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    neighbours()
    made = {format_: encoded(given.pictures, format_) for format_ in OPTIONS}
    for format_, pictures in made.items():
        alone(format_.name, pictures, given.rounds, DECODERS[format_])
    with Looker() as looker:
        for format_, pictures in made.items():
            together(format_.name, pictures, DECODERS[format_], looker)
        print(f"the workers held at most {peaks()}")


if __name__ == "__main__":
    main()
