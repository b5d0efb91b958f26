"""What the checkup should know of schedules: none, one that is late, one that fails, and damage that it found."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.schedules.errors import NoScheduleError
from phoneward.schedules.log import JobKind, Result
from phoneward.schedules.preparing import whole
from phoneward.schedules.running import utc_now
from phoneward.schedules.standing import JobStanding, Standing, standing_of
from phoneward.snapshots import finding_codes as codes
from phoneward.snapshots.finding_parts import BACK_UP, read_data
from phoneward.texts import Day, Words, verbatim, words
from phoneward.vaultplace import VaultPlace

ROOM: Final = "snapshots"
_SILENT: Final = dt.timedelta(days=3)
_HOW: Final = words("read in the notes that scheduled runs keep on this computer")
_FAILED: Final[dict[JobKind, Words]] = {
    "backup": words("The scheduled backup fails."),
    "copy": words("Copying into the second vault, as scheduled, fails."),
    "read-data": words("Reading the vault back, as scheduled, fails."),
    "restore-test": words("The scheduled test of restoring files fails."),
}


def schedule_findings(state_dir: Path, place: VaultPlace | str, now: dt.datetime | None = None) -> tuple[Finding, ...]:
    """Return what there is to say, for the room of snapshots.

    Args:
        state_dir: the person's state folder.
        place: where the vault lies that is asked about; as text, as a schedule would name it.
        now: aware; by default now.
    """
    now = now or utc_now()
    try:
        standing = standing_of(state_dir, now)
    except NoScheduleError:
        return (_none(),)
    if standing.schedule.vault != (place if isinstance(place, str) else str(whole(place))):
        return (_none(),)
    return tuple(_findings(standing, now))


def _none() -> Finding:
    return Finding(
        code=codes.NO_SCHEDULE,
        severity=Severity.ADVICE,
        tier=Tier.OBSERVED,
        title=words("Backups into this vault do not happen by themselves on this computer."),
        loss=words("A backup that somebody must remember is one day not made."),
        evidence=(Evidence(words("no schedule for this vault is set here"), _HOW),),
        actions=(
            Action(
                ROOM,
                "schedule",
                words("Have backups happen by themselves"),
                {},
                ("phoneward", "schedule", "set", "--daily"),
            ),
        ),
    )


def _findings(standing: Standing, now: dt.datetime) -> Iterator[Finding]:
    for job in standing.jobs:
        last = _last(standing, job)
        if last is not None and last.kind in {"failed", "alarm"} and job.note.failing_since is not None:
            yield _failed(job, last)
        elif job.is_overdue:
            yield _late(standing, job, now)


def _last(standing: Standing, job: JobStanding) -> Result | None:
    """Return what came of a job when it was last tried."""
    results = (result for run in standing.runs for result in reversed(run.results))
    return next((one for one in results if (one.job, one.target) == (job.task.job, job.task.key)), None)


def _failed(job: JobStanding, last: Result) -> Finding:
    is_alarm = last.kind == "alarm"
    return Finding(
        code=codes.SCHEDULE_ALARM if is_alarm else codes.SCHEDULE_FAILED,
        severity=Severity.DANGER if is_alarm else Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words("A scheduled test found damage in the vault.") if is_alarm else _FAILED[job.task.job],
        loss=words("What is damaged may not come back from this vault.")
        if is_alarm
        else words("If nobody looks at it, it goes on failing, and the newest of your data is nowhere else."),
        detail=words("{what} {advice}", what=readable(last.sentence), advice=readable(last.advice)),
        evidence=(Evidence(verbatim(last.job), _HOW, seen=job.note.failing_since),),
        actions=((read_data(), _see()) if is_alarm else (_see(),)),
        subject=f"{job.task.job}:{job.task.key}" if job.task.key else job.task.job,
    )


def _late(standing: Standing, job: JobStanding, now: dt.datetime) -> Finding:
    done, target = job.note.done, job.task.target
    device = "" if target is None else target.device
    name = "" if target is None else target.name
    silent = standing.called is None or now - standing.called > _SILENT
    return Finding(
        code=codes.SCHEDULE_LATE,
        severity=Severity.WARNING,
        tier=Tier.OBSERVED,
        title=words("No scheduled backup of {phone} was made yet.", phone=name)
        if done is None
        else words("The last scheduled backup of {phone} was on {date}.", phone=name, date=Day(done)),
        loss=words("If the phone broke now, you would lose what came onto it since."),
        detail=words("The system's timer has not called for days: set the schedule again.")
        if silent
        else words("At the times that were set the phone, or the disk of the vault, was not there."),
        evidence=(Evidence(words("when it was last made"), _HOW, seen=done),),
        actions=(*_backup(device), _see()),
        subject=job.task.key,
    )


def _see() -> Action:
    return Action(ROOM, "schedule", words("See the schedule"), {}, ("phoneward", "schedule", "status"))


def _backup(device: str) -> tuple[Action, ...]:
    """Return the action that backs a phone up; none for a folder."""
    command = ("phoneward", "schedule", "run", "--now")
    return (Action(ROOM, "backup", Words(BACK_UP), {"device": device}, command),) if device else ()
