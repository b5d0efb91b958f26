"""What `phoneward move` shows: the new phone, the plan, what cannot come over, and what came of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.frame import Frame
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from phoneward.moving import LeftBehind, MovePlan, MoveReport

SHOWN = 50
"""Names listed one by one in text; JSON has all that is kept."""
STEPS = 5


def _heading(frame: Frame, number: int, title: str) -> None:
    from rich.text import Text

    shown = _("Step {number} of {count}: {title}").format(number=number, count=STEPS, title=title)
    frame.output.summary("")
    frame.output.summary(Text(shown, style="bold"))


def show_plan(frame: Frame, plan: "MovePlan") -> None:
    """Show what would go over and what cannot."""
    from phoneward import moving

    output = frame.output
    if output.json:
        output.emit("move_plan", moving.plan_document(plan))
        return
    _heading(frame, 1, _("The new phone"))
    for sentence in moving.first_look(plan):
        output.summary(sentence)
    _heading(frame, 2, _("What comes over, and what cannot"))
    output.summary(plan_table(plan))
    for sentence in moving.room_sentences(plan):
        output.summary(sentence)
    said = [sentence for row in moving.plan_rows(plan) for sentence in row.said]
    _name(frame, said)
    output.summary("")
    output.summary(_("What cannot come over, and what to do instead"))
    for one in moving.left_behind(plan):
        _left(frame, one)
    _heading(frame, 3, _("Your decision"))
    if plan.writes_nothing:
        output.summary(_("There is nothing left to write."))


def begin(frame: Frame) -> None:
    """Say that the work begins; how it goes on is shown by bars, or told by JSON."""
    _heading(frame, 4, _("The move"))


def plan_table(plan: "MovePlan") -> "Table":
    """Return what would be written, part by part."""
    from phoneward import moving

    headings = (_("What"), _("To write"), _("Size"), _("There already"), _("Not possible"), _("Note"))
    shown = plain_table(*headings, numbers=(1, 2, 3, 4))
    for row in moving.plan_rows(plan):
        figures = (f"{row.count:,}", formats.size(row.bytes), f"{row.there:,}", f"{row.missing:,}")
        shown.add_row(str(moving.title(row.part)), *figures, moving.state_words(row))
    return shown


def _name(frame: Frame, said: "Sequence[str]") -> None:
    for sentence in said[:SHOWN]:
        frame.output.result(readable(sentence))
    if len(said) > SHOWN:
        frame.output.result(_("… and {count} more; --json names all.").format(count=f"{len(said) - SHOWN:,}"))


def _left(frame: Frame, one: "LeftBehind") -> None:
    output = frame.output
    output.summary(f"  {readable(one.title)}")
    for sentence in (one.why, *one.instead, one.caution):
        if sentence:
            output.summary(f"    {readable(sentence)}")
    if one.command:
        output.summary(f"    {readable(' '.join(one.command))}")


def show_report(frame: Frame, report: "MoveReport", file: Path | None) -> None:
    """Show what came of it, what is still to do, and that the old phone stays as it is."""
    from phoneward import moving

    output = frame.output
    if output.json:
        path = readable(str(file)) if file is not None else None
        output.emit("summary", {**moving.report_document(report), "report": path})
        return
    _heading(frame, 5, _("What came over"))
    output.summary(report_table(report))
    for row in report.rows:
        _name(frame, row.said)
    output.result(report.headline())
    todo = moving.to_do(report.plan)
    if todo:
        output.summary("")
        output.summary(_("What you must still do"))
    for one in todo:
        output.summary(f"  {readable(one.title)}")
        for number, step in enumerate(one.steps, 1):
            output.summary(f"    {number}. {readable(step)}")
        for note in one.notes:
            output.summary(f"    {readable(note)}")
    output.summary("")
    for sentence in moving.keep_the_old_phone(report.plan):
        output.result(sentence)
    if file is not None:
        output.summary(_("The report is in {path}.").format(path=readable(str(file))))


def report_table(report: "MoveReport") -> "Table":
    """Return what became of each part."""
    from phoneward import moving

    headings = (_("What"), _("Came over"), _("Was there"), _("Not there"), _("Note"))
    shown = plain_table(*headings, numbers=(1, 2, 3))
    for row in report.rows:
        figures = (row.amount(), f"{row.there:,}", f"{row.missing:,}")
        shown.add_row(str(moving.title(row.part)), *figures, moving.state_words(row))
    return shown
