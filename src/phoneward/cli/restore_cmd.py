"""`phoneward restore`: get files back, into a folder."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli import restore_proof
from phoneward.cli.errors import MissingArgumentError, NotTogetherError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.guide_cmd import KINDS
from phoneward.cli.names import name_fields
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.vault import RestoreIssue, RestoreReport

SHOWN = 50
"""Names listed one by one in text; JSON has all."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Get files back from a snapshot, into a folder or onto a phone."),
    help=N_(
        "Get files back from a snapshot, into a folder: everything, some paths, or one app's files. Each appears below "
        "the folder at its path in the snapshot, so the phone's photos are in DIR/shared/DCIM.\n\n"
        "A file that is there already and differs is left as it is and named, unless you say --replace. Names this "
        "computer cannot hold are changed, and named.\n\n"
        "With --to-phone the files go back onto a phone, each to its own place, after a plan was shown and agreed to. "
        "The phone reads every file back before it gets its name. With --replace a file of the phone's that differs "
        "is not lost: it gets another name."
    ),
)
@argument("snapshot", metavar="SNAPSHOT", meaning=N_("Which snapshot: its first digits, or latest."))
@option("--target", "-t", metavar="DIR", help=N_("The folder to restore into; made if it is missing."))
@option("--to-phone", metavar="SERIAL", help=N_("Instead of a folder, a phone (`phoneward devices` lists them)."))
@option(
    "--include",
    "-i",
    metavar="PATH",
    multiple=True,
    help=N_("Only this file or folder of the snapshot, such as /shared/DCIM. May be given several times."),
)
@option(
    "--app",
    "apps",
    metavar="PACKAGE",
    multiple=True,
    help=N_("Only what belongs to this app, such as com.whatsapp. With --root it may be given several times."),
)
@option(
    "--root",
    is_flag=True,
    help=N_(
        "With --to-phone: the private data of apps (--app) onto a rooted phone, each closed meanwhile. What is there "
        "gets another name."
    ),
)
@option("--allow-older-app", is_flag=True, help=N_("With --root: also where the phone's app is older than the data."))
@option("--replace", is_flag=True, help=N_("Put the snapshot's files in the place of files that differ."))
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be restored, and write nothing."))
@option("--apks", is_flag=True, help=N_("With --to-phone: install the apps kept in the snapshot (of --app: that one)."))
@option(
    "--records",
    is_flag=True,
    help=N_("Only text messages, calls, contacts and the calendar, as files that apps on a phone take in."),
)
@option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    type=click.Choice(KINDS),
    help=N_("As --records, but only this kind: sms, calls, contacts or calendar. May be given several times."),
)
@option(
    "--app-backups",
    is_flag=True,
    help=N_(
        "With --to-phone: the newest backup that each app (of --app: that one) made of itself, to where the app looks "
        "for it. With --to-computer: those that apps made on a computer."
    ),
)
@option("--to-computer", is_flag=True, help=N_("With --app-backups: onto this computer, where nothing is replaced."))
@option(
    "--as-android-backup",
    "android_backup",
    metavar="FILE",
    help=N_("Instead of a folder, a new file for `adb restore`: apps' data that came from Android's own backup."),
)
@option("--yes", "-y", is_flag=True, help=N_("Do not ask: neither after the plan, nor before files are replaced."))
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Also use a phone over the network without encryption: others there could read along."),
)
@option(
    "--verify",
    is_flag=True,
    help=N_("Read back what was restored, compare it with the snapshot's checksums, and keep the proof in the vault."),
)
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def restore(
    snapshot: str,
    target: str | None,
    to_phone: str | None,
    include: tuple[str, ...],
    apps: tuple[str, ...],
    *,
    root: bool,
    allow_older_app: bool,
    kinds: tuple[str, ...],
    apks: bool,
    records: bool,
    app_backups: bool,
    to_computer: bool,
    android_backup: str | None,
    yes: bool,
    allow_unencrypted: bool,
    replace: bool,
    dry_run: bool,
    verify: bool,
    no_lock: bool,
) -> ExitCode:
    """Restore, and report what was done and what was not."""
    frame = current()
    if root:
        from phoneward.cli import restore_root

        others = {
            "--target": target,
            "--include": include,
            "--records": records or kinds,
            "--app-backups": app_backups or to_computer,
            "--as-android-backup": android_backup,
            "--apks": apks,
            "--replace": replace,
            "--verify": verify,
        }
        _refuse_together("--root", others)
        if to_phone is None:
            raise MissingArgumentError(command="phoneward restore --root", name="--to-phone SERIAL")
        private = restore_root.Wish(snapshot, to_phone, apps, allow_older_app, dry_run, yes, no_lock, allow_unencrypted)
        return restore_root.restore_root(frame, private)
    if allow_older_app or len(apps) > 1:
        first = "--allow-older-app" if allow_older_app else "--app --app"
        raise MissingArgumentError(command=f"phoneward restore {first}", name="--root")
    app = apps[0] if apps else None
    if android_backup is not None:
        from phoneward.cli import restore_backup_file

        others = {
            "--target": target,
            "--to-phone": to_phone,
            "--include": include,
            "--records": records or kinds,
            "--app-backups": app_backups or to_computer,
            "--apks": apks,
            "--replace": replace,
            "--verify": verify,
        }
        _refuse_together("--as-android-backup", others)
        file = restore_backup_file.Wish(snapshot, android_backup, app or "", dry_run, yes, no_lock)
        return restore_backup_file.restore_backup_file(frame, file)
    if records or kinds:
        from phoneward.cli import restore_records

        others = {
            "--include": include,
            "--app": app,
            "--apks": apks,
            "--replace": replace,
            "--verify": verify,
            "--app-backups": app_backups or to_computer,
        }
        _refuse_together("--records", others)
        _refuse_together("--to-phone", {"--target": to_phone and target})
        if to_phone is None and target is None:
            raise MissingArgumentError(command="phoneward restore", name=_("--target DIR or --to-phone SERIAL"))
        asked = restore_records.Wish(snapshot, to_phone, target, kinds, dry_run, yes, no_lock, allow_unencrypted)
        return restore_records.restore_records(frame, asked)
    if app_backups or to_computer:
        _refuse_together(
            "--app-backups", {"--include": include, "--target": target, "--verify": verify, "--apks": apks}
        )
        options = (dry_run, yes, no_lock)
        if to_computer:
            _refuse_together("--to-computer", {"--to-phone": to_phone, "--replace": replace})
        return _app_backups(
            frame,
            snapshot,
            to_phone,
            app or "",
            options,
            to_computer=to_computer,
            replace=replace,
            allow_unencrypted=allow_unencrypted,
        )
    if to_phone is not None:
        from phoneward.cli import restore_phone

        _refuse_together("--to-phone", {"--target": target, "--verify": verify})  # the phone reads back anyway
        wish = restore_phone.Wish(
            snapshot, to_phone, include, app, apks, replace, dry_run, yes, no_lock, allow_unencrypted
        )
        return restore_phone.restore_to_phone(frame, wish)
    if target is None:
        raise MissingArgumentError(command="phoneward restore", name=_("--target DIR or --to-phone SERIAL"))
    _refuse_together("--target", {"--apks": apks})
    _refuse_together("--dry-run", {"--verify": dry_run and verify})
    return _into_folder(
        frame,
        snapshot,
        target,
        [os.fsencode(path) for path in include],
        app=app,
        replace=replace,
        dry_run=dry_run,
        verify=verify,
        yes=yes,
        no_lock=no_lock,
    )


