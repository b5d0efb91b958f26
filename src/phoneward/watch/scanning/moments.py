"""When a picture was taken: as its EXIF data says, else its name, else when the file was written.

A camera's time and that in a name are the phone's own clock, without a time zone. The file itself was written within
moments of it, in a time that is known to the second: the difference is the time zone, where it can be one.
"""

import datetime as dt
import enum
import re
from dataclasses import dataclass
from typing import Final


class TakenBy(enum.StrEnum):
    """How it is known when a picture was taken. The value is the name for programs."""

    EXIF = "exif"
    NAME = "name"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Taken:
    """When a picture was taken, aware, and how that is known."""

    time: dt.datetime
    by: TakenBy


_EARLIEST: Final = dt.datetime(1990, 1, 1)  # noqa: DTZ001 - a wall clock's
_LATEST: Final = dt.datetime(2100, 1, 1)  # noqa: DTZ001
_ZONE_STEP: Final = 900
"""Seconds: time zones differ by quarters of an hour."""
_ZONES: Final = (-12 * 3600, 14 * 3600)
_WRITTEN_WITHIN: Final = 120
"""Seconds between taking a picture and writing its file."""

# Screenshot_20260503-141502.png (AOSP `ScreenshotController`), Screenshot_2026-05-03-14-15-02-123_com.x.jpg (Xiaomi),
# IMG_20260503_141502.jpg, PXL_20260503_061502123.jpg (Google's camera: UTC), IMG20260503141502.jpg (OPPO).
_STAMP: Final = re.compile(
    r"(?<!\d)(?P<y>20\d\d)[-_.]?(?P<mo>[01]\d)[-_.]?(?P<d>[0-3]\d)[-_. T]?(?P<h>[0-2]\d)[-_.:]?(?P<mi>[0-5]\d)"
    r"[-_.:]?(?P<s>[0-5]\d)(?P<ms>[-_.]?\d{3})?(?!\d)"
)
# mmexport1759301122334.jpg (WeChat), 1759301122334.jpg: milliseconds since 1970.
_MILLISECONDS: Final = re.compile(r"(?<!\d)(1[0-9]{12})(?!\d)")
_UTC_NAMES: Final = ("PXL_",)


def taken(exif: dt.datetime | None, name: str, written: dt.datetime) -> Taken:
    """Return when a picture was taken.

    Args:
        exif: DateTimeOriginal; without a zone where the file names none.
        name: of the file.
        written: when the file was last written, aware.
    """
    if exif is not None and _EARLIEST <= exif.replace(tzinfo=None) < _LATEST:
        time = exif if exif.tzinfo is not None else _zoned(exif, written)
        if time is not None:
            return Taken(time.astimezone(dt.UTC), TakenBy.EXIF)
    time = _by_name(name, written)
    return Taken(written, TakenBy.FILE) if time is None else Taken(time, TakenBy.NAME)


def _by_name(name: str, written: dt.datetime) -> dt.datetime | None:
    match = _STAMP.search(name)
    if match is not None:
        try:
            year, month, day, hour, minute, second = (int(match[part]) for part in ("y", "mo", "d", "h", "mi", "s"))
            wall = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        except ValueError:
            return None
        wall += dt.timedelta(milliseconds=int((match["ms"] or "0").strip("-_.")))
        return wall.replace(tzinfo=dt.UTC) if name.startswith(_UTC_NAMES) else _zoned(wall, written)
    match = _MILLISECONDS.search(name)
    return None if match is None else dt.datetime.fromtimestamp(int(match[1]) / 1000, dt.UTC)


def _zoned(wall: dt.datetime, written: dt.datetime) -> dt.datetime | None:
    """Return a wall clock's time with the zone that the file's own time suggests; None where it suggests none."""
    ahead = (wall.replace(tzinfo=dt.UTC) - written).total_seconds()
    zone = -(-ahead // _ZONE_STEP) * _ZONE_STEP  # the file is written after the picture is taken
    late = zone - ahead
    if late > _ZONE_STEP - 2:  # a clock that rounds up: the file seems a little older than the picture
        zone, late = zone - _ZONE_STEP, late - _ZONE_STEP
    if not _ZONES[0] <= zone <= _ZONES[1] or late > _WRITTEN_WITHIN:
        return None
    return (wall - dt.timedelta(seconds=zone)).replace(tzinfo=dt.UTC)
