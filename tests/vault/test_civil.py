"""The calendar: Python's own is the judge within its limits; beyond them the Gregorian cycle of 400 years is."""

import datetime as dt
import zoneinfo

from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.civil import date_of, day_number, iso_week, shifted, wall_clock

EPOCH = dt.date(1970, 1, 1)


@given(st.dates())
def test_days_and_weeks_are_pythons(date: dt.date) -> None:
    number = (date - EPOCH).days
    assert date_of(number) == (date.year, date.month, date.day)
    assert day_number(date.year, date.month, date.day) == number
    assert iso_week(number) == date.isocalendar()[:2]


@given(st.integers(-(10**9), 10**9))
def test_every_400_years_are_alike(number: int) -> None:
    year, month, day = date_of(number)
    assert date_of(number + 146_097) == (year + 400, month, day)
    assert day_number(year, month, day) == number
    week_year, week = iso_week(number)
    assert iso_week(number + 146_097) == (week_year + 400, week)


@given(st.dates(dt.date(1000, 1, 1), dt.date(3000, 1, 1)), st.integers(-3000, 3000), st.integers(-3000, 3000))
def test_what_is_too_many_carries_over(date: dt.date, months: int, days: int) -> None:
    whole = date.year * 12 + date.month - 1 + months
    first = dt.date(whole // 12, whole % 12 + 1, 1)
    expected = (first - EPOCH).days + date.day - 1 + days
    assert day_number(date.year, date.month + months, date.day + days) == expected


def test_the_hour_on_the_wall() -> None:
    assert wall_clock(-1) == (1969, 12, 31, 23)
    assert wall_clock(1_700_000_000) == (2023, 11, 14, 22)


def _berlin(seconds: int) -> int:
    moment = dt.datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo("Europe/Berlin"))
    offset = moment.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def test_the_clock_on_the_wall_is_kept_over_a_change_of_time() -> None:
    """Go 1.24, `time.Date(2024, 7, 1, 12, 0, 0, 0, berlin).AddDate(0, -6, 0)` is noon in January, an hour apart."""
    noon_in_july = int(dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC).timestamp())
    noon_in_january = int(dt.datetime(2024, 1, 1, 11, tzinfo=dt.UTC).timestamp())
    assert shifted(noon_in_july, years=0, months=-6, days=0, offset_at=_berlin) == noon_in_january
    assert shifted(noon_in_july, years=0, months=-6, days=0, offset_at=lambda _seconds: 7200) == noon_in_january - 3600
