"""Backups and the trial of the first one, as work in the background; one of a phone at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward import snapshots, updates
from phoneward.errors import PhonewardError
from phoneward.phones import PhoneGoneError
from phoneward.progress import Listener
from phoneward.setup import Source
from phoneward.snapshots import BackupCutShortError, BackupResult, BackupStoppedError
from phoneward.texts import Size, Words, counted, verbatim, words
from phoneward.vault import Repository, StorageError, StorageUnreachableError
from phoneward.vaultplace import RemotePlace
from phoneward.web.errors import (
    BackupBrokenOffError,
    BackupHeldError,
    PhoneLostError,
    ServerSilentError,
    VaultUnreachableError,
)
from phoneward.web.jobs import Again, Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.web.context import WebContext

GO_ON = words("Go on with the backup")


def key_of(source: Source) -> str:
    """Return what two backups of the same phone have in common."""
    return f"backup:{source.folder if source.folder is not None else source.serial}"


def running(context: "WebContext", source: Source) -> Job | None:
    """Return the backup of this phone that runs, None where none does."""
    return next((job for job in context.jobs.all() if job.is_running and job.key == key_of(source)), None)


def start(context: "WebContext", source: Source, again: Again, *, is_first: bool = False) -> tuple[Job, bool]:
    """Start a backup, or find the one that runs already.

    Args:
        context: of the server.
        source: the phone, by its serial number, or the folder.
        again: the form that starts it again.
        is_first: the one of set-up; its trial comes next.
    """
    title = words("The first backup") if is_first else words("Backup")

    def work(listener: Listener) -> Outcome:
        with _in_words_of_the_page(context), context.door.own() as repo, source.open() as phone:
            if is_first:
                result = context.desk.journey(repo).back_up(phone, listener)
            else:
                result = snapshots.backup(
                    phone,
                    repo,
                    listener=listener,
                    state_dir=context.settings.state_dir,
                    cache_dir=context.settings.cache_dir / "snapshots",
                )
            happened = _happened(repo, result, context.settings.cache_dir)
        context.checkups.forget()
        return _outcome(result, happened, is_first=is_first)

    return context.jobs.start(Kind(title, _command(source), again=again), key_of(source), work)


def _happened(repo: Repository, result: BackupResult, cache_dir: Path) -> list[Words]:
    """Return what happened to the apps since the snapshot before; where that cannot be told the checkup says so."""
    try:
        return [
            said for _alarm, said in updates.news(repo, result.snapshot_id or "", cache_dir=cache_dir / updates.CACHE)
        ]
    except PhonewardError:
        return []


def start_trial(context: "WebContext", again: Again) -> tuple[Job, bool]:
    """Start the check of the first backup and a restore of a few files, or find the one that runs."""

    def work(listener: Listener) -> Outcome:
        with _in_words_of_the_page(context), context.door.own() as repo:
            found = context.desk.journey(repo).verify(listener)
        context.checkups.forget()
        first, *rest = found.sentences()
        return Outcome(first, tuple(rest), words("Go on"), "/setup/debugging")

    title = words("Trying whether it can come back")
    return context.jobs.start(Kind(title, ("phoneward", "check", "--read-data"), again=again), "trial", work)


def _command(source: Source) -> tuple[str, ...]:
    if source.folder is not None:
        return ("phoneward", "backup", "--folder", str(source.folder))
    return ("phoneward", "backup", "--adb", source.serial or "")


def _outcome(result: BackupResult, happened: list[Words], *, is_first: bool) -> Outcome:
    details = [words("Look at this: {what}", what=said) for said in happened]
    if result.resumed:
        details.append(
            words(
                "It went on where the last run stopped: {size} did not have to be read again.",
                size=Size(result.stats.bytes_resumed),
            )
        )
    if result.coverage is not None:
        details += [verbatim(sentence) for sentence in snapshots.coverage_sentences(result.coverage)[:3]]
    if not result.complete:
        details.append(words("Something is missing from it: its coverage names each thing."))
    said = counted(
        "Your phone is in the vault: {count} file, {size}.",
        "Your phone is in the vault: {count} files, {size}.",
        result.files_held,
        size=Size(result.bytes_held),
    )
    label, address = (words("See that it can come back"), "/setup/verify") if is_first else (words("Go on"), "/")
    if happened and not is_first:
        label, address = words("See what happened to your apps"), "/updates"
    return Outcome(said, tuple(details), label, address, is_incomplete=not result.complete)


@contextmanager
def _in_words_of_the_page(context: "WebContext") -> Iterator[None]:
    """Say what to do with a button where the command line says to run a command again."""
    try:
        yield
    except BackupCutShortError as error:
        raise BackupBrokenOffError(**error.details) from error
    except BackupStoppedError as error:
        raise BackupHeldError from error
    except PhoneGoneError as error:
        raise PhoneLostError(**error.details) from error
    except StorageUnreachableError as error:
        raise ServerSilentError(**error.details) from error
    except StorageError as error:
        if isinstance(context.door.place(), RemotePlace):  # it has no disk to be plugged in
            raise
        raise VaultUnreachableError(**error.details) from error
