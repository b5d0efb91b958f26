"""How a phone takes in the files of records that a snapshot gives out, in the reader's language: data with sources."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from phoneward.phones.guides.data import Texts, is_confirmed
from phoneward.phones.guides.guide import family_of
from phoneward.texts import N_, _, current_language, in_language

_FILE = Path(__file__).parent / "importing.toml"

NOT_CONFIRMED: Final = N_(
    "These words were not found on a page of the app's or the phone's maker. "
    "Menus may be called otherwise on your phone."
)


_TITLES: Final = {
    "sms": N_("Text messages"),
    "calls": N_("Calls"),
    "contacts": N_("Contacts"),
    "calendar": N_("Calendar"),
}


class RecordEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is true of one kind of records, whatever app takes it in."""

    kind: str
    sources: tuple[str, ...]
    not_back: Texts
    check: Texts


class WayEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app that takes such a file in; see the head of the file."""

    kind: str
    app: dict[str, str]
    confirmed: tuple[str, ...]
    sources: tuple[str, ...]
    steps: Texts
    twice: dict[str, str]
    notes: Texts = {}
    family: str = ""


class ImportingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    record: tuple[RecordEntry, ...]
    way: tuple[WayEntry, ...]


@functools.cache
def importing_file() -> ImportingFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=ImportingFile)


@dataclass(frozen=True, slots=True)
class ImportWay:
    """One app that takes a file of records in.

    Attributes:
        app: what it is called.
        steps: on the phone, in order.
        notes: what else to know about it.
        twice: what happens if the file is taken in twice.
        confirmed: whether the words come from the app or its maker, in this language.
        sources: where they come from; may be empty where nothing is confirmed.
    """

    app: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    twice: str
    confirmed: bool
    sources: tuple[str, ...]

    @property
    def caution(self) -> str:
        """The sentence that says so where the words are not confirmed, else ""."""
        return "" if self.confirmed else _(NOT_CONFIRMED)


@dataclass(frozen=True, slots=True)
class ImportGuide:
    """How one kind of records gets into a phone.

    Attributes:
        kind: "sms", "calls", "contacts", "calendar".
        title: what that is called.
        family: key of the kind of phones; `guide_families` lists them.
        name: what that is called, for a person.
        ways: apps that can do it, the likeliest first.
        not_back: what does not come back, or not for certain.
        check: what to look at afterwards.
        sources: of `not_back`.
    """

    kind: str
    title: str
    family: str
    name: str
    ways: tuple[ImportWay, ...]
    not_back: tuple[str, ...]
    check: tuple[str, ...]
    sources: tuple[str, ...]


def import_kinds() -> list[str]:
    """Return the kinds of records that there are guides for, in the order in which they are shown."""
    return [record.kind for record in importing_file().record]


def import_title(kind: str) -> str:
    """Return what a kind of records is called, as a heading."""
    return _(_TITLES[kind])


def import_guide(
    kind: str, maker: str | None, *, folder: str = "", file: str = "", language: str | None = None
) -> ImportGuide:
    """Return how a kind of records gets into a phone.

    Args:
        kind: one of `import_kinds`.
        maker: as for `guide_for`; the ways of this family come first, then those of all phones.
        folder: where the file lies, as the phone's file managers show it.
        file: its name.
        language: "en", "zh_CN"; None takes the reader's.
    """
    data, chosen = importing_file(), language or current_language()
    record = next(one for one in data.record if one.kind == kind)
    family = family_of(maker)
    names = {"folder": folder or _("the folder that it is in"), "file": file or _("the file")}
    entries = [way for way in data.way if way.kind == kind and way.family in {"", family.key}]
    return ImportGuide(
        kind=kind,
        title=import_title(kind),
        family=family.key,
        name=in_language(family.name, chosen),
        ways=tuple(_way(entry, names, chosen) for entry in entries),
        not_back=in_language(record.not_back, chosen),
        check=in_language(record.check, chosen),
        sources=record.sources,
    )


def _way(entry: WayEntry, names: Mapping[str, str], language: str) -> ImportWay:
    return ImportWay(
        app=in_language(entry.app, language),
        steps=tuple(step.format(**names) for step in in_language(entry.steps, language)),
        notes=in_language(entry.notes, language) if entry.notes else (),
        twice=in_language(entry.twice, language),
        confirmed=is_confirmed(entry.steps, entry.confirmed, language),
        sources=entry.sources,
    )
