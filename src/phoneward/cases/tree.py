"""What lies in a folder, seen without following any link and without opening anything; bounded."""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.cases.bag import MAX_ENTRIES, MAX_NAMES
from phoneward.errors import readable
from phoneward.texts import N_, Words, words

PIECE: Final = 1 << 20


@dataclass(slots=True)
class Tree:
    """What was seen.

    Attributes:
        files: size in bytes of each ordinary file, by its path from the folder, with `/`.
        folders: each folder, but the first.
        problems: what is neither, or could not be looked at.
    """

    files: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    problems: list[Words] = field(default_factory=list)


def walk(top: Path) -> Tree:
    """Look at all that lies in a folder."""
    tree = Tree()
    waiting = [""]
    seen = size = 0
    while waiting:
        below = waiting.pop()
        try:
            with os.scandir(top / below if below else top) as entries:
                for entry in entries:
                    path = f"{below}/{entry.name}" if below else entry.name
                    seen, size = seen + 1, size + len(path)
                    if seen > MAX_ENTRIES or size > MAX_NAMES:
                        pattern = N_("There are more files than are looked at: {most} were seen.")
                        tree.problems.append(words(pattern, most=f"{seen:,}"))
                        return tree
                    _note(tree, waiting, path, entry)
        except OSError as error:
            tree.problems.append(unreadable(below or ".", error))
    return tree


def _note(tree: Tree, waiting: list[str], path: str, entry: "os.DirEntry[str]") -> None:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError as error:
        tree.problems.append(unreadable(path, error))
        return
    is_junction = getattr(found, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
    if stat.S_ISDIR(found.st_mode) and not is_junction:
        tree.folders.add(path)
        waiting.append(path)
    elif stat.S_ISREG(found.st_mode):
        tree.files[path] = found.st_size
    else:
        tree.problems.append(words(N_("{path} is a link or no ordinary file."), path=readable(path)))


def hash_file(path: Path, size: int, advance: Callable[[int], None] = lambda _count: None) -> str | None:
    """Return the SHA-256 (hexadecimal) of an ordinary file; None where it does not have this size (any more).

    Raises:
        OSError: it cannot be read, or is a link.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    digest, left = hashlib.sha256(), size
    with open(os.open(path, flags), "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return None
        while piece := stream.read(PIECE):
            left -= len(piece)
            if left < 0:
                return None
            digest.update(piece)
            advance(len(piece))
    return None if left else digest.hexdigest()


def unreadable(path: str, error: OSError) -> Words:
    """Return the sentence for what cannot be read."""
    detail = readable(error.strerror or str(error))
    return words(N_("{path} cannot be read ({detail})."), path=readable(path), detail=detail)
