"""Changes the state of a vault again and again: the program that `test_state_store.py` runs twice, and kills.

`python -m tests.snapshots.state_me VAULT WRITER FIRST END [WHERE]`: marks `WRITER-FIRST` … as done, one change each,
and says each that is kept. WHERE says at which step of the first change it kills itself: `before` the new snapshot is
stored, or `between` that and the removal of the old ones.
"""

import os
import signal
import sys
from unittest import mock

from phoneward.snapshots import change_state, mark_done, state_store
from phoneward.vault import LocalStorage, LockTiming, open_repository
from tests.snapshots.bench import PASSWORD


def _die(*_arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(vault: str, writer: str, first: int, end: int, where: str = "") -> None:
    """Change the state; each change opens the vault as a new process would."""
    step = {"before": "save_snapshot_held", "between": "remove_snapshots", "": "MAX_TREE"}[where]
    with mock.patch.object(state_store, step, _die if where else state_store.MAX_TREE):
        for number in range(first, end):
            repo = open_repository(LocalStorage(vault), PASSWORD)
            with repo.lock(exclusive=False, timing=LockTiming(settle_s=0.01)) as lock:
                change_state(repo, lock, [mark_done(f"{writer}-{number}")])
            print(number, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
