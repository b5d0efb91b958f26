"""What the pictures pages hold: what was found in each phone's newest snapshot, and the work of looking through it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import snapshots, watch
from phoneward.progress import Listener
from phoneward.snapshots import Asking, SnapshotInfo
from phoneward.texts import counted, words
from phoneward.vault import Repository
from phoneward.watch import Scanned
from phoneward.web.jobs import Again, Job, Kind, Outcome
from phoneward.web.numbers import newest_of_phones

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened

WATCH: Final = "/watch"
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


def known(context: "WebContext", opened: "Opened") -> tuple[OfPhone, ...]:
    """Return what is known of each phone's newest snapshot, the newest of all first. Nothing is looked through."""
    infos = list(reversed(opened.listed.infos))
    version = f"{opened.listed.version}:{hash(tuple(_told(opened)))}"
    kept = context.answers.get(WATCH, _Known)
    if kept is None or kept.version != version:
        found = tuple(
            OfPhone(info, opened.phone(info), watch.kept_scan(_asking(context, opened.repo, info, infos, opened)))
            for info in newest_of_phones(infos)
        )
        kept = _Known(version, found)
        context.answers.put(WATCH, kept)
    return kept.phones


@dataclass(frozen=True, slots=True)
class _Known:
    version: str
    phones: tuple[OfPhone, ...]


def begin(context: "WebContext", device: str) -> Job:
    """Begin to look through the newest snapshot of a phone; return the job, also where it runs already.

    Args:
        device: the phone's id; empty for the one with the newest snapshot.
    """

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo, context.library.open() as opened:
            infos = list(reversed(opened.listed.infos))
            info = next(i for i in newest_of_phones(infos) if not device or i.device == device)
            asking = _asking(context, repo, info, infos, opened, listener)
        scanned = watch.scan(asking)
        context.answers.forget(WATCH)
        found = len(watch.unexplained(scanned.copies))
        sentence = (
            counted(
                "{count} copy of your pictures was found for which no ordinary cause is known.",
                "{count} copies of your pictures were found for which no ordinary cause is known.",
                found,
            )
            if found
            else words("No copies were found for which no ordinary cause is known.")
        )
        return Outcome(sentence, next_label=words("See what was found"), next_href=WATCH)

    again = Again(words("Look through it again"), f"{WATCH}/scan", {"device": device}, WATCH)
    kind = Kind(words("Looking for copies of your pictures"), ("phoneward", "watch", "scan"), again=again)
    job, _is_new = context.jobs.start(kind, f"watch:{device}", work)
    return job


def _asking(
    context: "WebContext",
    repo: Repository,
    info: SnapshotInfo,
    infos: list[SnapshotInfo],
    opened: "Opened",
    listener: Listener | None = None,
) -> Asking:
    cache_dir = context.settings.cache_dir
    now = dt.datetime.now(dt.UTC)
    if listener is None:
        return Asking(repo, info, infos, now, cache_dir, state=opened.state)
    return Asking(repo, info, infos, now, cache_dir, listener, state=opened.state)


def _told(opened: "Opened") -> list[tuple[str, str, object]]:
    state = opened.state
    return sorted((kind, subject, str(state.value(kind, subject))) for kind, subject in state.entries if kind == "watch-sensitive")


