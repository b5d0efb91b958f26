"""An independent look at two folders: names as bytes, contents byte by byte, times. Shares no code with restore."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from phoneward.texts import N_

MISSING = N_("missing")
ONLY_RESTORED = N_("not on the phone")
OTHER_KIND = N_("of another kind")
OTHER_CONTENT = N_("with other content")
OTHER_TIME = N_("with another time")

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing two folders found.

    Attributes:
        files: how many files were the same, byte by byte.
        bytes_same: their bytes.
        differences: paths, each with one of the words above, translated when shown; empty when the folders hold
            the same.
    """

    files: int
    bytes_same: int
    differences: tuple[tuple[bytes, str], ...]

    @property
    def same(self) -> bool:
        """Whether every file was found with the same bytes and time, and nothing else."""
        return not self.differences and self.files > 0


def compare(original: bytes, restored: bytes) -> Comparison:
    """Compare every file and folder of two trees."""
    differences: list[tuple[bytes, str]] = []
    files = same_bytes = 0
    left, right = dict(_walk(original)), dict(_walk(restored))
    for path in sorted(left.keys() | right.keys()):
        if path not in right or path not in left:
            differences.append((path, MISSING if path not in right else ONLY_RESTORED))
            continue
        ours, theirs = left[path], right[path]
        if stat.S_IFMT(ours.st_mode) != stat.S_IFMT(theirs.st_mode):
            differences.append((path, OTHER_KIND))
        elif stat.S_ISREG(ours.st_mode):
            difference = _difference(original, restored, path, ours, theirs)
            if difference:
                differences.append((path, difference))
            else:
                files += 1
                same_bytes += ours.st_size
    return Comparison(files, same_bytes, tuple(differences))


def _difference(original: bytes, restored: bytes, path: bytes, ours: os.stat_result, theirs: os.stat_result) -> str:
    if ours.st_size != theirs.st_size or not _same_content(os.path.join(original, path), os.path.join(restored, path)):
        return OTHER_CONTENT
    # Windows keeps times in steps of 100 ns.
    return OTHER_TIME if abs(ours.st_mtime_ns - theirs.st_mtime_ns) >= 100 else ""


def _same_content(left: bytes, right: bytes) -> bool:
    with open(left, "rb") as ours, open(right, "rb") as theirs:
        while True:
            piece = ours.read(_PIECE)
            if piece != theirs.read(_PIECE):
                return False
            if not piece:
                return True


def _walk(root: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            full = os.path.join(folder, name)
            yield os.path.relpath(full, root), os.lstat(full)
