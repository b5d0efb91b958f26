"""A sealed case as zip files that are no larger than a portal takes, the same byte for byte each time.

Nothing is compressed and all times are 1980, so that two exports of one case are equal, whatever made them; the times
are in the custody log. Unpacked into one folder, the parts are the bag again. A file that is larger than a part is cut;
the list of parts says how its pieces are put together.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from phoneward.cases.tree import PIECE

MIN_PART: Final = 100_000
"""Bytes: the smallest that a part may be told to be."""
_END: Final = 22
_ENTRY: Final = 30 + 46 + 40
"""Bytes of a zip's headers for one file, beside its name twice; with room for 64-bit sizes."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes of a file that lie in a part.

    Attributes:
        path: of the file in the bag.
        start, size: in bytes.
        piece: number of the piece, 0 for a file that is not cut.
    """

    path: str
    start: int
    size: int
    piece: int = 0

    @property
    def name(self) -> str:
        """The name in the zip."""
        return f"{self.path}.part-{self.piece:03}" if self.piece else self.path

    @property
    def cost(self) -> int:
        """Bytes that it takes in a zip."""
        return _ENTRY + 2 * len(self.name.encode()) + self.size


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was written: its name, size in bytes, SHA-256 (hexadecimal)."""

    name: str
    size: int
    sha256: str


def total_size(files: Iterable[tuple[str, int]]) -> int:
    """Return the bytes of one zip of files, given as path and size."""
    return _END + sum(Slice(path, 0, size).cost for path, size in files)


def divide(files: Sequence[tuple[str, int]], most: int | None) -> list[list[Slice]]:
    """Return what goes into each part, in the order of the files.

    Args:
        files: path and size of each.
        most: bytes that a part may have, at least `MIN_PART`; None for one part.
    """
    parts: list[list[Slice]] = [[]]
    room = free = (most - _END) if most is not None else 0
    for path, size in files:
        for one in [Slice(path, 0, size)] if most is None else _cut(path, size, room):
            if most is not None and one.cost > free and parts[-1]:
                parts.append([])
                free = room
            parts[-1].append(one)
            free -= one.cost
    return parts


def _cut(path: str, size: int, room: int) -> Iterator[Slice]:
    if Slice(path, 0, size).cost <= room:
        yield Slice(path, 0, size)
        return
    step = room - Slice(path, 0, 0, 1).cost
    for number, start in enumerate(range(0, size, step), 1):
        yield Slice(path, start, min(step, size - start), number)


def write_zip(place: Path, bag: Path, slices: Iterable[Slice]) -> Part:
    """Write one part.

    Raises:
        OSError: it cannot be written, or a file cannot be read any more.
    """
    with zipfile.ZipFile(place, "x", zipfile.ZIP_STORED) as packed:
        for one in slices:
            entry = zipfile.ZipInfo(one.name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.file_size = one.size
            with packed.open(entry, "w") as stream, (bag / one.path).open("rb") as source:
                source.seek(one.start)
                _copy(source, stream, one.size)
    return part_of(place)


def part_of(place: Path) -> Part:
    """Return what a file that was written is."""
    with place.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return Part(place.name, place.stat().st_size, sha256)


def _copy(source: BinaryIO, stream: "zipfile._WriteZipFile | BinaryIO", size: int) -> None:  # type: ignore[name-defined]
    while size and (piece := source.read(min(PIECE, size))):
        stream.write(piece)
        size -= len(piece)
    if size:
        raise OSError("a file became shorter")
