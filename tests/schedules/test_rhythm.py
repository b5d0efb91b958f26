"""When a backup is due: the time a person set, on every kind of day, and once after any number of days without."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.schedules.rhythm import DAILY, WEEKLY, Rhythm, first_day, standing

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Pacific/Apia")]


def at(text: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def local(when: dt.datetime, zone: dt.tzinfo) -> str:
    return when.astimezone(zone).strftime("%m-%d %H:%M")


def test_summer_time_moves_nothing() -> None:
    """20:00 stays 20:00 for the person, on the days when clocks change too."""
    rhythm = Rhythm(DAILY, dt.time(20), dt.date(2026, 3, 27))
    assert [local(rhythm.time_of(n, BERLIN), BERLIN) for n in range(4)] == [
        "03-27 20:00",
        "03-28 20:00",
        "03-29 20:00",
        "03-30 20:00",
    ]
    assert rhythm.time_of(2, BERLIN) - rhythm.time_of(1, BERLIN) == dt.timedelta(hours=23)


def test_a_time_that_the_day_does_not_have() -> None:
    """02:30 on the night when clocks go forward is 03:30; it is neither left out nor done twice."""
    rhythm = Rhythm(DAILY, dt.time(2, 30), dt.date(2026, 3, 28))
    assert [local(rhythm.time_of(n, BERLIN), BERLIN) for n in range(3)] == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]
    assert rhythm.number_at(at("2026-03-29T01:29"), BERLIN) == 0
    assert rhythm.number_at(at("2026-03-29T01:30"), BERLIN) == 1


def test_a_time_that_the_day_has_twice() -> None:
    """The first 02:30 counts; at the second nothing is due again."""
    rhythm = Rhythm(DAILY, dt.time(2, 30), dt.date(2026, 10, 25))
    first = rhythm.time_of(0, BERLIN)
    assert first == at("2026-10-25T00:30")
    done = first + dt.timedelta(minutes=3)
    assert not standing(rhythm, done, first + dt.timedelta(hours=1), BERLIN).is_due


def test_a_week_without_the_computer_is_due_once() -> None:
    rhythm = Rhythm(DAILY, dt.time(20), dt.date(2026, 11, 1))
    done, now = at("2026-11-09T20:03"), at("2026-11-16T20:05")
    due = standing(rhythm, done, now, dt.UTC)
    assert (due.is_due, due.missed, due.missed_since) == (True, 6, at("2026-11-10T20:00"))
    after = standing(rhythm, now, now + dt.timedelta(minutes=1), dt.UTC)
    assert (after.is_due, after.missed, after.next) == (False, 0, at("2026-11-17T20:00"))


def test_late_on_the_same_day_is_not_missed() -> None:
    """A run counts for its time until the next one comes."""
    due = standing(Rhythm(DAILY, dt.time(20), dt.date(2026, 11, 1)), at("2026-11-09T20:03"), at("2026-11-11T19:59"))
    assert (due.is_due, due.missed) == (True, 0)


@pytest.mark.parametrize("years", [1, 30])
def test_a_clock_that_was_years_ahead(years: int) -> None:
    """A computer's battery was empty and its clock wrong: one run too many, then all is as before."""
    rhythm = Rhythm(DAILY, dt.time(20), dt.date(2026, 11, 1))
    now = at("2026-11-09T12:00")
    due = standing(rhythm, now + dt.timedelta(days=365 * years), now, dt.UTC)
    assert (due.is_due, due.missed, due.clock_jumped) == (True, 0, True)
    assert not standing(rhythm, now, now, dt.UTC).is_due


def test_a_clock_some_hours_ahead_is_a_time_zone() -> None:
    rhythm = Rhythm(DAILY, dt.time(20), dt.date(2026, 11, 1))
    now = at("2026-11-09T12:00")
    assert not standing(rhythm, now + dt.timedelta(hours=14), now, dt.UTC).is_due


def test_a_clock_that_is_years_behind_does_nothing() -> None:
    """In 1970 nothing is due: a snapshot with such a date would help nobody. Unless that is what the clock stays at."""
    rhythm = Rhythm(DAILY, dt.time(20), dt.date(2026, 11, 1))
    assert rhythm.number_at(at("1970-01-01T00:00"), dt.UTC) < 0


def test_the_first_time_is_ahead() -> None:
    now = at("2026-11-09T12:00")
    assert first_day(dt.time(13), now, dt.UTC) == dt.date(2026, 11, 9)
    assert first_day(dt.time(12), now, dt.UTC) == dt.date(2026, 11, 10)


HOURS = st.integers(0, 24 * 400)


@given(
    zone=st.sampled_from(ZONES),
    every=st.sampled_from([DAILY, 2, WEEKLY, 30]),
    time=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    ticks=st.lists(st.integers(1, 24 * 40), min_size=1, max_size=40),
)
def test_every_time_is_made_or_missed_once_whatever_the_outages(
    zone: ZoneInfo, every: int, time: dt.time, ticks: list[int]
) -> None:
    """However long the computer is off in between, each call does a job once at most, and no time counts twice."""
    start = at("2026-03-01T12:00")
    rhythm = Rhythm(every, time, first_day(time, start, zone))
    # The times, one by one, as a person would tick them off on a calendar.
    times: list[dt.datetime] = []
    day = rhythm.first
    while len(times) < 24 * 40 * len(ticks) // 24 // every + 3:
        times.append(dt.datetime.combine(day, time, zone).astimezone(dt.UTC))
        day += dt.timedelta(days=every)
    done = now = start
    runs = missed = 0
    for hours in ticks:
        now += dt.timedelta(hours=hours)
        due = standing(rhythm, done, now, zone)
        passed = [when for when in times if done < when <= now]
        assert due.is_due == bool(passed)
        assert due.missed == max(0, len(passed) - 1)
        assert due.missed_since == (passed[0] if due.missed else None)
        assert due.next == next(when for when in times if when > now)
        if due.is_due:
            runs, missed, done = runs + 1, missed + due.missed, now
    assert runs + missed == len([when for when in times if start < when <= done])
    assert runs <= len(ticks)
