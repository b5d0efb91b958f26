"""Time zones as a calendar file describes them, judged by dateutil's own reader of VTIMEZONE."""

import io
from datetime import UTC, datetime, timedelta

import dateutil.tz
import pytest

from phoneward.snapshots.records.ical.zones import clock_text, timezone_lines, zone, zone_names


def test_every_zone_is_described_as_it_is() -> None:
    """Wherever a phone was, other programs show its events at the time that its clock showed, from 1970 to 2069."""
    told = 0
    for number, name in enumerate(sorted(zone_names())):
        own = zone(name)
        assert own is not None
        if own.is_utc:
            continue
        judge = dateutil.tz.tzical(io.StringIO(timezone_lines(name).decode())).get()
        for step in range(number % 601, 100 * 365, 601):
            moment = datetime(1970, 1, 3, 11, 30, tzinfo=UTC) + timedelta(days=step)
            clock = moment.astimezone(own.info).replace(tzinfo=None)
            assert clock.replace(tzinfo=judge).utcoffset() == moment.astimezone(own.info).utcoffset(), (name, clock)
        told += 1
    assert told > 400


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Nuuk", "Asia/Gaza", "Africa/Cairo", "America/Santiago"])
def test_the_days_on_which_clocks_change(name: str) -> None:
    """Each change from 2020 to 2050, hour by hour: last Sundays, days before them, midnights."""
    own = zone(name)
    assert own is not None
    judge = dateutil.tz.tzical(io.StringIO(timezone_lines(name).decode())).get()
    days = [datetime(2020, 1, 1, 0, 30, tzinfo=UTC) + timedelta(days=day) for day in range(30 * 365)]
    changes = 0
    for day in days:
        if day.astimezone(own.info).utcoffset() == (day + timedelta(days=1)).astimezone(own.info).utcoffset():
            continue
        changes += 1
        for hour in range(-24, 48):
            local = (day + timedelta(hours=hour)).astimezone(own.info)
            clock = local.replace(tzinfo=None)
            both = {clock.replace(tzinfo=own.info, fold=fold).utcoffset() for fold in (0, 1)}
            if len(both) == 1:
                assert clock.replace(tzinfo=judge).utcoffset() == local.utcoffset(), (name, clock)
    assert changes > 50


@pytest.mark.parametrize(
    ("name", "shown"),
    [("GMT-05:00", "19691231T190000"), ("GMT+05:30", "19700101T053000"), ("GMT+8", "19700101T080000")],
)
def test_zones_that_only_java_names(name: str, shown: str) -> None:
    """Some phones note how far a clock is from London, and no place: east is ahead."""
    own = zone(name)
    assert own is not None
    clock = own.clock(0)
    assert clock is not None
    assert clock_text(clock) == shown
    judge = dateutil.tz.tzical(io.StringIO(timezone_lines(name).decode())).get()
    assert clock.replace(tzinfo=judge) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Mars", "../etc/passwd", "Europe", "GMT+25", "GMT+08:60", "europe/berlin"])
def test_what_is_no_zone(name: str) -> None:
    assert zone(name) is None


def test_early_years_have_four_digits() -> None:
    assert clock_text(datetime(7, 1, 2, 3, 4, 5)) == "00070102T030405"  # noqa: DTZ001 - a clock
