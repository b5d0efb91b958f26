"""What came of a move, as a table: part by part what came over, what was there, what did not come and why."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from phoneward.moving.apps import AppState, of_state
from phoneward.moving.notes import Noted, NotedPart
from phoneward.moving.parts import Part, PartState, title
from phoneward.moving.planning import MovePlan
from phoneward.moving.telling import first_look, keep_the_old_phone, left_behind, room_sentences, to_do
from phoneward.snapshots import PlaceFate, PlacingPlan, ReturnIssueKind
from phoneward.texts import _, formats, ngettext

_IMPOSSIBLE = (ReturnIssueKind.IMPOSSIBLE, ReturnIssueKind.IN_THE_WAY, ReturnIssueKind.APP_FAILED)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One part of a plan.

    Attributes:
        count, bytes: what would be written or installed.
        there: what the phone has already.
        missing: what will not be there.
        said: why not, and what else to know, in the reader's language.
    """

    part: Part
    state: PartState
    count: int = 0
    bytes: int = 0
    there: int = 0
    missing: int = 0
    said: tuple[str, ...] = ()


def plan_rows(plan: MovePlan) -> list[PlanRow]:
    """Return the parts of a plan, in their order."""
    return [_row(plan, part) for part in Part]


def _row(plan: MovePlan, part: Part) -> PlanRow:
    state = plan.states[part]
    if state is PartState.DONE:
        note = plan.noted.part(part) if plan.noted is not None else None
        return PlanRow(part, state, there=note.over + note.there if note is not None else 0)
    if part is Part.FILES and plan.files is not None:
        counts = plan.files.issues.counts
        missing = plan.files.differing_files + sum(counts[kind] for kind in _IMPOSSIBLE)
        said = tuple(issue.sentence() for issue in plan.files.issues.named)
        return PlanRow(part, state, plan.files.new_files, plan.files.new_bytes, plan.files.same_files, missing, said)
    if part is Part.APP_BACKUPS and plan.app_backups is not None:
        return _placed(part, state, plan.app_backups.placing)
    if part is Part.RECORDS and plan.records is not None:
        damaged = tuple(held.sentence() for held in plan.records.damaged)
        return _placed(part, state, plan.records.placing, damaged)
    if part is Part.APPS and plan.apps:
        new = list(of_state(plan.apps, AppState.NEW))
        missing = sum(app.is_missing for app in plan.apps)
        said = tuple(sentence for app in plan.apps if (sentence := app.sentence()))
        there = len(plan.apps) - len(new) - missing
        return PlanRow(part, state, len(new), sum(app.size for app in new), there, missing, said)
    return PlanRow(part, state)


def _placed(part: Part, state: PartState, placing: PlacingPlan, more: tuple[str, ...] = ()) -> PlanRow:
    lost = placing.count(PlaceFate.DIFFERS) + placing.count(PlaceFate.IMPOSSIBLE) + len(more)
    said = (*more, *(sentence for place in placing.places if (sentence := place.sentence())))
    return PlanRow(
        part, state, len(placing.to_write()), placing.bytes_to_write, placing.count(PlaceFate.SAME), lost, said
    )