def _app_backups(
    frame: Frame,
    snapshot: str,
    to_phone: str | None,
    app: str,
    options: tuple[bool, bool, bool],
    *,
    to_computer: bool,
    replace: bool,
    allow_unencrypted: bool,
) -> ExitCode:
    """Put apps' own backups back; `options` are dry_run, yes and no_lock."""
    from phoneward.cli import restore_app_backups, restore_computer

    if to_computer:
        return restore_computer.restore_to_computer(frame, restore_computer.Wish(snapshot, app, *options))
    if to_phone is None:
        name = _("--to-phone SERIAL or --to-computer")
        raise MissingArgumentError(command="phoneward restore --app-backups", name=name)
    wanted = restore_app_backups.Wish(snapshot, to_phone, app, replace, *options, allow_unencrypted)
    return restore_app_backups.restore_app_backups(frame, wanted)


def _into_folder(
    frame: Frame,
    snapshot: str,
    target: str,
    include: list[bytes],
    *,
    app: str | None,
    replace: bool,
    dry_run: bool,
    verify: bool,
    yes: bool,
    no_lock: bool,
) -> ExitCode:
    from phoneward import snapshots
    from phoneward.cli.confirming import confirm
    from phoneward.cli.progress_view import listening
    from phoneward.risks import REPLACE
    from phoneward.vault import Existing

    if replace and not dry_run and _holds_something(Path(target)):
        confirm(frame, REPLACE.shown(folder=readable(target)), yes=yes)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        lock = None if no_lock else stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        report = snapshots.restore(
            repository,
            snapshot,
            Path(target),
            include=include,
            app=app,
            existing=Existing.REPLACE if replace else Existing.KEEP,
            dry_run=dry_run,
            listener=(listener := stack.enter_context(listening(frame.output))),
        )
        proven = None
        if verify:
            proven = snapshots.prove_restored(
                repository, snapshot, Path(target), lock, include=include, app=app, listener=listener
            )
    _show(frame, report, target, restore_proof.fields(proven))
    if proven is not None:
        restore_proof.show(frame.output, proven)
    same = proven is None or proven[0].complete
    return ExitCode.DONE if report.complete and same else ExitCode.INCOMPLETE


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:  # not there, or not to be read: the restore says so itself
        return False


