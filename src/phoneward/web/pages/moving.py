"""A new phone: which snapshot goes to which phone, the plan with what cannot come over, the move, and its table."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import moving, phones
from phoneward.errors import readable
from phoneward.snapshots import SnapshotKind
from phoneward.texts import _, formats
from phoneward.web.moves import DONE, MOVE, PLAN, begin_move, begin_plan, command_of, moved, planned
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.pages.snapshots import title_of

CHOICES: Final = 200
MAX_SERIAL: Final = 200
NAMED: Final = 100
PATIENCE_S: Final = 1.0
"""So long a page waits for a plan, so that a small one is there at once."""


def show(request: Request) -> Response:
    """Ask which snapshot goes to which phone, and say what a move is."""
    context = context_of(request)
    with context.library.open() as opened:
        infos = opened.listed.select(kinds=frozenset({SnapshotKind.WHOLE}))[:CHOICES]
        items = [(info.snapshot.id or "", title_of(opened, info)) for info in infos]
        begun = [
            (
                _("{old} to {new}").format(old=readable(noted.old_label), new=readable(noted.new_label)),
                _("finished on {moment}").format(moment=formats.moment(noted.finished))
                if noted.finished
                else _("begun on {moment}, not finished").format(moment=formats.moment(noted.begun)),
            )
            for noted in moving.noted_moves(context.settings.state_dir, opened.repo)
        ]
    attached = phones.list_adb_devices()
    return page(
        request,
        "move.html",
        title=_("A new phone"),
        command=("phoneward", "move", "--to-phone", _("SERIAL")),
        items=items,
        phones=[(one.serial, readable(one.model or one.serial)) for one in attached],
        begun=begun,
        has_report=moved(context) is not None,
    )


def make_plan(request: Request) -> Response:
    """Begin to look at the new phone."""
    form = form_of(request)
    context = context_of(request)
    with context.library.open(load_index=False) as opened:
        snapshot = opened.find(form.get("snapshot", "")).snapshot.id or ""
    job = begin_plan(context, snapshot, form.get("serial", "")[:MAX_SERIAL])
    job.ended.wait(PATIENCE_S)
    return see_other(PLAN if job.outcome is not None else f"/jobs/{job.id}")


def show_plan(request: Request) -> Response:
    """Show what would go over, and what cannot; nothing is written before the button."""
    plan = planned(context_of(request))
    rows = moving.plan_rows(plan)
    said = [readable(sentence) for row in rows for sentence in row.said]
    return page(
        request,
        "move_plan.html",
        title=_("What comes over, and what cannot"),
        command=command_of(plan.old.id, plan.new.serial, "--dry-run"),
        crumbs=((MOVE, _("A new phone")),),
        look=moving.first_look(plan),
        room=moving.room_sentences(plan),
        columns=[_("What"), _("To write"), _("Size"), _("There already"), _("Not possible"), _("Note")],
        rows=[
            [
                str(moving.title(row.part)),
                f"{row.count:,}",
                formats.size(row.bytes),
                f"{row.there:,}",
                f"{row.missing:,}",
                moving.state_words(row),
            ]
            for row in rows
        ],
        said=said[:NAMED],
        more=max(0, len(said) - NAMED),
        left=moving.left_behind(plan),
        nothing=plan.writes_nothing,
        same=plan.is_same_phone,
    )


def go(request: Request) -> Response:
    """Carry the plan out."""
    job = begin_move(context_of(request))
    return see_other(f"/jobs/{job.id}")


def show_done(request: Request) -> Response:
    """Show what came over, what did not, what is still to do, and that the old phone stays as it is."""
    report = moved(context_of(request))
    if report is None:
        return see_other(MOVE)
    return page(
        request,
        "move_done.html",
        title=_("What came over"),
        command=command_of(report.plan.old.id, report.plan.new.serial),
        crumbs=((MOVE, _("A new phone")),),
        report=moving.report_view(report),
    )


def download(request: Request) -> Response:
    """Send the report as a page to keep and to print."""
    report = moved(context_of(request))
    if report is None:
        return see_other(MOVE)
    headers = {"content-disposition": 'attachment; filename="phoneward-move.html"'}
    return Response(moving.html_report(report), media_type="text/html", headers=headers)


ROUTES: Final = (
    Route(MOVE, show),
    Route(PLAN, make_plan, methods=["POST"]),
    Route(PLAN, show_plan),
    Route(f"{MOVE}/go", go, methods=["POST"]),
    Route(DONE, show_done),
    Route(f"{DONE}/report.html", download),
)