@dataclass(frozen=True, slots=True)
class PartRow:
    """What became of one part, all runs of the move together.

    Attributes:
        over, bytes: what came over.
        there: what the phone had already.
        missing: what is not there.
        said: why, sentences.
        when: the end of the last run of it; None where there was none.
        is_done: whether nothing of it is left for another run.
    """

    part: Part
    state: PartState
    over: int = 0
    bytes: int = 0
    there: int = 0
    missing: int = 0
    said: tuple[str, ...] = ()
    when: dt.datetime | None = None
    is_done: bool = True

    @classmethod
    def of(cls, part: Part, state: PartState, note: NotedPart | None, snapshot: str) -> Self:
        """Return what is noted of a part."""
        if note is None:
            return cls(part, state, is_done=state is PartState.NOTHING)
        is_done = note.done and note.snapshot == snapshot
        said = tuple(note.said)
        return cls(part, state, note.over, note.bytes, note.there, note.missing, said, note.when, is_done)

    @property
    def is_complete(self) -> bool:
        """Whether all of it is on the phone."""
        return self.is_done and not self.missing

    def amount(self) -> str:
        """Return what came over, as a person reads it."""
        if not self.over:
            return "0"
        return _("{count} ({size})").format(count=f"{self.over:,}", size=formats.size(self.bytes))


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What came of a move.

    Attributes:
        finished: when all parts were done; None while something is left.
    """

    plan: MovePlan
    rows: tuple[PartRow, ...]
    finished: dt.datetime | None

    @classmethod
    def of(cls, plan: MovePlan, noted: Noted | None) -> Self:
        """Return it, of all runs that are noted."""
        notes = {part: noted.part(part) if noted is not None else None for part in Part}
        rows = tuple(PartRow.of(part, plan.states[part], notes[part], plan.old.id) for part in Part)
        return cls(plan, rows, noted.finished if noted is not None else None)

    @property
    def complete(self) -> bool:
        """Whether all that was asked for is on the phone."""
        return all(row.is_complete for row in self.rows if row.state in {PartState.TO_DO, PartState.DONE})

    def headline(self) -> str:
        """Say in one sentence how it stands."""
        missing = sum(row.missing for row in self.rows)
        if self.complete:
            return _("All that can come over is on the new phone.")
        if not missing:
            return _("The move is not done yet: run it again, and it goes on.")
        pattern = ngettext(
            "{count} thing is not on the new phone: it is named below, with the reason.",
            "{count} things are not on the new phone: they are named below, with the reasons.",
            missing,
        )
        return pattern.format(count=f"{missing:,}")


def state_words(row: PartRow | PlanRow) -> str:
    """Return what a table says of a part beside the figures; empty where the figures say it."""
    if row.state is PartState.NOTHING:
        return _("the snapshot holds none")
    if row.state is PartState.LEFT_OUT:
        return _("left out this time")
    if isinstance(row, PlanRow):
        return _("done before") if row.state is PartState.DONE else ""
    return "" if row.is_done else _("not done yet")


def plan_document(plan: MovePlan) -> dict[str, Any]:
    """Return a plan for JSON."""
    return {
        "snapshot": plan.old.id,
        "from": plan.old.label,
        "taken": plan.old.taken.isoformat(),
        "serial": plan.new.serial,
        "to": plan.new.label,
        "android": plan.new.android,
        "api_level": plan.new.facts.sdk,
        "same_phone": plan.is_same_phone,
        "fits": plan.fits,
        "parts": [
            {
                "part": row.part.value,
                "state": row.state.value,
                "to_write": row.count,
                "bytes": row.bytes,
                "there": row.there,
                "not_possible": row.missing,
            }
            for row in plan_rows(plan)
        ],
        "apps": [
            {
                "package": app.package,
                "name": str(app.name),
                "state": app.state.value,
                "version": app.version,
                "there_version": app.there_version,
                "bytes": app.size,
                "reasons": [str(reason) for reason in app.reasons],
            }
            for app in plan.apps
        ],
        "not_moved": [
            {"code": one.code, "title": one.title, "why": one.why, "instead": one.instead, "command": one.command}
            for one in left_behind(plan)
        ],
    }


def report_document(report: MoveReport) -> dict[str, Any]:
    """Return a report for JSON."""
    return {
        "complete": report.complete,
        "finished": report.finished.isoformat() if report.finished else None,
        "parts": [
            {
                "part": row.part.value,
                "state": row.state.value,
                "over": row.over,
                "bytes": row.bytes,
                "there": row.there,
                "missing": row.missing,
                "done": row.is_done,
                "reasons": row.said,
            }
            for row in report.rows
        ],
        "to_do": [{"code": one.code, "title": one.title, "steps": one.steps} for one in to_do(report.plan)],
        "keep_the_old_phone": keep_the_old_phone(report.plan),
    }


def report_view(report: MoveReport) -> dict[str, Any]:
    """Return a report as the templates show it, in the reader's language."""
    plan = report.plan
    return {
        "title": _("Your move to a new phone"),
        "about": list(first_look(plan)),
        "headline": report.headline(),
        "complete": report.complete,
        "headings": [_("What"), _("Came over"), _("Was there"), _("Not there"), _("Note")],
        "rows": [
            [str(title(row.part)), row.amount(), f"{row.there:,}", f"{row.missing:,}", state_words(row)]
            for row in report.rows
        ],
        "reasons": [{"title": str(title(row.part)), "said": list(row.said)} for row in report.rows if row.said],
        "keep": list(keep_the_old_phone(plan)),
        "to_do": [{"title": one.title, "steps": list(one.steps), "notes": list(one.notes)} for one in to_do(plan)],
        "left": [
            {
                "title": one.title,
                "why": one.why,
                "instead": list(one.instead),
                "caution": one.caution,
                "command": " ".join(one.command),
            }
            for one in left_behind(plan)
        ],
        "words": {
            "maker": _("Phoneward"),
            "keep": _("The old phone"),
            "came": _("What came over"),
            "reasons": _("What did not, and why"),
            "to_do": _("What you must still do"),
            "left": _("What cannot come over, and what to do instead"),
            "private": _("This page names your apps and files. Give it only to people who may know them."),
        },
    }


def plan_sentences(plan: MovePlan) -> tuple[str, ...]:
    """Return what is said before the table of a plan: the phones and the room."""
    return (*first_look(plan), *room_sentences(plan))
