r"""File names and times as the Go programming language writes them, since restic's documents are Go's.

Sources: Go `strconv.Quote` / `strconv.Unquote` (file names of tree nodes, restic internal/data/node.go `MarshalJSON`),
Go `time.RFC3339Nano` and restic's `fixTime` (years clamped to 0…9999).

`Quote` leaves a character as it is when `unicode.IsPrint` says so: letters, marks, numbers, punctuation, symbols and
the ASCII space. Python's `str.isprintable` follows the same categories, but each program knows the Unicode version it
was built with (Go 1.24: 15.0, Python 3.11: 14.0). A character assigned in between is escaped by one and raw from the
other. Both spellings are read; only the bytes of such a folder's tree then differ between the two writers.
"""

import re
from functools import lru_cache
from typing import Final

from phoneward.vault.civil import date_of, day_number

_NS: Final = 1_000_000_000
_DAY: Final = 86_400
_PLAIN_NAME: Final = re.compile(rb"[ !#-\[\]-~]*")
_SHORT: Final = {
    "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", '"': r"\"", "\\": r"\\",
}  # fmt: skip
_LONG: Final = {escape[1]: character for character, escape in _SHORT.items()}
_ESCAPE: Final = re.compile(
    r"""\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"""
    r"""|(?P<o>[0-7]{3})|(?P<s>[abfnrtv"\\]))|(?P<bad>[\\"\n])"""
)
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


def quote_name(name: bytes) -> str:
    r"""Return a file name as Go's `strconv.Quote` writes it, without the outer quotes.

    Bytes that are no UTF-8 become `\xNN`, so any name survives; printable characters stay as they are.
    """
    if _PLAIN_NAME.fullmatch(name):
        return name.decode("ascii")
    text = name.decode("utf-8", "surrogateescape")
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join(_quote_character(c) for c in text)


def _quote_character(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    if character.isprintable():
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x20 or number == 0x7F:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def unquote_name(text: str) -> bytes:
    """Return the file name that Go's `strconv.Unquote` reads from `text` (outer quotes left out).

    Raises:
        ValueError: an escape that Go does not know, a bare quote or newline, or a number that is no character.
    """
    if "\\" not in text and '"' not in text and "\n" not in text:
        return text.encode()
    out = bytearray()
    position = 0
    for match in _ESCAPE.finditer(text):
        out += text[position : match.start()].encode()
        out += _unescape(match)
        position = match.end()
    out += text[position:].encode()
    return bytes(out)


def _unescape(match: re.Match[str]) -> bytes:
    kind, digits = match.lastgroup, match[match.lastgroup or 0]
    if kind == "s":
        return _LONG[digits].encode() if digits in _LONG else digits.encode()
    if kind == "x":
        return bytes((int(digits, 16),))
    if kind == "o" and int(digits, 8) < 0x100:
        return bytes((int(digits, 8),))
    if kind in {"u", "U"} and int(digits, 16) <= 0x10FFFF:
        return chr(int(digits, 16)).encode()  # a surrogate raises UnicodeEncodeError, a ValueError
    raise ValueError("invalid escape in a file name")


def format_time(time_ns: int, offset_minutes: int = 0) -> str:
    """Return a time as Go's RFC3339Nano: up to nine decimals, trailing zeros cut, `Z` or an offset.

    Args:
        time_ns: nanoseconds since 1970 UTC. A year before 0 becomes 0 and one after 9999 becomes 9999, the day of the
            year stays: restic's `fixTime`.
        offset_minutes: minutes east of UTC that the reader sees; the instant stays the same.
    """
    seconds, fraction = divmod(time_ns + offset_minutes * 60 * _NS, _NS)
    days, second = divmod(seconds, _DAY)
    minute, second = divmod(second, 60)
    decimals = f".{fraction:09d}".rstrip("0") if fraction else ""
    zone = "Z" if offset_minutes == 0 else _format_offset(offset_minutes)
    return f"{_date_of_day(days)}T{minute // 60:02d}:{minute % 60:02d}:{second:02d}{decimals}{zone}"


def _format_offset(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def parse_time(text: str) -> tuple[int, int]:
    """Return (nanoseconds since 1970 UTC, offset in minutes) of an RFC 3339 time; digits past the ninth are cut.

    Raises:
        ValueError: not such a time, or a day, hour or offset that does not exist.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 time")
    date, hour, minute, second, fraction, sign, zone_hour, zone_minute = match.groups()
    if hour > "23" or minute > "59" or second > "59":
        raise ValueError("no such time of day")
    seconds = _day_of_date(date) * _DAY + int(hour) * 3600 + int(minute) * 60 + int(second)
    time_ns = seconds * _NS + (int(fraction[:9].ljust(9, "0")) if fraction else 0)
    if sign is None:
        return time_ns, 0
    if zone_hour > "23" or zone_minute > "59":
        raise ValueError("no such offset")
    offset = int(sign + zone_hour) * 60 + int(sign + zone_minute)
    return time_ns - offset * 60 * _NS, offset


# The proleptic Gregorian calendar from the year 0, which datetime does not reach.


@lru_cache(maxsize=4096)
def _date_of_day(day: int) -> str:
    year, month, day_of_month = date_of(day)
    if year > 9999 and (month, day_of_month) == (2, 29):
        month, day_of_month = 3, 1  # 9999 has no such day; Go's AddDate moves on to the next
    return f"{min(max(year, 0), 9999):04d}-{month:02d}-{day_of_month:02d}"


@lru_cache(maxsize=4096)
def _day_of_date(date: str) -> int:
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:])
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    number = day_number(year, month, day)
    if day < 1 or _date_of_day(number) != date:
        raise ValueError("no such day")
    return number
