"""The newest screenshots of the phone, for a case: looked at when asked for, held in memory, kept where picked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import cases, phones
from phoneward.cases import Screenshot, Screenshots
from phoneward.errors import readable
from phoneward.media import PicturesExtraMissingError
from phoneward.progress import Listener
from phoneward.texts import counted, words
from phoneward.web.addresses import address
from phoneward.web.cases import CASE, SCREENS, folder_of, open_case
from phoneward.web.jobs import Again, Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.media.comparing import Looker
    from phoneward.web.context import WebContext

COUNT: Final = 12
SHOWN_WIDTH: Final = 320
"""Pixels of a small picture on the page."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen on the phone, in memory.

    Attributes:
        screenshots: as the phone lists them.
        small: each as a small JPEG of our own making; None where it could not be shown.
    """

    screenshots: Screenshots
    small: tuple[bytes | None, ...]


def seen(context: "WebContext") -> Seen | None:
    """Return what was seen last; None where nobody has looked, or it was let go of."""
    return context.answers.get(SCREENS, Seen)


def begin_look(context: "WebContext", key: str) -> Job:
    """Begin to look at the phone's newest screenshots."""
    folder = folder_of(context, key)

    def work(_listener: Listener) -> Outcome:
        with phones.open_adb() as phone:
            found = cases.newest_screenshots(phone, count=COUNT)
            small = _small(phone, found.shots)
        context.answers.put(SCREENS, Seen(found, small))
        done = counted("{count} screenshot can be picked.", "{count} screenshots can be picked.", len(found.shots))
        return Outcome(done, next_label=words("Pick"), next_href=address(SCREENS, case=key))

    command = ("phoneward", "case", "attach", readable(str(folder)), "--from-phone")
    again = Again(words("Look again"), f"{SCREENS}/look", {"case": key}, address(SCREENS, case=key))
    job, _is_new = context.jobs.start(Kind(words("Looking at the screenshots"), command, again=again), SCREENS, work)
    return job


def _small(phone: phones.Phone, shots: tuple[Screenshot, ...]) -> tuple[bytes | None, ...]:
    """Return small pictures: what a phone's file holds never reaches the browser as it is."""
    try:
        from phoneward.media.comparing import Looker
    except (ImportError, PicturesExtraMissingError):
        return tuple(None for _shot in shots)
    with Looker(workers=1) as looker:
        return tuple(_shown(looker, phone, shot) for shot in shots)


def _shown(looker: "Looker", phone: phones.Phone, shot: Screenshot) -> bytes | None:
    try:
        made = looker.shown(cases.read_screenshot(phone, shot), width=SHOWN_WIDTH)
    except cases.CaseError:
        return None
    return made if isinstance(made, bytes) else None


def begin_keep(context: "WebContext", key: str, numbers: list[int], note: str) -> Job:
    """Begin to copy those that were picked into the case; then all of them are let go of."""
    known = seen(context)
    chosen = cases.picked(known.screenshots.shots, numbers) if known is not None else []

    def work(_listener: Listener) -> Outcome:
        with phones.open_adb() as phone:
            items = cases.attach_screenshots(open_case(context, key), phone, chosen, note=note)
        context.answers.forget(SCREENS)
        done = counted("{count} screenshot is in the case.", "{count} screenshots are in the case.", len(items))
        return Outcome(done, next_label=words("See the case"), next_href=address(CASE, case=key))

    command = ("phoneward", "case", "attach", readable(str(folder_of(context, key))), "--from-phone")
    job, _is_new = context.jobs.start(Kind(words("Copying screenshots into the case"), command), f"case:{key}", work)
    return job
