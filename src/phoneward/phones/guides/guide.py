"""Which menus lead to USB debugging on a phone, in the reader's language."""

from dataclasses import dataclass
from typing import Final

from phoneward.phones.guides.data import Entry, Family, guides_file, is_confirmed
from phoneward.phones.makers import maker_by_key, maker_named
from phoneward.texts import N_, _, current_language, in_language

STOCK: Final = "stock"
NOT_CONFIRMED: Final = N_(
    "This path was not found on a page of the phone's maker. Menus may be called otherwise on your phone."
)
WIRELESS_SINCE: Final = 11
"""The first Android with wireless debugging (AOSP packages/modules/adb docs/dev/adb_wifi.md)."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The way to USB debugging and back, for one kind of phone, in one language.

    Attributes:
        family: key of the kind of phones ("xiaomi"); `guide_families` lists them.
        name: what it is called, for a person.
        skin: the maker's system that these menus belong to ("HyperOS").
        turn_on: the steps to USB debugging.
        allow: the steps from there until the computer is let in.
        turn_off: the steps that switch it off again.
        wireless: the steps to wireless debugging and its camera; empty where this Android has none (before 11).
        notes: what else to know about these phones.
        confirmed: whether the words come from the maker, or from AOSP for stock Android, in this language.
        sources: where they come from.
    """

    family: str
    name: str
    skin: str
    turn_on: tuple[str, ...]
    allow: tuple[str, ...]
    turn_off: tuple[str, ...]
    wireless: tuple[str, ...]
    notes: tuple[str, ...]
    confirmed: bool
    sources: tuple[str, ...]

    @property
    def caution(self) -> str:
        """The sentence that says so where the words are not confirmed, else ""."""
        return "" if self.confirmed else _(NOT_CONFIRMED)


def guide_for(maker: str | None, android: int | None = None, *, language: str | None = None) -> Guide:
    """Return the guide for a phone; stock Android's where nothing better is known.

    Args:
        maker: key of a maker (`Seen.maker`) or of a family (`guide_families`), or a maker's name; None where unknown.
        android: version of Android (14); None takes the guide for the newest.
        language: "en", "zh_CN"; None takes the reader's. English where there is no text in it.
    """
    data = guides_file()
    family = family_of(maker)
    entry = _entry_for(family.key, android)
    chosen = language or current_language()
    common = data.common
    has_wireless = android is None or android >= WIRELESS_SINCE
    return Guide(
        family=family.key,
        name=in_language(family.name, chosen),
        skin=entry.skin,
        turn_on=in_language(entry.turn_on, chosen),
        allow=in_language(common.allow, chosen),
        turn_off=in_language(common.turn_off, chosen),
        wireless=in_language(common.wireless, chosen) if has_wireless else (),
        notes=in_language(entry.notes, chosen) if entry.notes else (),
        confirmed=is_confirmed(entry.turn_on, entry.confirmed, chosen),
        sources=(*entry.sources, *common.sources),
    )


def guide_families(language: str | None = None) -> list[tuple[str, str]]:
    """Return key and name of every kind of phones, for a person to choose from; stock Android first."""
    chosen = language or current_language()
    return [(family.key, in_language(family.name, chosen)) for family in guides_file().family]


def guide_tip(key: str, language: str | None = None) -> str:
    """Return one piece of advice for any phone.

    Args:
        key: "cable", "file-transfer", "always-allow", "ask-again", "managed" or "search".
        language: as in `guide_for`.
    """
    found = next(one for one in guides_file().tip if one.key == key)
    return in_language(found.text, language or current_language())


def family_of(maker: str | None) -> Family:
    """Return the family of a maker, a family's key or a maker's name; stock Android's where none is known."""
    every = {family.key: family for family in guides_file().family}
    if maker in every:
        return every[maker]
    known = (maker_by_key(maker) or maker_named(maker)) if maker else None
    return every[known.guide if known else STOCK]


def _entry_for(family: str, android: int | None) -> Entry:
    entries = [entry for entry in guides_file().guide if entry.family == family]
    newest = max(entries, key=lambda entry: entry.android_from or 0)
    if android is None:
        return newest
    return next((entry for entry in entries if _covers(entry, android)), newest)


def _covers(entry: Entry, android: int) -> bool:
    return (entry.android_from or 0) <= android <= (entry.android_to or android)
