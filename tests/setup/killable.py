"""Sets everything up and kills itself on the way: `python -m tests.setup.killable FOLDER WHEN`.

WHEN is a step, for "as soon as it is done", or a phase of the work, for "in the middle of it".
"""

import functools
import os
import signal
import sys
from pathlib import Path

from phoneward.progress import Event
from phoneward.setup import Journey, Source, journey, run_through
from phoneward.vault import init_repository
from tests.vault.cheap import insecure_test_cost

PASSWORD = "stroller-anime-shy-unblock-algebra"


def journey_in(folder: Path) -> Journey:
    return Journey(folder / "state", Source(folder=folder / "card"), folder / "vault")


def cheap() -> None:
    """Make vaults whose key is cheap to derive."""
    journey.init_repository = functools.partial(init_repository, kdf=insecure_test_cost())  # type: ignore[attr-defined]


def main() -> None:
    folder, when = Path(sys.argv[1]), sys.argv[2]

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def listen(event: Event) -> None:
        if getattr(event, "phase", None) == when:
            die()

    cheap()
    for told in run_through(journey_in(folder), folder / "vault", PASSWORD, listener=listen):
        if told.step == when:
            die()


if __name__ == "__main__":
    main()
