"""`phoneward restore --to-phone`: a plan, a question, the work, a table."""

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.confirming import agree
from phoneward.cli.frame import Frame
from phoneward.cli.names import name_fields
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.errors import ExitCode, readable
from phoneward.texts import _, formats, ngettext

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.snapshots import ReturnIssue, ReturnPlan, ReturnReport

SHOWN = 50
"""Names listed one by one in text; JSON has all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of a restore onto a phone."""

    snapshot: str
    serial: str
    include: tuple[str, ...]
    app: str | None
    apks: bool
    replace: bool
    dry_run: bool
    yes: bool
    no_lock: bool
    allow_unencrypted: bool


def restore_to_phone(frame: Frame, wish: Wish) -> ExitCode:
    """Plan, ask, write, and say what became of everything."""
    from phoneward import phones, snapshots
    from phoneward.cli.progress_view import listening

    asked = snapshots.Asked(tuple(map(os.fsencode, wish.include)), wish.app, wish.apks, wish.replace)
    phone_session = phones.open_adb(wish.serial, allow_unencrypted=wish.allow_unencrypted)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not wish.no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        phone = stack.enter_context(phone_session)
        writer = stack.enter_context(phones.AdbWriter(phone))
        with listening(frame.output) as listener:
            plan = snapshots.plan_return(repository, wish.snapshot, phone, writer, asked, listener=listener)
        _show_plan(frame, plan, wish)
        if wish.dry_run:
            report = snapshots.rehearse(plan)
        else:
            # A yes is enough, also where files are replaced: the phone's own get another name, so nothing is lost.
            question = _("Write this to the phone? Type yes to go on: ")
            agree(frame, question, yes=wish.yes or plan.writes_nothing, replaces=plan.replaces)
            with listening(frame.output) as listener:
                report = snapshots.put_back(repository, writer, plan, listener=listener)
    _show(frame, report, wish)
    return ExitCode.DONE if report.complete else ExitCode.INCOMPLETE


# -- the plan ----------------------------------------------------------------------------------------------------------


def _show_plan(frame: Frame, plan: "ReturnPlan", wish: Wish) -> None:
    output = frame.output
    if output.json:
        output.emit("return_plan", plan_document(plan, wish))
        return
    _name(frame, plan.issues.named, sum(plan.issues.counts.values()))
    output.summary(plan_table(plan))
    for sentence in room_sentences(plan):
        output.summary(sentence)
    if not wish.dry_run and not plan.writes_nothing:
        output.summary(_("Owners and permissions are the phone's own; times are restored."))


def plan_table(plan: "ReturnPlan") -> "Table":
    """Return what would be written, counted."""
    shown = plain_table(_("Plan"), _("How many"), numbers=(1,))
    amount = _("{count} ({size})")
    shown.add_row(_("Files to write"), amount.format(count=f"{plan.new_files:,}", size=formats.size(plan.new_bytes)))
    differing = _("Different on the phone, to be replaced") if plan.replace else _("Different on the phone, left as is")
    for heading, count in (
        (_("Folders to make"), plan.new_folders),
        (_("Already there, the same"), plan.same_files),
        (differing, plan.differing_files),
        (_("Apps to install"), len(plan.apps)),
        (_("Not possible"), _not_possible(plan)),
    ):
        if count:
            shown.add_row(heading, f"{count:,}")
    return shown


def room_sentences(plan: "ReturnPlan") -> list[str]:
    """Return how much room is needed and free on each storage that is written to."""
    return [
        _("On {storage} about {needed} are needed, {free} are free.").format(
            storage=readable(room.root),
            needed=formats.size(room.needed),
            free=formats.size(room.free) if room.free is not None else "?",
        )
        for room in plan.rooms.values()
        if room.needed
    ]


def _not_possible(plan: "ReturnPlan") -> int:
    from phoneward.snapshots import ReturnIssueKind

    impossible = (ReturnIssueKind.IMPOSSIBLE, ReturnIssueKind.IN_THE_WAY, ReturnIssueKind.APP_FAILED)
    return sum(plan.issues.counts[kind] for kind in impossible)


