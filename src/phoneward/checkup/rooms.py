"""The six rooms with their questions (DESIGN, "Six questions"), those that are built and those that are not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phoneward.cases import room_answer as _cases
from phoneward.findings import Answer
from phoneward.numbers import room_answer as _numbers
from phoneward.rescue import room_answer as _rescue
from phoneward.snapshots import Asking
from phoneward.snapshots import answer as _snapshots
from phoneward.texts import N_
from phoneward.updates import room_answer as _updates
from phoneward.watch import room_answer as _watch


@dataclass(frozen=True, slots=True)
class Room:
    """One question and who answers it.

    Attributes:
        name: for programs and addresses; stable.
        title: what the room is called, marked with `N_`.
        question: as a person would ask it, marked with `N_`.
        answer: the room's own function; None where it is not built yet.
    """

    name: str
    title: str
    question: str
    answer: Callable[[Asking], Answer] | None = None


ROOMS: Final = (
    Room(
        "snapshots",
        N_("Your snapshots"),
        N_("If the phone broke this minute, what would I lose?"),
        _snapshots,
    ),
    Room("updates", N_("Updates"), N_("Is this update safe for my data?"), _updates),
    Room("numbers", N_("Numbers"), N_("If I give up this number, who gets in where?"), _numbers),
    Room("watch", N_("Pictures"), N_("Which apps hold copies of my pictures, and did they send them?"), _watch),
    Room("rescue", N_("Rescue"), N_("It happened. What can still be saved?"), _rescue),
    Room("cases", N_("Proof"), N_("How do I prove it, and what may I demand?"), _cases),
)
"""In the order they are shown. A new room sets its `answer`; its card, its part of the report and its name in JSON
follow from this table."""


def room(name: str) -> Room:
    """Return a room by its name. KeyError where there is none."""
    return {room.name: room for room in ROOMS}[name]
