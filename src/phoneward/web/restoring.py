"""Planning a restore and carrying it out, as jobs: what the page and its tests ask for."""

import datetime as dt
from pathlib import Path
from typing import Final

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.progress import Listener
from phoneward.snapshots import Asked
from phoneward.texts import Size, Words, _, counted, words
from phoneward.vault import Existing, Repository, RestoreReport
from phoneward.vaultplace import VaultPlace
from phoneward.web import placing
from phoneward.web.errors import TargetRefusedError
from phoneward.web.jobs import Outcome
from phoneward.web.restores import Restore, What
from phoneward.web.vaults import VaultDoor

MAX_TARGET: Final = 1000
"""Characters of a folder that a person types."""


def suggested_target(phone: str, when: dt.datetime | None) -> Path:
    """Return a new folder in the person's home that nothing is in yet."""
    safe = "".join(c if c.isalnum() or c in " -_" else "_" for c in phone).strip()[:40] or "phone"
    day = f" {when.astimezone():%Y-%m-%d}" if when else ""
    first = Path.home() / "Phoneward" / f"{safe}{day}"
    others = (first.with_name(f"{first.name} ({number})") for number in range(2, 100))
    return next((folder for folder in (first, *others) if not folder.exists()), first)


def target_of(text: str, vault: VaultPlace) -> Path:
    """Return the folder that a person typed, in full.

    Raises:
        TargetRefusedError: it names no folder, or one that must not be written to.
    """
    shown = readable(text.strip()[:MAX_TARGET])
    if not text.strip() or "\0" in text or len(text) > MAX_TARGET:
        raise TargetRefusedError(folder=shown, reason=_("it is not the name of a folder."))
    try:
        target = Path(text.strip()).expanduser()
        if not target.is_absolute():
            raise TargetRefusedError(folder=shown, reason=_("it must be a whole path, from the top of the disk."))
        target = target.resolve()
        if target.exists() and not target.is_dir():
            raise TargetRefusedError(folder=shown, reason=_("there is something there that is not a folder."))
        inside = isinstance(vault, Path) and target.is_relative_to(vault.resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise TargetRefusedError(folder=shown, reason=readable(str(error)[:200])) from error
    if inside:
        raise TargetRefusedError(folder=shown, reason=_("it is inside the vault."))
    return target


def _asked(restore: Restore, *, replace: bool = False) -> Asked:
    return Asked(restore.wanted.paths, restore.wanted.app or None, replace=replace)


def plan(door: VaultDoor, restore: Restore, listener: Listener) -> Outcome:
    """Find out what a restore would do; nothing is written."""
    wanted = restore.wanted
    with door.own() as own:
        if wanted.what is not What.FILES:
            placing.plan(own, restore, listener)
        elif wanted.target is not None:
            restore.plan = _into_folder(own, restore, listener, Existing.KEEP, dry_run=True)
        else:
            with placing.connected(wanted.serial) as (phone, writer):
                restore.phone_plan = snapshots.plan_return(
                    own, wanted.snapshot, phone, writer, _asked(restore), listener=listener
                )
    return Outcome(
        words("The plan is made. Nothing was written yet."),
        next_label=words("See the plan"),
        next_href=f"/restore/{restore.id}",
    )


def _into_folder(
    repo: Repository, restore: Restore, listener: Listener, existing: Existing, *, dry_run: bool
) -> RestoreReport:
    wanted = restore.wanted
    assert wanted.target is not None  # noqa: S101 - only restores into a folder come here
    return snapshots.restore(
        repo,
        wanted.snapshot,
        wanted.target,
        include=wanted.paths,
        app=wanted.app or None,
        existing=existing,
        dry_run=dry_run,
        listener=listener,
    )


def carry_out(door: VaultDoor, restore: Restore, listener: Listener, *, replace: bool) -> Outcome:
    """Do what was planned, read it back, keep the proof in the vault, and say what came of it."""
    with door.own() as own, own.lock(exclusive=False) as lock:
        if restore.wanted.what is not What.FILES:
            return placing.carry_out(own, restore, listener, replace=replace)
        if restore.wanted.target is None:
            return _onto_phone(own, restore, listener, replace=replace)
        begun = dt.datetime.now(dt.UTC)
        existing = Existing.REPLACE if replace else Existing.KEEP
        restore.report = _into_folder(own, restore, listener, existing, dry_run=False)
        restore.compared, restore.proof = snapshots.prove_restored(
            own,
            restore.wanted.snapshot,
            restore.wanted.target,
            lock,
            include=restore.wanted.paths,
            app=restore.wanted.app or None,
            listener=listener,
        )
        if restore.compared.complete and restore.compared.files:
            snapshots.keep_noted(own, lock, snapshots.note_restore_test(begun), listener)
    return _folder_outcome(restore)


def _folder_outcome(restore: Restore) -> Outcome:
    report, compared = restore.report, restore.compared
    if report is None or compared is None:
        raise AssertionError
    said: list[Words] = [
        words(
            "Read back and the same as in the snapshot: {files} ({size}).",
            files=counted("{count} file", "{count} files", compared.files),
            size=Size(compared.bytes),
        )
    ]
    complete = report.complete and compared.complete
    return Outcome(
        words("It is restored.") if complete else words("It is restored, but not everything: see what is missing."),
        tuple(said),
        next_label=words("See the result"),
        next_href=f"/restore/{restore.id}/result",
        is_incomplete=not complete,
    )


def _onto_phone(repo: Repository, restore: Restore, listener: Listener, *, replace: bool) -> Outcome:
    with placing.connected(restore.wanted.serial) as (phone, writer):
        again = snapshots.plan_return(  # the phone may have changed since the plan was looked at
            repo, restore.wanted.snapshot, phone, writer, _asked(restore, replace=replace), listener=listener
        )
        report = restore.phone_report = snapshots.put_back(repo, writer, again, listener=listener)
    files = counted("{count} file", "{count} files", report.total("written"))
    return Outcome(
        words("It is on the phone.")
        if report.complete
        else words("It is on the phone, but not everything: see what is missing."),
        (words("Written, read back by the phone, and the same: {files}.", files=files),),
        next_label=words("See the result"),
        next_href=f"/restore/{restore.id}/result",
        is_incomplete=not report.complete,
    )
