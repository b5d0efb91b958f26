"""Carrying a move out: part by part, each noted when it is done. A run that is cut off is gone on with by the next.

A part that cannot be done (it does not fit, a piece of the vault is damaged) is named, and the next one begins. Only
the loss of the phone ends the run.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from phoneward import snapshots
from phoneward.errors import PhonewardError, readable
from phoneward.moving.apps import IN_PLACE, AppMove, AppState, of_state
from phoneward.moving.errors import MoveCutShortError, MoveNoteError
from phoneward.moving.notes import MAX_SAID, MoveNotes, Noted, NotedPart
from phoneward.moving.parts import TITLES, Part, PartState, in_sentence
from phoneward.moving.planning import MovePlan, MovePlanner
from phoneward.moving.report import MoveReport
from phoneward.phones import PhoneGoneError, WritablePhone
from phoneward.progress import (
    Advanced,
    Event,
    Listener,
    Notice,
    PhaseDone,
    PhaseStarted,
    StepDone,
    StepStarted,
    silent,
)
from phoneward.snapshots import PlaceFate, PlaceOutcome, PlacingPlan, ReturnCutShortError, ReturnIssueKind
from phoneward.texts import _
from phoneward.vault import Repository


@dataclass(slots=True)
class _Heard:
    """Passes progress on, and remembers how much was written."""

    listener: Listener
    files: int = 0
    bytes: int = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, (Advanced, PhaseDone)) and event.phase == "restore":
            self.files, self.bytes = event.files_done, event.bytes_done
        self.listener(event)


@dataclass(slots=True)
class _Tally:
    """What became of a part in this run."""

    over: int = 0
    bytes: int = 0
    there: int = 0
    missing: int = 0
    said: list[str] = field(default_factory=list)
    can_retry: bool = False
    """Whether another run may do better: then the part does not count as done."""

    def say(self, sentence: str) -> None:
        if sentence and len(self.said) < MAX_SAID:
            self.said.append(readable(sentence))


class Mover:
    """One run of a move.

    Args:
        repo: open, its index loaded.
        writer: of the new phone, open.
        planner: of this move.
        notes: of this move, held.
        listener: hears steps, phases and notices.
        now: the time.
    """

    def __init__(
        self,
        repo: Repository,
        writer: WritablePhone,
        planner: MovePlanner,
        notes: MoveNotes,
        *,
        listener: Listener = silent,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._repo = repo
        self._writer = writer
        self._planner = planner
        self._notes = notes
        self._listener = listener
        self._now = now
        self._noted: Noted

    def run(self, plan: MovePlan) -> MoveReport:
        """Do what was planned and agreed; what became of it is noted and returned.

        Raises:
            MoveCutShortError: the phone is gone. What came over is whole and noted.
            MoveNoteError: what is done cannot be written down.
        """
        self._noted = self._begin(plan)
        work: dict[Part, Callable[[MovePlan, _Tally, _Heard], None]] = {
            Part.FILES: self._files,
            Part.APP_BACKUPS: self._app_backups,
            Part.RECORDS: self._records,
            Part.APPS: self._apps,
        }
        names = tuple(part.value for part in plan.to_do())
        for number, part in enumerate(plan.to_do(), 1):
            self._listener(StepStarted(names, number, TITLES[part]))
            self._one(plan, part, work[part])
            self._listener(StepDone(part.value))
        wanted = [part for part in Part if plan.states[part] is not PartState.NOTHING]
        if all(self._is_done(plan, part) for part in wanted):
            self._noted = msgspec.structs.replace(self._noted, finished=self._now())
        self._notes.note(self._noted)
        return MoveReport.of(plan, self._noted)

    def _begin(self, plan: MovePlan) -> Noted:
        new = Noted(
            old=plan.old.device,
            new=plan.new.device,
            old_label=plan.old.label,
            new_label=plan.new.label,
            begun=self._now(),
            snapshot=plan.old.id,
        )
        noted = msgspec.structs.replace(plan.noted or new, snapshot=plan.old.id, finished=None)
        self._notes.note(noted)
        return noted

    def _is_done(self, plan: MovePlan, part: Part) -> bool:
        note = self._noted.part(part)
        return note is not None and note.done and note.snapshot == plan.old.id

    def _one(self, plan: MovePlan, part: Part, work: Callable[[MovePlan, _Tally, _Heard], None]) -> None:
        tally, heard = _Tally(), _Heard(self._listener)
        try:
            work(plan, tally, heard)
        except (ReturnCutShortError, PhoneGoneError) as error:
            self._note_cut(plan, part, tally, heard)
            raise MoveCutShortError(part=str(in_sentence(part)), detail=readable(_detail(error))) from error
        except MoveNoteError:
            raise
        except PhonewardError as error:  # this part cannot be done now; the others can
            tally.missing += 1
            tally.can_retry = True
            tally.say(f"{error.sentence()} {error.advice()}")
            self._listener(Notice(None, readable(error.sentence())))
        except KeyboardInterrupt:
            self._note_cut(plan, part, tally, heard)
            raise
        self._note(plan, part, tally, done=not tally.can_retry)

    def _note_cut(self, plan: MovePlan, part: Part, tally: _Tally, heard: _Heard) -> None:
        if part is not Part.APPS:
            tally.over, tally.bytes = heard.files, heard.bytes
        self._note(plan, part, tally, done=False)

    def _note(self, plan: MovePlan, part: Part, tally: _Tally, *, done: bool) -> None:
        before = self._noted.part(part)
        over, size = (before.over, before.bytes) if before is not None else (0, 0)
        self._noted = self._noted.with_part(
            part,
            NotedPart(
                done=done,
                snapshot=plan.old.id,
                when=self._now(),
                over=over + tally.over,
                bytes=size + tally.bytes,
                there=max(0, tally.there - over),  # what an earlier run wrote did not come from elsewhere
                missing=tally.missing,
                said=tally.said,
            ),
        )
        self._notes.note(self._noted)

    # -- the parts -----------------------------------------------------------------------------------------------------

    def _files(self, plan: MovePlan, tally: _Tally, heard: _Heard) -> None:
        assert plan.files is not None  # noqa: S101 - else the part has nothing to do
        report = snapshots.put_back(self._repo, self._writer, plan.files, listener=heard)
        tally.over, tally.bytes = report.total("written"), report.total("bytes_written")
        tally.there = plan.files.same_files
        counts = report.issues.counts
        tally.missing = sum(n for kind, n in counts.items() if kind is not ReturnIssueKind.SET_ASIDE)
        tally.can_retry = counts[ReturnIssueKind.FAILED] > 0
        for issue in report.issues.named[:MAX_SAID]:
            tally.say(issue.sentence())

    def _app_backups(self, plan: MovePlan, tally: _Tally, heard: _Heard) -> None:
        backups = self._planner.app_backups(plan.old)  # anew: files that were written since are there already
        if backups is None:
            return
        plan.app_backups = backups
        snapshots.put_on_phone(self._writer, backups.placing, listener=heard)
        _count(backups.placing, tally)
        for folder in backups.unreadable:
            tally.missing += 1
            tally.say(_("{path} of the snapshot cannot be read.").format(path=readable(folder)))

    def _records(self, plan: MovePlan, tally: _Tally, heard: _Heard) -> None:
        records = self._planner.records(plan.old)
        if records is None:
            return
        plan.records = records
        snapshots.put_on_phone(self._writer, records.placing, listener=heard)
        _count(records.placing, tally)
        for held in records.damaged:
            tally.missing += 1
            tally.say(held.sentence())

    def _apps(self, plan: MovePlan, tally: _Tally, _heard: _Heard) -> None:
        to_install = list(of_state(plan.apps, AppState.NEW))
        self._listener(PhaseStarted("install", len(to_install), sum(app.size for app in to_install) or None))
        done = 0
        try:
            for number, app in enumerate(to_install, 1):
                self._install(plan, app, tally)
                done += app.size
                self._listener(Advanced("install", number, done, app.package.encode()))
        finally:
            _count_apps(plan, tally)
        self._listener(PhaseDone("install", len(to_install), done))

    def _install(self, plan: MovePlan, app: AppMove, tally: _Tally) -> None:
        def installed(package: str) -> None:
            tally.over += 1
            tally.bytes += app.size
            app.state, app.when = AppState.MOVED, self._now()
            self._noted = msgspec.structs.replace(self._noted, apps={**self._noted.apps, package: app.when})
            self._notes.note(self._noted)

        try:
            planned = self._planner.app(plan.old, app.package)
            report = snapshots.put_back(self._repo, self._writer, planned, on_installed=installed)
        except (ReturnCutShortError, PhoneGoneError, MoveNoteError):
            raise
        except PhonewardError as error:  # this app does not fit, or is damaged in the vault; the next may go
            app.failure = error.sentence()
            return
        issue = next(iter(report.issues.named), None)
        if issue is not None and issue.kind is ReturnIssueKind.APP_THERE:
            app.state = AppState.THERE
        elif issue is not None:
            app.failure = issue.detail or _("unknown")


def _count_apps(plan: MovePlan, tally: _Tally) -> None:
    """Count the apps; those that this run installed are in `over` already."""
    for app in plan.apps:
        if app.is_missing:
            tally.missing += 1
            tally.can_retry |= bool(app.failure)
        tally.say(app.sentence())
    tally.there = sum(1 for _app in of_state(plan.apps, *IN_PLACE)) - tally.over


def _count(placing: PlacingPlan, tally: _Tally) -> None:
    for place in placing.places:
        if place.outcome is PlaceOutcome.WRITTEN:
            tally.over += 1
            tally.bytes += place.item.content.size
        elif place.fate is PlaceFate.SAME:
            tally.there += 1
        else:
            tally.missing += 1
            tally.can_retry |= place.outcome is PlaceOutcome.FAILED
        tally.say(place.sentence())


def _detail(error: PhonewardError) -> str:
    """Return what happened, without what a single part would say of itself."""
    told = error.details.get("detail") if isinstance(error, ReturnCutShortError) else None
    return str(told) if told else error.sentence()
