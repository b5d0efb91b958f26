"""What became of each update, and of the run."""

import enum
from dataclasses import dataclass, field

from phoneward.errors import ExitCode
from phoneward.texts import N_, Words


class Outcome(enum.StrEnum):
    """What became of one update."""

    KEPT = "kept"
    """Installed; the data was looked at and is there."""
    WIPED = "wiped"
    """Installed after the app was removed, as was agreed by typing its name."""
    UNSURE = "unsure"
    """Installed; something of the check afterwards could not be had, or is not as it was."""
    SAME = "same"
    """This very version is installed already: nothing to do."""
    WOULD = "would"
    """A rehearsal: it would be installed, if everything is saved before."""
    WOULD_WIPE = "would-wipe"
    """A rehearsal: it could be installed only by removing the app."""
    NOT_DONE = "not-done"
    """Not installed, by the rules: refused, would delete data, not saved."""
    DECLINED = "declined"
    """Not installed: the person did not agree, or could not be asked."""
    UNDECIDED = "undecided"
    """Not installed: whether the data would be kept could not be told."""
    CHANGED = "changed"
    """Not installed: file or app were not what was judged any more."""
    FAILED = "failed"
    """Not installed: the phone did not take it. App and data are as they were."""
    CUT_OFF = "cut-off"
    """The connection was lost before anything on the phone had changed."""
    UNKNOWN = "unknown"
    """The connection was lost at the moment of the change: the next run finds out."""
    NOT_HAPPENED = "not-happened"
    """An install that was cut off before had not changed anything."""
    REMOVED = "removed"
    """The app was removed, as was agreed, and the new version could not be installed."""
    PUT_BACK = "put-back"
    """As `REMOVED`; the version that was there is there again, without its data."""
    LOST = "lost"
    """Installed, or not: the data is gone."""
    NOT_BEGUN = "not-begun"
    """Left alone: something went wrong with one before it."""


OUTCOME_WORDS = {
    Outcome.KEPT: N_("Installed, data kept"),
    Outcome.WIPED: N_("Installed anew, as you agreed"),
    Outcome.UNSURE: N_("Installed, look at it"),
    Outcome.SAME: N_("Installed already"),
    Outcome.WOULD: N_("Would keep the data"),
    Outcome.WOULD_WIPE: N_("Would delete the data"),
    Outcome.NOT_DONE: N_("Not installed"),
    Outcome.DECLINED: N_("Not installed"),
    Outcome.UNDECIDED: N_("Not installed: nobody can tell"),
    Outcome.CHANGED: N_("Not installed: it changed"),
    Outcome.FAILED: N_("The phone did not take it"),
    Outcome.CUT_OFF: N_("Connection lost, nothing changed"),
    Outcome.UNKNOWN: N_("Connection lost, not known yet"),
    Outcome.NOT_HAPPENED: N_("Cut off, nothing changed"),
    Outcome.REMOVED: N_("Removed, not installed"),
    Outcome.PUT_BACK: N_("The old version, without its data"),
    Outcome.LOST: N_("DATA LOST"),
    Outcome.NOT_BEGUN: N_("Not begun"),
}

_FAILED = frozenset({Outcome.CHANGED, Outcome.FAILED, Outcome.CUT_OFF, Outcome.UNKNOWN, Outcome.UNDECIDED})
_FINDING = frozenset(
    {
        *(Outcome.NOT_DONE, Outcome.DECLINED, Outcome.WOULD_WIPE),
        *(Outcome.LOST, Outcome.REMOVED, Outcome.PUT_BACK),
    }
)
_STOPS = frozenset({Outcome.LOST, Outcome.REMOVED, Outcome.PUT_BACK, Outcome.CUT_OFF, Outcome.UNKNOWN})


@dataclass(slots=True)
class AppReport:
    """What became of one app.

    Attributes:
        name: what the person calls it, readable.
        sentences: what happened and what to do, what matters most first.
        old_version, new_version: as people know them, else the number.
        reasons: codes of the judgement's reasons that stand in the way, and of ours (`deciding.Why`).
        snapshot: full id of the one that has what was there before; empty where none was made.
        after: full id of the one that was made after a loss, before anything was touched; empty where none was needed.
        restored: files that were put back after a loss; None where that was not asked for.
    """

    package: str
    name: str
    outcome: Outcome
    sentences: list[Words] = field(default_factory=list)
    old_version: str = ""
    new_version: str = ""
    verdict: str = ""
    reasons: list[str] = field(default_factory=list)
    snapshot: str = ""
    after: str = ""
    restored: int | None = None

    @property
    def stops(self) -> bool:
        """Whether nothing else may be begun after it."""
        return self.outcome in _STOPS


@dataclass(slots=True)
class InstallReport:
    """What became of a run.

    Attributes:
        apps: in the order they were asked for.
        dry_run: nothing was written anywhere.
    """

    apps: list[AppReport] = field(default_factory=list)
    dry_run: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """The gravest of all: data lost or deleted, or not installed to spare it (4); failed (1); not sure (3)."""
        outcomes = {app.outcome for app in self.apps}
        if outcomes & {Outcome.LOST, Outcome.REMOVED, Outcome.PUT_BACK}:
            return ExitCode.FINDING
        if outcomes & _FAILED:
            return ExitCode.FAILED
        if outcomes & _FINDING:
            return ExitCode.FINDING
        return ExitCode.INCOMPLETE if outcomes & {Outcome.UNSURE, Outcome.NOT_BEGUN} else ExitCode.DONE
