"""Set-up, first step: is the phone there, what is the matter with it, and which menus lead on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import phones
from phoneward.errors import PhonewardError, readable
from phoneward.phones import SITUATION_WORDS, Diagnosis, Guide, Seen, Situation
from phoneward.setup import Attached, Source, Step
from phoneward.web.errors import NoSuchMakerError, PhoneNotReadyError, PlaceNotWholeError
from phoneward.web.page import context_of, form_of, see_other
from phoneward.web.pages.setup import DONE, address_of, after, step_page
from phoneward.web.setups import SetupDesk

ANDROIDS: Final = range(5, 21)
"""Versions that guides are asked for."""

_NEEDS_MENUS: Final = frozenset({Situation.FILE_TRANSFER_ONLY, Situation.NOTHING_SEEN})
"""Situations in which USB debugging is, or may be, off."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which menus are shown.

    Attributes:
        guide: the menus.
        is_guessed: the phone told its maker; nobody has to choose.
        variants: (label, Android version as a number) of this maker's other systems.
    """

    guide: Guide
    is_guessed: bool
    variants: tuple[tuple[str, int], ...]


def show(request: Request) -> Response:
    """Show how things stand."""
    return _page(request)


def status(request: Request) -> Response:
    """Tell htmx to load the page anew where something has changed since; else nothing, so that no focus is lost."""
    context = context_of(request)
    attached = context.desk.attached()
    is_new = digest(context.desk, attached) != request.query_params.get("seen")
    return Response(status_code=204, headers={"HX-Refresh": "true"} if is_new else {})


def choose(request: Request) -> Response:
    """Take one of several phones."""
    context, serial = context_of(request), form_of(request).get("serial", "")
    if serial not in {phone.serial for phone in context.desk.look().ready}:
        raise PhoneNotReadyError
    context.desk.choose(Source(serial))
    return see_other(after(Step.PHONE))


def choose_folder(request: Request) -> Response:
    """Take a folder in the place of a phone; empty takes a phone again."""
    context, typed = context_of(request), form_of(request).get("folder", "").strip()
    if not typed:
        context.desk.choose(Source())
        return see_other(address_of(Step.PHONE))
    folder = Path(typed).expanduser()
    try:
        if not folder.is_absolute():
            raise PlaceNotWholeError(path=readable(typed), example=readable(str(Path.home() / typed)))
        with phones.open_folder(folder):
            pass
    except PhonewardError as error:
        return _page(request, folder_typed=typed, folder_error=error)
    context.desk.choose(Source(folder=folder))
    return see_other(address_of(Step.PHONE))


def _page(request: Request, folder_typed: str = "", folder_error: PhonewardError | None = None) -> Response:
    desk = context_of(request).desk
    attached = desk.attached()
    found = Diagnosis(Situation.READY) if desk.source.folder is not None else desk.look()
    seen = _meant(found, attached)
    with desk.looking() as journey:
        left = [view.step for view in journey.progress(attached).steps if not view.is_done and view.step != Step.PHONE]
    return step_page(
        request,
        Step.PHONE,
        "phone.html",
        status=400 if folder_error else 200,
        onward=address_of(left[0]) if left else DONE,
        attached=attached,
        folder=desk.source.folder,
        several=found.ready if not attached.ready else (),
        seen=digest(desk, attached),
        situation=SITUATION_WORDS[seen.situation if seen else found.situation],
        waits_for_yes=seen is not None and seen.situation is Situation.UNAUTHORIZED,
        shows_menus=(seen.situation if seen else found.situation) in _NEEDS_MENUS,
        nothing_seen=found.situation is Situation.NOTHING_SEEN,
        chosen=chosen_guide(request, attached),
        families=phones.guide_families(),
        tip=phones.guide_tip,
        folder_typed=folder_typed,
        folder_error=folder_error,
    )


def _meant(found: Diagnosis, attached: Attached) -> Seen | None:
    return next((phone for phone in found.phones if attached.serial in {"", phone.serial}), None)


def digest(desk: SetupDesk, attached: Attached) -> str:
    """Return what changes when the page would."""
    what = (desk.source, attached.ready, attached.serial, attached.label, attached.maker, attached.android)
    problem = attached.problem and (type(attached.problem).__name__, sorted(map(str, attached.problem.details.items())))
    return hashlib.sha256(repr((what, problem)).encode()).hexdigest()[:16]


def chosen_guide(request: Request, attached: Attached) -> Chosen | None:
    """Return the menus to show: of the maker the person chose, else of the one the phone told; None before that.

    Raises:
        NoSuchMakerError: the address names no maker that is known.
    """
    wanted = request.query_params.get("maker", "")
    known = {key for key, _name in phones.guide_families()}
    if wanted and wanted not in known:
        raise NoSuchMakerError
    if not wanted and attached.maker is None:
        return None
    android = _android(request.query_params.get("android", "")) or (None if wanted else attached.android)
    guide = phones.guide_for(wanted or attached.maker, android)
    systems = {phones.guide_for(guide.family, version).skin: version for version in ANDROIDS}
    variants = tuple((skin, version) for skin, version in systems.items() if skin != guide.skin)
    return Chosen(guide, not wanted, variants)


def _android(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None


ROUTES: Final = (
    Route("/setup/phone", show),
    Route("/setup/phone/status", status),
    Route("/setup/phone/choose", choose, methods=["POST"]),
    Route("/setup/phone/folder", choose_folder, methods=["POST"]),
)
