"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.confined.errors import (
    BadAnswerError,
    ConfinedError,
    TookTooLongError,
    TooMuchMemoryError,
    TooMuchOutputError,
    WorkerCrashedError,
    WorkerRaisedError,
    WorkerStartError,
)
from phoneward.confined.limits import Limits
from phoneward.confined.parent import ConfinedWorker, run_confined

__all__ = [
    "BadAnswerError",
    "ConfinedError",
    "ConfinedWorker",
    "Limits",
    "TooMuchMemoryError",
    "TooMuchOutputError",
    "TookTooLongError",
    "WorkerCrashedError",
    "WorkerRaisedError",
    "WorkerStartError",
    "run_confined",
]
