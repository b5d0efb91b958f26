"""`phoneward backup`: take a snapshot of a phone."""

import datetime as dt
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import MissingArgumentError, NotTogetherError
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.progress import Listener, Notice
from phoneward.texts import N_, _, labelled
from phoneward.texts import sentences as sentences_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phoneward.phones.base import PhoneSession
    from phoneward.snapshots import BackupResult
    from phoneward.texts import Words
    from phoneward.updates import Alarm
    from phoneward.vault import Repository

THE_ONLY_ONE = ""
"""`--adb` without a serial: the one phone that is attached."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Take a snapshot of the phone that is plugged in."),
    help=N_(
        "Take a snapshot of the phone that is plugged in. Only what changed since the last one is read and stored. "
        "When it is interrupted, run it again: it goes on where it stopped.\n\n"
        "What could not be read is listed at the end, and the exit code is 3, never 0."
    ),
)
@option("--folder", metavar="DIR", help=N_("Instead of a phone, a folder: a mounted card or a copied phone."))
@option(
    "--adb",
    "serial",
    is_flag=False,
    flag_value=THE_ONLY_ONE,
    metavar="[SERIAL]",
    help=N_("Which phone, when several are attached (`phoneward devices` lists them). Default: the only one."),
)
@option(
    "--android-backup",
    metavar="FILE",
    help=N_(
        "Instead of a phone, an Android backup file that exists already: from `adb backup` (.ab) or Xiaomi (.bak)."
    ),
)
@option(
    "--android-backup-password-file",
    "android_backup_password",
    metavar="FILE",
    help=N_("A file that holds the password of that backup file. Default: you are asked, where it is encrypted."),
)
@option(
    "--iphone",
    is_flag=False,
    flag_value=THE_ONLY_ONE,
    metavar="[FOLDER]",
    help=N_(
        "Instead of a phone, an iPhone's backup on this computer: from Finder, iTunes, Apple Devices or "
        "idevicebackup2. Without a folder those in the usual places are listed."
    ),
)
@option(
    "--iphone-password-file",
    "iphone_password",
    metavar="FILE",
    help=N_("A file that holds the password of that iPhone backup. Default: you are asked, where it is encrypted."),
)
@option(
    "--adb-backup",
    "with_adb_backup",
    is_flag=True,
    help=N_(
        "Also have the apps make the backup that Android knows (`adb backup`). You must confirm it on the phone; since "
        "Android 12 few apps take part."
    ),
)
@option(
    "--root",
    is_flag=True,
    help=N_(
        "On a rooted phone, also the private data of apps: each is closed first. A plan is shown, and you are asked."
    ),
)
@option(
    "--app",
    "apps",
    metavar="PACKAGE",
    multiple=True,
    help=N_(
        "With --root: only this app's private data, such as com.whatsapp; may be given several times. Default: all "
        "apps that you installed."
    ),
)
@option("--yes", "-y", is_flag=True, help=N_("With --root: do not ask before apps are closed."))
@option(
    "--app-backup",
    "app_backups",
    metavar="FOLDER",
    multiple=True,
    help=N_(
        "Also take this app's backup on this computer along, this once (`phoneward app-backups keep APP`: each time). "
        "May be given several times."
    ),
)
@option("--label", metavar="NAME", help=N_("A name for the phone in the list of snapshots. Default: its own."))
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be read and stored, and write nothing."))
@option(
    "--verify-all",
    is_flag=True,
    help=N_(
        "Let the phone compute the checksum of every file and compare it with the vault's. Without it that is done for "
        "what is new and for a few of the others, in turn."
    ),
)
@option(
    "--allow-unencrypted",
    is_flag=True,
    help=N_("Also use a phone over the network without encryption: others there could read along."),
)
@option(
    "--timestamp",
    metavar="ADDRESS",
    help=N_("Have the time stamp authority at this address stamp the snapshot (RFC 3161)."),
)
@vault_options
def backup(
    folder: str | None,
    serial: str | None,
    label: str | None,
    timestamp: str | None,
    *,
    android_backup: str | None,
    android_backup_password: str | None,
    iphone: str | None,
    iphone_password: str | None,
    app_backups: tuple[str, ...],
    with_adb_backup: bool,
    root: bool,
    apps: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    verify_all: bool,
    allow_unencrypted: bool,
) -> ExitCode:
    """Take a snapshot and say what is not in it."""
    from phoneward import snapshots
    from phoneward.cli import adb_backup, app_backups_cmd, backup_view, iphone_backup, rooted_backup
    from phoneward.cli.progress_view import listening
    from phoneward.cli.update_history_view import alarm_document

    frame = current()
    also = [(found.package, found.path) for found in map(app_backups_cmd.backup_meant, app_backups)]
    sources = {
        "--folder": folder,
        "--adb": serial,
        "--android-backup": android_backup,
        "--iphone": iphone,
    }
    _check_together(sources, with_adb_backup=with_adb_backup, root=root, dry_run=dry_run)
    for given, needed, name in (
        (apps, root, "--root"),
        (android_backup_password, android_backup or with_adb_backup, "--android-backup FILE"),
        (iphone_password, iphone is not None, "--iphone FOLDER"),
    ):
        if given and not needed:
            raise MissingArgumentError(command="phoneward backup", name=name)
    if iphone is not None:
        chosen = iphone_backup.chosen(frame, iphone)
        if chosen is None:
            return ExitCode.DONE
        session = iphone_backup.opened(frame, chosen, iphone_password)
    elif android_backup is not None:
        session = _open_backup_file(frame, android_backup, android_backup_password)
    else:
        session = choose_phone(folder, serial, allow_unencrypted=allow_unencrypted)
    with ExitStack() as stack:
        repository = stack.enter_context(open_vault(frame))
        phone = stack.enter_context(session)
        taken = rooted_backup.prepare(frame, phone, apps, yes=yes, dry_run=dry_run) if root else None
        listener = stack.enter_context(listening(frame.output))
        if with_adb_backup:
            phone = adb_backup.joined(frame, phone, android_backup_password, listener, stack)
        result = snapshots.backup(
            phone,
            repository,
            listener=listener,
            dry_run=dry_run,
            label=label,
            state_dir=frame.settings.state_dir,
            cache_dir=frame.settings.cache_dir / "snapshots",
            verify_all=verify_all,
            also=also,
        )
        _tell_of_cut_off(frame, repository, phone.identity.id)
        address = timestamp or frame.settings.timestamp_url
        stamped = address is None or result.dry_run or _stamp(frame, repository, result, address, listener)
        happened = _happened(repository, result, frame.settings.cache_dir, listener)
        opened = rooted_backup.opened_again(*taken) if taken is not None else []
    if frame.output.json:
        alarms = [alarm_document(alarm, dt.datetime.now(dt.UTC)) for alarm, _said in happened]
        frame.output.emit("summary", {**backup_view.document(result), "alarms": alarms, "opened_again": opened})
    elif result.dry_run:
        backup_view.show_plan(frame, result)
    else:
        backup_view.show_result(frame, result)
        rooted_backup.tell_opened(frame, opened)
        for _alarm, said in happened:
            frame.output.result(labelled(_("Look at this"), str(said)))
        if happened:
            frame.output.result(_("More about it: phoneward update history"))
    return ExitCode.DONE if result.complete and stamped else ExitCode.INCOMPLETE


def _check_together(sources: "Mapping[str, str | None]", *, with_adb_backup: bool, root: bool, dry_run: bool) -> None:
    """Raise where options say two different things."""
    given = [name for name, value in sources.items() if value is not None]
    if len(given) > 1:
        raise NotTogetherError(first=given[0], second=given[1])
    other = next((name for name in given if name != "--adb"), None)
    if root and other is not None:
        raise NotTogetherError(first=other, second="--root")
    if with_adb_backup:
        given += ["--dry-run"] if dry_run else []
        other = next((name for name in given if name != "--adb"), None)
        if other is not None:
            raise NotTogetherError(first=other, second="--adb-backup")


def _happened(
    repo: "Repository", result: "BackupResult", cache_dir: Path, listener: Listener
) -> "list[tuple[Alarm, Words]]":
    """Return what happened to the apps since the snapshot before. It may be unknown: then it is said."""
    from phoneward import updates

    if result.snapshot_id is None or result.dry_run:
        return []
    try:
        return updates.news(repo, result.snapshot_id, cache_dir=cache_dir / updates.CACHE)
    except PhonewardError as error:
        listener(Notice(None, sentences_of(error.sentence(), error.advice())))
        return []


def _tell_of_cut_off(frame: Frame, repo: "Repository", device: str) -> None:
    """Say where an install on this phone was cut off: only the next run of it can tell what became of it."""
    from phoneward.updates.installing import has_begun

    begun = has_begun(frame.settings.state_dir, repo, device)
    if begun is not None:
        sentence = _(
            "An install of {app} on this phone was cut off. To find out and finish it, run: phoneward update install"
        )
        frame.output.say(sentence.format(app=readable(begun.name)))


def _stamp(frame: Frame, repo: "Repository", result: "BackupResult", address: str, listener: Listener) -> bool:
    """Have the new snapshot stamped. Where that fails it is said, and can be repeated; the snapshot is no worse."""
    from phoneward import snapshots
    from phoneward.cli import timestamp_cmd

    try:
        authorities = frame.settings.timestamp_authorities()
        with repo.lock(exclusive=False) as lock:
            stamp = snapshots.stamp_snapshot(repo, lock, result.snapshot_id or "", address, authorities=authorities)
    except PhonewardError as error:
        listener(Notice(None, sentences_of(error.sentence(), error.advice())))
        return False
    if frame.output.json:
        frame.output.emit("timestamp", timestamp_cmd.document(stamp))
    for sentence in timestamp_cmd.sentences(stamp):
        frame.output.summary(sentence)
    return True


def _open_backup_file(frame: Frame, file: str, password_file: str | None) -> "PhoneSession":
    """Return an Android backup file as a phone, not opened yet."""
    from phoneward import phones
    from phoneward.cli import passwords
    from phoneward.settings import read_small_file

    def password() -> str:
        if password_file is not None:
            return read_small_file(password_file, "--android-backup-password-file")
        return passwords.ask_hidden(_("Password of the backup file: "))

    somebody_there = password_file is not None or (sys.stdin is not None and sys.stdin.isatty())
    frame.output.say(_("The backup file is looked through first; a large one takes minutes."))
    return phones.open_android_backup(Path(file), password if somebody_there else None)


def choose_phone(folder: str | None, serial: str | None, *, allow_unencrypted: bool) -> "PhoneSession":
    """Return the phone a person means, not opened yet."""
    from phoneward import phones

    if folder is not None:
        return phones.open_folder(Path(folder))
    return phones.open_adb(serial or None, allow_unencrypted=allow_unencrypted)
