"""What the pictures pages hold: what was found in each phone's newest snapshot, and the work of looking through it."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import watch
from phoneward.progress import Listener
from phoneward.snapshots import Asking, OwnerState, SnapshotInfo
from phoneward.texts import Words, counted, words
from phoneward.watch import Scanned
from phoneward.web.errors import SnapshotGoneError
from phoneward.web.jobs import Again, Job, Kind, Outcome
from phoneward.web.numbers import newest_of_phones

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened

WATCH: Final = "/watch"
_KINDS: Final = ("watch-sensitive",)
"""What of a person's own words the answer rests on."""
COPIES: Final = "/watch/copies"


@dataclass(frozen=True, slots=True)
class OfPhone:
    """What was found of one phone.

    Attributes:
        info: its newest snapshot.
        name: what the person calls it.
        scanned: what was found; None where nobody has looked through that snapshot.
    """

    info: SnapshotInfo
    name: str
    scanned: Scanned | None


@dataclass(frozen=True, slots=True)
class _Known:
    version: str
    phones: tuple[OfPhone, ...]


def known(context: "WebContext", opened: "Opened") -> tuple[OfPhone, ...]:
    """Return what is known of each phone's newest snapshot, the newest of all first. Nothing is looked through."""
    version = f"{opened.listed.version}:{hash(tuple(_told(opened.state)))}"
    kept = context.answers.get(WATCH, _Known)
    if kept is None or kept.version != version:
        infos = list(reversed(opened.listed.infos))
        found = []
        for info in newest_of_phones(infos):
            asking = Asking(
                opened.repo, info, infos, dt.datetime.now(dt.UTC), context.settings.cache_dir, state=opened.state
            )
            found.append(OfPhone(info, opened.phone(info), watch.kept_scan(asking)))
        kept = _Known(version, tuple(found))
        context.answers.put(WATCH, kept)
    return kept.phones


def begin(context: "WebContext", device: str) -> Job:
    """Begin to look through the newest snapshot of a phone; return the job, also where it runs already.

    Args:
        context: the server's state.
        device: the phone's id; empty for the one with the newest snapshot.
    """

    def work(listener: Listener) -> Outcome:
        with context.library.open() as opened:
            infos, state = list(reversed(opened.listed.infos)), opened.state
        info = next((one for one in newest_of_phones(infos) if not device or one.device == device), None)
        if info is None:
            raise SnapshotGoneError
        with context.door.own() as repo:
            now = dt.datetime.now(dt.UTC)
            scanned = watch.scan(Asking(repo, info, infos, now, context.settings.cache_dir, listener, state=state))
        context.answers.forget(WATCH)
        context.checkups.forget()
        return Outcome(_found(scanned), next_label=words("See what was found"), next_href=WATCH)

    again = Again(words("Look through it again"), f"{WATCH}/scan", {"device": device}, WATCH)
    kind = Kind(words("Looking for copies of your pictures"), ("phoneward", "watch", "scan"), again=again)
    job, _is_new = context.jobs.start(kind, f"watch:{device}", work)
    return job


def _found(scanned: Scanned) -> Words:
    found = len(watch.unexplained(scanned.copies))
    if not found:
        return words("No copies were found for which no ordinary cause is known.")
    return counted(
        "{count} copy of your pictures was found for which no ordinary cause is known.",
        "{count} copies of your pictures were found for which no ordinary cause is known.",
        found,
    )


def _told(state: OwnerState) -> list[tuple[str, str, object]]:
    entries = state.entries
    return sorted((kind, subject, str(state.value(kind, subject))) for kind, subject in entries if kind in _KINDS)
