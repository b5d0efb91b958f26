"""`phoneward restore --app-backups`: apps' own backups back to where their apps look, then the apps' own next steps."""

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.frame import Frame
from phoneward.cli.names import name_fields
from phoneward.cli.restore_records import place_document
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.errors import ExitCode, readable
from phoneward.texts import _, formats, labelled

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.snapshots import AppBackup, AppBackupsPlan

SHOWN = 50
"""Names listed one by one in text; JSON has all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore of apps' own backups."""

    snapshot: str
    serial: str
    app: str
    replace: bool
    dry_run: bool
    yes: bool
    no_lock: bool
    allow_unencrypted: bool


def restore_app_backups(frame: Frame, wish: Wish) -> ExitCode:
    """Plan, ask, write, and say what became of everything and what the apps need next."""
    from phoneward import phones, snapshots
    from phoneward.cli.progress_view import listening

    session = phones.open_adb(wish.serial, allow_unencrypted=wish.allow_unencrypted)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(session)
        writer = stack.enter_context(phones.AdbWriter(phone))
        with listening(frame.output) as listener:
            plan = snapshots.plan_app_backups(
                repository, wish.snapshot, phone, writer, wish.app, replace=wish.replace, listener=listener
            )
        _show_plan(frame, plan, wish)
        if not wish.dry_run:
            question = _("Write this to the phone? Type yes to go on: ")
            placing = plan.placing
            agree(frame, question, yes=wish.yes or placing.writes_nothing, replaces=placing.replaces)
            with listening(frame.output) as listener:
                snapshots.put_on_phone(writer, plan.placing, listener=listener)
    _show(frame, plan, wish)
    return ExitCode.DONE if plan.complete else ExitCode.INCOMPLETE


# -- the plan ----------------------------------------------------------------------------------------------------------


def _show_plan(frame: Frame, plan: "AppBackupsPlan", wish: Wish) -> None:
    from phoneward.snapshots import backup_name, backup_sentences

    output = frame.output
    if output.json:
        output.emit("app_backups_plan", plan_document(plan, wish))
        return
    for folder in plan.unreadable[:SHOWN]:
        output.result(_("{path} of the snapshot cannot be read.").format(path=readable(folder)))
    output.summary(plan_table(plan))
    for one in plan.backups:
        output.summary(backup_name(one))
        for sentence in backup_sentences(one):
            output.summary(f"  {sentence}")
    if not wish.dry_run:
        _name(frame, plan)


def plan_table(plan: "AppBackupsPlan") -> "Table":
    """Return what would be written: of which day, how much, and where it goes."""
    from phoneward.snapshots import backup_name

    shown = plain_table(_("App"), _("Made"), _("Size"), numbers=(2,))
    for one in plan.backups:
        made = formats.moment(one.backup.made) if one.backup.made else _("unknown")
        shown.add_row(backup_name(one), made, formats.size(one.size))
    return shown


def plan_document(plan: "AppBackupsPlan", wish: Wish) -> dict[str, object]:
    """Return the plan for JSON."""
    return {
        "serial": wish.serial,
        "dry_run": wish.dry_run,
        "replace": wish.replace,
        "backups": [
            {
                "app": one.backup.app.key,
                "package": one.backup.found.package,
                **name_fields(one.backup.source, "source"),
                **name_fields(one.folder, "folder"),
                "made": one.backup.made.isoformat() if one.backup.made else None,
                "bytes": one.size,
                "files": len(one.places),
                "installed": one.installed,
                "older": one.older,
            }
            for one in plan.backups
        ],
        "to_write": len(plan.placing.to_write()),
        "bytes_to_write": plan.placing.bytes_to_write,
        "unreadable": len(plan.unreadable),
    }


# -- the report --------------------------------------------------------------------------------------------------------


def _name(frame: Frame, plan: "AppBackupsPlan") -> None:
    named = [sentence for place in plan.placing.places if (sentence := place.sentence())]
    for sentence in named[:SHOWN]:
        frame.output.result(readable(sentence))
    if len(named) > SHOWN:
        frame.output.result(_("… and {count} more; --json names all.").format(count=f"{len(named) - SHOWN:,}"))


def _show(frame: Frame, plan: "AppBackupsPlan", wish: Wish) -> None:
    output = frame.output
    if output.json:
        for place in plan.placing.places:
            output.emit("app_backup_file", place_document(place))
        output.emit("summary", document(plan, wish))
        return
    if wish.dry_run:
        _name(frame, plan)
        output.summary(_("Nothing was written to the phone."))
        return
    _name_outcomes(frame, plan)
    output.summary(table(plan))
    for one in plan.backups:
        if one.is_there:
            _steps(frame, one)
    if plan.complete:
        output.summary(_("All that was asked for is on the phone."))
    else:
        output.result(_("Not everything is on the phone: what is missing is named above."))


def _name_outcomes(frame: Frame, plan: "AppBackupsPlan") -> None:
    """Name what went otherwise while it was written; what the plan says was named with it."""
    from phoneward.snapshots import PlaceOutcome

    told = [p.sentence() for p in plan.placing.places if p.outcome is not PlaceOutcome.NOTHING and p.sentence()]
    for sentence in told[:SHOWN]:
        frame.output.result(readable(sentence))


def table(plan: "AppBackupsPlan") -> "Table":
    """Return what became of each backup."""
    from phoneward.snapshots import backup_name

    shown = plain_table(_("App"), _("Written"), _("There already"), _("Not written"), numbers=(1, 2, 3))
    for one in plan.backups:
        there = sum(place.is_there for place in one.places)
        shown.add_row(backup_name(one), f"{one.written:,}", f"{there - one.written:,}", f"{len(one.places) - there:,}")
    return shown


def _steps(frame: Frame, one: "AppBackup") -> None:
    from phoneward.snapshots import backup_guide, backup_name

    guide = backup_guide(one)
    for way in guide.put_back:
        frame.output.summary("")
        frame.output.summary(labelled(backup_name(one), way.title))
        for number, step in enumerate(way.steps, start=1):
            frame.output.summary(f"  {number}. {step}")
        if way.caution:
            frame.output.summary(f"  {way.caution}")
    frame.output.summary(f"  {guide.proof}")


def document(plan: "AppBackupsPlan", wish: Wish) -> dict[str, object]:
    """Return the summary for JSON."""
    from phoneward.snapshots import backup_guide

    written = sum(one.written for one in plan.backups)
    return {
        "dry_run": wish.dry_run,
        "complete": plan.complete,
        "serial": wish.serial,
        "files_written": written,
        "files_verified": sum(place.is_there for place in plan.placing.places),
        "replaced": sum(bool(place.set_aside) for place in plan.placing.places),
        "backups": [
            {
                "app": one.backup.app.key,
                "package": one.backup.found.package,
                "complete": one.is_there,
                "written": one.written,
                "next_steps": [step for way in backup_guide(one).put_back for step in way.steps],
            }
            for one in plan.backups
        ],
    }
