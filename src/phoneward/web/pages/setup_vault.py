"""Set-up: where the vault lies, and its password."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import setup
from phoneward.errors import PhonewardError, readable
from phoneward.risks import WEAK_PASSWORD
from phoneward.setup import PASSWORD_SENTENCES, PlaceReport, Step, Strength, Suggestion
from phoneward.texts import Words, _, sentences, words
from phoneward.vault import RepositoryExistsError, StorageUnreachableError
from phoneward.vaultplace import RemotePlace, VaultPlace
from phoneward.web import waiting
from phoneward.web.errors import PlaceNotWholeError, ServerSilentError
from phoneward.web.page import context_of, form_of, say, see_other, session_of
from phoneward.web.pages.setup import address_of, after, step_page, too_early

PLACE: Final = address_of(Step.PLACE)
ELSEWHERE: Final = f"{PLACE}/elsewhere"
PASSWORD: Final = address_of(Step.PASSWORD)
MADE: Final = f"{PASSWORD}/made"
TYPED: Final = f"{PASSWORD}/typed"
OWN: Final = f"{PASSWORD}/own"

_PHRASE: Final = "phrase"
"""In the session, never in a page: a password that was made here."""
_MAKE: Final = "make a vault"


@dataclass(frozen=True, slots=True)
class Offered:
    """A place that is offered.

    Attributes:
        free: bytes; None where the system does not say.
    """

    suggestion: Suggestion
    free: int | None


# -- the place -----------------------------------------------------------------------------------------------------


def place(request: Request) -> Response:
    """Show the places that suit."""
    return _place_page(request)


def take_place(request: Request) -> Response:
    """Check a place; where there is something to know about it, say so before it is taken. Nothing is made yet."""
    context, form = context_of(request), form_of(request)
    desk = context.desk
    typed = form.get("place", "").strip()
    try:
        report = desk.check_place(whole_path(typed))
    except PhonewardError as error:
        return _place_page(request, typed=typed, error=error)
    if report.warnings and not report.holds_vault and form.get("know") != "1":
        fields = {"place": str(report.place), "know": "1"}
        return step_page(request, Step.PLACE, "place_warning.html", report=report, action=PLACE, fields=fields)
    desk.take_place(report.place)
    context.forget_what_was_read()
    return see_other(after(Step.PLACE))


def _place_page(request: Request, *, typed: str = "", error: PhonewardError | None = None) -> Response:
    desk = context_of(request).desk
    needed = desk.needed(desk.attached())
    with desk.looking() as journey:
        chosen, has_vault, is_away = journey.place, journey.has_vault, desk.is_away(journey)
        trouble = journey.unreachable
        if error is None and isinstance(chosen, Path) and not has_vault and not is_away:
            error, typed = _problem(chosen, desk.source.folder), readable(str(chosen))
            chosen = None if error else chosen
    return step_page(
        request,
        Step.PLACE,
        "place.html",
        status=400 if error else 200,
        offered=[_offered(one) for one in setup.places_to_choose(needed)],
        needed=needed,
        chosen=chosen,
        place=chosen,
        has_vault=has_vault,
        is_away=is_away,
        is_far=isinstance(chosen, RemotePlace),
        trouble=trouble,
        far_form=far_form(chosen),
        elsewhere=ELSEWHERE,
        typed=typed,
        error=error,
    )


def far_form(place: VaultPlace | None) -> str:
    """Return where the address of a place elsewhere is changed, and who enters it; empty for a folder."""
    return f"{ELSEWHERE}/{place.kind.value}" if isinstance(place, RemotePlace) else ""


def _problem(chosen: Path, folder: Path | None) -> PhonewardError | None:
    try:
        setup.check_place(chosen, phone_folder=folder)
    except PhonewardError as error:
        return error
    return None


def _offered(suggestion: Suggestion) -> Offered:
    report: PlaceReport | None = None
    with contextlib.suppress(PhonewardError):  # it is said when the place is chosen
        report = setup.check_place(suggestion.path)
    return Offered(suggestion, report.free if report is not None else None)


def whole_path(typed: str) -> Path:
    """Return a folder that a person typed; `~` is their home.

    Raises:
        PlaceNotWholeError: it does not begin at a disk: relative to where the program was started means nothing here.
    """
    try:
        path = Path(typed).expanduser()
    except RuntimeError:  # ~somebody whom the system does not know
        path = Path(typed)
    if not path.is_absolute():
        raise PlaceNotWholeError(path=readable(typed)[:200], example=readable(str(Path.home() / "phone-vault")))
    return path


# -- the password --------------------------------------------------------------------------------------------------


def password(request: Request) -> Response:
    """Say what the password is, and offer to make one; where a vault is there, open it."""
    early = _early(request)
    if early is not None:
        return early
    waiting.drop(request)
    context = context_of(request)
    with context.desk.looking() as journey:
        has_vault = journey.has_vault
    if has_vault:
        context.door.require_there()
        with context.door.vault():  # leads to where the password is typed, if it must be
            return step_page(request, Step.PASSWORD, "password_done.html")
    return step_page(request, Step.PASSWORD, "password.html", said=PASSWORD_SENTENCES)


def make_password(request: Request) -> Response:
    """Make a password by chance, and keep it in this session until the vault has it."""
    _kept(request)[_PHRASE] = setup.make_phrase()
    return see_other(MADE)


def made(request: Request) -> Response:
    """Show it, to be written down."""
    early = _early(request)
    phrase = _kept(request).get(_PHRASE)
    if early is not None or not isinstance(phrase, setup.Phrase):
        return early or see_other(PASSWORD)
    return step_page(request, Step.PASSWORD, "password_made.html", phrase=phrase.text)


def typed(request: Request) -> Response:
    """Ask for it from the paper."""
    early = _early(request)
    if early is not None or not isinstance(_kept(request).get(_PHRASE), setup.Phrase):
        return early or see_other(PASSWORD)
    return step_page(request, Step.PASSWORD, "password_typed.html", error="")


def take_typed(request: Request) -> Response:
    """Compare what was typed from the paper, and make the vault."""
    early = _early(request)
    phrase = _kept(request).get(_PHRASE)
    if early is not None or not isinstance(phrase, setup.Phrase):
        return early or see_other(PASSWORD)
    if form_of(request).get("password", "").strip() != phrase.text:
        problem = _("That is not the same. Compare it with what you wrote, letter by letter; the hyphens belong to it.")
        return step_page(request, Step.PASSWORD, "password_typed.html", status=400, error=problem)
    return _make(request, phrase.text)


def own(request: Request) -> Response:
    """Ask for a password of the person's own."""
    return _early(request) or _own_page(request)


