"""The backups that apps made of themselves, noted while the folders of a snapshot are built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import readable
from phoneward.phones.appbackups import OnPhone, moment_made
from phoneward.snapshots.backupfiles import MAX_FILES, BackupFiles
from phoneward.snapshots.coverage import OwnBackup
from phoneward.snapshots.inventory import utc
from phoneward.snapshots.ownbackups import MAX_OWN_BACKUPS, recognise, storage_path
from phoneward.vault import Node

_MAX_NOTED: Final = MAX_FILES + MAX_OWN_BACKUPS
"""Of one app: as many as may turn out to be damaged, and those that count then."""


@dataclass(slots=True)
class Held:
    """What a folder of the snapshot holds, all below it included."""

    files: int = 0
    size: int = 0


@dataclass(slots=True)
class OwnBackups:
    """Those found so far, by user and package, newest first, each with its place in the snapshot."""

    files: BackupFiles = field(default_factory=BackupFiles)
    _found: dict[tuple[int, str], dict[bytes, OwnBackup]] = field(default_factory=dict)

    def of(self, user_id: int, package: str) -> list[tuple[bytes, OwnBackup]]:
        """Return the newest ones of an app: more than count, since some may be damaged."""
        return _newest(self._found.get((user_id, package), {}))

    def note(self, place: bytes, marks: Sequence[Node], nodes: Sequence[Node], held: Callable[[bytes], Held]) -> None:
        """Look at the files of a folder whose names may be those of backups. The folders in it are built.

        Args:
            place: the folder.
            marks: those files.
            nodes: all that is in the folder.
            held: says what a folder of the snapshot holds, this one included.
        """
        where = storage_path(place)
        if where is None:
            return
        self.files.note(place, marks)
        for mark in marks:
            found = recognise(where, mark.name)
            backup = _backup(found, place, mark, nodes, held) if found is not None else None
            if found is not None and backup is not None:
                self._add((where.user_id, found.package), *backup)

    def _add(self, key: tuple[int, str], path: bytes, backup: OwnBackup) -> None:
        known = self._found.setdefault(key, {})
        known[path] = backup
        if len(known) > 2 * _MAX_NOTED:
            self._found[key] = dict(_newest(known))


def _newest(known: dict[bytes, OwnBackup]) -> list[tuple[bytes, OwnBackup]]:
    return sorted(known.items(), key=lambda pair: (pair[1].date, pair[0]), reverse=True)[:_MAX_NOTED]


def _backup(
    found: OnPhone, place: bytes, mark: Node, nodes: Sequence[Node], held: Callable[[bytes], Held]
) -> tuple[bytes, OwnBackup] | None:
    """Return a backup and its place; None where it is empty, or nobody can tell when it was made."""
    path, holds = place + b"/" + mark.name, Held(1, mark.size)
    if found.unit == "folder":
        path, holds = place, held(place)
    elif found.unit == "beside":
        path = place + b"/" + found.stem
        holds = held(path)
    elif found.unit == "siblings":
        sizes = [node.size for node in nodes if node.subtree is None and node.name.startswith(found.stem)]
        holds = Held(len(sizes), sum(sizes))
    made = moment_made(found.made, utc(mark.mtime_ns))
    if made is None or not holds.size:
        return None
    return path, OwnBackup(readable(path), made, holds.size, found.app, found.kind, holds.files)
