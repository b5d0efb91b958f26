"""What a snapshot does not hold, name by name, collected while it is made. Never a silent gap (DESIGN, promise 2)."""

import base64
import enum
from collections import Counter
from typing import Final

import msgspec

from phoneward.errors import readable
from phoneward.phones import Obstacle

MAX_GAPS_NAMED: Final = 50_000
"""Gaps named one by one. Beyond them only their numbers are kept, and everything counts as kept in part."""

MAX_DETAIL: Final = 300
"""Characters of the phone's own words that are kept."""


class GapReason(enum.StrEnum):
    """Why a name is not in the snapshot, or not as it should be. Stable codes; sentences are in `reasons.py`."""

    DENIED = "denied"
    VANISHED = "vanished"
    READ_ERROR = "read-error"
    BAD_NAME = "bad-name"
    SPECIAL = "special"
    TOO_LONG = "too-long"
    LOCKED = "locked"
    CONTRADICTION = "contradiction"
    """The phone listed one name as two different things."""
    UNLISTED_FOLDER = "unlisted-folder"
    """Files were listed below a folder that was not: its files are kept, its own times and rights are not."""
    IMPOSSIBLE = "impossible"
    """The phone gave a size, time or answer that cannot be."""
    ENDLESS = "endless"
    """The phone sent far more of the file than it had said there was: nothing of it is kept."""
    TORN = "torn"
    """The file kept changing while it was read: the last content that came over whole is kept."""
    GONE_WHILE_READ = "gone-while-read"
    """The file was read, then it was gone: the content is kept, nothing could confirm it."""

    TWICE = "twice"
    """A backup file holds this name more than once: the last content is kept."""
    FOREIGN = "foreign"
    """A backup file holds this name where no Android puts anything: it is left out."""
    ABSENT = "absent"
    """A folder of the computer that should have come along was not there, or could not be opened."""

    MISMATCH = "mismatch"
    """The phone computed another SHA-256 than the vault, twice, though the file did not change: content is kept."""


_OF_OBSTACLE: Final = {obstacle: GapReason(obstacle.value) for obstacle in Obstacle}

KEPT_ALL_THE_SAME: Final = frozenset(
    {GapReason.TORN, GapReason.GONE_WHILE_READ, GapReason.UNLISTED_FOLDER, GapReason.MISMATCH, GapReason.TWICE}
)
"""Gaps that are about certainty or details: the content is in the snapshot."""


class Gap(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One name that is not in the snapshot, or not as it should be.

    Attributes:
        path: the path on the phone, readable.
        reason: a `GapReason`.
        detail: the phone's own words.
        path_b64: the raw path in base64 where `path` cannot show it without loss.
        earlier: whether the snapshot before this one still holds something under this path.
    """

    path: str
    reason: str
    detail: str = ""
    path_b64: str = ""
    earlier: bool = False

    @property
    def raw_path(self) -> bytes:
        """The path on the phone, raw bytes. ValueError for a document that was tampered with."""
        return base64.b64decode(self.path_b64, validate=True) if self.path_b64 else self.path.encode()


def reason_of(obstacle: Obstacle) -> GapReason:
    """Return the reason that stands for a phone's obstacle."""
    return _OF_OBSTACLE[obstacle]


class Gaps:
    """Collects gaps while a snapshot is made. One thread owns it."""

    def __init__(self) -> None:
        self.counts: Counter[GapReason] = Counter()
        self._gaps: dict[bytes, tuple[Gap, bytes]] = {}
        self._places: Counter[bytes] = Counter()
        self._ancestors: Counter[bytes] = Counter()
        self.unnamed = 0

    def add(self, reason: GapReason, phone_path: bytes, place: bytes, detail: str = "") -> None:
        """Name a gap. The last word on a path stands.

        Args:
            reason: why.
            phone_path: the path on the phone.
            place: where it would stand in the snapshot.
            detail: the phone's own words.
        """
        known = self._gaps.get(phone_path)
        if known is None and len(self._gaps) >= MAX_GAPS_NAMED:
            self.unnamed += 1
            self.counts[reason] += 1
            return
        if known is not None:
            self.counts[GapReason(known[0].reason)] -= 1
        else:
            self._places[place] += 1
            self._ancestors.update(_ancestors(place))
        self.counts[reason] += 1
        shown = readable(phone_path)
        raw = "" if shown.encode("utf-8", "surrogateescape") == phone_path else base64.b64encode(phone_path).decode()
        self._gaps[phone_path] = Gap(shown, reason.value, readable(detail)[:MAX_DETAIL], raw), place

    @property
    def total(self) -> int:
        """How many gaps there are, named one by one or not."""
        return len(self._gaps) + self.unnamed

    def named(self) -> list[tuple[Gap, bytes]]:
        """Return the gaps that are named one by one with their places in the snapshot, ordered by phone path."""
        return [self._gaps[path] for path in sorted(self._gaps)]

    def at(self, place: bytes) -> bool:
        """Tell whether this very place is missing or uncertain (True where nobody can tell any more)."""
        return bool(self.unnamed) or place in self._places

    def below(self, place: bytes) -> int:
        """Return how many of the named gaps are at a place of the snapshot or below it."""
        return self._places[place] + self._ancestors[place]

    def touch(self, place: bytes) -> bool:
        """Tell whether anything at, below or above this place of the snapshot is missing."""
        if self.unnamed or place in self._places or place in self._ancestors:
            return True
        return any(above in self._places for above in _ancestors(place))


def _ancestors(place: bytes) -> list[bytes]:
    found = []
    end = place.rfind(b"/")
    while end > 0:
        found.append(place[:end])
        end = place.rfind(b"/", 0, end)
    return found
