"""The rules, read from the data files beside this one. What each field means is said at the top of its file."""

import functools
from pathlib import Path
from typing import Final

import msgspec

from phoneward.apk.dex import Member
from phoneward.findings import Tier
from phoneward.watch.abilities.facts import About

DATA: Final = Path(__file__).parent / "data"


class AbilityRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shows an ability; see `data/abilities.toml`."""

    code: str
    about: About
    weight: int
    source: str
    calls: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    near_calls: tuple[str, ...] = ()
    near_paths: tuple[str, ...] = ()
    otherwise: str = ""
    texts: tuple[str, ...] = ()
    exact: bool = False
    permissions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    service_bits: int = 0
    ordinary: bool = False
    tier: Tier = Tier.OBSERVED

    @property
    def near_fields(self) -> tuple[str, ...]:
        """Fields of `near`."""
        return tuple(one for one in self.near if "#" in one)

    @property
    def near_texts(self) -> tuple[str, ...]:
        """Parts of texts of `near`."""
        return tuple(one for one in self.near if "#" not in one)


class OwnerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose classes begin so; see `data/owners.toml`."""

    prefix: str
    name: str
    maker: str
    purpose: str
    source: str
    confirmed: bool


class PackerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what a program that hides code is known; see `data/packers.toml`."""

    name: str
    sources: tuple[str, ...]
    confirmed: bool
    classes: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class TopicRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which words a text speaks of a thing; see `data/says.toml`."""

    code: str
    abilities: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]


class _Abilities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ability: tuple[AbilityRule, ...]


class _Owners(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owner: tuple[OwnerRule, ...]


class _Packers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    packer: tuple[PackerRule, ...]


class _Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: tuple[TopicRule, ...]


@functools.cache
def ability_rules() -> tuple[AbilityRule, ...]:
    """Return the rules of abilities."""
    return msgspec.toml.decode((DATA / "abilities.toml").read_bytes(), type=_Abilities).ability


@functools.cache
def owner_rules() -> tuple[OwnerRule, ...]:
    """Return the rules of owners."""
    return msgspec.toml.decode((DATA / "owners.toml").read_bytes(), type=_Owners).owner


@functools.cache
def packer_rules() -> tuple[PackerRule, ...]:
    """Return the rules of packers."""
    return msgspec.toml.decode((DATA / "packers.toml").read_bytes(), type=_Packers).packer


@functools.cache
def topic_rules() -> tuple[TopicRule, ...]:
    """Return the rules of topics."""
    return msgspec.toml.decode((DATA / "says.toml").read_bytes(), type=_Topics).topic


def member(name: str) -> Member:
    """Return a method or field that a data file names as `class#name`."""
    owner, _, own = name.partition("#")
    return Member(owner, own)
