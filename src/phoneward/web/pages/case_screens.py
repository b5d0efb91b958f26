"""Pick screenshots of the phone for a case."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import cases
from phoneward.errors import readable
from phoneward.texts import _, formats, words
from phoneward.web.addresses import address
from phoneward.web.case_screens import begin_keep, begin_look, seen
from phoneward.web.cases import CASE, CASES, SCREENS, folder_of
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, page, say, see_other


def show(request: Request) -> Response:
    """Show what was seen, to pick from; else only what would happen."""
    context, key = context_of(request), request.query_params.get("case", "")
    folder = folder_of(context, key)
    known = seen(context)
    return page(
        request,
        "case_screens.html",
        title=_("Screenshots of the phone"),
        command=("phoneward", "case", "attach", readable(str(folder)), "--from-phone"),
        crumbs=((CASES, _("Proof")), (address(CASE, case=key), cases.called(cases.glance(folder)))),
        key=key,
        folder=readable(str(folder)),
        has_looked=known is not None,
        others=known.screenshots.others if known is not None else 0,
        refused=known.screenshots.refused if known is not None else (),
        shots=[
            (number, shot.name, formats.moment(shot.taken), formats.size(shot.size), small is not None)
            for number, (shot, small) in enumerate(zip(known.screenshots.shots, known.small, strict=True), 1)
        ]
        if known is not None
        else [],
    )


def look(request: Request) -> Response:
    """Begin to look."""
    return see_other(f"/jobs/{begin_look(context_of(request), form_of(request).get('case', '')).id}")


def keep(request: Request) -> Response:
    """Begin to copy what was picked."""
    context, form = context_of(request), form_of(request)
    key = form.get("case", "")
    numbers = [int(one) for one in form.getlist("pick") if one.isascii() and one.isdigit() and len(one) <= MAX_DIGITS]
    if not numbers:
        say(request, words("Nothing was picked, and nothing was kept."))
        return see_other(address(SCREENS, case=key))
    return see_other(f"/jobs/{begin_keep(context, key, numbers, form.get('note', '').strip()).id}")


def forget(request: Request) -> Response:
    """Let go of what was seen."""
    context = context_of(request)
    context.answers.forget(SCREENS)
    return see_other(address(CASE, case=form_of(request).get("case", "")))


def picture(request: Request) -> Response:
    """Send a small picture from memory."""
    known, number = seen(context_of(request)), request.query_params.get("n", "")
    small = dict(enumerate(known.small, 1)) if known is not None else {}
    data = small.get(int(number)) if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS else None
    if data is None:
        raise PageMissingError
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


MAX_DIGITS: Final = 4
ROUTES: Final = (
    Route(SCREENS, show),
    Route(f"{SCREENS}/look", look, methods=["POST"]),
    Route(f"{SCREENS}/keep", keep, methods=["POST"]),
    Route(f"{SCREENS}/forget", forget, methods=["POST"]),
    Route(f"{SCREENS}/picture", picture),
)
