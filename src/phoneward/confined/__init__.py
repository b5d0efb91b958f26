"""Read hostile input in a worker process that is confined in time, memory and reach.

Why and how far it protects: `docs/decisions/0006-confined-worker.md`.
"""

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
