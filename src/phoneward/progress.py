"""Progress events: the library says what it is doing, the command line and the page draw it. Nothing here renders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

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
    "plan",
    "find-used",
    "repack",
    "remove",
    "catalogue",
]


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


Event: TypeAlias = PhaseStarted | Advanced | PhaseDone | Notice
Listener: TypeAlias = Callable[[Event], None]


def silent(_event: Event) -> None:
    """A listener that hears nothing: the default."""
