"""What the page of the test picture holds: the picture that was made last, and what came of looking for one."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import watch
from phoneward.progress import Listener
from phoneward.texts import Words, counted, words
from phoneward.web.errors import SnapshotGoneError
from phoneward.web.jobs import Again, Job, Kind, Outcome
from phoneward.web.numbers import newest_of_phones
from phoneward.web.watch import WATCH

if TYPE_CHECKING:
    from phoneward.watch import CanaryCopy, CanaryNotes
    from phoneward.web.context import WebContext

CANARY: Final = f"{WATCH}/canary"
LOOKED: Final = f"{CANARY}/looked"
PATIENCE_S: Final = 1.5
"""So long a page waits for what was looked for, so that a small backup is through at once."""


@dataclass(frozen=True, slots=True)
class Made:
    """The test picture that was made last.

    Attributes:
        number: that stands on it.
        name: of its file.
        data: a PNG.
    """

    number: int
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CanaryLooked:
    """What came of looking for test pictures in a backup.

    Attributes:
        number: only this one was looked for; None: any.
        device: the phone's id.
        phone: what the person calls it.
        snapshot: the backup, by its ID.
        taken: when it was made.
        copies: pictures that were found.
        files: so many were looked at.
        missed: what was not looked at.
    """

    number: int | None
    device: str
    phone: str
    snapshot: str
    taken: dt.datetime
    copies: "tuple[CanaryCopy, ...]"
    files: int
    missed: tuple[Words, ...]


def notes_of(context: "WebContext") -> "CanaryNotes":
    """Return what is remembered of test pictures on this computer.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
    """
    return watch.CanaryNotes(context.settings.state_dir)


def make(context: "WebContext") -> Made:
    """Make a test picture, note its number, and keep it until the next is made."""
    notes = notes_of(context)
    canary = watch.make_canary(used=notes.numbers())
    made = Made(canary.number, f"phoneward-test-{canary.number:07d}.png", canary.data)
    watch.note_canary(canary, made.name, notes)
    context.answers.put(CANARY, made)
    return made


def begin_look(context: "WebContext", device: str, number: int | None) -> Job:
    """Begin to look for test pictures in the newest backup of a phone; return the job, also where it runs already.

    Args:
        context: the server's state.
        device: the phone's id; empty for the one with the newest backup.
        number: only this one; None: any.

    Raises:
        SnapshotGoneError: there is no backup of this phone.
    """
    notes = notes_of(context)
    with context.library.open() as opened:
        infos = newest_of_phones(reversed(opened.listed.infos))
        info = next((one for one in infos if not device or one.device == device), None)
        if info is None:
            raise SnapshotGoneError
        phone, snapshot, taken = opened.phone(info), info.snapshot.id or "", info.snapshot.time

    def work(listener: Listener) -> Outcome:
        known = notes.numbers() | (set() if number is None else {number})
        found = watch.CanarySearch()
        with context.door.own() as repo, repo.lock(exclusive=False), watch.CanaryLooker(known) as looker:
            files = watch.files_in_snapshot(repo, snapshot, None)
            watch.search_for_canaries(files, looker, into=found, listener=listener)
        copies = tuple(copy for copy in found.copies if number is None or copy.sighting.number == number)
        looked = CanaryLooked(number, info.device, phone, snapshot, taken, copies, found.files, tuple(found.missed))
        context.answers.put(LOOKED, looked)
        return Outcome(sentence_of(looked), next_label=words("See what was found"), next_href=LOOKED)

    fields = {"device": device, "number": "" if number is None else f"{number:07d}"}
    again = Again(words("Look for it again"), f"{CANARY}/look", fields, CANARY)
    kind = Kind(words("Looking for the test picture"), command_of(number, snapshot), again=again)
    job, _is_new = context.jobs.start(kind, f"watch:canary:{snapshot}:{number}", work)
    return job


def command_of(number: int | None, snapshot: str) -> tuple[str, ...]:
    """Return what looks for it at the terminal."""
    only = () if number is None else ("--id", str(number))
    return ("phoneward", "watch", "canary", "look", "--snapshot", snapshot[:8], *only)


def sentence_of(looked: CanaryLooked) -> Words:
    """Say what came of it."""
    if not looked.copies:
        return words("NOT SEEN: no test picture is in these files. That is no proof that there is none elsewhere.")
    return counted(
        "SEEN: a test picture lies in {count} place of this backup.",
        "SEEN: a test picture lies in {count} places of this backup.",
        len(looked.copies),
    )
