"""One entry of a password manager, as far as it is looked at: never a password, a seed, a note or a card."""

import datetime as dt
import ipaddress
import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_APP: Final = re.compile(r"(?:androidapp://|android://(?:[^@/]*@)?)([A-Za-z][A-Za-z0-9_.]{1,222})/?\Z")
"""Bitwarden and KeePassDX write `androidapp://package`, Chromium `android://hash@package/` (affiliation_utils.h)."""
_HOST: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})\Z")
_PRIVATE: Final = (".local", ".lan", ".home", ".internal", ".localhost", ".intranet", ".corp", ".arpa", ".invalid")
_PHONE: Final = re.compile(r"\+?\(?[0-9][0-9 ().\-]{5,18}[0-9]\Z")
_SECOND: Final = frozenset({"co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "gob", "nom"})
_MAX: Final = 2_000
LATEST: Final = 253_402_300_800


class Entry(NamedTuple):
    """One entry.

    Attributes:
        title: what the person calls it.
        pages: addresses of pages and apps.
        users: user names. They are only asked whether they are phone numbers.
        time: when it was last changed, or made; None where the file does not say.
    """

    title: str
    pages: tuple[str, ...]
    users: tuple[str, ...] = ()
    time: dt.datetime | None = None


def app_of(page: str) -> str | None:
    """Return the Android package that an address names; None where it names a page."""
    found = _APP.match(page.strip()[:_MAX])
    return None if found is None else found[1]


def host_of(page: str) -> str | None:
    """Return the host of a page, without its path and without the name and password that can stand in an address.

    None for what is nobody's service: an address in a network of one's own, a name without a dot, an IP address.
    """
    text = page.strip()[:_MAX]
    try:
        host = urlsplit(text if "://" in text else "//" + text).hostname or ""
        host = host.rstrip(".").encode("idna").decode("ascii").lower() if not host.isascii() else host.rstrip(".")
    except ValueError:
        return None
    if host.endswith(_PRIVATE) or not _HOST.match(host) or _is_address(host):
        return None
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def site_of(host: str) -> str:
    """Return the part of a host that names whose it is, so that `login.example.co.uk` and `www.example.co.uk` are one.

    A rule of thumb, for names that the rulebook does not know; the list of all such suffixes is not part of Phoneward.
    """
    labels = host.split(".")
    count = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-count:])


def phone_of(user: str) -> str | None:
    """Return a user name that looks like a phone number: digits, with `+` where it stands there. Else None."""
    text = user.strip()
    if not _PHONE.match(text):
        return None
    digits = re.sub("[^0-9]", "", text)
    if not 7 <= len(digits) <= 15:
        return None
    return ("+" if text.startswith("+") else "") + digits


def time_of(seconds: float | None) -> dt.datetime | None:
    """Return a time, of seconds since 1970 UTC; None for what is none."""
    if seconds is None or not 0 < seconds < LATEST:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def written_time(text: str) -> dt.datetime | None:
    """Return a time, of ISO 8601; one without a zone is taken for UTC. None for what is none."""
    try:
        time = dt.datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return None
    try:
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except OverflowError:
        return None
