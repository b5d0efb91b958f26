"""Restores from the plan to the result. What was planned is kept here, so that a form carries only the plan's name."""

import datetime as dt
import enum
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.phones.appbackups import Computer
from phoneward.snapshots import AppBackupsPlan, Compared, ComputerBackup, RecordsPlan, ReturnPlan, ReturnReport
from phoneward.texts import Words
from phoneward.vault import FileId, RestoreReport
from phoneward.web.errors import RestoreUnknownError

MAX_REMEMBERED: Final = 20


class What(enum.Enum):
    """What is to come back."""

    FILES = ""
    RECORDS = "records"
    """Messages, calls, contacts and the calendar, as files that apps take in."""
    APP_BACKUPS = "app-backups"
    """Backups that apps made of themselves, onto a phone."""
    TO_COMPUTER = "to-computer"
    """Backups that apps made on a computer, to where they look for them on this one."""

    @property
    def options(self) -> tuple[str, ...]:
        """The options of `phoneward restore` that say so."""
        if self is What.TO_COMPUTER:
            return ("--app-backups", "--to-computer")
        return (f"--{self.value}",) if self.value else ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants back, and where.

    Attributes:
        snapshot: its full ID.
        paths: in the snapshot, raw bytes; empty for everything, or all of `app`.
        app: a package name; empty for none.
        target: the folder; None where it goes onto a phone, or to where apps look for it on this computer.
        serial: of the phone; empty where it goes onto none.
        what: which part of the snapshot.
        computer: this one, where it goes to where apps look for it; None elsewhere.
    """

    snapshot: FileId
    paths: tuple[bytes, ...]
    app: str
    target: Path | None
    serial: str = ""
    what: What = What.FILES
    computer: Computer | None = None


@dataclass(slots=True)
class Restore:
    """One restore: planned, perhaps being done, done.

    Attributes:
        what: for the headings, in the language of whoever looks, readable.
        phone: what the person calls the phone the snapshot is of.
        plan, phone_plan: what a dry run said; the one for folders, the other for phones.
        job: does it; empty before.
        report, phone_report: what was done.
        compared: what reading it back showed.
        proof: under which ID the vault keeps that.
        records, app_backups, computer_backups: what was planned of these, and what became of it.
        maker: who made the phone that they go to; empty where it is not known.
        is_placed: whether they were put in their places.
    """

    wanted: Wanted
    what: Words
    phone: str
    plan: RestoreReport | None = None
    phone_plan: ReturnPlan | None = None
    job: str = ""
    report: RestoreReport | None = None
    phone_report: ReturnReport | None = None
    compared: Compared | None = None
    proof: FileId | None = None
    records: RecordsPlan | None = None
    app_backups: AppBackupsPlan | None = None
    computer_backups: list[ComputerBackup] | None = None
    maker: str = ""
    is_placed: bool = False
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    made: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    @property
    def is_planned(self) -> bool:
        """Whether there is a plan to show."""
        of_parts = (self.records, self.app_backups, self.computer_backups)
        return any(one is not None for one in (self.plan, self.phone_plan, *of_parts))

    @property
    def is_done(self) -> bool:
        """Whether there is a result to show."""
        return self.report is not None or self.phone_report is not None or self.is_placed


class Restores:
    """Those of this server, the newest kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Restore] = OrderedDict()

    def add(self, restore: Restore) -> Restore:
        """Remember one."""
        with self._lock:
            self._known[restore.id] = restore
            while len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        return restore

    def get(self, name: str) -> Restore:
        """Return one. Raises RestoreUnknownError."""
        found = self._known.get(name)
        if found is None:
            raise RestoreUnknownError
        return found

    def forget(self) -> None:
        """Let go of all, such as when the vault was locked."""
        with self._lock:
            self._known.clear()
