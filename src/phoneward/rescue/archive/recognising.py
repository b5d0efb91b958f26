"""Finds out what sources are, by what is in them: names and endings are only believed where content says nothing."""

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.rescue.archive.errors import LockedSourceError, NoMessagesHereError, SourceGoneError
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.sources.database import MAGIC, opened
from phoneward.rescue.archive.sources.reading import Reader
from phoneward.rescue.archive.sources.sms_xml import SmsXml
from phoneward.rescue.archive.sources.whatsapp import WhatsApp

_HEAD: Final = 4096
_MOST_FILES: Final = 50_000
"""Files of a folder whose beginnings are looked at."""
_LOCKED_ENDINGS: Final = (".crypt", ".crypt8", ".crypt12", ".crypt14", ".crypt15", ".backup", ".enc")


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    head: bytes


def readers_of(sources: Sequence[Path], folder: Path) -> list[Reader]:
    """Return a reader for each source that is found in what is given.

    Args:
        sources: files, and folders that are looked through with all that is in them; links are not followed.
        folder: where databases with a log beside them may be copied to while they are read.

    Raises:
        SourceGoneError: one is not there or may not be read.
        LockedSourceError: one is encrypted.
        NoMessagesHereError: one holds nothing that is known.
    """
    roots = [source if source.is_dir() else source.parent for source in sources]
    found: list[Reader] = []
    for source in sources:
        candidates = list(_candidates(source))
        places = _near(source, roots)
        readers = [
            reader for candidate in candidates if (reader := _reader(candidate, candidates, places, folder)) is not None
        ]
        if not readers:
            locked = next((one for one in candidates if _is_locked(one)), None)
            if locked is not None:
                raise LockedSourceError(path=readable(str(locked.path)))
            raise NoMessagesHereError(path=readable(str(source)))
        found += readers
    return found


def _near(source: Path, roots: Sequence[Path]) -> list[Path]:
    """Return where files of a source may lie: what was named, and for a database the folder above its own."""
    own = source if source.is_dir() else source.parent
    above = [own.parent] if own.name in {"databases", "Databases", "Backups"} else []
    return [own, *above, *roots]


def _candidates(source: Path) -> Iterator[_Candidate]:
    try:
        found = os.stat(source)
        if stat.S_ISREG(found.st_mode):
            yield _Candidate(source, _head(source))
            return
    except OSError as error:
        raise SourceGoneError(path=readable(str(source)), reason=readable(error.strerror or str(error))) from error
    count = 0
    for parent, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            path = Path(parent, name)
            try:
                if stat.S_ISREG(os.lstat(path).st_mode):
                    yield _Candidate(path, _head(path))
            except OSError:  # gone, or somebody else's: the folder's others are looked at
                continue


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def _reader(candidate: _Candidate, others: Sequence[_Candidate], places: Sequence[Path], folder: Path) -> Reader | None:
    path, head = candidate.path, candidate.head
    media = MediaFolders([path.parent, *places])
    if head.startswith(MAGIC):
        return _database_reader(path, others, media, folder)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<?xml", b"<!--", b"<smses")) and b"<smses" in head:
        return SmsXml(path)
    return None


def _database_reader(path: Path, others: Sequence[_Candidate], media: MediaFolders, folder: Path) -> Reader | None:
    try:
        with opened(path, folder) as database:
            if WhatsApp.fits(database):
                return WhatsApp(path, _names_beside(path, others), media, folder)
    except (sqlite3.Error, OSError):
        return None
    return None


def _names_beside(path: Path, others: Sequence[_Candidate]) -> Path | None:
    beside = path.with_name("wa.db")
    if beside.is_file():
        return beside
    return next((one.path for one in others if one.path.name == "wa.db" and one.head.startswith(MAGIC)), None)


def _is_locked(candidate: _Candidate) -> bool:
    """Tell whether a file looks encrypted: the ending that apps give it, or pages of noise."""
    head = candidate.head
    if candidate.path.name.endswith(_LOCKED_ENDINGS) or ".crypt" in candidate.path.name:
        return not head.startswith(MAGIC)
    is_pages = candidate.path.suffix in {".db", ".sqlite"} and len(head) == _HEAD and not head.startswith(MAGIC)
    return is_pages and len(set(head)) > 240