def _refuse_together(first: str, others: Mapping[str, object]) -> None:
    for name, given in others.items():
        if given:
            raise NotTogetherError(first=first, second=name)


def _show(frame: Frame, report: "RestoreReport", target: str, proof: dict[str, object]) -> None:
    output = frame.output
    if output.json:
        for issue in report.issues:
            output.emit("restore_issue", issue_document(issue))
        output.emit("summary", document(report, target) | proof)
        return
    for issue in report.issues[:SHOWN]:
        output.result(readable(issue.sentence()))
    total = sum(report.counts.values())
    if total > SHOWN:
        output.result(_("… and {count} more; --json names all.").format(count=f"{total - SHOWN:,}"))
    output.summary(table(report))
    place = readable(os.fsencode(target))
    if report.dry_run:
        output.summary(_("Nothing was written to {place}.").format(place=place))
    elif report.complete:
        output.summary(_("All that was asked for is in {place}.").format(place=place))
    else:
        output.result(
            _("Not everything could be restored to {place}: what is missing is named above.").format(place=place)
        )


def table(report: "RestoreReport") -> "Table":
    """Return what was done, counted."""
    shown = plain_table(_("What"), _("How many"), numbers=(1,))
    made = _("Files that would be restored") if report.dry_run else _("Files restored")
    amount = _("{count} ({size})").format(count=f"{report.files:,}", size=formats.size(report.bytes_restored))
    shown.add_row(made, amount)
    for heading, count in (
        (_("Folders made"), report.folders),
        (_("Links made"), report.links),
        (_("Of these, in place of another"), report.replaced),
        (_("Already there, the same"), report.already_there),
        (_("Named above"), sum(report.counts.values())),
    ):
        if count:
            shown.add_row(heading, f"{count:,}")
    return shown


def document(report: "RestoreReport", target: str) -> dict[str, object]:
    """Return the summary for JSON."""
    return {
        "dry_run": report.dry_run,
        "complete": report.complete,
        **name_fields(os.fsencode(target), "target"),
        "files_restored": report.files,
        "bytes_restored": report.bytes_restored,
        "folders": report.folders,
        "links": report.links,
        "replaced": report.replaced,
        "already_there": report.already_there,
        "issues": {kind.value: count for kind, count in sorted(report.counts.items(), key=lambda item: item[0].value)},
    }


def issue_document(issue: "RestoreIssue") -> dict[str, object]:
    """Return one name that went otherwise than asked, for JSON."""
    name = name_fields(issue.name, "name") if issue.name else {}
    return {"kind": issue.kind.value, **name_fields(issue.path), **name, "sentence": issue.sentence()}
