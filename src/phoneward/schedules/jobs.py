"""The four jobs: back up a phone, copy the vault, read a part of it back, restore files as a test."""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phoneward import flows, phones, snapshots, updates, vault
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.phones import Phone
from phoneward.schedules.deciding import Task
from phoneward.schedules.desk import Desk, is_nobody_there
from phoneward.schedules.log import Round
from phoneward.schedules.made import Made
from phoneward.schedules.settings_file import Target
from phoneward.texts import Size, counted, running, verbatim, words
from phoneward.vaultplace import shown_place


def do(desk: Desk, task: Task, round_now: Round) -> Made:
    """Do one job; what keeps it from being done is what came of it.

    Args:
        desk: of this run.
        task: which job.
        round_now: which part of the vault is read back next.

    Raises:
        PhonewardError: the person stopped it.
    """
    try:
        if task.target is not None:
            return back_up(desk, task.target)
        if task.job == "copy":
            return copy(desk)
        return try_restoring(desk) if task.job == "restore-test" else read_part(desk, round_now)
    except PhonewardError as error:
        if error.exit_code is ExitCode.INTERRUPTED:
            raise
        said, advice = verbatim(error.sentence()), verbatim(error.advice())
        return Made("waiting" if is_nobody_there(error) else "failed", said, advice, code=error.code)
    except OSError as error:
        return Made("failed", verbatim(readable(error.strerror or str(error))), code="os-error")


def back_up(desk: Desk, target: Target) -> Made:
    """Take a snapshot of a phone, and look what happened to its apps since the one before.

    Raises:
        PhonewardError: see `snapshots.backup`.
    """
    repo = desk.repo()
    with _phone(target) as phone:
        result = snapshots.backup(
            phone, repo, listener=desk.listener, state_dir=desk.state_dir, cache_dir=desk.cache_dir / "snapshots"
        )
    said = words(
        "Snapshot {snapshot} holds {files} ({size}).",
        snapshot=(result.snapshot_id or "")[:8],
        files=counted("{count} file", "{count} files", result.files_held),
        size=Size(result.bytes_held),
    )
    try:
        happened = updates.news(repo, result.snapshot_id or "", cache_dir=desk.cache_dir / updates.CACHE)
    except PhonewardError:  # the checkup says that it cannot be told
        happened = []
    if happened:
        alarms = (words("Look at this: {what}", what=sentence) for _alarm, sentence in happened)
        return Made("alarm", running(said, *alarms), words("More about it: phoneward update history"))
    if not result.complete:
        missing = words("Something is missing from it: its coverage names each thing.")
        return Made("incomplete", running(said, missing), words("See what is not kept: phoneward coverage"))
    return Made("done", said)


@contextmanager
def _phone(target: Target) -> Iterator[Phone]:
    if target.folder:
        with phones.open_folder(Path(target.folder)) as phone:
            yield phone
    else:
        with flows.attached_phone(None, target.device) as phone:
            yield phone


def copy(desk: Desk) -> Made:
    """Bring the second vault up to date.

    Raises:
        SecondVaultMissingError: its disk is not there.
        PhonewardError: see `snapshots.copy_vault`.
    """
    begun = dt.datetime.now(dt.UTC)
    source, place, settings = desk.repo(), desk.second_place, desk.settings
    snapshots.refuse_nested(settings.repository_place(), place)
    destination = snapshots.open_second(
        source, vault.open_storage(place, settings.second_access), desk.second_password()
    )
    destination.load_index()
    with source.lock(exclusive=False) as source_lock, destination.lock(exclusive=False) as lock:
        plan = snapshots.plan_vault_copy(source, destination, listener=desk.listener)
        report = snapshots.copy_vault(source, destination, lock, plan, listener=desk.listener)
        changes = snapshots.note_second(destination.config.id, place, begun if plan.is_whole else None)
        snapshots.keep_noted(source, source_lock, changes, desk.listener)
    said = counted(
        "Copied into {place}: {count} snapshot, {size} of which were not there yet.",
        "Copied into {place}: {count} snapshots, {size} of which were not there yet.",
        len(report.copied),
        place=shown_place(place),
        size=Size(report.bytes),
    )
    if report.ok and not plan.damaged:
        return Made("done", said)
    lost = len({**plan.damaged, **report.failed})
    return Made(
        "alarm",
        running(said, counted("{count} snapshot could not be copied.", "{count} snapshots could not be copied.", lost)),
        words("Look what is damaged in the first vault with: phoneward check --read-data"),
    )


def read_part(desk: Desk, round_now: Round) -> Made:
    """Read one part of the vault back. After the last part of a round, the vault notes that everything was read.

    Args:
        desk: of this run.
        round_now: which part is next.

    Raises:
        PhonewardError: see `vault.check`.
    """
    begun = dt.datetime.now(dt.UTC)
    repo = desk.repo()
    with repo.lock(exclusive=True) as lock:
        report = vault.check(repo, read_data=f"{round_now.next}/{round_now.of}", listener=desk.listener)
        is_last = round_now.next >= round_now.of
        noted = snapshots.note_check(report.error_count, begun, everything_read=False)
        if report.ok and is_last:  # as old as what was read first
            noted += snapshots.note_check(0, round_now.began, everything_read=True)[-1:]
        snapshots.keep_noted(repo, lock, noted, desk.listener)
    if not report.ok:
        first = report.errors[0].sentence if report.errors else ""
        return Made(
            "alarm",
            running(
                counted("{count} error was found.", "{count} errors were found.", report.error_count),
                verbatim(readable(first)),
            ),
            words("Do not delete anything. Each is named, with what to do, by: phoneward check"),
            round=round_now,
        )
    following = Round(begun, round_now.of) if is_last else Round(round_now.began, round_now.of, round_now.next + 1)
    said = words(
        "Part {number} of {parts} of the vault was read back ({size}). No damage was found.",
        number=round_now.next,
        parts=round_now.of,
        size=Size(report.bytes_read),
    )
    return Made("done", said, round=following)


def try_restoring(desk: Desk) -> Made:
    """Restore files by chance from the newest snapshot of one of the phones, and compare them.

    Raises:
        PhonewardError: the vault cannot be read.
    """
    begun = dt.datetime.now(dt.UTC)
    repo = desk.repo()
    with repo.lock(exclusive=False) as lock:
        newest = {
            info.device: info.snapshot.id
            for info in snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
            if info.of_phone and not info.partial
        }
        if not newest:
            return Made("done", words("There is no backup yet from which something could be restored."))
        chosen = secrets.choice(sorted(name for name in newest.values() if name))
        found, proof = snapshots.try_restore(repo, chosen, lock, desk.state_dir, desk.listener)
        if found.complete and found.files:
            snapshots.keep_noted(repo, lock, snapshots.note_restore_test(begun), desk.listener)
    if not found.complete:
        return Made(
            "alarm",
            running(
                words("A restored file is not the same as in the snapshot."),
                verbatim(found.unproven[0].sentence() if found.unproven else ""),
            ),
            words("Look what is damaged with: phoneward check --read-data"),
            proof=proof or "",
        )
    said = counted(
        "{count} file, chosen by chance, was restored and is the same as in the snapshot ({size}).",
        "{count} files, chosen by chance, were restored and are the same as in the snapshot ({size}).",
        found.files,
        size=Size(found.bytes),
    )
    return Made("done", said, proof=proof or "")
