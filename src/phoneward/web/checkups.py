"""The last checkup, kept in memory and made anew in the background when the vault's snapshots changed."""

import datetime as dt
import hashlib
import threading
from dataclasses import dataclass
from typing import Final

from phoneward.checkup import CheckupReport, checkup
from phoneward.moving import move_findings
from phoneward.progress import Listener
from phoneward.schedules import schedule_findings
from phoneward.settings import Settings
from phoneward.snapshots import known_computer_id
from phoneward.texts import words
from phoneward.vault import FileType, Repository
from phoneward.web.jobs import Job, Jobs, Kind, Outcome
from phoneward.web.oncomputer import ComputerSearch
from phoneward.web.vaults import VaultDoor

KIND: Final = Kind(words("Checkup"), ("phoneward", "checkup"))
MAX_AGE: Final = dt.timedelta(hours=1)
"""Ages in a report are counted in days; after this it is made anew."""
QUICK_S: Final = 0.05
"""How long a page waits for the first report, so that a small vault shows no page without answers."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known now.

    Attributes:
        report: the last one; None where there is none yet.
        job: makes a newer one, or failed to; None where the report is of today.
        is_running: whether `job` was at work when this was asked.
    """

    report: CheckupReport | None = None
    job: Job | None = None
    is_running: bool = False


class Checkups:
    """Holds one report: that of the vault's newest snapshot."""

    def __init__(self, settings: Settings, door: VaultDoor, jobs: Jobs, on_computer: ComputerSearch) -> None:
        self._on_computer = on_computer
        self._settings = settings
        self._door = door
        self._jobs = jobs
        self._lock = threading.Lock()
        self._report: CheckupReport | None = None
        self._report_of = ""
        self._job: Job | None = None
        self._job_of = ""

    def latest(self, repo: Repository) -> Looked:
        """Return what is known; where that is old or nothing, a new report is begun."""
        listed = _listed(repo)
        looked = self._look(listed)
        if looked.report is None and looked.job is not None and looked.is_running:
            looked.job.ended.wait(QUICK_S)
            looked = self._look(listed)
        return looked

    def known(self) -> CheckupReport | None:
        """Return the last report, however old; nothing is begun."""
        with self._lock:
            return self._report

    def again(self) -> Job:
        """Make a new report now, whatever there is."""
        with self._door.vault() as repo:
            listed = _listed(repo)
        with self._lock:
            return self._start(listed)

    def forget(self) -> None:
        """Drop the report, such as when the vault was locked."""
        with self._lock:
            self._report, self._report_of, self._job, self._job_of = None, "", None, ""

    def _look(self, listed: str) -> Looked:
        with self._lock:
            report = self._report
            if report is not None and self._report_of == listed and dt.datetime.now(dt.UTC) - report.made < MAX_AGE:
                return Looked(report)
            job = self._job
            if job is None or self._job_of != listed or (not job.is_running and job.error is None):
                job = self._start(listed)
            # One that failed is not begun again by itself: its page says why, and `again` tries anew.
            return Looked(report, job, job.is_running)

    def _start(self, listed: str) -> Job:
        self._job, _is_new = self._jobs.start(KIND, "checkup", lambda listener: self._make(listed, listener))
        self._job_of = listed
        return self._job

    def _make(self, listed: str, listener: Listener) -> Outcome:
        with self._door.vault() as repo:
            report = checkup(
                repo,
                cache_dir=self._settings.cache_dir,
                listener=listener,
                on_computer=self._on_computer.latest().found,
                computer=known_computer_id(self._settings.state_dir),
                state_dir=self._settings.state_dir,
                also=(
                    *schedule_findings(self._settings.state_dir, self._door.place()),
                    *move_findings(self._settings.state_dir, repo),
                ),
            )
        with self._lock:
            self._report, self._report_of = report, listed
        return Outcome(words("The checkup is done."), next_label=words("See the checkup"), next_href="/checkup")


def _listed(repo: Repository) -> str:
    """Return a digest of which snapshots there are."""
    names = sorted(file.name for file in repo.list_files(FileType.SNAPSHOT))
    return hashlib.sha256("".join(names).encode()).hexdigest()
