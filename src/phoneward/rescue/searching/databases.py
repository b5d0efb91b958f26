"""Databases that can be read, and may hold rows that were deleted: `phoneward rescue sqlite` looks into them."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.history import group_of
from phoneward.rescue.searching.making import moment_of, part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.snapshots import app_words
from phoneward.texts import Words, running, verbatim, words

MAX_LOOKED: Final = 500
"""Files whose first bytes are read."""
_MAGIC: Final = b"SQLite format 3\0"
_ENDINGS: Final = (b".db", b".sqlite", b".sqlite3", b".db3")
_BESIDE: Final = (b"-wal", b"-journal")
_LEAST: Final = 2_048
"""Bytes: what is smaller has no room for a deleted row."""


@dataclass(slots=True)
class Databases:
    """Gathers them.

    Args:
        asked: what is looked for.
        place: where.
    """

    asked: Asked
    place: SeenPlace
    _found: dict[bytes, SeenFile] = field(default_factory=dict)
    _beside: dict[bytes, SeenFile] = field(default_factory=dict)

    def look(self, file: SeenFile) -> bool:
        """Take a file in; tells whether it may be a database, or belongs to one."""
        name = file.name.lower()
        if name.endswith(_BESIDE) and len(self._beside) < 2 * MAX_LOOKED:
            self._beside[file.path] = file
            return True
        if not name.endswith(_ENDINGS) or file.size < _LEAST or len(self._found) >= MAX_LOOKED:
            return False
        if not self.asked.is_about(group_of(file.path)[1]):
            return False
        self._found[file.path] = file
        return True

    def remnants(self) -> Iterator[Remnant]:
        """Yield those that can be read; encrypted ones only their app can open."""
        for file in self._found.values():
            if self._is_readable(file):
                yield self._remnant(file)

    def _is_readable(self, file: SeenFile) -> bool:
        try:
            with self.place.open(file) as stream:
                return stream.read(len(_MAGIC)) == _MAGIC
        except PhonewardError:  # what is damaged or gone is said by whoever lists it
            return False

    def _remnant(self, file: SeenFile) -> Remnant:
        place = self.place
        whole = [file, *(one for end in _BESIDE if (one := self._beside.get(file.path + end)) is not None)]
        package = group_of(file.path)[1]
        name = readable(file.name)
        command = f"phoneward rescue sqlite {shlex.quote(name)}"
        how = words("Then look for deleted rows in the copy: {command}", command=command)
        return Remnant(
            source=Source.DATABASE,
            what=words("{app}: the database {name} may hold rows that were deleted", app=_app(package), name=name),
            where=file.shown,
            made=moment_of(file),
            completeness=Completeness.UNKNOWN,
            size=sum(one.size for one in whole),
            count=len(whole),
            how=running(place.how(), how),
            command=place.command(file.above if len(whole) > 1 else file.path),
            snapshot=place.snapshot,
            path=file.shown,
            parts=lambda: (part(place, one) for one in whole),
        )


def _app(package: str) -> Words:
    return app_words(package) if package else verbatim("?")
