"""To whom, and when: names and times as captures write them."""

import datetime as dt
from urllib.parse import urlsplit


def host_of(asked: str) -> str:
    """Return the host of `host:port`, `[address]:port` or a bare name; lower case, without a dot at the end."""
    try:
        host = urlsplit(f"//{asked}").hostname or ""
    except ValueError:
        host = asked
    return host.rstrip(".").lower()


def moment(seconds: object) -> dt.datetime | None:
    """Return the time that a number of seconds since 1970 says; None where it says none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return None
