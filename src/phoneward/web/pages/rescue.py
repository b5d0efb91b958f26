"""It happened. What can still be saved? What happened → the card → what is left → into a case."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import rescue
from phoneward.errors import PhonewardError
from phoneward.incidents import INCIDENT_WORDS, Incident
from phoneward.rescue import Asked, Kind
from phoneward.texts import _, formats
from phoneward.web.addresses import address
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.rescue import (
    CARD,
    LEFT,
    MAX_ROWS,
    RESCUE,
    Left,
    Row,
    app_shown,
    begin,
    collect,
    command_of,
    known,
    told,
)


def show(request: Request) -> Response:
    """Ask what happened."""
    context = context_of(request)
    report = context.checkups.known()
    answer = next((part.answer for part in report.rooms if part.room.name == "rescue"), None) if report else None
    losses = [(address(CARD, what=one.value), _(INCIDENT_WORDS[one])) for one in Incident if not one.is_leak]
    leaks = [(address(CARD, what=one.value), _(INCIDENT_WORDS[one])) for one in Incident if one.is_leak]
    return page(
        request,
        "rescue.html",
        title=_("Rescue"),
        command=("phoneward", "rescue"),
        answer=answer,
        losses=losses,
        leaks=leaks,
        has_left=known(context) is not None,
        left=LEFT,
    )


def card(request: Request) -> Response:
    """Show what to do first, and the form that looks for what is left."""
    query = request.query_params
    asked = told(query.get("what", ""), query.get("app", ""), query.get("when", ""))
    shown = rescue.card_of(asked.incident)
    return page(
        request,
        "rescue_card.html",
        title=str(shown.title),
        command=command_of(asked),
        crumbs=((RESCUE, _("Rescue")),),
        steps=[
            {
                "is_do": step.kind is Kind.DO,
                "text": str(step.text),
                "why": str(step.why),
                "run": step.run,
                "sources": step.sources,
            }
            for step in shown.steps
        ],
        is_leak=asked.incident.is_leak,
        what=asked.incident.value,
        app=app_shown(asked),
        when=asked.when.isoformat() if asked.when is not None else "",
        paper=address(f"{CARD}.html", what=asked.incident.value),
    )


def paper(request: Request) -> Response:
    """Return the card in large type, for printing: one file that needs nothing else."""
    shown = rescue.card_of(rescue.told_incident(request.query_params.get("what", "")))
    headers = {"Content-Disposition": f'attachment; filename="{shown.incident.value}.html"'}
    return Response(rescue.html_card(shown), media_type="text/html; charset=utf-8", headers=headers)


def search(request: Request) -> Response:
    """Begin to look."""
    form = form_of(request)
    asked = told(form.get("what", ""), form.get("app", ""), form.get("when", ""))
    return see_other(f"/jobs/{begin(context_of(request), asked).id}")


def left(request: Request) -> Response:
    """Show what is left."""
    found = known(context_of(request))
    if found is None:
        return see_other(RESCUE)
    return _left(request, found)


def _left(request: Request, found: Left, folder: str = "", error: PhonewardError | None = None) -> Response:
    asked = found.asked
    rows = [_row(row) for row in found.rows if not row.is_hint]
    return page(
        request,
        "rescue_left.html",
        title=_("What is left"),
        command=command_of(asked),
        status=400 if error is not None else 200,
        crumbs=((RESCUE, _("Rescue")), (address(CARD, what=asked.incident.value), _(INCIDENT_WORDS[asked.incident]))),
        rows=rows,
        hints=[{"what": str(row.what), "how": str(row.how), "where": row.where} for row in found.rows if row.is_hint],
        count=found.count,
        soon=sum(bool(row["soon"]) for row in rows),
        more=max(0, found.count - MAX_ROWS),
        seen=list(map(str, found.seen)),
        cannot=list(map(str, found.cannot)),
        looked_at=list(map(str, found.looked_at)),
        not_looked_at=list(map(str, found.not_looked_at)),
        what=asked.incident.value,
        app=asked.app,
        when=asked.when.isoformat() if asked.when is not None else "",
        folder=folder or str(_suggested(asked)),
        error=error,
    )


def _row(row: Row) -> dict[str, object]:
    return {
        "what": str(row.what),
        "source": str(row.source),
        "where": row.where,
        "made": formats.day(row.made) if row.made is not None else "?",
        "expires": formats.moment(row.expires) if row.expires is not None else "",
        "soon": row.is_soon,
        "completeness": str(row.completeness),
        "size": formats.size(row.size) if row.size is not None else "?",
        "how": str(row.how),
        "command": row.command,
    }


def _suggested(asked: Asked) -> Path:
    """Return a folder of the person's own for a new case."""
    day = asked.now.astimezone().date().isoformat()
    return Path.home() / f"phoneward-case-{day}"


def into_case(request: Request) -> Response:
    """Begin to copy all that is left into a case."""
    context, form = context_of(request), form_of(request)
    asked = told(form.get("what", ""), form.get("app", ""), form.get("when", ""))
    folder = form.get("folder", "").strip()
    place = Path(folder)
    found = known(context)
    if not folder or not place.is_absolute():
        return _left(request, found, folder, rescue.NoCaseFolderError()) if found is not None else see_other(RESCUE)
    try:
        job = collect(context, asked, place)
    except PhonewardError as error:
        if found is None:
            raise
        return _left(request, found, folder, error)
    return see_other(f"/jobs/{job.id}")


ROUTES: Final = (
    Route(RESCUE, show),
    Route(CARD, card),
    Route(f"{CARD}.html", paper),
    Route(LEFT, left),
    Route(f"{RESCUE}/search", search, methods=["POST"]),
    Route(f"{RESCUE}/collect", into_case, methods=["POST"]),
)
