"""Reads a custody log that may have been altered: every line that is wrong is named, and reading goes on; bounded."""

import hashlib
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from phoneward.cases.bag import MAX_ENTRIES, MAX_NAMES, MAX_PATH
from phoneward.cases.custody import LOG, MAX_LINE, START, Action, Line, decode_line, hash_line
from phoneward.texts import N_, Words, words

MAX_SEALS: Final = 9999
MAX_ODD: Final = 50
"""Wrong lines after which no more are read."""

FACTS: Final = "data/case.json"


@dataclass(frozen=True, slots=True)
class Brought:
    """What the log says of a file: its SHA-256 (hexadecimal), its size, and the line that brought it."""

    sha256: str
    size: int
    line: int


@dataclass(frozen=True, slots=True)
class SealLine:
    """A line that announces a seal.

    Attributes:
        number: of the seal.
        line: its number.
        time: by the computer's clock, ISO 8601.
        authority: whom a time stamp was asked of; empty where nobody was.
        is_open_stamped: OpenTimestamps were asked as well.
        prefix: SHA-256 of the log up to and with this line: what that seal covers of it.
    """

    number: int
    line: int
    time: str
    authority: str
    is_open_stamped: bool
    prefix: str


@dataclass(slots=True)
class LogSeen:
    """What a log says.

    Attributes:
        lines: how many.
        head: hash of the last one.
        files: what it says of each file, by path.
        seals: in their order.
        problems: what is wrong with it.
        sha256: of the whole; None where it was not read to its end.
    """

    lines: int = 0
    head: str = START
    files: dict[str, Brought] = field(default_factory=dict)
    seals: list[SealLine] = field(default_factory=list)
    problems: list[Words] = field(default_factory=list)
    sha256: str | None = None


def read_log(stream: BinaryIO) -> LogSeen:
    """Return what a log says.

    Raises:
        OSError: it cannot be read.
    """
    seen = LogSeen()
    whole, size = hashlib.sha256(), 0
    while data := stream.readline(MAX_LINE + 1):
        seen.lines += 1
        whole.update(data)
        size += len(data)
        _look_at(seen, data, whole)
        seen.head = hash_line(data)
        if len(seen.problems) >= MAX_ODD or size > MAX_NAMES or len(seen.files) > MAX_ENTRIES:
            seen.problems.append(
                words(N_("{path}: not read any further than line {number}."), path=LOG, number=str(seen.lines))
            )
            return seen
    seen.sha256 = whole.hexdigest()
    return seen


def _look_at(seen: LogSeen, data: bytes, whole: "hashlib._Hash") -> None:
    number = str(seen.lines)
    try:
        line = decode_line(data)
    except ValueError as error:
        pattern = N_("{path}, line {number}: it cannot be understood ({detail}).")
        seen.problems.append(words(pattern, path=LOG, number=number, detail=str(error)))
        return
    if line.seq != seen.lines or line.previous != seen.head:
        pattern = N_(
            "{path}, line {number}: it does not follow from the line before. One of the two was changed, or lines were "
            "added, removed or moved there."
        )
        seen.problems.append(words(pattern, path=LOG, number=number))
    if line.action is Action.SEAL:
        _note_seal(seen, line, whole)
    for filed in line.files:
        is_new = filed.path not in seen.files or filed.path == FACTS
        if not is_new or not filed.path.startswith("data/") or len(filed.path) > MAX_PATH:
            pattern = N_("{path}, line {number}: it brings a file that cannot come there or then.")
            seen.problems.append(words(pattern, path=LOG, number=number))
        seen.files[filed.path] = Brought(filed.sha256, filed.size, seen.lines)


def _note_seal(seen: LogSeen, line: Line, whole: "hashlib._Hash") -> None:
    if line.seal != len(seen.seals) + 1 or line.seal > MAX_SEALS:
        pattern = N_("{path}, line {number}: it announces a seal whose number is not the next.")
        seen.problems.append(words(pattern, path=LOG, number=str(seen.lines)))
        return
    seen.seals.append(
        SealLine(line.seal, seen.lines, line.time, line.authority, line.open_stamped, whole.copy().hexdigest())
    )
