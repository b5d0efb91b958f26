"""Were my pictures sent? A recording of what the phone sent is looked into, and how one is made."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import watch
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots import Page
from phoneward.texts import Words, _, formats, sentences
from phoneward.watch import Upload
from phoneward.web.addresses import address, number_of, pager
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.watch import WATCH
from phoneward.web.watch_captures import CAPTURE, PATIENCE_S, Recording, begin, phones_of, typed_file

PICTURE: Final = f"{CAPTURE}/picture"
PER_PAGE: Final = 12
SENDINGS: Final = 20
"""Times that one picture was sent, of which the page tells."""
SHOWN_WIDTH: Final = 320
"""Pixels of a picture on the page."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture of the person's that was sent, or perhaps was, as the page shows it.

    Attributes:
        number: of its picture.
        sendings: of each time, to whom and how.
        more: how many times more.
    """

    number: int
    title: str
    path: str
    picture: str
    sendings: list[tuple[Words, Words]]
    more: int


def show(request: Request) -> Response:
    """Show what the last recording showed, the form for another one, and how one is made."""
    return _page(request)


def _page(
    request: Request,
    *,
    typed: str = "",
    keys: str = "",
    device: str = "",
    problem: PhonewardError | None = None,
) -> Response:
    context = context_of(request)
    with context.library.open() as opened:
        phones = [(info.device, opened.phone(info)) for info in phones_of(opened)]
    found = context.answers.get(CAPTURE, Recording) if problem is None else None
    rows = _sent(found) if found is not None else []
    start = (number_of(request) - 1) * PER_PAGE
    listed = Page(tuple(rows[start : start + PER_PAGE]), len(rows), number_of(request), PER_PAGE)
    return page(
        request,
        "watch_capture.html",
        title=_("Were my pictures sent?"),
        command=found.command if found is not None else ("phoneward", "watch", "capture", "FILE"),
        crumbs=((WATCH, _("Pictures")),),
        status=400 if problem else 200,
        problem=problem,
        typed=typed,
        keys=keys,
        phones=phones,
        device=device,
        shown=_shown(found) if found is not None else None,
        sent=listed.rows,
        pager=pager(request, listed),
        guide=watch.recording_guide(),
    )


def _shown(found: Recording) -> dict[str, object]:
    return {
        "file": readable(str(found.file)),
        "verdict": watch.capture_verdict(found.result),
        "perhaps": len({one.image for one in found.result.perhaps} - {one.image for one in found.result.uploads}),
        "looked": sentences(*map(str, (*watch.looked_sentences(found.result), _looked(found)))),
        "unread": list(watch.unread_sentences(found.result.unread)),
        "caution": watch.not_seen_sentence(),
    }


def _looked(found: Recording) -> str:
    return _("Looked into on {time}, for the pictures in the backup of {phone} of {taken}.").format(
        time=formats.moment(found.looked), phone=found.phone, taken=formats.moment(found.info.snapshot.time)
    )


def _sent(found: Recording) -> list[Sent]:
    """Return the pictures that were sent, those first of which it is sure."""
    return [_row(found, number, image, those) for number, (image, those) in enumerate(_times(found).items())]


def _times(found: Recording) -> dict[str, list[Upload]]:
    times: dict[str, list[Upload]] = {}
    for upload in (*found.result.uploads, *found.result.perhaps):
        times.setdefault(upload.image, []).append(upload)
    return times


def _row(found: Recording, number: int, image: str, uploads: list[Upload]) -> Sent:
    is_sure = any(one.verdict.is_distinguishable for one in uploads)
    return Sent(
        number,
        str(watch.sent_title(image.rpartition("/")[2], is_sure=is_sure)),
        readable(image),
        address(PICTURE, v=(found.info.snapshot.id or "")[:12], n=number),
        list(map(watch.upload_sentences, uploads[:SENDINGS])),
        max(0, len(uploads) - SENDINGS),
    )


def look(request: Request) -> Response:
    """Begin to look into the recording that the form names."""
    form = form_of(request)
    typed, keys, device = (form.get(name, "").strip() for name in ("file", "keys", "device"))
    try:
        job, is_new = begin(context_of(request), device, typed_file(typed), typed_file(keys) if keys else None)
    except PhonewardError as error:
        return _page(request, typed=readable(typed), keys=readable(keys), device=device, problem=error)
    if not is_new:
        return see_other(f"/jobs/{job.id}?already=1")
    job.ended.wait(PATIENCE_S)
    return see_other(f"{CAPTURE}#found" if job.outcome is not None else f"/jobs/{job.id}")


def picture(request: Request) -> Response:
    """Send a small picture of the person's, made anew: a snapshot's file never reaches the browser as it is."""
    context = context_of(request)
    found = context.answers.get(CAPTURE, Recording)
    path = _path(found, request.query_params.get("n", "")) if found is not None else b""
    if found is None or not path:
        raise PageMissingError
    with context.door.own() as repo:
        data = watch.file_shown(repo, found.info, path, width=SHOWN_WIDTH)
    if data is None:
        raise PageMissingError
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type="image/jpeg", headers=headers)


def _path(found: Recording, number: str) -> bytes:
    images = list(_times(found))
    if not number.isascii() or not number.isdigit() or len(number) > 9 or int(number) >= len(images):
        return b""
    return found.paths.get(images[int(number)], b"")


ROUTES: Final = (
    Route(CAPTURE, show),
    Route(CAPTURE, look, methods=["POST"]),
    Route(PICTURE, picture),
)
