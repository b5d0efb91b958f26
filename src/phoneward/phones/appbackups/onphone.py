"""Which files on a phone's storage are backups that apps made of themselves: by folder and name, as the data say."""

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Final, Literal

from phoneward.phones.appbackups.data import Kind, app_files
from phoneward.phones.appbackups.templates import MAX_PACKAGE, Named, Template

Unit = Literal["file", "folder", "beside", "siblings"]

_LITERAL: Final = 4
"""Letters that a name must begin or end with to be looked at more closely: fewer would fit too many names."""


@dataclass(frozen=True, slots=True)
class OnPhone:
    """What a file on the phone is part of.

    Attributes:
        app: key of the app that made it (`AppFile.key`).
        package: whose backup it is; a name of the right letters, not yet checked as one.
        unit: what the backup is: this file, its folder, the folder `stem` beside it, or all files here that begin
            with `stem`.
        made: when, where a name tells.
        stem: see `unit`.
    """

    app: str
    package: str
    kind: Kind
    unit: Unit
    made: dt.datetime | None
    stem: bytes


@dataclass(frozen=True, slots=True)
class _Rule:
    app: str
    package: str
    kind: Kind
    unit: Unit
    folders: tuple[Template, ...]
    names: tuple[Template, ...]

    def match(self, folder: bytes, name: bytes) -> OnPhone | None:
        says = _first(self.names, name)
        where = _first(self.folders, folder) if says is not None else None
        if says is None or where is None:
            return None
        package = self.package or where.package or says.package
        if not 0 < len(package) <= MAX_PACKAGE:
            return None
        stem = name[: name.rfind(b".")] if self.unit != "siblings" else name[: name.rfind(b".") + 1]
        return OnPhone(self.app, package, self.kind, self.unit, says.made or where.made, stem)


def _first(templates: tuple[Template, ...], name: bytes) -> Named | None:
    return next((found for one in templates if (found := one.match(name)) is not None), None)


@functools.cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            app.key,
            "" if app.of_others else app.packages[0],
            layout.kind,
            layout.unit,
            tuple(map(Template.of, layout.folder)),
            tuple(map(Template.of, layout.name)),
        )
        for app in app_files()
        for layout in app.phone
    )


@functools.cache
def beginnings_and_endings() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return what every name that `recognise_on_phone` may know begins with, or else ends with: a quick look."""
    heads: set[bytes] = set()
    tails: set[bytes] = set()
    for rule in _rules():
        for name in rule.names:
            if len(name.head) >= _LITERAL:
                heads.add(name.head)
            elif len(name.tail) >= _LITERAL:
                tails.add(name.tail)
            else:
                raise ValueError(f"{rule.app}: a name that begins and ends with anything")
    return tuple(sorted(heads)), tuple(sorted(tails))


def recognise_on_phone(folder: bytes, name: bytes) -> OnPhone | None:
    """Return what a file is part of, None where it is nothing of the kind.

    Args:
        folder: below the storage's root, without slashes around it.
        name: the file's.
    """
    return next((found for rule in _rules() if (found := rule.match(folder, name)) is not None), None)


def moment_made(named: dt.datetime | None, changed: dt.datetime | None) -> dt.datetime | None:
    """Return when a backup was made: by its name, unless its file is older than that.

    A copied file bears the day of the copy, its name the day of the backup. A name that speaks of a day after the file
    was last written is wrong, or of another time zone.
    """
    if named is None or changed is None:
        return named or changed
    return min(named, changed) if changed.year >= _CLOCK_WAS_SET else named


_CLOCK_WAS_SET: Final = 2000
"""A file from before that year was written by a device whose clock stood at its beginning."""
