"""Whose a folder in a snapshot is: the person's own pictures, what an app keeps, thumbnails.

The rules are data: `watch/data/places.toml`, which says what each field means. Where the rules are not sure, nobody is
named.
"""

import enum
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+\Z")
_APP_FOLDERS: Final = frozenset({"data", "media"})
"""The folders of `Android/` on a storage that hold one folder per app (AOSP `Environment.java`)."""
_ANDROID: Final = (["android", "data"], ["android", "media"])


class Role(enum.StrEnum):
    """What lies in a folder."""

    OWN = "own"
    """The person's own pictures."""
    APP = "app"
    """What an app keeps."""
    THUMBNAILS = "thumbnails"
    """Small pictures of an overview."""
    LEFT_OUT = "left-out"
    """Folders that people fill themselves."""


class AppKind(enum.StrEnum):
    """What an app is for, where that explains a copy."""

    MESSENGER = "messenger"
    GALLERY = "gallery"
    EDITOR = "editor"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Place:
    """What a folder is.

    Attributes:
        role: what lies there.
        package: whose it is; empty where nobody can tell.
        user: the Android user whose storage it is on; 0 the phone's owner, others app twins and second spaces.
    """

    role: Role
    package: str = ""
    user: int = 0


class _Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    role: Role
    package: str = ""
    source: str = ""
    unconfirmed: bool = False


class AppRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is ordinary for an app. See the data file."""

    packages: tuple[str, ...]
    kind: AppKind
    sent: tuple[str, ...] = ()
    chats: tuple[str, ...] = ()
    source: str = ""
    unconfirmed: bool = False


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data file."""

    folder: tuple[_Folder, ...]
    app: tuple[AppRule, ...]


@cache
def rules() -> Rules:
    """Return the data file, checked."""
    text = files("phoneward.watch").joinpath("data/places.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Rules)


@cache
def _folders() -> dict[str, _Folder]:
    return {folder.path.casefold(): folder for folder in rules().folder}


@cache
def _above() -> frozenset[str]:
    """Return the folders that are no place themselves, but have one below them."""
    paths = [path.split("/") for path in _folders()]
    return frozenset("/".join(parts[:count]) for parts in paths for count in range(1, len(parts)))


@cache
def _apps() -> dict[str, AppRule]:
    return {package: rule for rule in rules().app for package in rule.packages}


def app_rule(package: str) -> AppRule | None:
    """Return what is ordinary for an app; None where nothing is known of it."""
    return _apps().get(package)


def lies_in(path: str, folders: Sequence[str]) -> bool:
    """Tell whether a path leads through one of these folders, each one or several parts; case does not matter."""
    folded = f"/{path.casefold()}/"
    return any(f"/{folder.casefold()}/" in folded for folder in folders)


@dataclass(frozen=True, slots=True)
class Walker:
    """Follows a path from a storage's root downwards, and says what each folder is.

    Attributes:
        place: of the folder that was reached; None for one that is no place (yet).
        mine: further folders of the person's own, below the storage's root, folded.
        is_fixed: all folders below are the same place.
    """

    place: Place | None = None
    user: int = 0
    mine: frozenset[str] = frozenset()
    is_fixed: bool = False
    _path: str = ""

    def enter(self, name: str) -> "Walker":
        """Return the same one folder deeper."""
        if self.is_fixed:
            return self
        folded = name.casefold()
        path = f"{self._path}/{folded}" if self._path else folded
        return replace(self, place=self._place(path, name), _path=path)

    @property
    def of_files(self) -> Place | None:
        """What a file is that lies here. A storage's root is nobody's: an app may have put it there."""
        return self.place if self._path or self.place is not None else Place(Role.APP, "", self.user)

    def _place(self, path: str, name: str) -> Place | None:
        if path in self.mine:
            return Place(Role.OWN, "", self.user)
        rule = _folders().get(path)
        if rule is not None:
            return Place(rule.role, rule.package, self.user)
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == "android" and parts[1] in _APP_FOLDERS:
            return Place(Role.APP, name if _PACKAGE.match(name) else "", self.user)
        if name.startswith(".") and self.place is not None and self.place.role in {Role.OWN, Role.LEFT_OUT}:
            # Hidden from the person: not filled by them.
            return Place(Role.APP, "", self.user)
        if self.place is None and path not in _above() and (len(parts) == 1 or parts[:2] not in _ANDROID):
            return Place(Role.APP, "", self.user)
        return self.place


def package_of_data(name: str) -> str:
    """Return whose a folder below /appdata is; empty for what is no package's. A part after `@` says which folder."""
    package = name.partition("@")[0]
    return package if _PACKAGE.match(package) else ""
