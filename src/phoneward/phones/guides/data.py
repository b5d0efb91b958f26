"""The data file of menu paths, as it is stored."""

import functools
from collections.abc import Container, Mapping
from pathlib import Path

import msgspec

from phoneward.texts import SOURCE_LANGUAGE, nearest

_FILE = Path(__file__).parent / "debugging.toml"

Texts = dict[str, tuple[str, ...]]
"""Sentences by language ("en", "zh_CN")."""


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Phones with the same menus."""

    key: str
    name: dict[str, str]


class Tip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of advice for any phone."""

    key: str
    text: dict[str, str]


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is the same on all phones."""

    sources: tuple[str, ...]
    allow: Texts
    turn_off: Texts
    wireless: Texts


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The menus of one family in some versions of Android; see the head of the file."""

    family: str
    skin: str
    sources: tuple[str, ...]
    confirmed: tuple[str, ...]
    turn_on: Texts
    notes: Texts = {}
    android_from: int | None = None
    android_to: int | None = None


class GuidesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    family: tuple[Family, ...]
    common: Common
    tip: tuple[Tip, ...]
    guide: tuple[Entry, ...]


@functools.cache
def guides_file() -> GuidesFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=GuidesFile)


def is_confirmed(texts: Mapping[str, object], confirmed: Container[str], language: str) -> bool:
    """Tell whether what a reader is told of a phone's own words was looked up in their language.

    Traditional characters are made from simplified ones: what a phone sold in Taiwan shows may be called otherwise.

    Args:
        texts: by language.
        confirmed: the languages that were looked up.
        language: the reader's.
    """
    near = nearest(texts, language)
    return near in confirmed and near in {language, SOURCE_LANGUAGE}
