"""Does it come back? The check of what was stored, and a restore of a few files that is compared and proven."""

import datetime as dt
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.setup.errors import VerificationFailedError
from phoneward.snapshots import Compared
from phoneward.texts import Size, Words, counted, words
from phoneward.vault import CheckReport, FileId, NodeType, Repository, TreeEntry, check

READ_BACK: Final = "256M"
"""How much of the vault's content is read back and decrypted, chosen by chance; all of it where it is less."""
FILES: Final = 12
LARGEST: Final = 64_000_000
"""Bytes; larger files are not drawn, unless there are only such."""
MOST: Final = 256_000_000
"""Bytes of all files that are drawn."""
_FOLDER: Final = "restore-test-"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of looking.

    Attributes:
        snapshot: the full ID of the snapshot that it is about.
        checked: the check of the vault.
        compared: the files that were restored and compared.
        proof: the ID of the proof that the vault keeps of it; None where nothing was compared.
    """

    snapshot: FileId
    checked: CheckReport
    compared: Compared
    proof: FileId | None

    def sentences(self) -> tuple[Words, ...]:
        """Return what was looked at, for a person."""
        looked = words(
            "Every piece that the snapshot needs is in the vault, and {size} of it were read back and are undamaged.",
            size=Size(self.checked.bytes_read),
        )
        if not self.compared.files:
            return looked, words("There was no file that could be restored as a test.")
        restored = counted(
            "{count} file, chosen by chance, was restored and is the same as in the snapshot ({size}).",
            "{count} files, chosen by chance, were restored and are the same as in the snapshot ({size}).",
            self.compared.files,
            size=Size(self.compared.bytes),
        )
        return looked, restored


def verify(repo: Repository, ref: str, scratch: Path, listener: Listener = silent) -> Verified:
    """Check the vault, restore a few files by chance into a private folder that is removed again, and compare them.

    What went well is noted in the vault, with its date (`snapshots.looked_after`).

    Args:
        repo: open; its index is loaded here. Locked here.
        ref: the snapshot.
        scratch: a folder of the person's own with room; made where it is missing.
        listener: hears the phases check, read-data, restore and match.

    Raises:
        VerificationFailedError: something is damaged or different.
        VaultError: the vault cannot be read.
    """
    begun = dt.datetime.now(dt.UTC)
    with repo.lock(exclusive=True) as lock:
        checked = check(repo, read_data=READ_BACK, listener=listener)
        if not checked.ok:
            first = checked.errors[0].sentence if checked.errors else ""
            raise VerificationFailedError(detail=readable(first))
        went_well = snapshots.note_check(0, begun, everything_read=checked.packs_read == checked.packs)
        repo.load_index()
        snapshot = snapshots.find(repo, ref)
        held = snapshots.list_path(repo, ref, recursive=True)
        phones_own = (entry for entry in held if not snapshots.is_own_document(snapshot, entry.path))
        paths = draw(phones_own, most=_room(scratch))
        if not paths or snapshot.id is None:
            snapshots.keep_noted(repo, lock, went_well, listener)
            return Verified(FileId(snapshot.id or ""), checked, Compared(), None)
        # Only one verification of a vault runs at a time: its lock is exclusive. What a killed one left can go.
        folder = scratch / (_FOLDER + repo.config.id[:16])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            snapshots.restore(repo, snapshot.id, folder, include=paths, durable=False, listener=listener)
            compared, proof = snapshots.prove_restored(
                repo, snapshot.id, folder, lock, include=paths, listener=listener
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not compared.complete:
            raise VerificationFailedError(detail=compared.unproven[0].sentence() if compared.unproven else "")
        snapshots.keep_noted(repo, lock, went_well + snapshots.note_restore_test(begun), listener)
    return Verified(snapshot.id, checked, compared, proof)


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