def take_own(request: Request) -> Response:
    """Take it; a weak one only after the person has read what it means."""
    early = _early(request)
    if early is not None:
        return early
    form = form_of(request)
    first, second = form.get("password", ""), form.get("again", "")
    if not first:
        return _own_page(request, words("The password is empty, so nothing would be protected."))
    if first != second:
        return _own_page(request, words("The two passwords are not the same. Type both again."))
    strength = setup.judge(first)
    if strength.is_weak:
        return _weak_page(request, strength, waiting.hold(request, _MAKE, first))
    return _make(request, first)


def use_weak(request: Request) -> Response:
    """Make the vault with the weak password that waits in this session."""
    early = _early(request)
    password = waiting.release(request, _MAKE)
    if early is not None or password is None:
        return early or see_other(OWN)
    return _make(request, password)


def _make(request: Request, chosen: str) -> Response:
    context = context_of(request)
    with context.desk.making:
        journey = context.desk.journey()
        try:
            journey.make_vault(chosen, use_weak=True)  # a weak one was confirmed
        except RepositoryExistsError:
            if not context.desk.journey().has_vault:  # somebody else is just making one, or half of one is left
                raise
            return see_other(PASSWORD)  # another window was faster
        except StorageUnreachableError as error:
            raise ServerSilentError(**error.details) from error
        context.desk.vault_made(journey)
    _kept(request).pop(_PHRASE, None)
    waiting.drop(request)
    context.forget_what_was_read()
    if journey.spare_key is not None:
        say(request, setup.spare_key_sentence(journey.spare_key))
    say(request, words("The vault is made. Without its password nobody can open it, you included."))
    return see_other(after(Step.PASSWORD))


def _own_page(request: Request, problem: Words | None = None) -> Response:
    waiting.drop(request)
    return step_page(
        request, Step.PASSWORD, "password_own.html", status=400 if problem else 200, error=str(problem or "")
    )


def _weak_page(request: Request, strength: Strength, fields: dict[str, str]) -> Response:
    return step_page(
        request,
        Step.PASSWORD,
        "password_weak.html",
        shown=replace(WEAK_PASSWORD.shown(), detail=sentences(str(strength.reason), str(strength.advice))),
        safe=OWN,
        action=f"{PASSWORD}/weak",
        fields=fields,
    )


def _early(request: Request) -> Response | None:
    desk = context_of(request).desk
    with desk.making, desk.looking() as journey:  # half a vault, of another window, is neither a vault nor a free place
        if journey.has_vault and request.url.path != PASSWORD:
            return see_other(PASSWORD)
        away = desk.is_away(journey)
        return see_other(PLACE) if away else too_early(journey.progress(), Step.PASSWORD)


def _kept(request: Request) -> dict[str, object]:
    session = session_of(request)
    return session.kept if session is not None else {}


ROUTES: Final = (
    Route(PLACE, place),
    Route(PLACE, take_place, methods=["POST"]),
    Route(PASSWORD, password),
    Route(f"{PASSWORD}/make", make_password, methods=["POST"]),
    Route(MADE, made),
    Route(TYPED, typed),
    Route(TYPED, take_typed, methods=["POST"]),
    Route(OWN, own),
    Route(OWN, take_own, methods=["POST"]),
    Route(f"{PASSWORD}/weak", use_weak, methods=["POST"]),
)
