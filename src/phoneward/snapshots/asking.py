"""What a room is given to answer its question from: an open vault, one snapshot of a phone, and the time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phoneward.phones.appbackups import OnComputer
from phoneward.progress import Listener, silent
from phoneward.snapshots.reading import SnapshotInfo
from phoneward.snapshots.state import OwnerState
from phoneward.vault import FileId, Repository


@dataclass(frozen=True, slots=True)
class Asking:
    """One checkup, as every room sees it. Rooms only read.

    Attributes:
        repo: open, its index loaded.
        snapshot: the one that is asked about; None where the vault holds no finished snapshot of a phone.
        every: all snapshots of the vault, oldest first.
        now: the time that ages are counted to, aware.
        cache_dir: where derived data may be kept, sealed (`vault.SealedCache`); None keeps nothing.
        listener: hears how far a room is.
        damaged: names of snapshot files that cannot be read.
        last_read_data: when the whole vault was last read back and nothing was damaged; None where nobody noted it.
        last_restore_test: when a restore was last compared, as far as it was noted beside the vault's own proofs.
        state: what the person decided, such as names of phones.
        on_computer: apps' own backups that were found on this computer; nothing where nobody looked.
        computer: this computer's id; None where it has none.
        state_dir: where this computer notes what was begun; None looks at nothing.
    """

    repo: Repository
    snapshot: SnapshotInfo | None
    every: Sequence[SnapshotInfo]
    now: dt.datetime
    cache_dir: Path | None = None
    listener: Listener = field(default=silent)
    damaged: Sequence[FileId] = ()
    last_read_data: dt.datetime | None = None
    last_restore_test: dt.datetime | None = None
    state: OwnerState = field(default_factory=OwnerState)
    on_computer: Sequence[OnComputer] = ()
    computer: str | None = None
    state_dir: Path | None = None
