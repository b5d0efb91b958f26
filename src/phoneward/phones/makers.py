"""Who made a phone: a guess from its USB vendor id, from what it says of itself, or from its model."""

import functools
import re
from pathlib import Path

import msgspec

_FILE = Path(__file__).parent / "makers.toml"


class Maker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One maker of phones.

    Attributes:
        key: a stable word for it.
        name: as people know it.
        names: small-letter words by which phones name their maker or brand, or begin the name of a model.
        usb: its USB vendor ids, four hexadecimal digits each.
        only_phones: whether these ids stand on hardly anything but phones.
        guide: the family of menus its phones have (`guides`).
    """

    key: str
    name: str
    names: tuple[str, ...]
    usb: tuple[str, ...] = ()
    only_phones: bool = False
    guide: str = "stock"


class MakersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole data file."""

    sources: tuple[str, ...]
    maker: tuple[Maker, ...]


@functools.cache
def makers_file() -> MakersFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=MakersFile)


@functools.cache
def _by_usb() -> dict[int, Maker]:
    return {int(vendor, 16): maker for maker in makers_file().maker for vendor in maker.usb}


def maker_of_usb(vendor: int) -> Maker | None:
    """Return whose USB vendor id this is."""
    return _by_usb().get(vendor)


def maker_named(*texts: str) -> Maker | None:
    """Return the maker that one of these texts names: a manufacturer, a brand, a model; the first that does."""
    for text in texts:
        for maker, pattern in _patterns():
            if pattern.search(text.lower()):
                return maker
    return None


@functools.cache
def _patterns() -> tuple[tuple[Maker, re.Pattern[str]], ...]:
    """Return what finds each maker's names: as words of their own, or before digits, as in "SM-G991B" and "RMX3231"."""
    named = [maker for maker in makers_file().maker if maker.names]
    return tuple((maker, re.compile(rf"(?<![a-z0-9])({'|'.join(maker.names)})(?![a-z])")) for maker in named)


def maker_by_key(key: str) -> Maker | None:
    """Return the maker with this key."""
    return next((maker for maker in makers_file().maker if maker.key == key), None)
