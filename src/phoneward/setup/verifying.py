"""Does it come back? The check of what was stored, and a restore of a few files that is compared and proven."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.setup.errors import VerificationFailedError
from phoneward.snapshots import Compared
from phoneward.texts import Size, Words, counted, words
from phoneward.vault import CheckReport, FileId, Repository, check

READ_BACK: Final = "256M"
"""How much of the vault's content is read back and decrypted, chosen by chance; all of it where it is less."""


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
        compared, proof = snapshots.try_restore(repo, ref, lock, scratch, listener)
        if snapshot.id is None or not (compared.files or compared.failed):
            snapshots.keep_noted(repo, lock, went_well, listener)
            return Verified(FileId(snapshot.id or ""), checked, Compared(), None)
        if not compared.complete:
            raise VerificationFailedError(detail=compared.unproven[0].sentence() if compared.unproven else "")
        snapshots.keep_noted(repo, lock, went_well + snapshots.note_restore_test(begun), listener)
    return Verified(snapshot.id, checked, compared, proof)
