"""Where else to look: clouds and other devices, by `rescue/data/hints.toml`. Nobody is asked from here."""

import datetime as dt
import functools
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from importlib.resources import files
from typing import Final, Literal

import msgspec

from phoneward.rescue.remnant import Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.texts import Named, Words, running, words

_NOT_CONFIRMED: Final = words("These words were not found on a page of its maker.")


class Hint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place to look; see the data file."""

    source: Literal["cloud", "other-device"]
    packages: tuple[str, ...]
    only_apps: tuple[str, ...] = ()
    called: dict[str, str]
    what: dict[str, str]
    how: dict[str, str]
    where: str
    sources: tuple[str, ...]
    confirmed: bool


class _Hints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    looked_up: dt.date
    hint: tuple[Hint, ...]


@functools.cache
def hints() -> tuple[Hint, ...]:
    """Return the data file, checked."""
    return msgspec.toml.decode((files("phoneward.rescue") / "data" / "hints.toml").read_bytes(), type=_Hints).hint


def hinted(asked: Asked, apps: AbstractSet[str] | None) -> Iterator[Remnant]:
    """Yield where else to look.

    Args:
        asked: what is looked for.
        apps: the packages that are, or were, on the phone; None where nobody knows: then all may be.
    """
    for hint in hints():
        if asked.app and hint.only_apps and asked.app not in hint.only_apps:
            continue
        if hint.packages and apps is not None and asked.app not in hint.packages and not apps & set(hint.packages):
            continue
        how = Words("{text}", details={"text": Named(hint.how)})
        yield Remnant(
            source=Source(hint.source),
            what=words("Perhaps {whose}: {what}", whose=Named(hint.called), what=Named(hint.what)),
            where=hint.where,
            how=how if hint.confirmed else running(how, _NOT_CONFIRMED),
            is_confirmed=hint.confirmed,
        )
