"""One round of the test: a canary is put, the app is used, it is looked for everywhere, and taken away."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from phoneward.errors import readable
from phoneward.phones import Removal, UsagePhone
from phoneward.progress import Listener, silent
from phoneward.watch.canary.capture import InCapture
from phoneward.watch.canary.errors import AppNotThereError, CanaryLeftError
from phoneward.watch.canary.looking import CanaryLooker
from phoneward.watch.canary.notes import NotedCanary
from phoneward.watch.canary.putting import Hands, Put, by_hand_place, canary_for, put, screenshot_place, take_away
from phoneward.watch.canary.report import CanaryReport
from phoneward.watch.canary.storage import CanaryCopy, Search, on_phone, search


def begin(hands: Hands, *, by_hand: bool = False) -> Put:
    """Put a fresh canary on the phone.

    Args:
        hands: the phone.
        by_hand: open it on the screen, for the person to take a screenshot of it with the phone's own keys.

    Raises:
        CanaryRefusedError: the phone did not take it.
        PhoneGoneError: the connection was lost; `finish` mends it.
    """
    place = by_hand_place(hands) if by_hand else screenshot_place(hands)
    there = put(hands, canary_for(hands, place), place)
    if by_hand:
        hands.tester.show(there.path, f"image/{there.place.format}")
    return there


def require_app(usage: UsagePhone, package: str) -> None:
    """Raise AppNotThereError where an app is not installed."""
    if usage.shared_by(package) is None:
        raise AppNotThereError(package=readable(package))


def look(hands: Hands, canary: NotedCanary, put_at: dt.datetime, *, listener: Listener = silent) -> CanaryReport:
    """Look for a canary in all that the phone shows and that was written since.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    found = Search()
    with CanaryLooker(hands.notes.numbers()) as looker:
        search(on_phone(hands.phone, put_at, found), looker, into=found, listener=listener)
    return report_of(canary, put_at, found)


def report_of(canary: NotedCanary, put_at: dt.datetime | None, found: Search) -> CanaryReport:
    """Return what a search showed of one canary: everything but the file that was put there itself."""
    mine = [copy for copy in found.copies if copy.sighting.number == canary.number and copy.path != canary.path]
    return CanaryReport(
        canary=canary,
        put=put_at,
        copies=tuple(sorted(mine, key=_when)),
        files=found.files,
        pictures=found.pictures,
        missed=tuple(found.missed),
    )


def _when(copy: CanaryCopy) -> tuple[dt.datetime, str]:
    return (copy.written or dt.datetime.max.replace(tzinfo=dt.UTC), copy.path)


def with_capture(report: CanaryReport, capture: InCapture) -> CanaryReport:
    """Return a report that also says what a capture showed of its canary, and what of that could not be read."""
    mine = tuple(one for one in capture.sent if one.number == report.canary.number)
    return replace(report, sent=(*report.sent, *mine), missed=(*report.missed, *capture.missed))


def play(
    hands: Hands,
    usage: UsagePhone,
    use_app: Callable[[Put], None],
    *,
    app: str = "",
    by_hand: bool = False,
    listener: Listener = silent,
) -> CanaryReport:
    """Play one whole round.

    Args:
        hands: the phone.
        usage: the same phone's notes about the app.
        use_app: has the person use the app; returns when they have.
        app: the package; empty: any.
        by_hand: see `begin`.
        listener: hears of the search.

    Raises:
        AppNotThereError: there is no such app.
        CanaryRefusedError: the phone did not take the picture.
        CanaryLeftError: the picture could not be taken away.
        PhoneGoneError: the connection was lost; a picture that is on the phone stays noted.
    """
    if app:
        require_app(usage, app)
    there = begin(hands, by_hand=by_hand)
    try:
        use_app(there)
        report = look(hands, there.note, there.put, listener=listener)
        access = usage.picture_access(app) if app else None
    finally:  # whatever happens, an interruption too; a phone that is gone has it noted
        removal = take_away(hands, there.note)
    if removal is Removal.REFUSED:
        raise CanaryLeftError(path=readable(there.path))
    return replace(
        report,
        is_listed=there.is_listed,
        is_place_confirmed=there.place.is_confirmed,
        app=app,
        access=access,
        removal=removal,
    )


def finish(hands: Hands, *, listener: Listener = silent) -> list[CanaryReport]:
    """Look for every canary that earlier runs left on this phone, and take it away.

    Raises:
        PhoneGoneError: the connection was lost; what is left stays noted.
    """
    left = hands.notes.left(hands.phone.identity.id)
    if not left:
        return []
    found = Search()
    earliest = min(canary.made for canary in left)
    with CanaryLooker(hands.notes.numbers()) as looker:
        search(on_phone(hands.phone, earliest, found), looker, into=found, listener=listener)
    return [
        replace(report_of(canary, canary.made, found), removal=take_away(hands, canary))  # each search ends before
        for canary in left
    ]
