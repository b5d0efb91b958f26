"""A backup as a process of its own, to be killed.

`python -m tests.snapshots.killable adb SERIAL|folder PATH VAULT [BYTES]`. Prints a line for each checkpoint that is
durable. Checkpoints come after `FILES` files, or `BYTES` where given, so that a short backup has many.
"""

import sys
from pathlib import Path

from phoneward.phones import Phone, open_folder
from phoneward.phones.adb import AdbPhone
from phoneward.snapshots import backup, journal, sending
from phoneward.vault import LocalStorage, open_repository
from tests.snapshots.bench import PASSWORD

FILES = 25


def main() -> None:
    kind, place, vault = sys.argv[1:4]
    sending.CHECKPOINT_FILES = FILES  # type: ignore[misc]
    if len(sys.argv) > 4:
        sending.CHECKPOINT_BYTES = int(sys.argv[4])  # type: ignore[misc]
    append = journal.Journal.append

    def append_and_tell(self: journal.Journal, *args: object) -> None:
        append(self, *args)  # type: ignore[arg-type]
        sys.stdout.write("durable\n")
        sys.stdout.flush()

    journal.Journal.append = append_and_tell  # type: ignore[assignment,method-assign]
    phone: Phone = AdbPhone(place) if kind == "adb" else open_folder(Path(place))
    repo = open_repository(LocalStorage(Path(vault) / "repo"), PASSWORD)
    with phone:
        result = backup(phone, repo, state_dir=Path(vault) / "state")
    sys.stdout.write(f"done {result.snapshot_id}\n")


if __name__ == "__main__":
    main()
