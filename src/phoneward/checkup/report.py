"""What a checkup found, room by room: plain data, rendered elsewhere."""

import datetime as dt
from dataclasses import dataclass

from phoneward.checkup.rooms import Room
from phoneward.errors import PhonewardError
from phoneward.findings import Answer, Finding, Severity, worst
from phoneward.snapshots import SnapshotInfo


@dataclass(frozen=True, slots=True)
class RoomReport:
    """One room's part.

    Attributes:
        answer: None where the room is not built yet or failed.
        failure: what went wrong; the other rooms answered all the same.
    """

    room: Room
    answer: Answer | None = None
    failure: PhonewardError | None = None

    @property
    def is_built(self) -> bool:
        """Whether there is anybody to ask."""
        return self.room.answer is not None


@dataclass(frozen=True, slots=True)
class CheckupReport:
    """All six.

    Attributes:
        made: when.
        snapshot: which one was looked at; None where there is none.
        phone: what the person calls its phone, else its label; readable, empty where nobody calls it anything.
    """

    made: dt.datetime
    repository: str
    snapshot: SnapshotInfo | None
    rooms: tuple[RoomReport, ...]
    phone: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of all rooms, in the rooms' order."""
        return tuple(finding for part in self.rooms if part.answer is not None for finding in part.answer.findings)

    @property
    def severity(self) -> Severity:
        """The worst of what is open."""
        return worst(part.answer.severity for part in self.rooms if part.answer is not None)

    @property
    def complete(self) -> bool:
        """Whether no room failed."""
        return all(part.failure is None for part in self.rooms)
