"""Compare two folders: which pictures of the one are copies of pictures of the other?"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from phoneward.errors import readable
from phoneward.media import Reason, Skipped, Verdict, find_pictures
from phoneward.media.comparing import Looker, Matcher, Print
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.watch.errors import FileLeftOutError, NoPictureInFolderError, NoSuchFolderError

LARGEST: Final = 128 << 20
"""Bytes; a larger file is left out, and named."""


class Place(NamedTuple):
    """Where a picture lies.

    Attributes:
        path: the file, below the folder as it was named.
        number: which picture of the file, counted from 0.
        inside: the way within the file; empty where the file is the picture.
    """

    path: str
    number: int
    inside: tuple[str, ...]

    def readable(self) -> str:
        """Return it for a person, outermost first."""
        return " › ".join(readable(part) for part in (self.path, *self.inside))


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMatch:
    """A picture among the suspects that is a copy of an original."""

    original: Place
    suspect: Place
    verdict: Verdict


OnLeftOut = Callable[[FileLeftOutError], None]


def compare_folders(
    originals: str, suspects: str, *, listener: Listener = silent, on_left_out: OnLeftOut
) -> Iterator[FolderMatch]:
    """Yield the copies, in the order of the suspects' paths.

    Any file is looked into, whatever its name; links are not followed. Pictures are decoded in confined workers.

    Args:
        originals: a folder with a person's pictures.
        suspects: the folder that is looked through.
        listener: told of the progress.
        on_left_out: told of what could not be looked at.

    Raises:
        NoSuchFolderError: one of them is no folder, or cannot be read.
        NoPictureInFolderError: one of them holds no picture.
    """
    for folder in (originals, suspects):
        if not os.path.isdir(folder):
            raise NoSuchFolderError(folder=folder)
    with Looker() as looker:
        look = _Look(looker, listener, on_left_out)
        known = list(look.prints(originals))
        if not known:
            raise NoPictureInFolderError(folder=originals)
        with Matcher(known, fetched, looker) as matcher:
            for match in matcher.match(look.prints(suspects)):
                yield FolderMatch(original=match.original, suspect=match.suspect, verdict=match.verdict)
        if not look.pictures:
            raise NoPictureInFolderError(folder=suspects)


class _Look:
    """Fingerprints of everything in a folder."""

    def __init__(self, looker: Looker, listener: Listener, on_left_out: OnLeftOut) -> None:
        self._looker = looker
        self._listener = listener
        self._on_left_out = on_left_out
        self._files = self._bytes = 0
        self.pictures = 0

    def prints(self, folder: str) -> Iterator[tuple[Place, Print]]:
        self._files = self._bytes = self.pictures = 0
        paths = list(_files(folder, self._on_left_out))
        self._listener(PhaseStarted("look-at-pictures", total_files=len(paths)))
        for place, seen in self._looker.prints(self._found(paths)):
            if not isinstance(seen, Skipped):
                self.pictures += 1
                yield place, seen
            elif seen.reason is not Reason.NOT_A_PICTURE:
                self._on_left_out(FileLeftOutError(path=place.path, reason=seen.reason))
        self._listener(PhaseDone("look-at-pictures", self._files, self._bytes))

    def _found(self, paths: list[str]) -> Iterator[tuple[Place, bytes]]:
        for path in paths:
            try:
                data = _read(path)
            except OSError as error:
                self._on_left_out(FileLeftOutError(path=path, reason=error.strerror or str(error)))
                continue
            self._files += 1
            self._bytes += len(data)
            self._listener(Advanced("look-at-pictures", self._files, self._bytes, os.fsencode(path)))
            for number, found in enumerate(find_pictures(data)):
                yield Place(path, number, found.via), found.data


def _files(folder: str, on_left_out: OnLeftOut) -> Iterator[str]:
    """Yield the regular files of a folder and its folders, by name."""

    def unreadable(error: OSError) -> None:
        on_left_out(FileLeftOutError(path=error.filename, reason=error.strerror or str(error)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)
            try:
                seen = os.lstat(path)
            except OSError as error:
                unreadable(error)
                continue
            if not stat.S_ISREG(seen.st_mode):
                continue
            if seen.st_size > LARGEST:
                on_left_out(FileLeftOutError(path=path, reason=Reason.TOO_LARGE))
                continue
            yield path


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def fetched(place: Place) -> bytes:
    """Return a picture's bytes again; empty where it is gone."""
    try:
        data = _read(place.path)
    except OSError:
        return b""
    for number, found in enumerate(find_pictures(data)):
        if number == place.number:
            return found.data
    return b""
