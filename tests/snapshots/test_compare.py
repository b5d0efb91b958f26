"""When a file counts as unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots.compare import RACY_NS, Moment, Seen, clock_went_back, rules_between

S = 1_000_000_000
LISTED = 1_700_000_000 * S
EARLIER = Moment(LISTED, 1, has_ctime=True)
NOW = Moment(LISTED + 3600 * S, 1, has_ctime=True)
OLD = LISTED - 100 * S
FILE = Seen(10, OLD + 5, OLD + 6)


def test_equal_and_old_is_unchanged() -> None:
    assert rules_between(EARLIER, NOW).unchanged(FILE, FILE)


def test_each_difference_counts() -> None:
    rules = rules_between(EARLIER, NOW)
    assert not rules.unchanged(FILE, Seen(11, FILE.mtime_ns, FILE.ctime_ns))
    assert not rules.unchanged(FILE, Seen(10, FILE.mtime_ns + 1, FILE.ctime_ns))
    assert not rules.unchanged(FILE, Seen(10, FILE.mtime_ns, (FILE.ctime_ns or 0) + 1))


def test_the_coarser_precision_of_both_counts() -> None:
    coarse = Moment(LISTED, S, has_ctime=True)
    now = Seen(10, OLD, OLD)
    assert rules_between(EARLIER, coarse).unchanged(FILE, now)
    assert rules_between(coarse, NOW).unchanged(now, FILE)
    assert not rules_between(coarse, NOW).unchanged(now, Seen(10, OLD + S, OLD))


def test_change_times_count_only_where_both_sides_know_them() -> None:
    without = Moment(LISTED, 1, has_ctime=False)
    later = Seen(10, FILE.mtime_ns, OLD + 50 * S)
    assert rules_between(without, NOW).unchanged(FILE, later)
    assert rules_between(EARLIER, NOW).unchanged(FILE, Seen(10, FILE.mtime_ns, None))
    assert not rules_between(EARLIER, NOW).unchanged(FILE, later)


def test_times_near_or_after_the_listing_prove_nothing() -> None:
    rules = rules_between(EARLIER, NOW)
    for time in (LISTED - RACY_NS, LISTED, LISTED + 10**15):
        assert not rules.unchanged(Seen(1, time, OLD), Seen(1, time, OLD))
        assert not rules.unchanged(Seen(1, OLD, time), Seen(1, OLD, time))
    before = LISTED - RACY_NS - 1
    assert rules.unchanged(Seen(1, before, before), Seen(1, before, before))


def test_a_clock_that_went_back_moves_the_border() -> None:
    back = Moment(OLD, 1, has_ctime=True)
    assert clock_went_back(EARLIER, back)
    assert not clock_went_back(EARLIER, NOW)
    assert not rules_between(EARLIER, back).unchanged(FILE, FILE)
    ancient = Seen(10, 5, 6)
    assert rules_between(EARLIER, back).unchanged(ancient, ancient)


def test_coarse_times_of_a_clock_that_went_back_prove_nothing() -> None:
    back = Moment(OLD, S, has_ctime=True)
    ancient = Seen(10, 5, 6)
    assert not rules_between(EARLIER, back).unchanged(ancient, ancient)


times = st.integers(-(2**62), 2**62)


@given(
    st.builds(Moment, times, st.sampled_from([1, 1000, S]), st.booleans()),
    st.builds(Moment, times, st.sampled_from([1, 1000, S]), st.booleans()),
    st.builds(Seen, st.integers(0, 9), times, st.none() | times),
    st.builds(Seen, st.integers(0, 9), times, st.none() | times),
)
def test_never_unchanged_when_anything_visible_differs(earlier: Moment, now: Moment, a: Seen, b: Seen) -> None:
    if rules_between(earlier, now).unchanged(a, b):
        unit = max(earlier.precision_ns, now.precision_ns)
        assert a.size == b.size
        assert abs(a.mtime_ns - b.mtime_ns) < unit
        assert b.mtime_ns < min(earlier.listed_ns, now.listed_ns) - RACY_NS
