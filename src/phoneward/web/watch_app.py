"""What the page of one app holds: what it could do, by its own file, worked out in the background."""

import dataclasses
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import phoneward.watch.abilities as looking  # not by way of the room: its face loads what pictures need
from phoneward.apk import FileSource
from phoneward.errors import readable
from phoneward.progress import Listener
from phoneward.snapshots import app_words
from phoneward.snapshots.kept_apps import kept_packages, open_kept_app
from phoneward.texts import words
from phoneward.watch.abilities import AppAbilities
from phoneward.web.errors import NothingToLookAtError
from phoneward.web.jobs import Job, Kind, Outcome
from phoneward.web.numbers import newest_of_phones

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened
    from phoneward.web.security.uploads import Upload

APP: Final = "/watch/app"
SEEN: Final = "/watch/app/seen"
PATIENCE_S: Final = 1.5
"""So long a page waits for an app, so that a small one's is there at once."""
MAX_APPS: Final = 2_000
"""Apps that can be chosen; a phone has some hundred."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """An app that was looked at.

    Attributes:
        found: what it could do.
        command: what does the same on the command line.
    """

    found: AppAbilities
    command: tuple[str, ...]


def choices(opened: "Opened") -> list[tuple[str, str]]:
    """Return the apps whose files the newest snapshot of each phone keeps: which, and what to call it."""
    infos = newest_of_phones(reversed(opened.listed.infos))
    found = []
    for info in infos:
        phone = f" · {opened.phone(info)}" if len(infos) > 1 else ""
        for package in kept_packages(opened.repo, info.snapshot):
            name, shown = str(app_words(package)), readable(package)
            named = f"{name} ({shown})" if name != shown else shown
            found.append((f"{info.snapshot.id}:{package}", f"{named}{phone}"))
    return sorted(found, key=lambda one: one[1].casefold())[:MAX_APPS]


def begin_look(context: "WebContext", upload: "Upload", chosen: str, says: str) -> Job:
    """Begin to look at an app; return the job.

    Args:
        context: the server's state.
        upload: the app's files; taken over where there are some.
        chosen: an app as `choices` offers it; looked at where no file came along.
        says: what its publisher says of it; empty for nothing.

    Raises:
        NothingToLookAtError: no file came along, and no app that is offered was chosen.
    """
    said = ("", says) if says else None
    if upload.files:
        return _of_files(context, upload.take(), said)
    with context.library.open() as opened:
        if chosen not in dict(choices(opened)):
            raise NothingToLookAtError
        name, _colon, package = chosen.partition(":")
        snapshot = opened.find(name).snapshot
    command = ("phoneward", "watch", "app", package)

    def work(_listener: Listener) -> Outcome:
        with context.door.own() as repo, open_kept_app(repo, snapshot, package) as app:
            return _keep(context, looking.look_at_app(app, says=said), command)

    job, _is_new = context.jobs.start(_kind(command), f"watch:app:{chosen}:{hash(says)}", work)
    return job


def _of_files(context: "WebContext", upload: "Upload", said: tuple[str, str] | None) -> Job:
    command = ("phoneward", "watch", "app", *(file.name for file in upload.files))

    def work(_listener: Listener) -> Outcome:
        try:
            with ExitStack() as stack:
                files = [stack.enter_context(FileSource(file.path, file.name)) for file in upload.files]
                found = looking.look_at_app(files, says=said)
        finally:
            upload.close()
        return _keep(context, found, command)

    job, is_new = context.jobs.start(_kind(command), f"watch:app:{upload.folder.name}", work)
    assert is_new  # noqa: S101 - the folder's name is this form's alone
    return job


def _kind(command: tuple[str, ...]) -> Kind:
    return Kind(words("Looking what an app could do"), command, can_stop=False)


def _keep(context: "WebContext", found: AppAbilities, command: tuple[str, ...]) -> Outcome:
    """Keep what was found; single calls are nothing that the page shows, and there may be many."""
    context.answers.put(SEEN, LookedAt(dataclasses.replace(found, calls=()), command))
    name = readable(found.label or found.package)
    return Outcome(
        words("It is known what {app} could do.", app=name), next_label=words("See what it could do"), next_href=SEEN
    )
