"""Finds the files that messages name: a path that an app noted on a phone, looked for in the folders that are given.

A path may lie: it is never followed upwards, never out of a folder, and no link is taken.
"""

import bisect
import functools
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from phoneward.rescue.archive.message import Opener

_MOST_FILES: Final = 500_000
_MOST_PARTS: Final = 24
_COMMON: Final = re.compile(r"(?:[A-Za-z]{0,6}[-_ ]?\d{1,6}|image|photo|video|audio|file)\.\w{1,5}", re.ASCII)


class MediaFolders:
    """Folders in which attached files may lie.

    Args:
        roots: the folders, best first.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [(root, os.path.realpath(root)) for root in dict.fromkeys(roots)]

    def opener(self, noted: str) -> Opener | None:
        """Return what opens the file that was noted; None where there is none.

        Looked for by its whole path below each folder, then by ever less of its beginning (a phone's folders are not
        those of a computer), at last by its name alone where only one file bears it. A name that cameras give to
        different pictures again and again (`IMG_0001.JPG`) is never enough: it may be of somebody else's.
        """
        parts = [part for part in noted.replace("\\", "/").split("/") if part not in {"", ".", "~"}][-_MOST_PARTS:]
        if not parts or ".." in parts or any("\0" in part for part in parts):
            return None
        is_common = _COMMON.fullmatch(parts[-1]) is not None and len(parts) > 1
        for start in range(len(parts) - is_common):
            for root, real in self._roots:
                found = _file_below(root.joinpath(*parts[start:]), real)
                if found is not None:
                    return functools.partial(_open, found)
        by_name = None if is_common else self._by_name.get(parts[-1])
        return None if by_name is None else functools.partial(_open, by_name)

    def exact(self, relative: str) -> Opener | None:
        """Return what opens a file that lies exactly there below one of the folders; None where there is none."""
        for root, real in self._roots:
            found = _file_below(root / relative, real)
            if found is not None:
                return functools.partial(_open, found)
        return None

    def named(self, beginning: str) -> Opener | None:
        """Return what opens the only file whose name begins so; None where there is none, or more than one."""
        names = self._sorted_names
        place = bisect.bisect_left(names, beginning)
        found = [name for name in names[place : place + 2] if name.startswith(beginning)]
        return functools.partial(_open, self._by_name[found[0]]) if len(found) == 1 else None

    def with_content(self, sha256: str) -> Opener | None:
        """Return what opens the file with this content; all files are read for it, once."""
        path = self._by_content.get(sha256)
        return None if path is None else functools.partial(_open, path)

    @functools.cached_property
    def _sorted_names(self) -> list[str]:
        return sorted(self._by_name)

    @functools.cached_property
    def _by_content(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self._files():
            try:
                with open(path, "rb") as stream:
                    found.setdefault(hashlib.file_digest(stream, "sha256").hexdigest(), path)
            except OSError:  # it is missing, and named where it was sent
                continue
        return found

    @functools.cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        several: set[str] = set()
        for path in self._files():
            name = os.path.basename(path)
            if name in found and found[name] != path:
                several.add(name)
            found.setdefault(name, path)
        for name in several:
            del found[name]
        return found

    def _files(self) -> Iterator[str]:
        count = 0
        for _root, real in self._roots:
            for parent, _folders, names in os.walk(real):
                for name in names:
                    count += 1
                    if count > _MOST_FILES:
                        return
                    path = os.path.join(parent, name)
                    if stat.S_ISREG(os.lstat(path).st_mode):
                        yield path


def _file_below(path: Path, real_root: str) -> str | None:
    try:
        real = os.path.realpath(path, strict=True)
        if os.path.commonpath((real, real_root)) != real_root or not stat.S_ISREG(os.lstat(real).st_mode):
            return None
    except (OSError, ValueError):
        return None
    return real


def _open(path: str) -> BinaryIO:
    return open(path, "rb")
