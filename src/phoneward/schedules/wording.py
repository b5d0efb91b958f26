"""What a schedule is in words: for the terminal and the page."""

from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.schedules.log import Result, Run
from phoneward.schedules.running import missed_sentence
from phoneward.schedules.settings_file import Schedule, Target
from phoneward.schedules.standing import JobStanding
from phoneward.texts import N_, _, enumeration, formats, labelled, ngettext

JOBS: Final[Mapping[str, str]] = {
    "backup": N_("Backup"),
    "copy": N_("Copy into the second vault"),
    "read-data": N_("Reading a part of the vault back"),
    "restore-test": N_("Restoring files as a test"),
}
KINDS: Final[Mapping[str, str]] = {
    "done": N_("done"),
    "incomplete": N_("done, something is not kept"),
    "waiting": N_("not yet"),
    "failed": N_("failed"),
    "alarm": N_("look at this"),
    "stopped": N_("stopped"),
}


def job_title(job: str, name: str) -> str:
    """Return what a job is called, with its phone."""
    title = _(JOBS[job])
    return _("{job} of {phone}").format(job=title, phone=name) if name else title


def rhythm_sentence(schedule: Schedule) -> str:
    """Return when backups are due."""
    days = schedule.every_days
    if days == 1:
        return _("Every day, from {time} on.").format(time=schedule.at)
    return ngettext("Every {count} day, from {time} on.", "Every {count} days, from {time} on.", days).format(
        count=days, time=schedule.at
    )


def details(schedule: Schedule) -> list[str]:
    """Return all that was set, in sentences."""
    found = [
        rhythm_sentence(schedule),
        labelled(_("Phones"), enumeration(target_name(target) for target in schedule.targets)),
        labelled(_("Vault"), readable(schedule.vault)),
    ]
    if schedule.on_plug_in:
        sentence = ngettext(
            "Also when one of them is plugged in, once in {count} hour at most.",
            "Also when one of them is plugged in, once in {count} hours at most.",
            schedule.plug_in_hours,
        )
        found.append(sentence.format(count=schedule.plug_in_hours))
    if schedule.copy_to:
        found.append(_("After a backup it is copied into {place}.").format(place=readable(schedule.copy_to)))
    found.append(
        _("The vault is not read back by itself.")
        if schedule.read_data == "never"
        else _("All of the vault is read back in four weeks, in parts, and files are restored as a test.")
    )
    return found


def target_name(target: Target) -> str:
    """Return what a phone or folder is called."""
    return readable(target.folder or target.name)


def result_lines(result: Result) -> list[str]:
    """Return what came of a job."""
    head = job_title(result.job, readable(result.name))
    said = readable(f"{missed_sentence(result)} {result.sentence}" if result.missed else result.sentence)
    lines = [labelled(f"{head} ({_(KINDS[result.kind])})", said)]
    return [*lines, f"    {readable(result.advice)}"] if result.advice else lines


def run_line(run: Run) -> str:
    """Return when a run was, and where it did not come to its end, that."""
    when = formats.moment(run.began)
    if run.exit_code is None:
        return _("{time}: it did not come to its end (the computer went off, or it was ended).").format(time=when)
    if run.exit_code == 130:
        return _("{time}: it was stopped.").format(time=when)
    return _("{time}, {duration}:").format(time=when, duration=formats.duration(run.seconds))


def job_title_of(job: JobStanding) -> str:
    """Return what a job is called, with its phone or folder."""
    target = job.task.target
    return job_title(job.task.job, "" if target is None else target_name(target))


def trouble_lines(job: JobStanding) -> list[str]:
    """Return what went by without a job: nothing where all is well."""
    due, lines = job.task.due, []
    if due.missed and due.missed_since is not None:
        sentence = ngettext("Missed {count} run since {date}.", "Missed {count} runs since {date}.", due.missed)
        lines.append(sentence.format(count=due.missed, date=formats.date(due.missed_since)))
    if job.is_overdue:
        lines.append(_("It is overdue."))
    if job.note.failing_since is not None:
        lines.append(_("Not done since {time}.").format(time=formats.moment(job.note.failing_since)))
    return lines


def job_lines(job: JobStanding) -> list[str]:
    """Return how a job stands."""
    done = job.note.done
    last = _("not yet done") if done is None else _("last done {time}").format(time=formats.moment(done))
    soon = _("as soon as it can be") if job.next is None else _("next {time}").format(time=formats.moment(job.next))
    return [labelled(job_title_of(job), f"{last}; {soon}"), *(f"    {line}" for line in trouble_lines(job))]
