"""Repeat a step with and without a large picture on the phone, and read the phone's own count each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from phoneward.errors import readable
from phoneward.media import Format
from phoneward.phones import Removal, SentBytes, UsagePhone
from phoneward.texts import Words, words
from phoneward.watch.canary.counting import BytesVerdict, Form, bytes_verdict
from phoneward.watch.canary.errors import AppNotThereError, CanaryLeftError, NotCountedError
from phoneward.watch.canary.making import HEAVY, Canary, make_heavy_canary
from phoneward.watch.canary.putting import Hands, put, screen_of, screenshot_place, take_away
from phoneward.watch.canary.report import BytesReport

DEFAULT_ROUNDS: Final = 3
"""Fewer cannot tell chance from cause; see `counting`."""


class Step(Protocol):
    """Has the person do the step that is tested, and returns when it is done."""

    def __call__(self, number: int, rounds: int, *, with_picture: bool) -> None:
        """Ask for one run.

        Args:
            number: of the round, from 1.
            rounds: of how many.
            with_picture: whether the picture lies on the phone now.
        """


@dataclass(frozen=True, slots=True)
class _Run:
    """What was sent in one run.

    Attributes:
        sent: bytes; None where the phone began to count anew (it was switched off and on).
        vpn: whether some of it was counted on a VPN.
        forms: of the picture that lay there; empty where none did.
    """

    sent: int | None
    vpn: bool
    forms: tuple[Form, ...] = ()


def measure(
    hands: Hands, usage: UsagePhone, package: str, step: Step, *, rounds: int = DEFAULT_ROUNDS, size: int = HEAVY
) -> BytesReport:
    """Count what an app sends without and with a picture, in turn; each round has a picture of its own.

    Args:
        hands: the phone.
        usage: the same phone's counts.
        package: the app.
        step: asks the person.
        rounds: each is one run without and one with a picture.
        size: bytes that each picture has at least.

    Raises:
        AppNotThereError: there is no such app.
        NotCountedError: the phone does not tell its counts.
        CanaryRefusedError: it does not take the picture.
        CanaryLeftError: the picture could not be taken away.
        PhoneGoneError: the connection was lost; a picture that is on the phone stays noted.
    """
    shared = usage.shared_by(package)
    if shared is None:
        raise AppNotThereError(package=readable(package))
    uid, together = shared
    _count(usage, uid)  # whether it counts at all is known before anything is written
    without: list[_Run] = []
    with_picture: list[_Run] = []
    for number in range(1, rounds + 1):
        before = _count(usage, uid)
        step(number, rounds, with_picture=False)
        without.append(_run(before, _count(usage, uid)))
        canary, forms = make_heavy_canary(screen_of(hands), size=size, used=hands.notes.numbers())
        before = _count(usage, uid)
        with _picture(hands, canary):
            step(number, rounds, with_picture=True)
            with_picture.append(replace(_run(before, _count(usage, uid)), forms=forms))
    return BytesReport(
        package=package,
        shared_with=tuple(readable(name) for name in together if name != package),
        verdict=_verdict(without, with_picture),
        forms=_forms(with_picture),
        vpn=any(run.vpn for run in (*without, *with_picture)),
        access=usage.picture_access(package),
        missed=_missed(),
    )


@contextmanager
def _picture(hands: Hands, canary: Canary) -> Iterator[None]:
    """Have a picture on the phone; it is taken away whatever happens, if the phone is still there."""
    place = screenshot_place(hands)
    name = place.name.rpartition(".")[0] + ".png"
    there = put(hands, canary, replace(place, name=name, format=Format.PNG), is_heavy=True)
    try:
        yield
    finally:
        removal = take_away(hands, there.note)
    if removal is Removal.REFUSED:
        raise CanaryLeftError(path=readable(there.path))


def _count(usage: UsagePhone, uid: int) -> SentBytes:
    told = usage.sent_bytes(uid)
    if told is None:
        raise NotCountedError
    return told


def _run(before: SentBytes, after: SentBytes) -> _Run:
    sent = after.sent - before.sent
    return _Run(sent if sent >= 0 else None, after.vpn_sent > before.vpn_sent)


def _verdict(without: list[_Run], with_picture: list[_Run]) -> BytesVerdict | None:
    """Judge; None where a run with the picture was not counted: what was sent in it is not bounded."""
    counted = [run.sent for run in with_picture if run.sent is not None]
    if not counted or len(counted) < len(with_picture):
        return None
    return bytes_verdict([run.sent for run in without if run.sent is not None], counted, _forms(with_picture))


def _forms(runs: list[_Run]) -> tuple[Form, ...]:
    """Return each form at the smallest size that it had in any run."""
    every = zip(*(run.forms for run in runs), strict=True)
    return tuple(min(forms, key=lambda form: form.size) for forms in every)


def _missed() -> tuple[Words, ...]:
    return (
        words("What the app sent later, when the test was over, was not counted."),
        words("What the system or another app may have sent in its place was not counted."),
    )
