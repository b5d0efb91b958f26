"""When a picture was taken: as the camera says, as its name says, else as its file says; in any time zone."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.watch.scanning.moments import TakenBy, taken

UTC = dt.UTC
WRITTEN = dt.datetime(2026, 5, 3, 6, 15, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Screenshot_20260503-141502.png", dt.datetime(2026, 5, 3, 6, 15, 2, tzinfo=UTC)),
        ("Screenshot_2026-05-03-14-15-02-123_com.x.jpg", dt.datetime(2026, 5, 3, 6, 15, 2, 123000, tzinfo=UTC)),
        ("IMG20260503141502.jpg", dt.datetime(2026, 5, 3, 6, 15, 2, tzinfo=UTC)),
        ("IMG_20260503_014502.jpg", dt.datetime(2026, 5, 3, 6, 15, 2, tzinfo=UTC)),
        ("PXL_20260503_061502001.jpg", dt.datetime(2026, 5, 3, 6, 15, 2, 1000, tzinfo=UTC)),
        ("mmexport1777788902000.jpg", dt.datetime(2026, 5, 3, 6, 15, 2, tzinfo=UTC)),
    ],
)
def test_a_name_tells(name: str, expected: dt.datetime) -> None:
    """The zone is what lies between a wall clock and the file's own time."""
    found = taken(None, name, WRITTEN)
    assert (found.time, found.by) == (expected, TakenBy.NAME)


@pytest.mark.parametrize("name", ["IMG-20260503-WA0001.jpg", "Screenshot_20269903-141502.png", "x.png", "2026.png", ""])
def test_a_name_that_does_not_tell(name: str) -> None:
    """A day is no moment, and nonsense is none; then the file's time counts."""
    assert taken(None, name, WRITTEN).time == WRITTEN
    assert taken(None, name, WRITTEN).by is TakenBy.FILE


def test_the_camera_counts_before_the_name() -> None:
    """With its zone, or with the one that the file suggests; a time that fits no zone counts for nothing."""
    name = "IMG_20260503_141502.jpg"
    zoned = dt.datetime(2020, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert taken(zoned, name, WRITTEN).time == dt.datetime(2020, 1, 1, 4, tzinfo=UTC)
    plain = dt.datetime(2026, 5, 3, 14, 15, 1)  # noqa: DTZ001 - a camera's
    assert taken(plain, name, WRITTEN) == taken(None, "IMG_20260503_141501", WRITTEN).__class__(
        dt.datetime(2026, 5, 3, 6, 15, 1, tzinfo=UTC), TakenBy.EXIF
    )
    assert taken(dt.datetime(2019, 5, 3, 14, 15, 1), "x", WRITTEN).by is TakenBy.FILE  # noqa: DTZ001


@given(st.datetimes(), st.text(max_size=40), st.datetimes(timezones=st.just(UTC)))
def test_whatever_is_said_gives_a_time(exif: dt.datetime, name: str, written: dt.datetime) -> None:
    """Nonsense is no error."""
    assert taken(exif, name, written).time.tzinfo is not None


@given(st.integers(-12 * 4, 14 * 4), st.integers(0, 100))
def test_every_zone_is_found(quarters: int, late: int) -> None:
    """Zones lie at quarters of an hour; the file is written moments after the picture was taken."""
    moment = dt.datetime(2026, 5, 3, 12, 0, 0, tzinfo=UTC)
    wall = (moment + dt.timedelta(minutes=15 * quarters)).strftime("Screenshot_%Y%m%d-%H%M%S.png")
    assert taken(None, wall, moment + dt.timedelta(seconds=late)).time == moment
