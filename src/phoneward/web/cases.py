"""What the cases pages hold: which case a page is about, and the work of sealing and checking one."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward import cases
from phoneward.cases import Case, CaseFacts, Hand, Verdict, Wish
from phoneward.errors import readable
from phoneward.progress import Listener
from phoneward.texts import words
from phoneward.web.addresses import address
from phoneward.web.errors import PageMissingError
from phoneward.web.jobs import Again, Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.web.context import WebContext

CASES: Final = "/cases"
CASE: Final = "/cases/case"
LETTERS: Final = "/cases/letters"
LETTER: Final = "/cases/letter"
SCREENS: Final = "/cases/screens"
SEAL: Final = "/cases/seal"
CHECKED: Final = "/cases/checked"
CLAUSES: Final = "/cases/clauses"
REPLY: Final = "/cases/reply"


@dataclass(frozen=True, slots=True)
class Looked:
    """A case that was checked.

    Attributes:
        verdict: what it is worth.
        when: it was looked at, aware.
    """

    verdict: Verdict
    when: dt.datetime


def folder_of(context: "WebContext", key: str) -> Path:
    """Return the folder of a case that is known on this computer.

    Raises:
        PageMissingError: none has that name.
    """
    for folder in cases.known_cases(context.settings.state_dir):
        if cases.case_key(folder) == key:
            return folder
    raise PageMissingError


def open_case(context: "WebContext", key: str) -> Case:
    """Open a case that is known on this computer.

    Raises:
        PageMissingError: none has that name.
        CaseError: it cannot be opened.
    """
    return Case.open(folder_of(context, key), Hand(command="phoneward open"))


def make_case(context: "WebContext", folder: Path, facts: CaseFacts) -> str:
    """Make a case and return its key. Raises CaseError where it cannot be made."""
    Case.new(folder, facts, Hand(command="phoneward open"))
    cases.note_case(context.settings.state_dir, folder)
    return cases.case_key(folder)


def begin_seal(context: "WebContext", key: str, url: str) -> Job:
    """Begin to seal a case; an authority is asked where an address is given."""
    folder = folder_of(context, key)

    def work(listener: Listener) -> Outcome:
        authorities = context.settings.timestamp_authorities(None) if url else None
        made = open_case(context, key).seal(Wish(url, authorities), listener)
        done = words("The case is sealed. This is seal {number}.", number=made.number)
        return Outcome(done, next_label=words("See the case"), next_href=address(CASE, case=key))

    command = ("phoneward", "case", "seal", readable(str(folder)), *(("--timestamp", readable(url)) if url else ()))
    kind = Kind(words("Sealing the case"), command, again=Again(words("Seal again"), SEAL, {"case": key, "url": url}))
    job, _is_new = context.jobs.start(kind, f"case:{key}", work)
    return job


def begin_check(context: "WebContext", key: str) -> Job:
    """Begin to look through a sealed case."""
    folder = folder_of(context, key)

    def work(listener: Listener) -> Outcome:
        authorities = context.settings.timestamp_authorities(None)
        verdict = cases.verify(folder, authorities, listener)
        context.answers.put(_answer(key), Looked(verdict, dt.datetime.now(dt.UTC)))
        is_broken = verdict.result is cases.Result.BROKEN
        done = (
            words("Something was changed, removed or added since the seal.")
            if is_broken
            else words("Every file and every line of the log is as it was sealed.")
        )
        return Outcome(
            done, next_label=words("See what was found"), next_href=address(CHECKED, case=key), is_incomplete=is_broken
        )

    command = ("phoneward", "case", "verify", readable(str(folder)))
    kind = Kind(words("Checking the case"), command, again=Again(words("Check again"), f"{CASE}/check", {"case": key}))
    job, _is_new = context.jobs.start(kind, f"case:{key}", work)
    return job


def checked(context: "WebContext", key: str) -> Looked | None:
    """Return what the last check found; None where nobody has checked since the vault was opened."""
    return context.answers.get(_answer(key), Looked)


def _answer(key: str) -> str:
    return f"{CHECKED}:{key}"
