"""Takes a snapshot of a phone, with what the person said belongs to it."""

from collections.abc import Collection, Sequence
from pathlib import Path

from phoneward import settings
from phoneward.phones import Phone
from phoneward.progress import Listener, silent
from phoneward.snapshots.app_taking import beside, folders_of, with_once
from phoneward.snapshots.passes import Backup, default_label
from phoneward.snapshots.results import BackupResult
from phoneward.vault import Repository


def backup(
    phone: Phone,
    repo: Repository,
    *,
    listener: Listener = silent,
    dry_run: bool = False,
    state_dir: Path | None = None,
    label: str | None = None,
    verify_all: bool = False,
    cache_dir: Path | None = None,
    also: Sequence[tuple[str, Path]] = (),
    verify_apps: Collection[str] = (),
) -> BackupResult:
    """Take a snapshot of a phone, or say what one would send.

    Folders of this computer that the person said belong to this phone go along (`app_folders`).

    Args:
        phone: open (inside its `with`).
        repo: open; locked here, its index loaded here.
        listener: hears the phases inventory, list, compare, send and store, and a Notice for each file that could
            not be read.
        dry_run: list and compare, write nothing; no lock is taken.
        state_dir: where the resume journal lies; by default the person's state folder.
        label: the snapshot's host name instead of the phone's own label.
        verify_all: compare every file with the SHA-256 that the phone computes, not only what is new and a sample.
        cache_dir: where this computer remembers how the last snapshot was listed, so that the next one is quicker: a
            disposable cache, sealed. Without it everything is compared name by name.
        also: folders of this computer that go along this once, each with the package of the app that it is of.
        verify_apps: compare every file of these apps (packages), and wait for it, as `verify_all` does for all.

    Returns:
        The new snapshot and what it covers. `complete` False is exit code 3: something is named in the coverage.

    Raises:
        BackupCutShortError: the phone is gone. What came over is kept (journal, partial snapshot); run it again.
        BackupStoppedError: Ctrl-C, likewise.
        BackupRunningError: another backup of this phone into this repository runs on this computer.
        NothingReachableError: no storage of the phone can be listed.
        PhoneGoneError: the phone is gone before anything was sent.
        JournalUnwritableError, VaultError: notes or vault cannot be written; what the journal has is safe.
    """
    where = settings.load().state_dir if state_dir is None else state_dir
    folders = with_once(folders_of(phone, repo, where, listener), phone.identity.id, also)
    with beside(phone, folders) as (joined, others):
        apps = frozenset(verify_apps)
        work = Backup(joined, repo, listener, where, label or default_label(phone), verify_all, cache_dir, others, apps)
        return work.rehearse() if dry_run else work.run()
