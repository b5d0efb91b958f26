"""When an app last used a right to see pictures, as the phone notes it (`cmd appops get PACKAGE`).

Source: AOSP AppOpsService.java `onShellCommand`, verb `get`: `Uid mode: OP: mode` lines, `OP: mode`, then
`; time=+… ago`, `; rejectTime=+… ago`, `; duration=+…` or ` (running)`; `No operations.`; TimeUtils.java
`formatDuration` (`+1d2h3m4s5ms`): read in builds of Android 7 to 14, the same. Seen in what people published:
READ_EXTERNAL_STORAGE (2019 and later, an Amazon tablet), READ_MEDIA_IMAGES and READ_MEDIA_VISUAL_USER_SELECTED (a
television with 14). Of other versions nothing was seen. Which reads the media provider notes is its own affair: a
missing time proves nothing.
"""

import re

from phoneward.phones.usage import PictureAccess

PICTURE_OPERATIONS = (
    "READ_MEDIA_IMAGES",
    "READ_MEDIA_VISUAL_USER_SELECTED",
    "READ_EXTERNAL_STORAGE",
    "MANAGE_EXTERNAL_STORAGE",
    "ACCESS_MEDIA_LOCATION",
    "PROJECT_MEDIA",
)
"""AOSP AppOpsManager.java, `sOpNames`: rights with which an app can see pictures, or the screen (PROJECT_MEDIA)."""

_LINE = re.compile(r"(?:Uid mode: )?([A-Z_]{1,60}): ([a-z]{1,20}|mode=\d{1,4})(.{0,300})")
_DURATION = re.compile(r"\+(?:(\d{1,6})d)?(?:(\d{1,2})h)?(?:(\d{1,2})m(?!s))?(?:(\d{1,2})s)?(?:(\d{1,3})ms)?|0")
_TIME = re.compile(r"; time=(\S{1,40}) ago")
_REJECT_TIME = re.compile(r"; rejectTime=(\S{1,40}) ago")
_MOST_LINES = 2_000


def parse_duration(text: str) -> int | None:
    """Return milliseconds of a duration as Android writes it; None where it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or text == "+":
        return None
    days, hours, minutes, seconds, milliseconds = (int(part or 0) for part in match.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def parse_picture_access(answer: bytes) -> tuple[PictureAccess, ...] | None:
    """Return what `cmd appops get PACKAGE` says of pictures; None where this is no such listing."""
    text = answer.decode("utf-8", "replace")
    found: dict[str, PictureAccess] = {}
    known = text.strip() == "No operations."
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        known = True
        if match[1] not in PICTURE_OPERATIONS:
            continue
        time, reject = _TIME.search(match[3]), _REJECT_TIME.search(match[3])
        used = PictureAccess(
            match[1], match[2], parse_duration(time[1]) if time else None, parse_duration(reject[1]) if reject else None
        )
        # The line of the whole user id comes first and has no times; the package's own follows.
        before = found.get(match[1])
        if before is None or used.ago_ms is not None or used.refused_ago_ms is not None:
            found[match[1]] = used
    return tuple(found.values()) if known else None