def plan_document(plan: "ReturnPlan", wish: Wish) -> dict[str, object]:
    """Return the plan for JSON."""
    return {
        "serial": wish.serial,
        "dry_run": wish.dry_run,
        "replace": plan.replace,
        "new_files": plan.new_files,
        "new_bytes": plan.new_bytes,
        "new_folders": plan.new_folders,
        "same_files": plan.same_files,
        "differing_files": plan.differing_files,
        "differing_bytes": plan.differing_bytes,
        "apps": [app.package for app in plan.apps],
        "not_possible": _not_possible(plan),
        "room": [
            {**name_fields(room.root), "needed": room.needed, "free": room.free}
            for room in plan.rooms.values()
            if room.needed
        ],
    }


# -- the report --------------------------------------------------------------------------------------------------------


def _show(frame: Frame, report: "ReturnReport", wish: Wish) -> None:
    output = frame.output
    if output.json:
        for issue in report.issues.named:
            output.emit("return_issue", issue_document(issue))
        output.emit("summary", document(report, wish))
        return
    if report.dry_run:
        output.summary(_("Nothing was written to the phone."))
        return
    planned = report.plan.issues  # named with the plan already
    total = sum(report.issues.counts.values()) - sum(planned.counts.values())
    _name(frame, report.issues.named[len(planned.named) :], total)
    if report.groups:
        output.summary(table(report))
    for sentence in closing(report):
        output.summary(sentence)
    if report.complete:
        output.summary(_("All that was asked for is on the phone."))
    else:
        output.result(_("Not everything is on the phone: what is missing is named above."))


def _name(frame: Frame, issues: "list[ReturnIssue]", total: int) -> None:
    for issue in issues[:SHOWN]:
        frame.output.result(readable(issue.sentence()))
    if total > SHOWN:
        frame.output.result(_("… and {count} more; --json names all.").format(count=f"{total - SHOWN:,}"))


def table(report: "ReturnReport") -> "Table":
    """Return what became of the files of each part of the phone."""
    headings = (_("Where"), _("Written"), _("Size"), _("Already there"), _("Left as is"), _("Not written"))
    shown = plain_table(*headings, numbers=(1, 2, 3, 4, 5))
    for name, counts in sorted(report.groups.items()):
        figures = (counts.already_there, counts.kept, counts.failed)
        shown.add_row(
            readable(name), f"{counts.written:,}", formats.size(counts.bytes_written), *(f"{n:,}" for n in figures)
        )
    return shown


def closing(report: "ReturnReport") -> list[str]:
    """Return what the table does not say."""
    lines = []
    written = report.total("written")
    if written:
        lines.append(
            _("Every file that was written was read back by the phone, and is the same: {files}.").format(
                files=formats.files(written)
            )
        )
    inexact = report.total("inexact_times")
    if inexact:
        lines.append(
            ngettext(
                "The phone keeps the time of {count} file less exactly than the snapshot.",
                "The phone keeps the times of {count} files less exactly than the snapshot.",
                inexact,
            ).format(count=f"{inexact:,}")
        )
    if report.apps_installed:
        apps = len(report.apps_installed)
        lines.append(ngettext("{count} app installed.", "{count} apps installed.", apps).format(count=f"{apps:,}"))
    if report.plan.differing_files and not report.plan.replace:
        lines.append(
            _("To put the snapshot's files there and give the phone's another name, repeat the command with --replace.")
        )
    if report.leftovers:
        lines.append(_("Unfinished pieces of an earlier run were removed from the phone."))
    return lines


def document(report: "ReturnReport", wish: Wish) -> dict[str, object]:
    """Return the summary for JSON."""
    counts = report.issues.counts
    return {
        "dry_run": report.dry_run,
        "complete": report.complete,
        "serial": wish.serial,
        "files_written": report.total("written"),
        "bytes_written": report.total("bytes_written"),
        "files_verified": report.total("written"),
        "already_there": report.plan.same_files,
        "kept": 0 if report.plan.replace else report.plan.differing_files,
        "replaced": report.replaced,
        "folders": report.folders,
        "inexact_times": report.total("inexact_times"),
        "apps_installed": report.apps_installed,
        "leftovers_removed": report.leftovers,
        "groups": [
            {
                **name_fields(name),
                "written": group.written,
                "bytes_written": group.bytes_written,
                "already_there": group.already_there,
                "kept": group.kept,
                "failed": group.failed,
            }
            for name, group in sorted(report.groups.items())
        ],
        "issues": {kind.value: count for kind, count in sorted(counts.items(), key=lambda item: item[0].value)},
    }


def issue_document(issue: "ReturnIssue") -> dict[str, object]:
    """Return one named thing for JSON."""
    return {"kind": issue.kind.value, **name_fields(issue.path), "sentence": issue.sentence()}
