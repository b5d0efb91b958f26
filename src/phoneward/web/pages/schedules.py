"""Backups that happen by themselves: how they stand, set, changed, run now and stopped."""

import datetime as dt
import os
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import schedules
from phoneward.errors import PhonewardError, readable
from phoneward.progress import Listener
from phoneward.schedules import Schedule, Standing, Target, Timer, wording
from phoneward.snapshots import second_vaults
from phoneward.texts import _, counted, current_language, formats, labelled, ngettext, verbatim, words
from phoneward.vaultplace import VaultPlace, parse_place
from phoneward.web.context import WebContext
from phoneward.web.jobs import Kind, Outcome
from phoneward.web.library import Opened
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.security.forms import Form

SCHEDULES: Final = "/schedules"
RHYTHMS: Final = (1, 2, 3, 7, 14, 28)
"""Days between two backups that can be chosen here."""
RUNS: Final = 10


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the form shows."""

    days: int = schedules.DAILY
    at: str = schedules.AT
    on_plug_in: bool = False
    copy_to: str = ""
    read_data: str = "weekly"


def look(request: Request) -> Response:
    """Show how it stands, and what can be set."""
    return _page(request)


def _page(request: Request, *, typed: _Chosen | None = None, problem: PhonewardError | None = None) -> Response:
    context = context_of(request)
    standing = _standing(context)
    with context.library.open() as opened:
        targets = _targets(opened, context, standing)
        copies = {one.place: one.shown for one in second_vaults(opened.state)}
    set_ = None if standing is None else standing.schedule
    chosen = typed or _chosen(set_)
    if set_ is not None and set_.copy_to:  # also one that the vault does not know of yet
        copies.setdefault(set_.copy_to, readable(set_.copy_to))
    wished = {target.key for target in set_.targets} if set_ is not None else {target.key for target in targets}
    return page(
        request,
        "schedules.html",
        title=_("Backups that happen by themselves"),
        command=("phoneward", "schedule", "status") if standing else ("phoneward", "schedule", "set", "--daily"),
        crumbs=(("/vault", _("Your vault")),),
        status=400 if problem else 200,
        problem=problem,
        standing=standing,
        said=[] if set_ is None else wording.details(set_),
        timer=None if set_ is None else _timer(context, set_),
        jobs=[] if standing is None else [_job_row(job) for job in standing.jobs],
        troubles=[] if standing is None else _troubles(standing),
        runs=[] if standing is None else [_run(run) for run in standing.runs[:RUNS]],
        targets=[(target.key, wording.target_name(target), target.key in wished) for target in targets],
        rhythms=[(str(days), _every(days)) for days in sorted({*RHYTHMS, chosen.days})],
        chosen=chosen,
        copies=[("", _("nowhere")), *copies.items()],
        reading=[
            ("daily", _("every day a small part")),
            ("weekly", _("every week a quarter")),
            ("monthly", _("every four weeks all of it")),
            ("never", _("never")),
        ],
    )


def _standing(context: WebContext) -> Standing | None:
    try:
        return schedules.standing_of(context.settings.state_dir)
    except schedules.NoScheduleError:
        return None


def _chosen(schedule: Schedule | None) -> _Chosen:
    if schedule is None:
        return _Chosen()
    return _Chosen(schedule.every_days, schedule.at, schedule.on_plug_in, schedule.copy_to, schedule.read_data)


def _every(days: int) -> str:
    return ngettext("every day", "every {count} days", days).format(count=days)


def _targets(opened: Opened, context: WebContext, standing: Standing | None) -> list[Target]:
    """Return what can be chosen: phones of the vault, and folders that were set or set up."""
    found = {target.key: target for target in schedules.known_phones(opened.repo)}
    if context.desk.source.folder is not None:
        folder = str(context.desk.source.folder)
        found.setdefault(folder, Target(folder=folder))
    if standing is not None:
        found |= {target.key: target for target in standing.schedule.targets}
    return list(found.values())


def _timer(context: WebContext, schedule: Schedule) -> Timer:
    return schedules.timer_for(schedules.call_for(schedule, context.settings.state_dir), os.environ)


def _job_row(job: schedules.JobStanding) -> list[object]:
    done = formats.moment(job.note.done) if job.note.done is not None else _("not yet done")
    due = formats.moment(job.next) if job.next is not None else _("as soon as it can be")
    return [wording.job_title_of(job), done, due]


def _troubles(standing: Standing) -> list[str]:
    told = ((wording.job_title_of(job), wording.trouble_lines(job)) for job in standing.jobs)
    return [labelled(title, " ".join(lines)) for title, lines in told if lines]


def _run(run: schedules.Run) -> tuple[str, list[tuple[str, str]]]:
    return wording.run_line(run), [
        (" ".join(readable(line.strip()) for line in wording.result_lines(result)), result.kind)
        for result in run.results
    ]


def set_(request: Request) -> Response:
    """Try everything, write it down, tell the system."""
    context, form = context_of(request), form_of(request)
    typed = _Chosen(
        _days(form),
        form.get("at", "").strip(),
        form.get("on_plug_in") == "yes",
        form.get("copy_to", "").strip(),
        form.get("read_data", ""),
    )
    try:
        schedule = _prepared(context, form, typed)
        timer = _timer(context, schedule)
        schedules.save_schedule(context.settings.state_dir, schedule)
        schedules.begin(timer)
    except PhonewardError as error:
        return _page(request, typed=typed, problem=error)
    context.checkups.forget()
    if not timer.lines:
        say(request, words("It is set. From now on it happens by itself."))
    return see_other(SCHEDULES)


def _days(form: Form) -> int:
    text = form.get("days", "")
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return days if 1 <= days <= schedules.LONGEST else schedules.DAILY


def _prepared(context: WebContext, form: Form, typed: _Chosen) -> Schedule:
    picked = set(form.getlist("target"))
    with context.library.open() as opened:
        targets = tuple(target for target in _targets(opened, context, _standing(context)) if target.key in picked)
    wished = schedules.Wished(
        context.door.place(),
        typed.days,
        typed.at,
        targets=targets or None,
        on_plug_in=typed.on_plug_in,
        copy_to=_place(typed.copy_to),
        read_data=schedules.read_data_named(typed.read_data) if typed.read_data in schedules.READING else "weekly",
        password_file=context.settings.password_file,
        language=current_language(),
    )
    if not targets:
        raise schedules.NoPhoneChosenError
    return schedules.prepare(wished, context.settings, os.environ, dt.datetime.now(dt.UTC))


def _place(text: str) -> VaultPlace | None:
    return parse_place(text) if text else None


def run(request: Request) -> Response:
    """Do all that was set, now."""
    context = context_of(request)
    schedules.load_schedule(context.settings.state_dir)

    def work(listener: Listener) -> Outcome:
        done = schedules.run(context.settings.state_dir, everything=True, listener=listener)
        results = () if done is None else done.results
        context.checkups.forget()
        context.library.forget()
        failed = sum(result.kind in {"failed", "alarm"} for result in results)
        said = tuple(verbatim(line.strip()) for result in results for line in wording.result_lines(result))
        first = words("All that was set is done.")
        if failed:
            first = counted("{count} thing needs you.", "{count} things need you.", failed)
        is_incomplete = any(result.kind != "done" for result in results)
        return Outcome(first, said, words("Go on"), SCHEDULES, is_incomplete=is_incomplete)

    kind = Kind(words("What was set to happen by itself"), ("phoneward", "schedule", "run", "--now"))
    job, is_new = context.jobs.start(kind, "schedule", work)
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def stop(request: Request) -> Response:
    """Have nothing happen by itself any more."""
    context = context_of(request)
    standing = _standing(context)
    if standing is not None:
        schedules.end(_timer(context, standing.schedule))
        schedules.forget_schedule(context.settings.state_dir)
    context.checkups.forget()
    say(request, words("Nothing happens by itself any more. The vault stays as it is."))
    return see_other(SCHEDULES)


ROUTES: Final = (
    Route(SCHEDULES, look),
    Route(f"{SCHEDULES}/set", set_, methods=["POST"]),
    Route(f"{SCHEDULES}/run", run, methods=["POST"]),
    Route(f"{SCHEDULES}/stop", stop, methods=["POST"]),
)
