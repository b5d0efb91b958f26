"""Work in the background: it survives reloads, is not started twice, can be stopped, and says how it ended."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted
from phoneward.texts import current_language, speaking, words
from phoneward.vault import StorageFullError
from phoneward.web import jobs as jobs_module
from phoneward.web.errors import JobStoppedError, JobUnknownError, PageFaultError
from phoneward.web.jobs import Job, Jobs, JobState, Kind, Outcome
from tests.web.site import Site, make_settings, serving

KIND = Kind(words("Take a snapshot"), ("phoneward", "backup"))
DONE = Outcome(words("The checkup is done."), next_label=words("See the checkup"), next_href="/checkup")


@pytest.fixture
def faults() -> list[BaseException]:
    return []


@pytest.fixture
def jobs(faults: list[BaseException]) -> Iterator[Jobs]:
    made = Jobs(faults.append)
    yield made
    assert made.close(10)


class Held:
    """Work that waits until it is let go."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.began = threading.Event()
        self.swallowed = False

    def __call__(self, listener: Listener) -> Outcome:
        listener(PhaseStarted("send", 10, 1000))
        listener(Advanced("send", 4, 400, b"DCIM/a.jpg"))
        self.began.set()
        while not self.goes_on.wait(0.01):
            listener(Advanced("send", 4, 400, b"DCIM/a.jpg"))
        return DONE


def start(jobs: Jobs, work: Callable[[Listener], Outcome], key: str = "a") -> Job:
    job, is_new = jobs.start(KIND, key, work)
    assert is_new
    return job


def test_a_job_goes_on_by_itself_and_says_how_far_it_is(jobs: Jobs) -> None:
    work = Held()
    job = start(jobs, work)
    assert work.began.wait(10)
    assert job.is_running
    assert (job.progress.fraction, job.progress.files, job.progress.bytes) == (0.4, 4, 400)
    assert job.progress.current == "DCIM/a.jpg"
    assert job.progress.step == "send-4"
    work.goes_on.set()
    assert job.ended.wait(10)
    assert (job.state, job.outcome, job.error) == (JobState.DONE, DONE, None)


def test_the_same_work_is_not_started_twice(jobs: Jobs) -> None:
    work = Held()
    job = start(jobs, work, "one phone")
    other = start(jobs, work, "another phone")
    assert jobs.start(KIND, "one phone", work) == (job, False)
    work.goes_on.set()
    assert job.ended.wait(10)
    assert other.ended.wait(10)
    assert start(jobs, work, "one phone") is not job


def test_a_stopped_job_ends_as_if_by_ctrl_c_once(jobs: Jobs) -> None:
    work = Held()

    def tidy(listener: Listener) -> Outcome:
        try:
            return work(listener)
        except KeyboardInterrupt:
            listener(PhaseStarted("store"))  # putting things in order must not be interrupted again
            work.swallowed = True
            raise

    job = start(jobs, tidy)
    assert work.began.wait(10)
    job.stop.set()
    assert job.ended.wait(10)
    assert work.swallowed
    assert job.state is JobState.STOPPED
    assert isinstance(job.error, JobStoppedError)


def test_how_it_failed_is_kept(jobs: Jobs, faults: list[BaseException]) -> None:
    full = StorageFullError(path="/disk", detail="")
    raised: list[BaseException] = [full, OSError(28, "No space left on device"), RuntimeError("ours")]
    ended = []
    for error in raised:

        def fail(_listener: Listener, error: BaseException = error) -> Outcome:
            raise error

        job = start(jobs, fail)
        assert job.ended.wait(10)
        assert job.state is JobState.FAILED
        ended.append(job.error)
    assert ended[0] is full
    assert ended[1] is not None
    assert "No space left on device" in ended[1].sentence()
    assert isinstance(ended[2], PageFaultError)
    assert faults == [raised[2]]


def test_the_servers_end_stops_jobs_and_waits(faults: list[BaseException]) -> None:
    jobs, work = Jobs(faults.append), Held()
    job = start(jobs, work)
    assert jobs.close(10)
    assert job.state is JobState.STOPPED
    with pytest.raises(JobStoppedError):
        jobs.start(KIND, "late", work)


def test_who_does_not_stop_does_not_hold_the_end_up(faults: list[BaseException]) -> None:
    jobs, never = Jobs(faults.append), threading.Event()

    def deaf(_listener: Listener) -> Outcome:
        never.wait(60)
        return DONE

    start(jobs, deaf)
    began = time.monotonic()
    assert not jobs.close(0.1)
    assert time.monotonic() - began < 5
    never.set()


def test_what_is_remembered_is_bounded(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "MAX_REMEMBERED", 3)

    def noisy(listener: Listener) -> Outcome:
        for number in range(jobs_module.MAX_NOTICES + 7):
            listener(Notice(b"\xff%d" % number, "could not be read"))
        return DONE

    made = []
    for number in range(6):
        made.append(start(jobs, noisy, str(number)))
        assert made[-1].ended.wait(10)
    assert len(jobs.all()) <= 4
    assert len(made[-1].notices) == jobs_module.MAX_NOTICES
    assert made[-1].further_notices == 7
    assert made[-1].notices[1] == "\\xff1: could not be read"
    with pytest.raises(JobUnknownError):
        jobs.get(made[0].id)


