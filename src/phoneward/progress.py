"""Progress events: the library says what it is doing, the command line and the page draw it. Nothing here renders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from phoneward.texts import N_

Phase: TypeAlias = Literal[
    "list",
    "compare",
    "send",
    "match",
    "store",
    "check",
    "read-data",
    "restore",
    "inventory",
    "records",
    "read-back",
    "adb-backup",
    "plan",
    "find-used",
    "repack",
    "remove",
    "catalogue",
    "copy",
    "read-history",
    "read-messages",
    "install",
    "find-pictures",
    "match-pictures",
    "look-at-pictures",
    "look-for-canary",
    "look-into-recording",
    "write-archive",
    "look-for-remnants",
    "collect",
]

PHASE_WORDS: dict[Phase, str] = {
    "list": N_("Looking at what is there"),
    "compare": N_("Comparing with the last snapshot"),
    "send": N_("Reading from the phone"),
    "match": N_("Comparing with the phone's own checksums"),
    "store": N_("Storing"),
    "check": N_("Checking the vault"),
    "read-data": N_("Reading everything back"),
    "read-back": N_("Reading the files through"),
    "plan": N_("Looking at what the phone has already"),
    "restore": N_("Restoring"),
    "inventory": N_("Asking which apps there are"),
    "records": N_("Reading messages, calls, contacts and the calendar"),
    "adb-backup": N_("Waiting for the phone, and reading the backup that it makes"),
    "find-used": N_("Looking at what snapshots need"),
    "repack": N_("Packing anew what is needed"),
    "remove": N_("Removing what is not needed"),
    "catalogue": N_("Preparing the search"),
    "copy": N_("Copying into the other vault"),
    "read-history": N_("Reading which apps each snapshot tells of"),
    "read-messages": N_("Looking through messages"),
    "install": N_("Handing the app to the phone"),
    "find-pictures": N_("Looking for pictures in what apps keep"),
    "match-pictures": N_("Comparing pictures"),
    "look-at-pictures": N_("Looking at pictures"),
    "look-for-canary": N_("Looking for the test picture"),
    "look-into-recording": N_("Looking into the recording"),
    "write-archive": N_("Writing the pages"),
    "look-for-remnants": N_("Looking for what is left"),
    "collect": N_("Copying what is left into the case"),
}


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """A stretch of work began. Totals are None while nobody knows them."""

    phase: Phase
    total_files: int | None = None
    total_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """Work done since the phase began (cumulative, not a step)."""

    phase: Phase
    files_done: int
    bytes_done: int
    current: bytes | None = None
    """The path being worked on: phone paths are bytes, since they need not be UTF-8."""


@dataclass(frozen=True, slots=True)
class PhaseDone:
    """The stretch of work ended."""

    phase: Phase
    files_done: int
    bytes_done: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should see while the work goes on, such as a file that could not be read."""

    path: bytes | None
    sentence: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A job of several steps begins its next one; phases, notices and the like that follow are of this step.

    Attributes:
        names: of all steps, in their order; stable, for programs and for remembering how long each takes.
        number: which one begins, counted from 1.
        title: what it is called, marked with `N_`.
    """

    names: tuple[str, ...]
    number: int
    title: str

    @property
    def name(self) -> str:
        """The one that begins."""
        return self.names[self.number - 1]


@dataclass(frozen=True, slots=True)
class StepDone:
    """The step ended, well or not."""

    name: str


Event: TypeAlias = PhaseStarted | Advanced | PhaseDone | Notice | StepStarted | StepDone
Listener: TypeAlias = Callable[[Event], None]


def silent(_event: Event) -> None:
    """A listener that hears nothing: the default."""
