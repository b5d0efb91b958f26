"""What `phoneward schedule …` shows."""

from typing import TYPE_CHECKING

from phoneward.errors import readable
from phoneward.schedules.wording import details, job_lines, result_lines, run_line, target_name
from phoneward.texts import _, formats, labelled

if TYPE_CHECKING:
    import datetime as dt

    from phoneward.cli.frame import Frame
    from phoneward.schedules import Result, Run, Schedule, Standing, Timer

RUNS_SHOWN = 5


def show_plan(frame: "Frame", schedule: "Schedule", timer: "Timer") -> None:
    """Show what would be written, and where."""
    if frame.output.json:
        frame.output.emit("schedule_plan", {**schedule_document(schedule), **timer_document(timer, content=True)})
        return
    for sentence in details(schedule):
        frame.output.result(sentence)
    for file in timer.files:
        frame.output.result("")
        frame.output.result(labelled(_("Would be written"), readable(str(file.path))))
        for line in file.text.splitlines():
            frame.output.result(f"    {line}")
    if timer.begins:
        frame.output.result("")
        frame.output.result(_("Would be run:"))
        for command in timer.begins:
            frame.output.result(f"    {readable(' '.join(command.words))}")
    _explain(frame, timer)
    frame.output.result(_("Nothing was written."))


def show_set(frame: "Frame", schedule: "Schedule", timer: "Timer") -> None:
    """Show what was set."""
    if frame.output.json:
        frame.output.emit("schedule_set", {**schedule_document(schedule), **timer_document(timer, content=False)})
        return
    for sentence in details(schedule):
        frame.output.summary(sentence)
    _explain(frame, timer)
    frame.output.summary(_("To see how it stands: phoneward schedule status"))
    frame.output.summary(_("To be told when something fails: phoneward notify"))


def _explain(frame: "Frame", timer: "Timer") -> None:
    for sentence in timer.explains:
        frame.output.result(str(sentence))
    for line in timer.lines:
        frame.output.result(f"    {readable(line)}")


def show_run(frame: "Frame", done: "Run | None", standing: "Standing") -> None:
    """Show what was done, and when something is due next."""
    if done is not None:
        show_results(frame, done)
    if frame.output.json:
        frame.output.emit("summary", {"jobs": 0 if done is None else len(done.results), "next": _next(standing)})
        return
    if done is None:
        frame.output.summary(_("Nothing is due."))
    soonest = min((job.next for job in standing.jobs if job.next is not None), default=None)
    if soonest is not None:
        frame.output.summary(labelled(_("Next"), formats.moment(soonest)))


def show_results(frame: "Frame", done: "Run") -> None:
    """Show what came of each job."""
    for result in done.results:
        if frame.output.json:
            frame.output.emit("scheduled_job", result_document(result))
            continue
        show = frame.output.summary if result.kind == "done" else frame.output.result
        for line in result_lines(result):
            show(line)


def show_standing(frame: "Frame", standing: "Standing") -> None:
    """Show how it stands."""
    if frame.output.json:
        frame.output.emit("schedule", standing_document(standing))
        return
    for sentence in details(standing.schedule):
        frame.output.result(sentence)
    frame.output.result("")
    for job in standing.jobs:
        for line in job_lines(job):
            frame.output.result(line)
    if standing.is_running:
        frame.output.result(_("A run is under way now."))
    if standing.called is not None:
        frame.output.result(_("The system's timer last called {time}.").format(time=formats.moment(standing.called)))
    frame.output.result("")
    frame.output.result(_("The last runs:") if standing.runs else _("Nothing has run yet."))
    for run in standing.runs[:RUNS_SHOWN]:
        frame.output.result(run_line(run))
        for result in run.results:
            for line in result_lines(result):
                frame.output.result(f"    {line}")


def schedule_document(schedule: "Schedule") -> dict[str, object]:
    """Return what was set, for JSON; where the password is, but not the words of a command."""
    return {
        "vault": readable(schedule.vault),
        "every_days": schedule.every_days,
        "at": schedule.at,
        "phones": [
            {"device": target.device or None, "folder": readable(target.folder) or None, "name": target.name}
            for target in schedule.targets
        ],
        "on_plug_in": schedule.on_plug_in,
        "plug_in_hours": schedule.plug_in_hours,
        "copy_to": readable(schedule.copy_to) or None,
        "read_data": schedule.read_data,
        "password_from": schedule.password.source,
    }


def timer_document(timer: "Timer", *, content: bool) -> dict[str, object]:
    """Return what the system was told, for JSON."""
    files = [{"path": readable(str(file.path)), **({"content": file.text} if content else {})} for file in timer.files]
    return {"system": timer.system, "files": files, "lines": list(timer.lines)}


def result_document(result: "Result") -> dict[str, object]:
    """Return what came of a job, for JSON."""
    return {
        "job": result.job,
        "phone": result.name or None,
        "target": readable(result.target) or None,
        "outcome": result.kind,
        "code": result.code or None,
        "message": result.sentence,
        "next_step": result.advice or None,
        "missed": result.missed,
        "missed_since": _time(result.missed_since),
        "proof": result.proof or None,
    }


def standing_document(standing: "Standing") -> dict[str, object]:
    """Return how it stands, for JSON."""
    return {
        **schedule_document(standing.schedule),
        "next": _next(standing),
        "running": standing.is_running,
        "called": _time(standing.called),
        "jobs": [
            {
                "job": job.task.job,
                "phone": None if job.task.target is None else target_name(job.task.target),
                "done": _time(job.note.done),
                "tried": _time(job.note.tried),
                "failing_since": _time(job.note.failing_since),
                "due": job.task.due.is_due,
                "next": _time(job.next),
                "missed": job.task.due.missed,
                "missed_since": _time(job.task.due.missed_since),
                "overdue": job.is_overdue,
            }
            for job in standing.jobs
        ],
        "runs": [
            {
                "began": _time(run.began),
                "seconds": run.seconds,
                "by": run.by,
                "exit_code": run.exit_code,
                "jobs": [result_document(result) for result in run.results],
            }
            for run in standing.runs
        ],
    }


def _next(standing: "Standing") -> str | None:
    return _time(min((job.next for job in standing.jobs if job.next is not None), default=None))


def _time(when: "dt.datetime | None") -> str | None:
    return None if when is None else when.isoformat(timespec="seconds")
