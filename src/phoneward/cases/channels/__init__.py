"""Where a person can turn: authorities, associations, courts, legal aid, the press; each with how far it is checked."""

import enum
import functools
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Final

import msgspec

from phoneward.cases.law import LawDefectError, Status
from phoneward.texts import N_, Named


class Nature(enum.StrEnum):
    """What kind of place it is."""

    AUTHORITY = "authority"
    ASSOCIATION = "association"
    PUBLIC = "public"
    PRESS = "press"
    POLICE = "police"
    COURT = "court"
    CARRIER = "carrier"
    LEGAL_AID = "legal-aid"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One letter that a place takes.

    Attributes:
        kind: `complaint`, `report`, `claim`, `request` or `note`.
        needs: codes of what it asks for (`letters.gaps.Need`).
    """

    kind: str
    needs: tuple[str, ...]


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to turn to.

    Attributes:
        id: stable.
        country: `CN` or `EU`.
        nature: what kind of place.
        status: how far what stands here was checked; `source` says by what, on `checked_on`.
        web: its addresses.
        names, about: what it is called and what it does, by language.
        times, limits: how long it takes, what it does not take or what to beware of; empty where not known.
        letters: that can be made for it; none where no letter is needed.
    """

    id: str
    country: str
    nature: Nature
    status: Status
    source: str
    checked_on: date
    web: tuple[str, ...]
    names: dict[str, str]
    about: dict[str, str]
    times: dict[str, str] = {}
    limits: dict[str, str] = {}
    letters: tuple[Wanted, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether others than an office read what is sent: the letter then leaves out what is personal."""
        return self.nature in {Nature.PUBLIC, Nature.PRESS}

    @property
    def name(self) -> Named:
        """What it is called, in the reader's language."""
        return Named(self.names)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channel: tuple[Channel, ...]


STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.CONFIRMED: N_("Confirmed: the rule itself was read."),
    Status.PAGE: N_("Not confirmed: only pages that speak of it were seen. Look at its own site first."),
    Status.KNOWN: N_("Not confirmed: nothing was seen that shows it. Look at its own site first."),
}
"""How far a place was checked, marked with `N_`."""


@functools.cache
def channels() -> dict[str, Channel]:
    """Return all places by id.

    Raises:
        LawDefectError: our file is broken.
    """
    text = (files("phoneward.cases.channels") / "channels.toml").read_text("utf-8")
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise LawDefectError(f"channels.toml: {error}") from error
    return {one.id: one for one in read.channel}
