r"""`.trashed-<second>-<name>` and `.pending-<second>-<name>`: Android's own trash, and files that were not finished.

Source: AOSP packages/providers/MediaProvider, src/com/android/providers/media/util/FileUtils.java:
`PATTERN_EXPIRES_FILE = (?i)^\.(pending|trashed)-(\d+)-([^/]+)$`; the number is the second from which on the phone may
delete it: 30 days after it was trashed, 7 after it was begun. The phone does so when it is idle; what expired more than
a week ago gets another week instead (MediaProvider.java, `onIdleMaintenance`), so that a name may outlive its time.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.rescue.remnant import Completeness, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.making import moment_of, opener, part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.texts import Day, Words, counted, running, words

NAMED: Final = 5_000
"""Files that are told one by one; the others together."""
_HELD: Final = 200_000
_EXPIRES: Final = re.compile(rb"\.(pending|trashed)-([0-9]{1,18})-(.+)", re.IGNORECASE | re.DOTALL)
_LATEST: Final = 32_503_680_000
"""The year 3000: a later second is none that any phone wrote."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """What such a name tells.

    Attributes:
        is_trash: else it was not finished.
        expires: when the phone may delete it; None where the number is no time.
        name: the file's own.
    """

    is_trash: bool
    expires: dt.datetime | None
    name: bytes


def read_expiring(name: bytes) -> Expiring | None:
    """Return what a file's name tells; None for an ordinary one."""
    if not name.startswith(b"."):
        return None
    found = _EXPIRES.fullmatch(name)
    if found is None:
        return None
    second = int(found.group(2))
    expires = dt.datetime.fromtimestamp(second, dt.UTC) if 0 < second < _LATEST else None
    return Expiring(found.group(1).lower() == b"trashed", expires, found.group(3))


@dataclass(slots=True)
class ExpiringFiles:
    """Gathers them.

    Args:
        asked: what is looked for.
        place: where.
    """

    asked: Asked
    place: SeenPlace
    _found: list[Remnant] = field(default_factory=list)
    _others: list[SeenFile] = field(default_factory=list)

    def look(self, file: SeenFile) -> bool:
        """Take a file in; tells whether it is one."""
        told = read_expiring(file.name)
        if told is None:
            return False
        if len(self._found) < NAMED:
            self._found.append(self._remnant(file, told))
        elif len(self._others) < _HELD:
            self._others.append(file)
        return True

    def remnants(self) -> Iterator[Remnant]:
        """Yield what was found."""
        yield from self._found
        others = self._others
        if others:
            place = self.place
            yield Remnant(
                source=Source.TRASH,
                what=counted("{count} more file in the trash", "{count} more files in the trash", len(others)),
                where=others[0].shown,
                completeness=Completeness.EXACT,
                size=sum(file.size for file in others),
                count=len(others),
                how=place.how(),
                command=place.command(others[0].above),
                snapshot=place.snapshot,
                parts=lambda: (part(place, file) for file in others),
            )

    def _remnant(self, file: SeenFile, told: Expiring) -> Remnant:
        name = readable(told.name)
        return Remnant(
            source=Source.TRASH if told.is_trash else Source.PENDING,
            what=words("{name}, in the trash", name=name)
            if told.is_trash
            else words("{name}, begun and not finished", name=name),
            where=file.shown,
            made=moment_of(file),
            expires=told.expires,
            completeness=Completeness.EXACT if told.is_trash else Completeness.PARTIAL,
            size=file.size,
            how=self._how(told),
            command=self.place.command(file.path),
            snapshot=self.place.snapshot,
            path=file.shown,
            open=opener(self.place, file),
        )

    def _how(self, told: Expiring) -> Words:
        safe = self.place.how()
        if not told.is_trash or told.expires is None or told.expires <= self.asked.now:
            return safe
        day = Day(told.expires)
        return running(words("On the phone until {day}: gallery or file manager, trash, restore.", day=day), safe)
