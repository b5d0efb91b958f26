"""What works on one phone during a run, and who is asked."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from phoneward.errors import PhonewardError
from phoneward.phones import AdbPhone, UpdatablePhone, WritablePhone
from phoneward.progress import Listener, silent
from phoneward.risks import ShownRisk
from phoneward.texts import Words, verbatim
from phoneward.updates.installing.copying import CopiedApk
from phoneward.updates.installing.journal import Installs
from phoneward.updates.installing.report import AppReport
from phoneward.vault import Repository


class Asker(Protocol):
    """Asks the person. Every answer that is not a clear yes is a no."""

    def agrees(self, shown: ShownRisk, about: Sequence[Words]) -> bool:
        """Show what there is to know and a risk text; tell whether it was agreed to (a yes, or what it has typed)."""

    def puts_back(self, name: str) -> bool:
        """Ask whether the old version is to be put back, since the new one could not be installed."""

    def restores(self, name: str) -> bool:
        """Ask whether what the snapshot holds of an app's files is to be put back onto the phone."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What works on one phone.

    Attributes:
        repo: open, locked.
        phone: open.
        updater, writer: of the same phone; the writer is open.
        installs: the notes of what is begun, locked.
        asker: asks the person.
        state_dir, cache_dir: as for any backup.
    """

    repo: Repository
    phone: AdbPhone
    updater: UpdatablePhone
    writer: WritablePhone
    installs: Installs
    asker: Asker
    state_dir: Path
    cache_dir: Path | None
    listener: Listener = silent
    now: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))


@dataclass(frozen=True, slots=True)
class Job:
    """One app that is worked on.

    Attributes:
        name: what the person calls it, readable.
        apks: what is to be installed, base first.
        snapshot: full id of the one that has what was there before.
        report: what becomes of it.
    """

    package: str
    name: str
    apks: tuple[CopiedApk, ...]
    snapshot: str
    report: AppReport


def explained(error: PhonewardError) -> list[Words]:
    """Return an error's two sentences, the phone's own reason in the reader's language."""
    return [verbatim(error.sentence()), verbatim(error.advice())]
