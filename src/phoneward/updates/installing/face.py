"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.updates.installing.deciding import Decision, Way, Why
from phoneward.updates.installing.errors import (
    AppChangedError,
    InstallingError,
    InstallNoteError,
    InstallRunningError,
    NoRoomForAppError,
    NoSavedAppError,
    NotTheJudgedError,
    OddPartError,
    TwiceError,
)
from phoneward.updates.installing.hands import Asker, Hands
from phoneward.updates.installing.journal import Begun, Installs, Step, has_begun
from phoneward.updates.installing.plan import Planned
from phoneward.updates.installing.report import OUTCOME_WORDS, AppReport, InstallReport, Outcome
from phoneward.updates.installing.rolling_back import saved_version
from phoneward.updates.installing.running import Run

__all__ = [
    "OUTCOME_WORDS",
    "AppChangedError",
    "AppReport",
    "Asker",
    "Begun",
    "Decision",
    "Hands",
    "InstallNoteError",
    "InstallReport",
    "InstallRunningError",
    "InstallingError",
    "Installs",
    "NoRoomForAppError",
    "NoSavedAppError",
    "NotTheJudgedError",
    "OddPartError",
    "Outcome",
    "Planned",
    "Run",
    "Step",
    "TwiceError",
    "Way",
    "Why",
    "has_begun",
    "saved_version",
]
