"""Made reports for tests of the documents."""

import dataclasses

from phoneward.checkup import ROOMS, CheckupReport, RoomReport
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.answering import answer_from
from tests.snapshots.covering import NOW, facts


def report(known: Facts | None = None, *, failure: PhonewardError | None = None) -> CheckupReport:
    """The report of a checkup that knew this, or whose first room failed."""
    known = known or facts()
    answer = None if failure is not None else answer_from(known)
    first = RoomReport(ROOMS[0], answer, failure)
    others = (RoomReport(dataclasses.replace(room, answer=None)) for room in ROOMS[1:])
    phone = readable(known.snapshot.label) if known.snapshot is not None else ""
    return CheckupReport(NOW, "/home/me/vault", known.snapshot, (first, *others), phone)
