"""One line of a chat that WhatsApp exported as text: when, who, what. The way a date is written is the phone's.

What is known of it was gathered from exports shown in public places: the tests of
github.com/frozenspider/chat-history-manager (`whatsapp-text_2023-10`), and the date formats that
github.com/joweich/chat-miner and github.com/lucasrodes/whatstk tell of. WhatsApp documents none of it.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_MARKS: Final = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
"""Marks of direction, which iPhones put before dates and attachments."""
_MORNING: Final = ("am", "上午", "凌晨", "早上", "清晨", "오전", "午前", "ص")
_AFTERNOON: Final = ("pm", "下午", "中午", "晚上", "오후", "午後", "م")
_HALVES: Final = "|".join(sorted(map(re.escape, (*_MORNING[1:], *_AFTERNOON[1:])), key=len, reverse=True))
_HALF: Final = rf"(?:[AaPp]\.?\s?[Mm]\.?|{_HALVES})"
_LINE: Final = re.compile(
    rf"[{_MARKS}]*(?P<open>\[)?[{_MARKS}]*"
    r"(?P<a>\d{1,4})(?:[./-]|年|년|\.\s)\s?(?P<b>\d{1,2})(?:[./-]|月|월|\.\s)\s?(?P<c>\d{1,4})(?:日|일|\.)?"
    r",?\s{1,2}(?:(?:klo|kl\.|um|às|a las|ob|o)\s)?"
    rf"(?P<before>{_HALF})?\s?(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    rf"(?:\s?(?P<after>{_HALF}))?"
    r"(?(open)\]|(?:\s[-–]|,))\s(?P<rest>.*)",
    re.DOTALL,
)
_SENDER: Final = re.compile(rf"[{_MARKS}~\s]*(?P<name>[^:\n]{{1,100}}?)[{_MARKS}\s]*:(?:\s(?P<text>.*)|$)", re.DOTALL)
_LONGEST: Final = 64 << 10
"""Characters of a line that are looked at for its beginning."""


@dataclass(frozen=True, slots=True)
class Line:
    """The first line of a message.

    Attributes:
        date: three numbers as they stand; which is the day, only a whole file tells.
        clock: hour of the day, minute, second.
        sender: who wrote it; empty where the app itself speaks.
        text: what follows.
    """

    date: tuple[int, int, int]
    clock: tuple[int, int, int]
    sender: str
    text: str


def parse(line: str) -> Line | None:
    """Return a message's first line, or None where a line goes on with the message before it."""
    found = _LINE.match(line[:_LONGEST])
    if found is None:
        return None
    half = (found["before"] or found["after"] or "").lower().replace(".", "").replace(" ", "")
    hour = _hour(int(found["hour"]), half, found["before"] or found["after"] or "")
    minute, second = int(found["minute"]), int(found["second"] or 0)
    if hour is None or minute > 59 or second > 59:
        return None
    date = (int(found["a"]), int(found["b"]), int(found["c"]))
    rest = found["rest"] + line[_LONGEST:]
    who = _SENDER.match(rest)
    if who is None:
        return Line(date, (hour, minute, second), "", rest.strip(_STRIPPED))
    return Line(date, (hour, minute, second), who["name"].strip(_STRIPPED), (who["text"] or "").strip("\r\n"))


_STRIPPED: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff \r\n\t"


def _hour(hour: int, half: str, written: str) -> int | None:
    if not half:
        return hour if hour < 24 else None
    if hour > 12:
        return hour if hour < 24 else None
    if half == "am" or (half != "pm" and written in _MORNING):
        return hour % 12
    if written == "中午" and 10 <= hour <= 12:  # eleven or twelve at noon
        return hour
    if written == "晚上" and hour == 12:
        return 0
    return hour % 12 + 12


class Order:
    """Which of a date's three numbers is the day: told by all dates of a file together."""

    def __init__(self) -> None:
        self._largest = [0, 0, 0]
        self._last: dict[str, tuple[int, ...]] = {}
        self._back = {"dmy": 0, "mdy": 0}
        self._has_halves = False

    def saw(self, line: Line, *, has_half: bool = False) -> None:
        """Take a date into account; they come in their order."""
        self._largest = [max(pair) for pair in zip(self._largest, line.date, strict=True)]
        self._has_halves |= has_half
        first, second, year = line.date
        for name, value in (("dmy", (year, second, first)), ("mdy", (year, first, second))):
            if value < self._last.get(name, (0, 0, 0)):
                self._back[name] += 1
            self._last[name] = value

    def name(self) -> str:
        """Return `ymd`, `dmy` or `mdy`."""
        first, second, _third = self._largest
        if first > 31:
            return "ymd"
        if first > 12 or second > 12:
            return "dmy" if first > 12 else "mdy"
        if self._back["dmy"] != self._back["mdy"]:
            return min(self._back, key=lambda name: self._back[name])
        return "mdy" if self._has_halves else "dmy"


def moment(line: Line, order: str) -> dt.datetime | None:
    """Return when a message was sent, in the time zone of the phone that exported; None for what is no date."""
    a, b, c = line.date
    year, month, day = {"ymd": (a, b, c), "dmy": (c, b, a), "mdy": (c, a, b)}[order]
    if month > 12 >= day and order != "ymd":  # of a part that was exported with other settings
        month, day = day, month
    if year < 100:
        year += 2000
    elif year > 2400:  # the Buddhist calendar, on phones set to Thai
        year -= 543
    elif year < 1500:  # the Persian one
        return None
    try:
        return dt.datetime(year, month, day, *line.clock)  # noqa: DTZ001 - the phone's own clock
    except ValueError:
        return None


def has_half(line: str) -> bool:
    """Tell whether a line's time has a half of the day in Latin letters, as in America."""
    return re.search(r"\d\s?[AaPp]\.?\s?[Mm]\b", line[:60]) is not None


def order_of(lines: Iterable[str]) -> str | None:
    """Return the order of dates in a file; None where it has none that begin a message."""
    order, found = Order(), False
    for text in lines:
        line = parse(text)
        if line is not None:
            found = True
            order.saw(line, has_half=has_half(text))
    return order.name() if found else None


def looks_like_chat(lines: Sequence[str]) -> bool:
    """Tell whether a file that begins with these lines is an exported chat."""
    begun = [parse(line) for line in lines[:40]]
    return begun[:1] != [None] and bool(begun) and sum(one is not None for one in begun) >= min(2, len(lines))
