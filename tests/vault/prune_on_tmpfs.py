"""Prunes a vault on a small tmpfs: the program that `test_prune_space.py` starts in a mount namespace of its own.

Prints one JSON line: the space that is free, what prune says it needs, the least free space there ever was, whether it
went through, and whether the vault is sound afterwards.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.vault import (
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    MaxUnused,
    PruneFigures,
    PruneOptions,
    check,
    open_repository,
    prune,
)
from phoneward.vault.blobs import BytesLike
from tests.vault import prunesuite as suite


class Watched(LocalStorage):
    """Looks at the free space whenever it is smallest: right after a file was stored."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path
        self.least = free(path)

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        super().save(file_type, name, pieces)
        self.least = min(self.least, free(self.path))


def free(path: Path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def main(source: str, mount: str, spare: int, lie: int) -> None:
    """Copy the vault onto a tmpfs, leave `spare` bytes free, and prune; `lie` more are claimed to be free."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount], check=True)
    vault = Path(mount) / "vault"
    shutil.copytree(source, vault)
    (Path(mount) / "ballast").write_bytes(bytes(max(0, free(vault) - spare)))
    storage = Watched(vault)
    if lie:
        honest = storage.free_space
        storage.free_space = lambda: (space := honest()) and space._replace(free=space.free + lie)  # type: ignore[method-assign]
    repo = open_repository(storage, suite.PASSWORD)
    said: list[PruneFigures] = []
    ended = "done"
    with repo.lock(exclusive=True, timing=LockTiming(settle_s=0.0)) as lock:
        before = storage.least = free(vault)
        try:
            prune(repo, lock, options=PruneOptions(max_unused=MaxUnused(size=0)), on_plan=said.append)
        except PhonewardError as error:
            ended = error.code
    report = check(repo, read_data=True)
    document = {
        "free": before,
        "needs": said[0].needs_free_bytes,
        "used": before - storage.least,
        "ended": ended,
        "sound": report.ok,
        "hints": report.hint_count,
        "packs": sum(size for _name, size in repo.list_files(FileType.PACK)),
    }
    print(json.dumps(document))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
