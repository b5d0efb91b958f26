"""Moves to a new phone on the page: planned and carried out as jobs, the newest of both kept for their pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import moving, phones
from phoneward.moving import MovePlan, MovePlanner, MoveReport
from phoneward.phones import AdbPhone, AdbWriter
from phoneward.progress import Listener
from phoneward.texts import words
from phoneward.vault import Repository
from phoneward.web.errors import MoveNotPlannedError
from phoneward.web.jobs import Again, Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.web.context import WebContext

MOVE: Final = "/move"
PLAN: Final = f"{MOVE}/plan"
DONE: Final = f"{MOVE}/done"


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan that was made last."""

    plan: MovePlan


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of the last move."""

    report: MoveReport


@contextmanager
def _connected(serial: str) -> Iterator[tuple[AdbPhone, AdbWriter]]:
    with phones.open_adb(serial) as phone, AdbWriter(phone) as writer:
        yield phone, writer


def command_of(snapshot: str, serial: str, *more: str) -> tuple[str, ...]:
    """Return what does the same at the terminal."""
    return ("phoneward", "move", snapshot[:8], "--to-phone", serial, *more)


def begin_plan(context: "WebContext", snapshot: str, serial: str) -> Job:
    """Begin to look at the new phone and to plan; nothing is written."""

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo, _connected(serial) as opened:
            plan = _plan(context, repo, opened, snapshot, listener)[1]
        context.answers.put(PLAN, Planned(plan))
        return Outcome(
            words("The plan is made. Nothing was written yet."), next_label=words("See the plan"), next_href=PLAN
        )

    again = Again(words("Plan it again"), PLAN, {"snapshot": snapshot, "serial": serial}, MOVE)
    kind = Kind(words("Looking at the new phone"), command_of(snapshot, serial, "--dry-run"), again=again)
    return context.jobs.start(kind, f"move:{serial}", work)[0]


def _plan(
    context: "WebContext",
    repo: Repository,
    opened: tuple[AdbPhone, AdbWriter],
    snapshot: str,
    listener: Listener,
) -> tuple[MovePlanner, MovePlan]:
    phone, writer = opened
    new = moving.look_at_new(phone, writer)
    old = moving.choose_old(repo, snapshot, new.device)
    noted = moving.noted_move(context.settings.state_dir, repo, moving.Pair(old.device, new.device))
    planner = MovePlanner(repo, phone, writer, listener)
    return planner, planner.plan(old, new, moving.Wanted(), noted)


def planned(context: "WebContext") -> MovePlan:
    """Return the plan that was made last.

    Raises:
        MoveNotPlannedError: none was, since this server was started or the vault was opened.
    """
    found = context.answers.get(PLAN, Planned)
    if found is None:
        raise MoveNotPlannedError
    return found.plan


def begin_move(context: "WebContext") -> Job:
    """Begin to carry the plan out that was looked at. It is made once more first: the phone may have changed since.

    Raises:
        MoveNotPlannedError: there is none.
    """
    looked_at = planned(context)
    snapshot, serial = looked_at.old.id, looked_at.new.serial

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo, repo.lock(exclusive=False), _connected(serial) as opened:
            planner, plan = _plan(context, repo, opened, snapshot, listener)
            pair = moving.Pair(plan.old.device, plan.new.device)
            with moving.MoveNotes(context.settings.state_dir, repo, pair) as notes:
                report = moving.Mover(repo, opened[1], planner, notes, listener=listener).run(plan)
        context.answers.put(DONE, Moved(report))
        return Outcome(
            words("The move is done. See what came over, and what you must still do.")
            if report.complete
            else words("The move is done, but something is missing: see what, and why."),
            next_label=words("See what came over"),
            next_href=DONE,
            is_incomplete=not report.complete,
        )

    again = Again(words("Go on with the move"), f"{MOVE}/go", {}, PLAN)
    kind = Kind(words("Moving to the new phone"), command_of(snapshot, serial), again=again)
    return context.jobs.start(kind, f"move:{serial}", work)[0]


def moved(context: "WebContext") -> MoveReport | None:
    """Return what came of the last move; None where there was none."""
    found = context.answers.get(DONE, Moved)
    return None if found is None else found.report