def test_a_job_speaks_the_language_of_who_asked(jobs: Jobs) -> None:
    heard = []

    def work(_listener: Listener) -> Outcome:
        heard.append(current_language())
        return DONE

    with speaking(["zh_CN"]):
        job = start(jobs, work)
    assert job.ended.wait(10)
    assert heard == ["zh_CN"]


def test_time_left_is_said_only_when_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    job = Job("x", KIND, "x")
    job.hear(PhaseStarted("send", 10, 1000))
    now[0] = 1.0
    job.hear(Advanced("send", 1, 100))
    assert job.progress.remaining_s is None
    now[0] = 10.0
    job.hear(Advanced("send", 1, 250))
    assert job.progress.remaining_s == pytest.approx(30.0)
    job.hear(PhaseStarted("store"))
    job.hear(Advanced("store", 5, 50))
    assert (job.progress.fraction, job.progress.remaining_s) == (None, None)
    job.hear(PhaseDone("store", 5, 50))
    assert job.progress.fraction == 1.0


def test_a_lying_total_stays_within_bounds() -> None:
    job = Job("x", KIND, "x")
    job.hear(PhaseStarted("send", 1, 10))
    job.hear(Advanced("send", 5, 5000))
    assert job.progress.fraction == 1.0


def test_a_late_word_of_a_phase_that_is_over_does_not_count() -> None:
    """Several threads report: one may be late."""
    job = Job("x", KIND, "x")
    job.hear(PhaseStarted("send", 10, 1000))
    job.hear(PhaseStarted("store", 10, 1000))
    job.hear(PhaseDone("send", 10, 1000))
    job.hear(Advanced("send", 9, 900))
    assert (job.progress.phase, job.progress.fraction) == ("store", 0.0)


# -- on the page --------------------------------------------------------------------------------------------------


def test_a_jobs_page_keeps_itself_fresh_and_says_what_came_of_it(site: Site) -> None:
    work = Held()
    job = start(site.context.jobs, work)
    assert work.began.wait(10)
    visitor = site.visitor()
    text = visitor.get(f"/jobs/{job.id}?already=1").text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert 'hx-trigger="every 1s"' in text
    assert "not started a second time" in text
    assert "phoneward backup" in text
    assert "DCIM/a.jpg" in text
    part = visitor.get(f"/jobs/{job.id}/status?seen=send-4")
    assert "hx-refresh" not in part.headers
    assert "job-live" not in part.text  # nothing new to announce
    assert "40 %" in visitor.get(f"/jobs/{job.id}/status?seen=other").text.partition("job-live")[2]
    work.goes_on.set()
    assert job.ended.wait(10)
    assert visitor.get(f"/jobs/{job.id}/status").headers["hx-refresh"] == "true"
    text = visitor.get(f"/jobs/{job.id}").text
    assert "The checkup is done." in text
    assert 'href="/checkup"' in text
    assert "refresh" not in text


def test_a_job_is_stopped_on_the_page(site: Site) -> None:
    work = Held()
    job = start(site.context.jobs, work)
    visitor = site.visitor()
    assert visitor.post(f"/jobs/{job.id}/stop").headers["location"] == f"/jobs/{job.id}"
    assert job.ended.wait(10)
    assert "goes on from what is already safe" in visitor.get(f"/jobs/{job.id}").text


def test_what_cannot_be_stopped_is_not(site: Site) -> None:
    work = Held()
    job, _new = site.context.jobs.start(Kind(words("Checkup"), can_stop=False), "x", work)
    visitor = site.visitor()
    assert "/stop" not in visitor.get(f"/jobs/{job.id}").text
    visitor.post(f"/jobs/{job.id}/stop")
    assert not job.stop.is_set()
    work.goes_on.set()
    assert job.ended.wait(10)


def test_a_failed_job_says_what_to_do(site: Site) -> None:
    def fail(_listener: Listener) -> Outcome:
        raise StorageFullError(path="/disk", detail="")

    job = start(site.context.jobs, fail)
    assert job.ended.wait(10)
    assert isinstance(job.error, PhonewardError)
    text = site.visitor().get(f"/jobs/{job.id}").text
    assert job.error.advice() in text


def test_an_unknown_job_is_said(site: Site) -> None:
    assert site.visitor().get("/jobs/none").status_code == 404


def test_what_has_ended_is_forgotten_when_the_vault_is_locked(site: Site) -> None:
    """Its page may name files; what is at work goes on, and is shown."""

    def names(listener: Listener) -> Outcome:
        listener(Notice(b"DCIM/private.jpg", "could not be read"))
        return DONE

    ended, work = start(site.context.jobs, names, "ended"), Held()
    running = start(site.context.jobs, work, "running")
    assert ended.ended.wait(10)
    visitor = site.visitor()
    assert "private.jpg" in visitor.get(f"/jobs/{ended.id}").text
    visitor.post("/lock")
    assert visitor.get(f"/jobs/{ended.id}").status_code == 404
    assert visitor.get(f"/jobs/{running.id}").status_code == 200
    work.goes_on.set()
    assert running.ended.wait(10)


def test_what_is_at_work_when_the_page_ends_is_stopped(tmp_path: Path) -> None:
    """As by Ctrl-C: nothing goes on behind a page that is gone."""
    work = Held()
    with serving(make_settings(tmp_path)) as site:
        job = start(site.context.jobs, work)
        assert work.began.wait(10)
    assert job.ended.is_set()
    assert job.state is JobState.STOPPED
