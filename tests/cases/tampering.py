"""Alters a sealed bag in one way, and says which file that is about."""

import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

ODD_FILES = ("fetch.txt", "data/extra", "data/originals/.DS_Store", "seals/0003/x", "x/y", "data/originals/CHAT.DB.bak")


@dataclass(frozen=True, slots=True)
class Hand:
    """Attributes: bag; path: of the chosen file; draw: a number up to the argument; keep: a place outside."""

    bag: Path
    path: str
    draw: Callable[[int], int]
    keep: Path

    @property
    def file(self) -> Path:
        return self.bag / self.path

    def write(self, after: bytes) -> str | None:
        """Write other content; None where it is the same."""
        if after == self.file.read_bytes():
            return None
        self.file.write_bytes(after)
        return self.path

    def rename(self, other: str) -> str | None:
        if other == self.path or (self.bag / other).exists():
            return None
        (self.bag / other).parent.mkdir(parents=True, exist_ok=True)
        self.file.rename(self.bag / other)
        return self.path

    def lines(self) -> list[bytes]:
        return self.file.read_bytes().splitlines(keepends=True)


def flip_a_bit(hand: Hand) -> str | None:
    data = bytearray(hand.file.read_bytes())
    if data:
        data[hand.draw(len(data) - 1)] ^= 1 << hand.draw(7)
    return hand.write(bytes(data))


def remove_a_byte(hand: Hand) -> str | None:
    data = bytearray(hand.file.read_bytes())
    if data:
        del data[hand.draw(len(data) - 1)]
    return hand.write(bytes(data))


def add_a_byte(hand: Hand) -> str | None:
    data = bytearray(hand.file.read_bytes())
    data.insert(hand.draw(len(data)), hand.draw(255))
    return hand.write(bytes(data))


def cut(hand: Hand) -> str | None:
    data = hand.file.read_bytes()
    return hand.write(data[: hand.draw(len(data))])


def remove_a_line(hand: Hand) -> str | None:
    lines = hand.lines()
    if lines:
        del lines[hand.draw(len(lines) - 1)]
    return hand.write(b"".join(lines))


def swap_lines(hand: Hand) -> str | None:
    lines = hand.lines()
    if len(lines) > 1:
        at = hand.draw(len(lines) - 2)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return hand.write(b"".join(lines))


def double_a_line(hand: Hand) -> str | None:
    lines = hand.lines()
    if lines:
        at = hand.draw(len(lines) - 1)
        lines.insert(at, lines[at])
    return hand.write(b"".join(lines))


def remove_a_file(hand: Hand) -> str:
    hand.file.unlink()
    return hand.path


def add_a_file(hand: Hand) -> str:
    path = ODD_FILES[hand.draw(len(ODD_FILES) - 1)]
    (hand.bag / path).parent.mkdir(parents=True, exist_ok=True)
    (hand.bag / path).write_bytes(b"x" * hand.draw(3))
    return path


def add_a_copy(hand: Hand) -> str:
    shutil.copy(hand.file, hand.bag / "data" / "copy")
    return "data/copy"


def add_a_folder(hand: Hand) -> str:
    (hand.bag / "data" / "empty").mkdir()
    return "data/empty"


def put_a_link(hand: Hand) -> str:
    shutil.move(hand.file, hand.keep)
    hand.file.symlink_to(hand.keep)
    return hand.path


def rename_capitals(hand: Hand) -> str | None:
    head, slash, name = hand.path.rpartition("/")
    return hand.rename(head + slash + name.swapcase())


WAYS: tuple[Callable[[Hand], str | None], ...] = (
    flip_a_bit,
    remove_a_byte,
    add_a_byte,
    cut,
    lambda hand: hand.write(hand.file.read_bytes() + b"\n" * (1 + hand.draw(2))),
    lambda hand: hand.write(hand.file.read_bytes()[::-1]),
    lambda hand: hand.write(hand.file.read_bytes().replace(b"\n", b"\r\n")),
    lambda hand: hand.write(hand.file.read_bytes().replace(b"\r\n", b"\n")),
    lambda hand: hand.write(hand.file.read_bytes().replace(b"  ", b" ")),
    lambda hand: hand.write(hand.file.read_bytes().replace(b" ", b"\t")),
    lambda hand: hand.write(b"\xef\xbb\xbf" + hand.file.read_bytes()),
    lambda hand: hand.write(hand.file.read_bytes().upper()),
    lambda hand: hand.write(b"".join(hand.lines()[::-1])),
    remove_a_line,
    swap_lines,
    double_a_line,
    remove_a_file,
    add_a_file,
    add_a_copy,
    add_a_folder,
    put_a_link,
    rename_capitals,
    lambda hand: hand.rename(unicodedata.normalize("NFD", hand.path)),
    lambda hand: hand.rename(f"data/originals/{hand.path.rpartition('/')[2]}"),
)


def files_of(bag: Path) -> list[str]:
    """Return the files of a bag, the same order each time."""
    return sorted(str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file())


def tamper(bag: Path, data: st.DataObject, keep: Path) -> str | None:
    """Alter a bag in one way; return which file it is about, None where nothing came of it.

    Args:
        bag: is altered.
        data: chooses the way.
        keep: a place outside the bag.
    """
    path = data.draw(st.sampled_from(files_of(bag)))
    way = WAYS[data.draw(st.integers(0, len(WAYS) - 1))]
    return way(Hand(bag, path, lambda most: data.draw(st.integers(0, most)), keep))
