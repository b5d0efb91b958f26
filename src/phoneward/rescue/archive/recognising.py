"""Finds out what sources are, by what is in them: names and endings are only believed where content says nothing."""

import contextlib
import os
import re
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.databases import MAGIC, Database, opened
from phoneward.errors import readable
from phoneward.rescue.archive.errors import LockedSourceError, NoMessagesHereError, SourceGoneError
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.problem import Problem
from phoneward.rescue.archive.sources.android_sms import AndroidSms
from phoneward.rescue.archive.sources.ios_messages import IosMessages
from phoneward.rescue.archive.sources.reading import Reader
from phoneward.rescue.archive.sources.signal_android import SignalAndroid
from phoneward.rescue.archive.sources.signal_desktop import SignalDesktop
from phoneward.rescue.archive.sources.signal_lines import SigExport, SignalExport
from phoneward.rescue.archive.sources.sms_xml import SmsXml
from phoneward.rescue.archive.sources.telegram import Telegram
from phoneward.rescue.archive.sources.whatsapp import WhatsApp
from phoneward.rescue.archive.sources.whatsapp_ios import WhatsAppIos
from phoneward.rescue.archive.sources.whatsapp_old import WhatsAppOld
from phoneward.rescue.archive.sources.whatsapp_text import WhatsAppText, title_in
from phoneward.rescue.archive.unpacking import is_sane, unpack

_HEAD: Final = 4096
_MOST_FILES: Final = 50_000
"""Files of a folder whose beginnings are looked at."""
_LOCKED_ENDINGS: Final = (".crypt", ".crypt8", ".crypt12", ".crypt14", ".crypt15", ".backup", ".enc")
_ZIP: Final = b"PK\x03\x04"
_ABOVE: Final = frozenset({"databases", "Databases", "Backups"})
"""Folders of databases on phones: what they speak of lies beside the folder."""

_OF_A_BACKUP: Final = re.compile("[0-9a-f]{2}")
"""A folder of an iPhone's backup; what belongs to its files lies in the others."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    head: bytes


def readers_of(sources: Sequence[Path], folder: Path, me: str = "") -> list[Reader]:
    """Return a reader for each source that is found in what is given.

    Args:
        sources: files, folders that are looked through with all that is in them (links are not followed), zips.
        folder: where zips are unpacked, and databases with a log beside them copied to, while they are read.
        me: the person's own name in exports that do not say whose they are.

    Raises:
        SourceGoneError: one is not there or may not be read.
        LockedSourceError: one is encrypted.
        NoMessagesHereError: one holds nothing that is known.
    """
    roots = [source if source.is_dir() else source.parent for source in sources]
    found: list[Reader] = []
    for number, source in enumerate(sources):
        candidates = list(_candidates(source))
        looking = _Looking(roots, candidates, folder / f"zip-{number}", me)
        readers = list(looking.readers(source, is_named=True))
        if not readers:
            locked = next((one for one in candidates if _is_locked(one)), None)
            if locked is not None:
                raise LockedSourceError(path=readable(str(locked.path)))
            raise NoMessagesHereError(path=readable(str(source)))
        found += readers
    return found


@dataclass(slots=True)
class _Looking:
    """Looks at what one named file or folder holds."""

    roots: Sequence[Path]
    candidates: Sequence[_Candidate]
    folder: Path
    me: str
    zips: int = 0

    def readers(self, source: Path, *, is_named: bool) -> Iterator[Reader]:
        """Yield a reader for each candidate that is known; of zips for what is in them."""
        is_one = is_named and len(self.candidates) == 1 and not source.is_dir()
        for candidate in self.candidates:
            if candidate.head.startswith(_ZIP):
                yield from self._in_zip(candidate.path, is_named=is_one)
            elif (reader := self._reader(candidate, source, is_named=is_one)) is not None:
                yield reader

    def _in_zip(self, path: Path, *, is_named: bool) -> Iterator[Reader]:
        """Unpack a zip that was named, or looks like an exported chat, and yield what is in it."""
        if not (is_named or title_in(path.stem)) or not is_sane(path):
            return
        self.zips += 1
        place = self.folder / str(self.zips)
        left_out = unpack(path, place)
        inside = _Looking([place], [one for one in _candidates(place) if not one.head.startswith(_ZIP)], place, self.me)
        for reader in inside.readers(path, is_named=False):
            reader.files = (path,)
            for _one in range(left_out):
                reader.problems.add(Problem.ZIP_PART)
            yield reader

    def _reader(self, candidate: _Candidate, source: Path, *, is_named: bool) -> Reader | None:
        path, head = candidate.path, candidate.head
        own = path.parent
        above = [own.parent] if own.name in _ABOVE or _OF_A_BACKUP.fullmatch(own.name) else []
        media = MediaFolders([own, *above, *self.roots])
        if head.startswith(MAGIC):
            return self._database(path, media)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith((b"<?xml", b"<!--", b"<smses")) and b"<smses" in head:
            return SmsXml(path)
        if SigExport.fits(head):
            return SigExport(path, MediaFolders([own]))
        for reader in (Telegram, SignalExport):
            if reader.fits(head):
                return reader(path, media)
        # Logs of programs look alike: among other files only what is called like an exported chat is taken for one.
        is_called_so = path.suffix == ".txt" and ("whatsapp" in str(path).lower() or path.stem.startswith("_chat"))
        if (is_named or is_called_so or source.suffix == ".zip") and WhatsAppText.fits(head):
            return WhatsAppText(path, source.stem if source.suffix == ".zip" else own.name, media, self.me)
        return None

    def _database(self, path: Path, media: MediaFolders) -> Reader | None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(sqlite3.Error, OSError), opened(path, self.folder) as database:
            return self._reader_of(database, path, media)
        return None

    def _reader_of(self, database: Database, path: Path, media: MediaFolders) -> Reader | None:
        names = self._names_beside(path)
        # For a while both tables of messages were there, the new one empty.
        if WhatsApp.fits(database) and not (WhatsAppOld.fits(database) and database.is_empty("message", 2)):
            return WhatsApp(path, names, media, self.folder)
        if WhatsAppOld.fits(database):
            return WhatsAppOld(path, names, media, self.folder)
        for reader in (AndroidSms, IosMessages, WhatsAppIos, SignalDesktop, SignalAndroid):
            if reader.fits(database):
                return reader(path, media, self.folder)
        return None

    def _names_beside(self, path: Path) -> Path | None:
        beside = path.with_name("wa.db")
        if beside.is_file():
            return beside
        named = (one.path for one in self.candidates if one.path.name == "wa.db" and one.head.startswith(MAGIC))
        return next(named, None)


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


def _is_locked(candidate: _Candidate) -> bool:
    """Tell whether a file looks encrypted: the ending that apps give it, or pages of noise."""
    head = candidate.head
    if candidate.path.name.endswith(_LOCKED_ENDINGS) or ".crypt" in candidate.path.name:
        return not head.startswith(MAGIC)
    is_pages = candidate.path.suffix in {".db", ".sqlite"} and len(head) == _HEAD and not head.startswith(MAGIC)
    return is_pages and len(set(head)) > 240
