"""Set-up: the vault lies elsewhere, on a server or at a provider of storage."""

from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import setup
from phoneward.errors import PhonewardError
from phoneward.setup import FAR_KINDS, FarKind, PlaceReport, Step
from phoneward.vaultplace import RemoteKind, RemotePlace, shown_place
from phoneward.web import waiting
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, see_other
from phoneward.web.pages.setup import after, step_page
from phoneward.web.pages.setup_vault import ELSEWHERE, PLACE

_TAKE: Final = "take a place elsewhere"
_MAX_SECRET: Final = 4096
"""Characters; a session token of Amazon's has about 1,000."""


@dataclass(frozen=True, slots=True)
class _Wished:
    """What was typed. It may hold a password, so it stands in no page."""

    address: str
    user: str
    password: str


def kinds(request: Request) -> Response:
    """Show the three kinds of places elsewhere."""
    return step_page(
        request,
        Step.PLACE,
        "far.html",
        back=PLACE,
        kinds=[(one, f"{ELSEWHERE}/{one.kind.value}") for one in FAR_KINDS],
    )


def ask(request: Request) -> Response:
    """Ask for the address, and for who enters there."""
    waiting.drop(request)
    kind = _kind(request)
    chosen = context_of(request).desk.place()
    is_same = isinstance(chosen, RemotePlace) and chosen.kind is kind.kind
    return _form(request, kind, shown_place(chosen) if chosen is not None and is_same else "")


def take(request: Request) -> Response:
    """Ask the server; where there is something to know about it, say so before it is taken. Nothing is made yet."""
    kind, form = _kind(request), form_of(request)
    wished = _Wished(form.get("place", ""), form.get("user", "").strip(), form.get("password", ""))
    knows = form.get("know") == "1"
    if knows:
        waited = waiting.release(request, _TAKE)
        if waited is None:
            return see_other(request.url.path)
        wished = msgspec.json.decode(waited, type=_Wished)
    try:
        return _taken(request, wished, kind, knows=knows)
    except PhonewardError as error:
        return _form(request, kind, setup.shown_far(wished.address, kind.kind)[: setup.MAX_PATH], error)


def _taken(request: Request, wished: _Wished, kind: FarKind, *, knows: bool) -> Response:
    context = context_of(request)
    place = setup.typed_far_place(wished.address, kind.kind)
    entry = setup.entry_for(place.kind, wished.user[:_MAX_SECRET], wished.password[:_MAX_SECRET])
    report: PlaceReport = context.desk.check_place(place, entry)
    if report.warnings and not report.holds_vault and not knows:
        fields = {"know": "1", **waiting.hold(request, _TAKE, msgspec.json.encode(wished).decode())}
        return step_page(
            request,
            Step.PLACE,
            "place_warning.html",
            report=report,
            action=request.url.path,
            fields=fields,
            back=ELSEWHERE,
        )
    context.desk.take_place(place, entry)
    context.forget_what_was_read()
    return see_other(after(Step.PLACE))


def _form(request: Request, kind: FarKind, typed: str, error: PhonewardError | None = None) -> Response:
    return step_page(
        request,
        Step.PLACE,
        "far_place.html",
        status=400 if error else 200,
        back=ELSEWHERE,
        kind=kind,
        action=f"{ELSEWHERE}/{kind.kind.value}",
        typed=typed,
        error=error,
        is_entry_set=setup.takes_entry(kind.kind, context_of(request).settings.access),
    )


def _kind(request: Request) -> FarKind:
    wanted = request.path_params["kind"]
    found = next((kind for kind in RemoteKind if kind.value == wanted), None)
    if found is None:
        raise PageMissingError
    return setup.far_kind(found)


ROUTES: Final = (
    Route(ELSEWHERE, kinds),
    Route(ELSEWHERE + "/{kind}", ask),
    Route(ELSEWHERE + "/{kind}", take, methods=["POST"]),
)
