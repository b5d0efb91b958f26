"""The real test phone, its cable cut at random bytes of a backup; then looked at, and gone on."""

import os
import random
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from phoneward.phones import PhoneError
from phoneward.snapshots import BackupCutShortError, list_snapshots
from phoneward.snapshots.journal import Head, read_batches
from phoneward.vault import BlobType, check, load_snapshot
from tests.faults.kills import SETTLED_S
from tests.faults.promises import BrokenPromiseError, content_of, held_by, small_constants
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault

PER_FILE = 3_000
"""Bytes that a file costs on the cable beside its content, more than generously: names, times, adb's own frames."""


@dataclass
class Cutter:
    """Cuts the cable of one phone again and again, each time with a fresh vault.

    Attributes:
        cuts: how often a backup was cut off; late: how often it had ended by then.
        whole, listing: bytes that a whole backup brings over the cable, and one that finds nothing new.
        twice_bytes: bytes that came over more than once, listings included.
    """

    phone: TestPhone
    folder: Path
    dice: random.Random
    cuts: int = 0
    late: int = 0
    resumed_bytes: int = 0
    came_bytes: int = 0
    twice_bytes: int = 0
    size: int = 0
    files: int = 0
    whole: int = 0
    listing: int = 0

    def prepare(self) -> None:
        """Fill the phone, and measure what a whole backup brings over the cable."""
        self.phone.answer_with(state.SMALL)
        for number in range(90):
            size = self.dice.choice([0, 700, 30_000, 60_000, 150_000])
            trees.put(self.phone.storage, f"DCIM/{number // 30}/{number:03}.jpg", trees.content(f"{number}", size))
        trees.put(self.phone.storage, "DCIM/film.mp4", trees.content("film", 3_000_000))
        trees.give_to_phone(self.phone.storage)
        time.sleep(SETTLED_S)
        found = [path for path in self.phone.storage.rglob("*") if path.is_file()]
        self.files, self.size = len(found), sum(path.stat().st_size for path in found)
        down = self.phone.proxy.status().down
        vault = self._fresh()
        vault.backup(adb_phone(self.phone))
        self.whole = self.phone.proxy.status().down - down
        vault.backup(adb_phone(self.phone))
        self.listing = self.phone.proxy.status().down - down - self.whole

    def _fresh(self) -> Vault:
        work = self.folder / "vault"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        return Vault.make(work)

    def run(self, *, with_restic: bool) -> None:
        """Cut once, look, and let the next run finish.

        Raises:
            BrokenPromiseError: something does not hold.
        """
        vault = self._fresh()
        with small_constants(pack_size=300_000, index_blobs=20, checkpoint_files=10):
            came = self._cut(vault)
            resumable, size = self._in_journal(vault)
            self._check(vault, with_restic=with_restic)
            self.phone.connect()
            down = self.phone.proxy.status().down
            result = vault.backup(adb_phone(self.phone))
            came_again = self.phone.proxy.status().down - down
        if not result.complete:
            raise BrokenPromiseError("the next run is not complete")
        stats = result.stats
        if (stats.files_resumed, stats.bytes_resumed) != (resumable, size):
            raise BrokenPromiseError(f"the journal holds {resumable, size}, resumed was {stats.files_resumed}")
        allowed = self.size - size + (self.files - resumable) * PER_FILE + 4 * self.listing + 400_000
        if came_again > allowed:
            sent = f"{stats.files_sent} files of {stats.bytes_sent:,} bytes sent, {resumable} of {size:,} resumed"
            raise BrokenPromiseError(f"{came_again:,} bytes came over, the journal allows {allowed:,}: {sent}")
        self.resumed_bytes += size
        self.came_bytes += came + came_again
        self.twice_bytes += max(0, came + came_again - self.whole)
        self._check(vault, with_restic=False)
        repo = vault.reopen()
        assert result.snapshot_id is not None
        if held_by(repo, load_snapshot(repo, result.snapshot_id).tree) != content_of(self.phone.storage):
            raise BrokenPromiseError("the snapshot is not the phone")

    def _cut(self, vault: Vault) -> int:
        down = self.phone.proxy.status().down
        self.phone.proxy.cut("down", self.dice.randrange(1000, self.whole), self.dice.choice(["rst", "fin"]))
        ended = False
        try:
            with suppress(PhoneError, BackupCutShortError):
                vault.backup(adb_phone(self.phone))
                ended = True
        finally:
            self.phone.proxy.clear()
        self.late += ended
        self.cuts += not ended
        return self.phone.proxy.status().down - down

    @staticmethod
    def _in_journal(vault: Vault) -> tuple[int, int]:
        repo = vault.reopen()
        files: dict[tuple[bytes, bytes], int] = {}
        for path in vault.journals:
            with path.open("rb") as stream:
                for batch, _end in read_batches(stream, repo, Head(2, repo.config.id, path.stem)):
                    for folder, sent in batch.folders:
                        for file in sent:
                            if not all(repo.has_blob(BlobType.DATA, blob) for blob in file.blobs):
                                raise BrokenPromiseError("the journal names what the vault has not")
                            files[folder, file.name] = file.size
                    for folder, part in batch.parts:
                        files[folder, part.name] = files.get((folder, part.name), 0) + part.end - part.start
        return len(files), sum(files.values())

    def _check(self, vault: Vault, *, with_restic: bool) -> None:
        report = check(vault.reopen(), read_data=True)
        if not report.ok:
            raise BrokenPromiseError(report.errors[0].sentence)
        phone = content_of(self.phone.storage)
        repo = vault.reopen()
        for info in list_snapshots(repo):
            for path, (_mtime_ns, digest) in held_by(repo, info.snapshot.tree).items():
                if phone[path][1] != digest:  # a run cut short may know times in whole seconds only
                    raise BrokenPromiseError(f"{os.fsdecode(path)} is kept with other content")
        if with_restic:
            vault.check()

    def report(self, seed: int) -> str:
        """Say what was done, for the end of the run."""
        return (
            f"cable cut, seed {seed}: {self.cuts} cuts at random bytes of {self.whole:,} ({self.late} too late);"
            f" {self.resumed_bytes:,} bytes resumed and not sent again, {self.twice_bytes:,} sent twice of"
            f" {self.came_bytes:,}"
        )
