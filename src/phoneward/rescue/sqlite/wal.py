"""The write-ahead log beside a database: every version of every page in it (fileformat2.html, 4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.rescue.sqlite.header import SIZES
from phoneward.rescue.sqlite.pages import Bytes, Image

HEADER: Final = 32
FRAME: Final = 24
_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
"""The last bit says in which byte order sums are computed."""
_MASK: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes:
        number: from 1.
        page: whose version it is.
        at: where the page's bytes lie in the log.
        valid: whether it belongs to the log as it is now; an older round's otherwise.
        commit: whether a transaction ends with it.
        size: pages of the database after that transaction.
    """

    number: int
    page: int
    at: int
    valid: bool
    commit: bool
    size: int


@dataclass(frozen=True, slots=True)
class Log:
    """A write-ahead log.

    Attributes:
        page_size: in bytes.
        newest: page → where its newest committed version lies, and the number of its frame.
        frames: how many frames lie in the file.
        valid: number of the last frame of the log as it is now; those after it are left from older rounds.
        committed: number of the last committed frame; valid ones after it were never committed.
        size: pages of the database by the last commit; 0 where there is none.
    """

    page_size: int
    newest: dict[int, tuple[int, int]]
    frames: int
    valid: int
    committed: int
    size: int


def read_log(file: Bytes) -> Log | None:
    """Return what a log holds; None where it is empty or damaged at its head."""
    page_size = _page_size(file)
    if page_size == 0:
        return None
    newest: dict[int, tuple[int, int]] = {}
    waiting: dict[int, tuple[int, int]] = {}
    committed = size = number = valid = 0
    for frame in frames(file, page_size):
        number = frame.number
        if not frame.valid:
            continue
        valid = number
        waiting[frame.page] = (frame.at, frame.number)
        if frame.commit:
            newest |= waiting
            waiting = {}
            committed, size = frame.number, frame.size
    return Log(page_size, newest, number, valid, committed, size)


def _page_size(file: Bytes) -> int:
    head = file.at(0, HEADER)
    if len(head) < HEADER or int.from_bytes(head[:4], "big") not in _MAGIC:
        return 0
    size = int.from_bytes(head[8:12], "big")
    return size if size in SIZES else 0


def versions(file: Bytes, log: Log) -> Iterator[Image]:
    """Yield every version of every page in a log but those that are the database now, in order."""
    at, length = HEADER, FRAME + log.page_size
    for number in range(1, log.frames + 1):
        frame = file.at(at, length)
        page = int.from_bytes(frame[:4], "big")
        if page and len(frame) == length and log.newest.get(page, (0, 0))[1] != number:
            yield Image(page, frame[FRAME:], "wal", at + FRAME, number)
        at += length


def frames(file: Bytes, page_size: int) -> Iterator[Frame]:
    """Yield the frames of a log in order: those that are valid, then what older rounds left behind them."""
    head = file.at(0, HEADER)
    order = _MAGIC[int.from_bytes(head[:4], "big")]
    salts = head[16:24]
    sums = _add((0, 0), head[:24], order)
    is_valid = sums == struct.unpack(">II", head[24:32])
    at, number = HEADER, 0
    while True:
        frame = file.at(at, FRAME + page_size)
        if len(frame) < FRAME + page_size:
            return
        number += 1
        page, size = struct.unpack(">II", frame[:8])
        if is_valid:
            is_valid = frame[8:16] == salts and page > 0
        if is_valid:
            sums = _add(_add(sums, frame[:8], order), frame[FRAME:], order)
            is_valid = sums == struct.unpack(">II", frame[16:24])
        yield Frame(number, page, at + FRAME, is_valid, is_valid and size != 0, size)
        at += FRAME + page_size


def _add(sums: tuple[int, int], data: bytes, order: str) -> tuple[int, int]:
    """Return the sums after more bytes (4.2, "Checksum Algorithm")."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _MASK
        second = (second + two + first) & _MASK
    return first, second
