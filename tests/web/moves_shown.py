"""A plan and a report of a move, as a phone would have answered, for pages to be looked at."""

import datetime as dt

from phoneward import moving
from phoneward.moving import (
    AppMove,
    AppState,
    MovePlan,
    MoveReport,
    NewPhone,
    Noted,
    NotedPart,
    OldPhone,
    Part,
    PartState,
)
from phoneward.moving.planning import Wanted
from phoneward.snapshots import coverage_of, find
from phoneward.snapshots.returning_report import Issues, ReturnIssueKind, ReturnPlan
from phoneward.texts import verbatim, words
from phoneward.updates import Device
from phoneward.web.moves import DONE, PLAN, Moved, Planned
from tests.web.app_backups import shown_plan
from tests.web.holding import LONG, Holding

NOW = dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)


def moves_shown(held: Holding) -> None:
    """Have a server know a plan with all kinds of trouble, and what came of such a move."""
    snapshot = find(held.repo, held.newest)
    coverage = coverage_of(held.repo, held.newest)
    old = OldPhone(snapshot, "phone", "Grandmother's" + "-phone" * 8, coverage)
    facts = Device(29, ("arm64-v8a",), manufacturer="Xiaomi", model="Redmi Note 12")
    new = NewPhone(
        "R58N1234", "new", "<b>new\\x1b[2J", "samsung", "14", facts, 5_000_000, {}, 3, b"/storage/emulated/0"
    )
    plan = MovePlan(old, new, Wanted(), states=dict.fromkeys(Part, PartState.TO_DO))
    plan.files = ReturnPlan(new_files=12_345, new_bytes=9_876_543_210, same_files=7, differing_files=1, issues=Issues())
    plan.files.issues.add(ReturnIssueKind.KEPT, b"/shared/" + LONG)
    plan.files.issues.add(ReturnIssueKind.IMPOSSIBLE, b"/shared/\x1b[31m<i>", "no file can have such a name")
    plan.app_backups = shown_plan()
    plan.states[Part.RECORDS] = PartState.NOTHING
    plan.apps = [
        AppMove("org.app." + "long" * 40, verbatim("org.app." + "long" * 40), AppState.NEW, "1.0", 70_000),
        AppMove("org.refused", words("WeChat"), AppState.REFUSED, reasons=(verbatim("<script>"),)),
        AppMove("org.other", verbatim("org.other"), AppState.OTHER_SIGNER),
    ]
    plan.room = {b"/storage/emulated/0": (9_900_000_000, 5_000_000)}
    held.site.context.answers.put(PLAN, Planned(plan))
    note = NotedPart(
        done=False, snapshot=old.id, when=NOW, over=3, bytes=70_000, there=7, missing=2, said=["<i>why not"]
    )
    noted = Noted(old="phone", new="new", old_label=old.label, new_label=new.label, begun=NOW, snapshot=old.id)
    report = MoveReport.of(plan, noted.with_part(Part.FILES, note))
    held.site.context.answers.put(DONE, Moved(report))
    with moving.MoveNotes(held.site.context.settings.state_dir, held.repo, moving.Pair("phone", "new")) as notes:
        notes.note(noted)
