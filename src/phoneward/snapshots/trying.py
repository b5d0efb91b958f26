"""A restore of a few files by chance, into a private folder that is removed again: does it come back?"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.snapshots.layout import is_own_document
from phoneward.snapshots.proofs_restored import Compared
from phoneward.snapshots.reading import find, list_path
from phoneward.snapshots.restoring import prove_restored, restore
from phoneward.vault import FileId, HeldLock, NodeType, Repository, TreeEntry

FILES: Final = 12
LARGEST: Final = 64_000_000
"""Bytes; larger files are not drawn, unless there are only such."""
MOST: Final = 256_000_000
"""Bytes of all files that are drawn."""
_FOLDER: Final = "restore-test-"


def try_restore(
    repo: Repository, ref: str, lock: HeldLock, scratch: Path, listener: Listener = silent
) -> tuple[Compared, FileId | None]:
    """Restore files of a snapshot, other ones each time, and compare them with its SHA-256 sums.

    Args:
        repo: open, its index loaded.
        ref: the snapshot.
        lock: held, so that only one such test of a vault runs on this computer; the proof is kept in the vault.
        scratch: a folder of the person's own with room; made where it is missing.
        listener: hears the phases restore and match.

    Returns:
        What came of it, and the ID of the proof. Nothing at all where the snapshot holds no file.

    Raises:
        VaultError: the snapshot cannot be read.
    """
    snapshot = find(repo, ref)
    held = list_path(repo, ref, recursive=True)
    paths = draw((entry for entry in held if not is_own_document(snapshot, entry.path)), most=_room(scratch))
    if not paths or snapshot.id is None:
        return Compared(), None
    folder = scratch / (_FOLDER + repo.config.id[:16])
    shutil.rmtree(folder, ignore_errors=True)  # what a killed one left
    folder.mkdir(mode=0o700, parents=True)
    try:
        restore(repo, snapshot.id, folder, include=paths, durable=False, listener=listener)
        return prove_restored(repo, snapshot.id, folder, lock, include=paths, listener=listener)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def draw(entries: Iterable[TreeEntry], *, most: int = MOST, files: int = FILES) -> list[bytes]:
    """Return the paths of a few files by chance, each as likely as any other of at most `LARGEST` bytes.

    A reservoir (Vitter's algorithm R): memory does not grow with the snapshot. Where there are only larger files, the
    smallest of them, if it fits.

    Args:
        entries: what a snapshot holds.
        most: bytes that they may have together.
        files: how many, at most.
    """
    chosen: list[tuple[bytes, int]] = []
    smallest: tuple[bytes, int] | None = None
    seen = 0
    for entry in entries:
        node = entry.node
        if node.type != NodeType.FILE or _is_odd(entry.path):
            continue
        if node.size > LARGEST:
            smallest = min(smallest or (entry.path, node.size), (entry.path, node.size), key=lambda one: one[1])
            continue
        seen += 1
        if len(chosen) < files:
            chosen.append((entry.path, node.size))
        elif (place := secrets.randbelow(seen)) < files:
            chosen[place] = (entry.path, node.size)
    if not chosen and smallest is not None:
        chosen = [smallest]
    kept: list[bytes] = []
    total = 0
    for path, size in chosen:
        if total + size <= most:
            kept.append(path)
            total += size
    return kept


def _is_odd(path: bytes) -> bool:
    """Names that not every system can hold are restored under others: no matter for this test."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return not readable(path).isascii() and os.name == "nt"


def _room(scratch: Path) -> int:
    try:
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        return min(MOST, shutil.disk_usage(scratch).free // 2)
    except OSError:
        return min(MOST, shutil.disk_usage(tempfile.gettempdir()).free // 2)
