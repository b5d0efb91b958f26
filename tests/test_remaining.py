"""How far a job is and how long it still takes: honest figures, or none."""

from hypothesis import given
from hypothesis import strategies as st

from phoneward.progress import Advanced, Event, Notice, PhaseDone, PhaseStarted, StepDone, StepStarted
from phoneward.remaining import Remaining

NAMES = ("list", "snapshots", "watch")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def step(number: int) -> StepStarted:
    return StepStarted(NAMES, number, "A step")


def test_nothing_is_known_before_anything_began() -> None:
    estimate = Remaining({"list": 1, "snapshots": 2})
    assert (estimate.fraction, estimate.seconds, estimate.step) == (None, None, None)
    estimate(Notice(None, "hello"))
    assert [estimate.fraction, estimate.seconds] == [None, None]


def test_a_phase_alone_counts_by_the_work_done_so_far() -> None:
    clock = Clock()
    estimate = Remaining(clock=clock)
    estimate(PhaseStarted("send", total_files=10, total_bytes=1000))
    estimate(Advanced("send", 1, 10))
    clock.now += 5
    assert estimate.seconds is None, "one per cent says nothing about the rest"
    estimate(Advanced("send", 9, 250))
    assert estimate.fraction == 0.25
    assert estimate.seconds == 15
    estimate(PhaseDone("send", 10, 1000))
    assert [estimate.fraction, estimate.seconds] == [1.0, 0.0]


def test_files_count_where_bytes_are_unknown_and_nothing_where_both_are() -> None:
    clock = Clock()
    estimate = Remaining(clock=clock)
    estimate(PhaseStarted("check", total_files=10))
    estimate(Advanced("check", 5, 0))
    clock.now += 4
    assert estimate.fraction == 0.5
    assert estimate.seconds == 4
    estimate(PhaseStarted("list"))
    estimate(Advanced("list", 5, 5))
    clock.now += 4
    assert [estimate.fraction, estimate.seconds] == [None, None]


def test_the_first_moment_of_a_phase_is_noise() -> None:
    clock = Clock()
    estimate = Remaining(clock=clock)
    estimate(PhaseStarted("send", total_bytes=100))
    clock.now += 0.5
    estimate(Advanced("send", 0, 50))
    assert estimate.seconds is None
    clock.now += 0.5
    assert estimate.seconds == 1


def test_steps_that_were_measured_before() -> None:
    clock = Clock()
    estimate = Remaining({"list": 10, "snapshots": 30, "watch": 60}, clock)
    estimate(step(1))
    assert (estimate.fraction, estimate.seconds) == (0, 100)
    clock.now += 5
    assert (estimate.fraction, estimate.seconds) == (0.05, 95)
    estimate(StepDone("list"))
    assert (estimate.fraction, estimate.seconds) == (0.1, 90)
    assert estimate.took == {"list": 5}
    estimate(step(2))
    clock.now += 300
    assert estimate.seconds is None, "longer than the last time: nobody knows"
    assert estimate.fraction is not None
    assert 0.1 < estimate.fraction < 0.4
    estimate(PhaseStarted("check", total_files=4))
    clock.now += 10
    estimate(Advanced("check", 2, 0))
    assert estimate.seconds == 10 + 60, "but the work done so far tells it"


def test_steps_that_nobody_measured() -> None:
    clock = Clock()
    estimate = Remaining({"list": 10}, clock)
    estimate(step(1))
    assert estimate.seconds is None
    estimate(StepDone("list"))
    assert estimate.fraction == 1 / 3
    estimate(step(3))
    assert estimate.seconds is None
    estimate(PhaseStarted("check", total_files=4))
    clock.now += 10
    estimate(Advanced("check", 1, 0))
    assert estimate.seconds == 30, "the last step, measured by its own work"


events = st.lists(
    st.builds(step, st.integers(1, 3))
    | st.builds(StepDone, st.sampled_from([*NAMES, "unknown"]))
    | st.builds(
        PhaseStarted, st.sampled_from(["list", "send"]), st.none() | st.integers(0, 99), st.none() | st.integers(0, 99)
    )
    | st.builds(Advanced, st.sampled_from(["list", "send"]), st.integers(-5, 200), st.integers(-5, 200))
    | st.builds(PhaseDone, st.sampled_from(["list", "send"]), st.integers(0, 200), st.integers(0, 200)),
    max_size=30,
)


@given(events, st.dictionaries(st.sampled_from(NAMES), st.floats(-1, 1e6)), st.lists(st.floats(0, 100), max_size=30))
def test_never_backwards_never_beyond_never_negative(
    job: list[Event], past: dict[str, float], waits: list[float]
) -> None:
    clock = Clock()
    estimate = Remaining(past, clock)
    last = 0.0
    for number, event in enumerate(job):
        estimate(event)
        clock.now += waits[number] if number < len(waits) else 0
        seconds, fraction = estimate.seconds, estimate.fraction
        assert seconds is None or seconds >= 0
        if fraction is not None:
            assert 0 <= fraction <= 1
            if estimate.step is not None:
                assert fraction >= last
                last = fraction
