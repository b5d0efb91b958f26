"""A backup of a folder in which Ctrl-C is pressed at the worst moment: `… pressed FOLDER VAULT PRESSES`.

The presses come between two steps of the vault's writer: room for a batch is taken, and no worker has the batch yet.
"""

import signal
import sys
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.vault import LocalStorage, open_packs, open_repository
from tests.snapshots.bench import PASSWORD

AT = 6
"""Which batch. The ones before it are files that the backup waits for when it ends."""


def main() -> None:
    folder, vault, presses = sys.argv[1:4]
    enter, entered = open_packs.Gate.enter, 0

    def press(self: open_packs.Gate, size: int) -> None:
        nonlocal entered
        enter(self, size)
        entered += 1
        if entered == AT:
            for _number in range(int(presses)):
                signal.raise_signal(signal.SIGINT)

    open_packs.Gate.enter = press  # type: ignore[method-assign]
    repo = open_repository(LocalStorage(Path(vault) / "repo"), PASSWORD)
    try:
        with open_folder(Path(folder)) as phone:
            backup(phone, repo, state_dir=Path(vault) / "state")
    except PhonewardError as error:
        sys.stdout.write(type(error).__name__)


if __name__ == "__main__":
    main()
