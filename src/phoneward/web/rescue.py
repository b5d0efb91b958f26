"""What the rescue pages hold: what a search found, as rows; and the work of looking and of copying into a case."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward import cases, flows, rescue
from phoneward.errors import readable
from phoneward.progress import Listener
from phoneward.rescue import Asked, SearchResult
from phoneward.snapshots import app_words
from phoneward.texts import Words, counted, running, words
from phoneward.web.jobs import Again, Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.web.context import WebContext

RESCUE: Final = "/rescue"
CARD: Final = "/rescue/card"
LEFT: Final = "/rescue/left"
MAX_ROWS: Final = 500
"""Rows of a page; the command line and the case have all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is left, as a page shows it; in words that are read in any language."""

    what: Words
    source: Words
    where: str
    made: dt.datetime | None
    expires: dt.datetime | None
    is_soon: bool
    completeness: Words
    size: int | None
    how: Words
    command: str
    is_hint: bool


@dataclass(frozen=True, slots=True)
class Left:
    """What a search found.

    Attributes:
        asked: what was looked for.
        rows: what is left, where else to look at its end; at most `MAX_ROWS`.
        count: of all that was found.
        seen, cannot, looked_at, not_looked_at: as `SearchResult`.
    """

    asked: Asked
    rows: tuple[Row, ...]
    count: int
    seen: tuple[Words, ...]
    cannot: tuple[Words, ...]
    looked_at: tuple[Words, ...]
    not_looked_at: tuple[Words, ...]


def known(context: "WebContext") -> Left | None:
    """Return what the last search found; None where nobody has looked since the vault was opened."""
    return context.answers.get(RESCUE, Left)


def begin(context: "WebContext", asked: Asked) -> Job:
    """Begin to look for what is left; return the job, also where it runs already."""

    def work(listener: Listener) -> Outcome:
        with _looked(context, asked, listener) as result:
            left = _left(result)
        context.answers.put(RESCUE, left)
        found = counted("{count} thing is left.", "{count} things are left.", left.count)
        return Outcome(found, next_label=words("See what is left"), next_href=LEFT, is_incomplete=not result.is_whole)

    fields = {"what": asked.incident.value, "app": asked.app, "when": asked.when.isoformat() if asked.when else ""}
    again = Again(words("Look again"), f"{RESCUE}/search", fields, RESCUE)
    kind = Kind(words("Looking for what is left"), command_of(asked), again=again)
    job, _is_new = context.jobs.start(kind, f"rescue:{asked.incident}:{asked.app}:{asked.when}", work)
    return job


def collect(context: "WebContext", asked: Asked, folder: Path) -> Job:
    """Begin to copy all that is left into a case. Raises CaseError where the folder can be none."""
    flows.refuse_no_case(folder)
    command = (*command_of(asked), "--collect", readable(str(folder)))

    def work(listener: Listener) -> Outcome:
        with _looked(context, asked, listener) as result:
            report = flows.collect_into_case(folder, result, command=" ".join(command), listener=listener)
        cases.note_case(context.settings.state_dir, folder)
        said = counted(
            "{count} file is in the case {case}.",
            "{count} files are in the case {case}.",
            report.files + report.known,
            case=readable(str(folder)),
        )
        failed = counted("{count} file could not be read:", "{count} files could not be read:", report.failed)
        return Outcome(
            running(said, words("What it was copied from is as it was.")),
            (failed, *report.named) if report.failed else (),
            words("See what is left"),
            LEFT,
            is_incomplete=bool(report.failed),
        )

    kind = Kind(words("Copying what is left into the case"), command)
    job, _is_new = context.jobs.start(kind, f"rescue:collect:{folder}", work)
    return job


def command_of(asked: Asked) -> tuple[str, ...]:
    """Return what does the same on the command line."""
    app = ("--app", asked.app) if asked.app else ()
    when = ("--when", asked.when.isoformat()) if asked.when is not None else ()
    return ("phoneward", "rescue", "--what", asked.incident.value, *app, *when)


def told(what: str, app: str, when: str) -> Asked:
    """Return what a form asks for.

    Raises:
        WhatHappenedError, NotADayError: it does not say what happened, or not when.
    """
    incident = rescue.told_incident(what)
    day = rescue.told_day(when) if when.strip() else None
    return Asked(incident, dt.datetime.now(dt.UTC), rescue.told_app(app[:200]) if app.strip() else "", day)


def app_shown(asked: Asked) -> str:
    """Return what people call the app that is asked about, readable; empty for all."""
    return readable(str(app_words(asked.app))) if asked.app else ""


@contextmanager
def _looked(context: "WebContext", asked: Asked, listener: Listener) -> Iterator[SearchResult]:
    """Look through the vault and this computer; what was found can be opened as long as this lasts."""
    with context.library.open() as opened:
        infos = list(reversed(opened.listed.infos))
    search = rescue.Search(asked, listener)
    with context.door.own() as repo:
        search.in_vault(repo, infos)
        search.add(rescue.apps_backups(asked, context.on_computer.latest().found))
        called = words("This computer, where apps and phone makers' programs put their backups.")
        search.add(rescue.makers_backups(asked, context.on_computer.computer), called)
        search.left_out(words("The phone itself: back it up first, so that what is on it now is looked through too."))
        yield search.result()


def _left(result: SearchResult) -> Left:
    now = result.asked.now
    rows = tuple(
        Row(
            what=one.what,
            source=rescue.source_words(one.source),
            where=one.where,
            made=one.made,
            expires=one.expires,
            is_soon=rescue.expires_soon(one, now),
            completeness=rescue.completeness_words(one.completeness),
            size=one.size,
            how=one.how,
            command=one.command,
            is_hint=one.source in rescue.HINTS,
        )
        for one in result.remnants
    )
    found = [row for row in rows if not row.is_hint]
    hints = [row for row in rows if row.is_hint]
    return Left(
        result.asked,
        (*found[:MAX_ROWS], *hints),
        len(found),
        result.seen,
        result.cannot,
        result.looked_at,
        result.not_looked_at,
    )
