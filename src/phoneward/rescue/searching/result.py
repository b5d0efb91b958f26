"""What came of a search: the table, what cannot be had, and what was not looked at."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from phoneward.incidents import Incident
from phoneward.rescue.remnant import Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.texts import Words, words

SOON: Final = dt.timedelta(days=7)
"""What will be gone by itself within that time is told first."""

HINTS: Final = frozenset({Source.CLOUD, Source.OTHER_DEVICE})
"""Sources that nobody looked into: where else to look."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What came of a search.

    Attributes:
        remnants: what is gone soonest first, then best source first, newest first.
        seen: what shows that something happened: apps that were emptied between two snapshots.
        cannot: what cannot be had, plainly.
        not_looked_at: what nobody looked at, or could not.
        looked_at: where was looked.
        is_whole: whether all that should have been looked at was.
    """

    asked: Asked
    remnants: tuple[Remnant, ...]
    seen: tuple[Words, ...]
    cannot: tuple[Words, ...]
    not_looked_at: tuple[Words, ...]
    looked_at: tuple[Words, ...]
    is_whole: bool


def expires_soon(remnant: Remnant, now: dt.datetime) -> bool:
    """Tell whether something will be gone by itself within a week, or may be at any moment."""
    return remnant.expires is not None and remnant.expires - now < SOON


def in_order(remnants: list[Remnant], now: dt.datetime) -> tuple[Remnant, ...]:
    """Return remnants as they are shown: what expires soon by its time; then by source, the newest first."""
    ranks = {source: rank for rank, source in enumerate(Source)}

    def key(one: Remnant) -> tuple[int, float, int, float, str]:
        made = one.made.timestamp() if one.made is not None else 0.0
        if expires_soon(one, now) and one.expires is not None:
            return 0, one.expires.timestamp(), ranks[one.source], -made, one.where
        return 1, 0.0, ranks[one.source], -made, "" if one.source in HINTS else one.where  # hints in their own order

    return tuple(sorted(remnants, key=key))


def cannot_be_had(asked: Asked) -> tuple[Words, ...]:
    """Return what nobody can bring back, so that nobody is paid for trying."""
    if asked.incident.is_leak:
        return (words("What others have read or copied already. Nobody can call it back."),)
    said = [
        words(
            "Deleted files from the phone's own storage: Android encrypts every file, and what is needed to read one "
            "goes with it. Whoever promises to carve them out of it cannot keep it."
        ),
        words(
            "What an app keeps in its private folder (chats of WeChat and QQ, for example), where no backup of it was "
            "made before and the app has no copy on its servers."
        ),
        words("Beware of paid “100 % recovery”. Many of those who offer it take the money, the phone, or both."),
    ]
    if asked.incident is Incident.RESET:
        said.insert(0, words("Anything on the phone from before the reset: a reset throws the keys away."))
    if asked.incident is Incident.PHONE_LOST:
        said.insert(0, words("What is only on the phone that is lost, until it is found."))
    return tuple(said)
