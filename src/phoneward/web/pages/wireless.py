"""A phone without a cable: by a QR code, by a pairing code, by its address (Android 11 and later)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import phones
from phoneward.errors import PhonewardError, readable
from phoneward.setup import Source
from phoneward.texts import _, words
from phoneward.web.errors import PairingUnknownError
from phoneward.web.page import context_of, form_of, own_address, page, say, see_other, session_of
from phoneward.web.pages.setup_phone import chosen_guide
from phoneward.web.pairings import PhonePairing, keep, kept_in

WIRELESS: Final = "/phones/wireless"


def show(request: Request) -> Response:
    """Show the ways, and the code that waits."""
    return _page(request)


def start(request: Request) -> Response:
    """Make a code and wait for a phone's camera."""
    pairing = PhonePairing()
    try:
        pairing.start(context_of(request).on_fault)
    except PhonewardError as error:
        return _page(request, error=error)
    keep(_kept(request), pairing)
    return see_other(_address(request))


def stop(request: Request) -> Response:
    """Let go of the code."""
    keep(_kept(request), None)
    return see_other(_address(request))


def picture(request: Request) -> Response:
    """Return the code of this browser as a picture; nobody else can ask for it, and nothing keeps it.

    Raises:
        PairingUnknownError: there is none, or it counts no more.
    """
    pairing = kept_in(_kept(request))
    if pairing is None or pairing.ended.is_set():
        raise PairingUnknownError
    return Response(pairing.picture(), media_type="image/svg+xml")


def status(request: Request) -> Response:
    """Tell htmx to load the page anew where the phone has read the code, or the code counts no more."""
    pairing = kept_in(_kept(request))
    is_new = (pairing.state if pairing is not None else "") != request.query_params.get("seen")
    return Response(status_code=204, headers={"HX-Refresh": "true"} if is_new else {})


def pair(request: Request) -> Response:
    """Pair by the six digits that the phone shows."""
    form = form_of(request)
    typed = form.get("address", "").strip()
    try:
        phones.pair(typed or None, "".join(form.get("code", "").split()))
    except PhonewardError as error:
        return _page(request, error=error, address=typed)
    say(
        request,
        words("The phone trusts this computer now. Connect it below: its address on the page before is another one."),
    )
    return see_other(_address(request))


def connect(request: Request) -> Response:
    """Connect a phone that was paired."""
    typed = form_of(request).get("address", "").strip()
    try:
        device = phones.connect_device(typed or None)
    except PhonewardError as error:
        return _page(request, error=error, address=typed)
    _use(request, device)
    return see_other(_after(request))


def _use(request: Request, device: phones.AdbDevice) -> None:
    context_of(request).desk.choose(Source(device.serial))
    name = readable(device.model.replace("_", " ")) or _("The phone")
    say(request, words("{model} is connected.", model=name))


def _page(request: Request, *, error: PhonewardError | None = None, address: str = "") -> Response:
    context = context_of(request)
    pairing = kept_in(_kept(request))
    if pairing is not None and pairing.device is not None:
        keep(_kept(request), None)
        _use(request, pairing.device)
        return see_other(_after(request))
    attached = context.desk.attached()
    chosen = chosen_guide(request, attached)
    guide = chosen.guide if chosen is not None else phones.guide_for(None)
    return page(
        request,
        "wireless.html",
        title=_("Connect without a cable"),
        command=("phoneward", "pair", "--qr"),
        status=400 if error else 200,
        crumbs=(("/setup", _("Set-up")), ("/setup/phone", _("Connect the phone")))
        if _after(request).startswith("/setup")
        else (("/phones", _("Phones")),),
        steps=guide.wireless,
        pairing=pairing,
        state=pairing.state if pairing is not None else "",
        error=error or (pairing.error if pairing is not None else None),
        address=address,
        after=_after(request),
    )


def _after(request: Request) -> str:
    given = request.scope.get("phoneward.form") or request.query_params
    return own_address(given.get("next", "/phones"))


def _address(request: Request) -> str:
    return f"{WIRELESS}?next={_after(request)}" if _after(request) == "/setup/phone" else WIRELESS


def _kept(request: Request) -> dict[str, object]:
    session = session_of(request)
    return session.kept if session is not None else {}


ROUTES: Final = (
    Route(WIRELESS, show),
    Route(f"{WIRELESS}/status", status),
    Route(f"{WIRELESS}/qr.svg", picture),
    Route(f"{WIRELESS}/start", start, methods=["POST"]),
    Route(f"{WIRELESS}/stop", stop, methods=["POST"]),
    Route(f"{WIRELESS}/pair", pair, methods=["POST"]),
    Route(f"{WIRELESS}/connect", connect, methods=["POST"]),
)
