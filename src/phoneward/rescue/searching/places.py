"""Folders in which things outlive their loss, by `rescue/data/places.toml`: trash, thumbnails, leftovers, backups."""

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, Literal

import msgspec

from phoneward.errors import readable
from phoneward.rescue.remnant import Completeness, Part, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.making import moment, part
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.snapshots import app_words
from phoneward.texts import Named, Words, counted, running, words

MAX_FOUND: Final = 2_000
"""Folders that are told; a storage that has more was made to have them."""
MAX_PART: Final = 200_000
"""Files of one folder that are collected."""
_NOT_CONFIRMED: Final = words("That it lies there is what other people describe; the maker does not say so.")
_COMPLETENESS: Final = {
    Source.TRASH: Completeness.EXACT,
    Source.THUMBNAIL: Completeness.SMALLER,
    Source.MAKER_BACKUP: Completeness.UNKNOWN,
    Source.LEFTOVER: Completeness.PARTIAL,
    Source.PUBLIC_MEDIA: Completeness.EXACT,
}


class PlaceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One folder; see the data file."""

    source: Literal["trash", "thumbnail", "leftover", "public-media", "maker-backup"]
    folder: str
    package: str = ""
    called: dict[str, str]
    days: int | None = None
    sources: tuple[str, ...]
    confirmed: bool

    @property
    def kind(self) -> Source:
        """What is left there."""
        return Source(self.source)


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    looked_up: dt.date
    place: tuple[PlaceRule, ...]


@functools.cache
def place_rules() -> tuple[PlaceRule, ...]:
    """Return the data file, checked."""
    return msgspec.toml.decode((files("phoneward.rescue") / "data" / "places.toml").read_bytes(), type=_Places).place


@dataclass(slots=True)
class _Node:
    """Folders below one: by name, folded; `*` for any."""

    below: "dict[bytes, _Node]" = field(default_factory=dict)
    rule: PlaceRule | None = None


@functools.cache
def _rules() -> _Node:
    root = _Node()
    for rule in place_rules():
        node = root
        for name in rule.folder.split("/"):
            node = node.below.setdefault(_folded(name.encode()), _Node())
        node.rule = rule
    return root


def _folded(name: bytes) -> bytes:
    """Upper and lower case are the same on a phone's shared storage."""
    return name.decode("utf-8", "surrogateescape").casefold().encode("utf-8", "surrogatepass")


def place_of(folder: bytes) -> tuple[PlaceRule, bytes] | None:
    """Return the rule whose folder a folder is or lies in, the deepest, and that folder; None for none.

    Args:
        folder: below a storage's root.
    """
    parts = folder.split(b"/")
    best: tuple[PlaceRule, bytes] | None = None
    nodes = [_rules()]
    for depth, raw in enumerate(parts, 1):
        name = _folded(raw)
        nodes = [found for node in nodes for key in (name, b"*") if key and (found := node.below.get(key)) is not None]
        if not nodes:
            break
        rule = next((node.rule for node in nodes if node.rule is not None), None)
        if rule is not None:
            best = rule, b"/".join(parts[:depth])
    return best


@dataclass(slots=True)
class _Folder:
    rule: PlaceRule
    path: bytes
    files: int = 0
    size: int = 0
    newest_ns: int = 0
    oldest_ns: int = 0


@dataclass(slots=True)
class PlaceFolders:
    """Gathers what lies in such folders.

    Args:
        asked: what is looked for.
        place: where.
    """

    asked: Asked
    place: SeenPlace
    _found: dict[bytes, _Folder] = field(default_factory=dict)
    _last: tuple[bytes, bytes, "_Folder | None"] = (b"\0", b"", None)

    def look(self, file: SeenFile) -> bool:
        """Take a file in; tells whether it lies in such a folder."""
        if self._last[:2] != (file.storage, file.folder):
            self._last = file.storage, file.folder, self._folder(file)
        found = self._last[2]
        if found is None or file.name == b".nomedia" or not file.size:
            return False
        found.files += 1
        found.size += file.size
        found.newest_ns = max(found.newest_ns, file.mtime_ns)
        found.oldest_ns = min(found.oldest_ns or file.mtime_ns, file.mtime_ns)
        return True

    def _folder(self, file: SeenFile) -> _Folder | None:
        known = None if file.is_private else place_of(file.folder)
        if known is None:
            return None
        rule, below = known
        if self.asked.app and rule.package not in {"", self.asked.app}:
            return None
        path = file.storage + b"/" + below
        if path not in self._found and len(self._found) >= MAX_FOUND:
            return None
        return self._found.setdefault(path, _Folder(rule, path))

    def remnants(self) -> Iterator[Remnant]:
        """Yield what was found, a folder each."""
        for found in self._found.values():
            if found.files:
                yield self._remnant(found)

    def _remnant(self, found: _Folder) -> Remnant:
        rule, place = found.rule, self.place
        newest = moment(found.newest_ns)
        expires = None
        if rule.days is not None and (oldest := moment(found.oldest_ns)) is not None:
            expires = oldest + dt.timedelta(days=rule.days)

        def parts() -> Iterator[Part]:
            for number, file in enumerate(place.below(found.path)):
                if number >= MAX_PART:
                    return
                if file.size and file.name != b".nomedia":
                    yield part(place, file)

        return Remnant(
            source=rule.kind,
            what=_what(rule, found.files),
            where=readable(found.path),
            made=newest,
            expires=expires,
            completeness=_COMPLETENESS[rule.kind],
            size=found.size,
            count=found.files,
            how=place.how() if rule.confirmed else running(place.how(), _NOT_CONFIRMED),
            command=place.command(found.path),
            snapshot=place.snapshot,
            path=readable(found.path),
            parts=parts,
            is_confirmed=rule.confirmed,
        )


def _what(rule: PlaceRule, count: int) -> Words:
    called = Named(rule.called)
    if not rule.package or rule.source in {"trash", "thumbnail"}:
        return counted("{place}: {count} file", "{place}: {count} files", count, place=called)
    return counted(
        "{app}, {place}: {count} file",
        "{app}, {place}: {count} files",
        count,
        app=app_words(rule.package),
        place=called,
    )
