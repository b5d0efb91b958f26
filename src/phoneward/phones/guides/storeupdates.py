"""Where a phone's shop is told to update nothing by itself, in the reader's language: data with sources."""

import functools
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import msgspec

from phoneward.phones.guides.data import Texts, is_confirmed
from phoneward.phones.guides.guide import NOT_CONFIRMED
from phoneward.phones.makers import maker_by_key, maker_named
from phoneward.texts import _, current_language, in_language

_FILE = Path(__file__).parent / "storeupdates.toml"

ANYWHERE = "google"
"""The shop that is told of where nothing is known of the phone."""


class PopupEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do when a shop or an installer already asks."""

    sources: tuple[str, ...]
    steps: Texts


class StoreEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shop; see the head of the file."""

    key: str
    packages: tuple[str, ...]
    name: dict[str, str]
    confirmed: tuple[str, ...]
    sources: tuple[str, ...]
    steps: Texts
    makers: tuple[str, ...] = ()


class StoresFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    popup: PopupEntry
    store: tuple[StoreEntry, ...]


@functools.cache
def stores_file() -> StoresFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=StoresFile)


@dataclass(frozen=True, slots=True)
class StoreGuide:
    """How one shop's automatic updates are switched off.

    Attributes:
        key: a stable word for the shop ("xiaomi").
        name: what it is called.
        packages: of its own app.
        steps: in order.
        confirmed: whether the words come from the phone's or the shop's maker, in this language.
        sources: where they come from; may be empty where nothing is confirmed.
    """

    key: str
    name: str
    packages: tuple[str, ...]
    steps: tuple[str, ...]
    confirmed: bool
    sources: tuple[str, ...]

    @property
    def caution(self) -> str:
        """The sentence that says so where the words are not confirmed, else ""."""
        return "" if self.confirmed else _(NOT_CONFIRMED)


def store_guides(
    maker: str | None = None, installed: Container[str] | None = None, *, language: str | None = None
) -> list[StoreGuide]:
    """Return how the shops of a phone are told to update nothing by themselves: its maker's own first.

    Args:
        maker: a maker's key, or a text that names it, such as the phone's manufacturer; None where unknown.
        installed: packages on the phone: shops of no maker are told of where they are among them. None where nobody
            knows: then Google's is told of.
        language: "en", "zh_CN"; None takes the reader's.
    """
    chosen = language or current_language()
    known = (maker_by_key(maker) or maker_named(maker)) if maker else None
    key = known.key if known is not None else ""
    own = [store for store in stores_file().store if key in store.makers]
    others = [store for store in stores_file().store if store not in own and _is_there(store, installed)]
    return [_guide(store, chosen) for store in own + others]


def store_named(package: str, *, language: str | None = None) -> StoreGuide | None:
    """Return the shop whose own app this package is."""
    found = next((store for store in stores_file().store if package in store.packages), None)
    return _guide(found, language or current_language()) if found is not None else None


def popup_steps(language: str | None = None) -> tuple[str, ...]:
    """Return what to do when a shop or an installer already asks."""
    return in_language(stores_file().popup.steps, language or current_language())


def _is_there(store: StoreEntry, installed: Container[str] | None) -> bool:
    if installed is None:
        return store.key == ANYWHERE
    return any(package in installed for package in store.packages)


def _guide(store: StoreEntry, language: str) -> StoreGuide:
    return StoreGuide(
        key=store.key,
        name=in_language(store.name, language),
        packages=store.packages,
        steps=in_language(store.steps, language),
        confirmed=is_confirmed(store.steps, store.confirmed, language),
        sources=store.sources,
    )
