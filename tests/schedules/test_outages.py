"""Whatever happens to the computer, its clock and the phone: each call does a job once at most, and no time is lost."""

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward import schedules
from phoneward.schedules import jobs
from phoneward.schedules.deciding import Task
from phoneward.schedules.desk import Desk
from phoneward.schedules.log import Kind, Round, load_log
from phoneward.schedules.made import Made
from phoneward.schedules.settings_file import Password, Schedule, Target, save_schedule
from phoneward.texts import verbatim

START = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
ENDINGS: tuple[Kind, ...] = ("done", "done", "done", "waiting", "failed", "incomplete", "alarm")
STEPS = st.lists(
    st.tuples(st.integers(1, 24 * 12), st.sampled_from(ENDINGS), st.sampled_from([0, 0, 0, 0, 500, -500])),
    min_size=1,
    max_size=25,
)
"""Hours that go by, how what is due ends, days by which the clock jumps before."""


def schedule(every: int) -> Schedule:
    return Schedule(
        vault="/vault",
        every_days=every,
        at="20:00",
        first=START.date(),
        set_at=START,
        targets=(Target(folder="/phone"),),
        password=Password("file", "/password"),
        read_data="never",
    )


@given(every=st.sampled_from([1, 3, 7]), steps=STEPS)
@settings(max_examples=40)
def test_no_outage_is_made_up_for_twice(every: int, steps: list[tuple[int, Kind, int]]) -> None:
    ending: list[Kind] = []
    done: list[Task] = []

    def do(_desk: Desk, task: Task, _round: Round) -> Made:
        done.append(task)
        return Made(ending[-1], verbatim("said"))

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setattr(jobs, "do", do)
        state = Path(folder)
        save_schedule(state, schedule(every))
        now, jumped = START, False
        made_up = good = 0
        last_good = START
        for hours, kind, jump in steps:
            now += dt.timedelta(hours=hours, days=jump)
            jumped = jumped or bool(jump)
            ending.append(kind)
            before = len(done)
            run = schedules.run(state, by="timer", clock=lambda now=now: now)  # type: ignore[misc]
            assert len(done) - before == (0 if run is None else 1), "one run, however much was missed"
            again = schedules.run(state, by="timer", clock=lambda now=now: now)  # type: ignore[misc]
            if run is None:
                assert again is None
                continue
            (result,) = run.results
            is_good = kind in {"done", "incomplete", "alarm"}
            assert (again is None) == is_good, "what was done is not due; what was not is tried again"
            if is_good:
                good, made_up, last_good = good + 1, made_up + result.missed, now
            else:
                assert result.missed == 0, "nothing was made up for"
        assert load_log(state).running is None
        if not jumped:
            rhythm = schedule(every).rhythm
            assert good + made_up == rhythm.number_at(last_good, dt.UTC) + 1
