"""Backups that apps made of themselves on the phone's storage, recognised by folder and name; never opened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.phones.appbackups import OnPhone as Recognised
from phoneward.phones.appbackups import beginnings_and_endings, moment_made, recognise_on_phone
from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.making import moment, opener, part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.snapshots import app_words
from phoneward.texts import Words, counted, running, words

MAX_FOUND: Final = 2_000
MAX_PART: Final = 200_000


@dataclass(slots=True)
class _Found:
    """One backup.

    Attributes:
        folder: what it lies in, or is.
        stem: what its files' names begin with; empty where all of the folder is it.
    """

    told: Recognised
    folder: bytes
    stem: bytes
    marker: SeenFile


@dataclass(slots=True)
class OwnBackups:
    """Gathers them.

    Args:
        asked: what is looked for.
        place: where.
    """

    asked: Asked
    place: SeenPlace
    _found: dict[tuple[bytes, bytes], _Found] = field(default_factory=dict)
    _quick: tuple[tuple[bytes, ...], tuple[bytes, ...]] = field(default_factory=beginnings_and_endings)

    def look(self, file: SeenFile) -> bool:
        """Take a file in; tells whether it is, or marks, such a backup."""
        heads, tails = self._quick
        if file.is_private or not (file.name.startswith(heads) or file.name.endswith(tails)):
            return False
        told = recognise_on_phone(file.folder, file.name)
        if told is None or not self.asked.is_about(told.package):
            return False
        stem = {"file": file.name, "folder": b""}.get(told.unit, told.stem)
        key = file.above, stem
        known = self._found.get(key)
        if known is None and len(self._found) >= MAX_FOUND:
            return False
        if known is None or file.mtime_ns > known.marker.mtime_ns:
            self._found[key] = _Found(told, file.above, stem, file)
        return True

    def remnants(self) -> Iterator[Remnant]:
        """Yield what was found, a backup each."""
        for found in self._found.values():
            yield self._remnant(found)

    def _files(self, found: _Found) -> Iterator[SeenFile]:
        """Yield the files of a backup, listed anew."""
        if found.told.unit == "file":
            yield found.marker
            return
        for number, file in enumerate(self.place.below(found.folder)):
            if number >= MAX_PART:
                return
            inside = file.path[len(found.folder) + 1 :]
            if not found.stem or inside.startswith(found.stem):
                yield file

    def _remnant(self, found: _Found) -> Remnant:
        place, told = self.place, found.told
        count = size = newest_ns = 0
        for file in self._files(found):
            count, size, newest_ns = count + 1, size + file.size, max(newest_ns, file.mtime_ns)
        where = found.marker.path if told.unit == "file" else found.folder
        is_one = told.unit == "file"
        made = moment_made(told.made, moment(newest_ns))
        until = self.asked.until
        late = words("It was made after that day: it may hold the empty state.")
        how = place.how()
        return Remnant(
            source=Source.MAKER_BACKUP if told.app == "xiaomi" else Source.APP_BACKUP,
            what=_what(told, count),
            where=readable(where),
            made=made,
            completeness=Completeness.UNKNOWN,
            size=size,
            count=count,
            how=running(late, how) if until is not None and made is not None and made >= until else how,
            command=place.command(where),
            snapshot=place.snapshot,
            path=readable(where),
            open=opener(place, found.marker) if is_one else None,
            parts=None if is_one else lambda: (part(place, file) for file in self._files(found)),
        )


def _what(told: Recognised, count: int) -> Words:
    app = app_words(told.package)
    if told.kind == "export":
        return counted(
            "{app}: an export, to be read only ({count} file)",
            "{app}: an export, to be read only ({count} files)",
            count,
            app=app,
        )
    return counted(
        "{app}: a backup it made itself ({count} file)",
        "{app}: a backup it made itself ({count} files)",
        count,
        app=app,
    )
