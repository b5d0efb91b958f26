"""Test with a picture made for it: the picture is made here, and looked for in a backup that is made afterwards."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import readable
from phoneward.snapshots import app_words
from phoneward.texts import _, formats, words
from phoneward.web.errors import PageMissingError
from phoneward.web.numbers import newest_of_phones
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.watch import WATCH
from phoneward.web.watch_canary import (
    CANARY,
    LOOKED,
    PATIENCE_S,
    CanaryLooked,
    Made,
    begin_look,
    command_of,
    make,
    notes_of,
    sentence_of,
)

if TYPE_CHECKING:
    from phoneward.watch import CanaryCopy, NotedCanary

MAX_DIGITS: Final = 7


def show(request: Request) -> Response:
    """Say what the test is, and offer its steps."""
    context = context_of(request)
    notes = notes_of(context).all()
    with context.library.open() as opened:
        infos = newest_of_phones(reversed(opened.listed.infos))
        phones = [(info.device, f"{opened.phone(info)}, {formats.moment(info.snapshot.time)}") for info in infos]
    made = context.answers.get(CANARY, Made)
    return page(
        request,
        "watch_canary.html",
        title=_("Test with a picture made for it"),
        command=("phoneward", "watch", "canary", "--app", "PACKAGE"),
        crumbs=((WATCH, _("Pictures")),),
        made=made,
        made_number=f"{made.number:07d}" if made is not None else "",
        phones=phones,
        taken=formats.moment(infos[0].snapshot.time) if infos else "",
        number=f"{notes[-1].number:07d}" if notes else "",
        looked=context.answers.get(LOOKED, CanaryLooked),
    )


def make_one(request: Request) -> Response:
    """Make a test picture."""
    make(context_of(request))
    return see_other(f"{CANARY}#made")


def picture(request: Request) -> Response:
    """Send the test picture that was made last, as something to keep."""
    made = context_of(request).answers.get(CANARY, Made)
    if made is None or request.query_params.get("number") != f"{made.number:07d}":
        raise PageMissingError
    headers = {"content-disposition": f'attachment; filename="{made.name}"'}
    return Response(made.data, media_type="image/png", headers=headers)


def look(request: Request) -> Response:
    """Begin to look for one in the newest backup."""
    form = form_of(request)
    text = form.get("number", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        say(request, words("Please write the number as it stands on the test picture, such as 0123456."))
        return see_other(CANARY)
    job = begin_look(context_of(request), form.get("device", ""), int(text) if text else None)
    job.ended.wait(PATIENCE_S)
    return see_other(LOOKED if job.outcome is not None else f"/jobs/{job.id}")


def looked(request: Request) -> Response:
    """Show what came of looking for it last."""
    context = context_of(request)
    found = context.answers.get(LOOKED, CanaryLooked)
    if found is None:
        return see_other(CANARY)
    notes = {note.number: note for note in notes_of(context).all()}
    note = notes.get(found.number) if found.number is not None else None
    return page(
        request,
        "watch_canary_looked.html",
        title=_("Where the test picture is"),
        command=command_of(found.number, found.snapshot),
        crumbs=((WATCH, _("Pictures")), (CANARY, _("Test with a picture made for it"))),
        sentence=str(sentence_of(found)),
        phone=found.phone,
        taken=formats.moment(found.taken),
        files=found.files,
        is_older=note is not None and found.taken < note.made,
        rows=[_row(copy, notes) for copy in found.copies],
        missed=[str(sentence) for sentence in found.missed],
        device=found.device,
        number="" if found.number is None else f"{found.number:07d}",
    )


def _row(copy: "CanaryCopy", notes: "dict[int, NotedCanary]") -> list[str]:
    seen = copy.sighting
    note = notes.get(seen.number)
    form = _("{width} × {height} pixels").format(width=seen.width, height=seen.height)
    return [
        str(app_words(copy.package)) if copy.package else "?",
        readable(copy.path),
        form,
        f"{seen.number:07d}",
        _("elsewhere") if note is None else formats.moment(note.made),
    ]


ROUTES: Final = (
    Route(CANARY, show),
    Route(f"{CANARY}/make", make_one, methods=["POST"]),
    Route(f"{CANARY}/picture", picture),
    Route(f"{CANARY}/look", look, methods=["POST"]),
    Route(LOOKED, looked),
)
