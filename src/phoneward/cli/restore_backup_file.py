"""`phoneward restore --as-android-backup`: apps' data into a file for `adb restore`, and what to do with it."""

import contextlib
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.frame import Frame
from phoneward.cli.names import name_fields
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.errors import ExitCode, readable
from phoneward.texts import _, enumeration, formats

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.snapshots import AppData, BackupFilePlan

SHOWN = 50
"""Names listed one by one in text; JSON has all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore into an Android backup file."""

    snapshot: str
    file: str
    app: str
    dry_run: bool
    yes: bool
    no_lock: bool


def restore_backup_file(frame: Frame, wish: Wish) -> ExitCode:
    """Plan, ask, write, and say what became of everything and what comes next."""
    from phoneward import snapshots
    from phoneward.cli.progress_view import listening

    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        plan = snapshots.plan_backup_file(repository, wish.snapshot, Path(wish.file), wish.app)
        _show_plan(frame, plan, wish)
        if not wish.dry_run and plan.ready:
            agree(frame, _("Write this file? Type yes to go on: "), yes=wish.yes)
            with listening(frame.output) as listener:
                snapshots.write_backup_file(repository, plan, listener)
    _show(frame, plan, wish)
    return ExitCode.DONE if plan.complete else ExitCode.INCOMPLETE


# -- the plan ----------------------------------------------------------------------------------------------------------


def _show_plan(frame: Frame, plan: "BackupFilePlan", wish: Wish) -> None:
    from phoneward.snapshots import DataFate

    output = frame.output
    if output.json:
        output.emit("android_backup_plan", plan_document(plan, wish))
        return
    for item in plan.left_out[:SHOWN]:
        output.result(item.sentence())
    if plan.left_out_count > SHOWN:
        count = f"{plan.left_out_count - SHOWN:,}"
        output.result(_("… and {count} more; --json names all.").format(count=count))
    for fate, pattern in (
        (
            DataFate.NO_MANIFEST,
            _("Cannot go back this way, since they did not come from Android's own backup: {apps}."),
        ),
        (DataFate.BAD_MANIFEST, _("Cannot go back, since their manifest is damaged or another app's: {apps}.")),
    ):
        if apps := plan.of(fate):
            output.result(pattern.format(apps=_named(apps)))
    if apps := plan.of(DataFate.NOTHING):
        output.summary(
            _("Gave nothing to the backup, so there is nothing to put back: {apps}.").format(apps=_named(apps))
        )
    if not plan.ready:
        return
    output.summary(table(plan))
    output.summary(_("Where: {folder}").format(folder=readable(os.fsencode(wish.file))))
    for sentence in _beforehand():
        output.summary(sentence)


def _named(apps: "list[AppData]") -> str:
    shown = [app.package for app in apps[:SHOWN]]
    if len(apps) > SHOWN:
        shown.append(_("{count} more").format(count=f"{len(apps) - SHOWN:,}"))
    return enumeration(shown)


def _beforehand() -> list[str]:
    """Return what a person should know before the file is written."""
    return [
        _("The file is not encrypted: whoever gets it can read this data. Delete it as soon as it is on the phone."),
        _("Android puts it in the place of what each of these apps holds on the phone by then."),
        _(
            "Android takes it only for an app that is installed, comes from the same maker and source as then (the "
            "same signature), and is not older than it was. Since Android 12 most apps no longer take part."
        ),
    ]


def table(plan: "BackupFilePlan") -> "Table":
    """Return which apps' data goes into the file, and how much."""
    shown = plain_table(_("App"), _("Files"), _("Size"), numbers=(1, 2))
    for app in plan.ready:
        shown.add_row(app.package, f"{app.files:,}", formats.size(app.bytes))
    return shown


def plan_document(plan: "BackupFilePlan", wish: Wish) -> dict[str, object]:
    """Return the plan for JSON."""
    return {
        "dry_run": wish.dry_run,
        **name_fields(os.fsencode(wish.file), "file"),
        "encrypted": False,
        "apps": [
            {"package": app.package, "state": app.fate.value, "files": app.files, "bytes": app.bytes}
            for app in plan.apps
        ],
        "files": plan.files,
        "bytes": plan.bytes,
        "left_out": [{**name_fields(item.path), "sentence": item.sentence()} for item in plan.left_out],
        "left_out_count": plan.left_out_count,
    }


# -- the report --------------------------------------------------------------------------------------------------------


def _show(frame: Frame, plan: "BackupFilePlan", wish: Wish) -> None:
    output = frame.output
    if output.json:
        output.emit("summary", document(plan, wish))
        return
    if plan.written_bytes is None:
        output.summary(_("Nothing was written."))
        return
    place = readable(os.fsencode(wish.file))
    size = formats.size(plan.written_bytes)
    done = plain_table(_("File"), _("Apps"), _("Files"), _("Size"), _("Outcome"), numbers=(1, 2, 3))
    done.add_row(place, f"{len(plan.ready):,}", f"{plan.files:,}", size, _("written, read back"))
    output.summary(done)
    output.summary(_("What to do now:"))
    for number, step in enumerate(steps(wish.file), start=1):
        output.summary(f"  {number}. {step}")
    if not plan.complete:
        output.result(_("Not everything that was asked for is there: what is missing is named above."))


def steps(file: str) -> list[str]:
    """Return how the file gets onto a phone.

    The button is that of AOSP packages/BackupRestoreConfirmation (`allow_restore_button_label`); makers may call it
    otherwise. A minute is `TIMEOUT_FULL_CONFIRMATION`.
    """
    return [
        _("Install the apps on the phone first, if they are not there, and open each of them once."),
        _("Plug the phone in, unlock it, and run: {command}").format(
            command=f"adb restore {shlex.quote(readable(os.fsencode(file)))}"
        ),
        _(
            "The phone asks: tap 'Restore my data' within a minute. Leave the password empty, unless the phone insists "
            "on its own desktop backup password."
        ),
        _("Look into the apps: Android does not say which of them it passed over."),
        _("Delete the file: it is not encrypted."),
    ]


def document(plan: "BackupFilePlan", wish: Wish) -> dict[str, object]:
    """Return the summary for JSON."""
    written = plan.written_bytes is not None
    return {
        "dry_run": wish.dry_run,
        "complete": plan.complete,
        **name_fields(os.fsencode(wish.file), "file"),
        "written": written,
        "file_bytes": plan.written_bytes,
        "apps_written": len(plan.ready) if written else 0,
        "files_written": plan.files if written else 0,
        "bytes_written": plan.bytes if written else 0,
        "next_steps": steps(wish.file) if written else [],
    }
