"""The rulebook's data files as they are stored, and how one becomes `System`s.

The format is described in `data/systems/README.md`. Errors name the file, the system and the field: who reads them is
somebody who adds to the rulebook.
"""

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import msgspec

from phoneward.numbers.rulebook.system import Claim, Harm, Holding, Kind, OldNumber, Reissue, Steps, System

T = TypeVar("T")

LANGUAGES: Final = ("en", "zh_CN")
"""Those in which every text of the rulebook stands."""


class RulebookDefectError(ValueError):
    """A data file of the rulebook is not as it must be; the sentence says where."""


class Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every statement has: a source and the day it was read there, or `unconfirmed = true`."""

    source: str = ""
    checked: dt.date | None = None
    unconfirmed: bool = False

    def check(self) -> None:
        """Raise ValueError unless it is either sourced or unconfirmed."""
        if self.unconfirmed and (self.source or self.checked):
            raise ValueError("it is both sourced and unconfirmed")
        if not self.unconfirmed and not self.source:
            raise ValueError("it has neither a source nor `unconfirmed = true`")
        if bool(self.source) != (self.checked is not None):
            raise ValueError("a source goes with the day it was read (`checked`)")
        if self.source and not self.source.startswith("https://"):
            raise ValueError("a source is an address that begins with https://")


class _Flag(Stored, frozen=True, kw_only=True, forbid_unknown_fields=True):
    is_: bool = msgspec.field(name="is")

    def made(self) -> Claim[bool]:
        return Claim(self.is_, self.source, self.checked)


class _OldNumber(Stored, frozen=True, kw_only=True, forbid_unknown_fields=True):
    is_: OldNumber = msgspec.field(name="is")

    def made(self) -> Claim[OldNumber]:
        return Claim(self.is_, self.source, self.checked)


class StoredSteps(Stored, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How something is done."""

    link: str = ""
    en: tuple[str, ...]
    zh_CN: tuple[str, ...]  # noqa: N815 - as languages are called

    def made(self) -> Steps:
        """Return it as what it is.

        Raises:
            ValueError: sentences or the link are not as they must be.
        """
        if not self.en or len(self.en) != len(self.zh_CN):
            raise ValueError("there must be steps, and as many in each language")
        if self.link and not self.link.startswith("https://"):
            raise ValueError("a link begins with https://")
        return Steps(
            steps={"en": self.en, "zh_CN": self.zh_CN}, link=self.link, source=self.source, checked=self.checked
        )


class _Reissue(Stored, frozen=True, kw_only=True, forbid_unknown_fields=True):
    en: str
    zh_CN: str  # noqa: N815 - as languages are called

    def made(self) -> Reissue:
        return Reissue(text={"en": self.en, "zh_CN": self.zh_CN}, source=self.source, checked=self.checked)


class _System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    names: dict[str, str]
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    kind: Kind
    countries: tuple[str, ...] = ()
    holds: tuple[Holding, ...]
    harm: Harm
    sms_login: _Flag | None = None
    sms_reset: _Flag | None = None
    one_tap: _Flag | None = None
    old_number: _OldNumber | None = None
    rebind: StoredSteps | None = None
    unbind: StoredSteps | None = None
    delete: StoredSteps | None = None
    reissue: _Reissue | None = None


def read_systems(data: bytes, file: str) -> list[System]:
    """Return the systems of one data file, in its order.

    Args:
        data: the file, TOML.
        file: what it is called in errors.

    Raises:
        RulebookDefectError: it is not as it must be.
    """
    try:
        stored = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulebookDefectError(f"{file}: {error}") from error
    tables = stored.pop("system", None)
    if stored or not isinstance(tables, list):
        raise RulebookDefectError(f"{file}: it holds [[system]] tables and nothing else")
    return [_system(table, file, number) for number, table in enumerate(tables, 1)]


def _system(table: object, file: str, number: int) -> System:
    called = table.get("id") if isinstance(table, Mapping) else None
    place = f"{file}: system {called or f'number {number}'}"
    try:
        stored = msgspec.convert(table, _System)
    except msgspec.ValidationError as error:
        raise RulebookDefectError(f"{place}: {error}") from error
    for language in LANGUAGES:
        if not stored.names.get(language):
            raise RulebookDefectError(f"{place}: names: there must be one in {language}")
    return System(
        id=stored.id,
        names=stored.names,
        aliases=stored.aliases,
        packages=stored.packages,
        domains=stored.domains,
        kind=stored.kind,
        countries=stored.countries,
        holds=stored.holds,
        harm=stored.harm,
        sms_login=_made(stored.sms_login, _Flag.made, f"{place}: sms_login"),
        sms_reset=_made(stored.sms_reset, _Flag.made, f"{place}: sms_reset"),
        one_tap=_made(stored.one_tap, _Flag.made, f"{place}: one_tap"),
        old_number=_made(stored.old_number, _OldNumber.made, f"{place}: old_number"),
        rebind=_made(stored.rebind, StoredSteps.made, f"{place}: rebind"),
        unbind=_made(stored.unbind, StoredSteps.made, f"{place}: unbind"),
        delete=_made(stored.delete, StoredSteps.made, f"{place}: delete"),
        reissue=_made(stored.reissue, _Reissue.made, f"{place}: reissue"),
    )


_S = TypeVar("_S", bound=Stored)


def _made(stored: _S | None, make: Callable[[_S], T], place: str) -> T | None:
    if stored is None:
        return None
    try:
        stored.check()
        return make(stored)
    except ValueError as error:
        raise RulebookDefectError(f"{place}: {error}") from error
