"""Which apps hold copies of my pictures, and did they send them? What was found, and the pictures side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import watch
from phoneward.errors import readable
from phoneward.snapshots import Page, app_words
from phoneward.texts import _, formats
from phoneward.watch import AppCopy, Scanned
from phoneward.web.addresses import address, number_of, pager
from phoneward.web.errors import PageMissingError
from phoneward.web.numbers import decide
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.watch import COPIES, WATCH, OfPhone, begin, known

PER_PAGE: Final = 12
SHOWN_WIDTH: Final = 420
"""Pixels of a picture on a page."""
MAX_LABEL: Final = 80
NOBODYS: Final = "-"
"""Stands for folders of which nobody can tell whose they are."""


@dataclass(frozen=True, slots=True)
class AppRow:
    """An app with copies, as the first page shows it."""

    name: str
    href: str
    pictures: int
    at_once: int
    sensitive: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy beside the person's picture."""

    number: int
    original: str
    copy: str
    original_path: str
    copy_path: str
    inside: str
    sentences: list[str]
    label: str
    sha256: str


def show(request: Request) -> Response:
    """Show which apps keep copies, of every phone."""
    context = context_of(request)
    with context.library.open() as opened:
        phones = known(context, opened)
    return page(
        request,
        "watch.html",
        title=_("Pictures"),
        command=("phoneward", "watch", "scan"),
        sentence=str(watch.sentence(phones[0].scanned)) if phones else "",
        phones=[_phone(one, one.name if len(phones) > 1 else "") for one in phones],
    )


def _phone(one: OfPhone, name: str) -> dict[str, object]:
    scanned = one.scanned
    shown: dict[str, object] = {
        "name": name,
        "device": one.info.device,
        "taken": formats.moment(one.info.snapshot.time),
        "scanned": scanned,
    }
    if scanned is not None:
        left = watch.unexplained(scanned.copies)
        shown["apps"] = [_row(one, package, copies) for package, copies in watch.by_app(left).items()]
        shown["nobodys"] = len([copy for copy in left if not copy.package])
        shown["ordinary"] = len(scanned.copies) - len(left)
        shown["nobodys_href"] = address(COPIES, device=one.info.device, app=NOBODYS)
        shown["ordinary_href"] = address(COPIES, device=one.info.device, ordinary="yes")
        shown["looked"] = formats.moment(scanned.looked)
        shown["not_looked"] = list(dict.fromkeys(map(str, scanned.not_looked_at)))
    return shown


def _row(one: OfPhone, package: str, copies: Sequence[AppCopy]) -> AppRow:
    return AppRow(
        str(app_words(package)),
        address(COPIES, device=one.info.device, app=package),
        len({copy.original for copy in copies}),
        len({copy.original for copy in copies if watch.was_taken_at_once(copy)}),
        len({copy.original for copy in copies if copy.label}),
    )


def copies(request: Request) -> Response:
    """Show copies beside the person's own pictures."""
    query = request.query_params
    app, is_ordinary = query.get("app", ""), bool(query.get("ordinary"))
    one, scanned = _scanned(request)
    left = set(map(id, watch.unexplained(scanned.copies)))
    chosen = [
        (number, copy)
        for number, copy in enumerate(scanned.copies)
        if (id(copy) not in left) is is_ordinary and (not app or copy.package == (app if app != NOBODYS else ""))
    ]
    start = (number_of(request) - 1) * PER_PAGE
    listed = Page(tuple(chosen[start : start + PER_PAGE]), len(chosen), number_of(request), PER_PAGE)
    if is_ordinary:
        title = _("Copies with an ordinary cause")
    elif app == NOBODYS:
        title = _("Copies in folders of which nobody can tell whose they are")
    else:
        title = (
            _("What {app} keeps of your pictures").format(app=app_words(app)) if app else _("Copies of your pictures")
        )
    return page(
        request,
        "watch_copies.html",
        title=title,
        command=("phoneward", "watch", "scan", *(("--app", app) if app and app != NOBODYS else ())),
        crumbs=((WATCH, _("Pictures")),),
        package="" if app == NOBODYS or str(app_words(app)) == readable(app) else readable(app),
        pairs=[_pair(one, scanned, number, copy) for number, copy in listed.rows],
        pager=pager(request, listed),
        back=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
        device=one.info.device,
    )


def _scanned(request: Request) -> tuple[OfPhone, Scanned]:
    return _scanned_of(request, request.query_params.get("device", ""))


def _scanned_of(request: Request, device: str) -> tuple[OfPhone, Scanned]:
    context = context_of(request)
    with context.library.open() as opened:
        phones = known(context, opened)
    one = next((phone for phone in phones if not device or phone.info.device == device), None)
    if one is None or one.scanned is None:
        raise PageMissingError
    return one, one.scanned


def _pair(one: OfPhone, scanned: Scanned, number: int, copy: AppCopy) -> Pair:
    sentences = [
        str(watch.kind_words(copy.verdict)),
        str(watch.gap_words(copy)),
        str(watch.cause_words(copy.cause)),
    ]
    since = watch.since_words(copy)
    if since is not None:
        sentences.append(str(since))

    def seen(which: str) -> str:
        return address(f"{WATCH}/picture", which=which, device=one.info.device, v=scanned.snapshot[:12], n=str(number))

    return Pair(
        number,
        seen("original"),
        seen("copy"),
        readable(copy.original),
        readable(copy.path),
        " › ".join(map(readable, copy.inside)),
        sentences,
        readable(copy.label),
        copy.sha256,
    )


def picture(request: Request) -> Response:
    """Send a small picture, made anew: what a phone's file holds never reaches the browser as it is."""
    query = request.query_params
    one, scanned = _scanned(request)
    copy = _numbered(scanned, query.get("n", ""))
    context = context_of(request)
    with context.door.own() as repo:
        data = watch.picture_shown(repo, one.info, copy, which=query.get("which", ""), width=SHOWN_WIDTH)
    if data is None:
        raise PageMissingError
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type="image/jpeg", headers=headers)


def _numbered(scanned: Scanned, number: str) -> AppCopy:
    if not number.isascii() or not number.isdigit() or int(number) >= len(scanned.copies):
        raise PageMissingError
    return scanned.copies[int(number)]


def mark(request: Request) -> Response:
    """Note what is on a picture of the person's."""
    context, form = context_of(request), form_of(request)
    _one, scanned = _scanned_of(request, form.get("device", ""))
    copy = _numbered(scanned, form.get("n", ""))
    decide(context, [watch.mark_sensitive(copy.original, form.get("label", "").strip()[:MAX_LABEL])])
    back = form.get("back", "")
    return see_other(back if back.startswith(f"{COPIES}?") else WATCH)


def scan(request: Request) -> Response:
    """Begin to look through the newest snapshot of a phone."""
    job = begin(context_of(request), form_of(request).get("device", ""))
    return see_other(f"/jobs/{job.id}")


ROUTES: Final = (
    Route(WATCH, show),
    Route(COPIES, copies),
    Route(f"{WATCH}/picture", picture),
    Route(f"{WATCH}/mark", mark, methods=["POST"]),
    Route(f"{WATCH}/scan", scan, methods=["POST"]),
)
