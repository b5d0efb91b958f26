r"""The plan as a calendar (iCalendar, RFC 5545): a day with an alarm for each step, for the cancellation and for after.

Sources: RFC 5545 sections 3.4 (VCALENDAR), 3.6.1 (VEVENT; an event of one day has a DTSTART of type DATE and no DTEND),
3.6.6 (VALARM), 3.8.6.3 (TRIGGER, from the start: midnight of the day), 3.8.4.7 (UID), 3.8.7.4 (SEQUENCE), 3.8.5.3
(RRULE). An event's UID depends on the number and the account only, and its SEQUENCE grows with time, so that importing
again changes the events that are there. What is done meanwhile is sent as cancelled.
"""

import datetime as dt
import hashlib
import shlex
from collections.abc import Iterable, Iterator
from typing import Final

from phoneward.numbers.leaving.general import REVIEW_MONTHS, grace_words, recheck_day
from phoneward.numbers.leaving.planning import Plan, Step
from phoneward.numbers.leaving.shown import shown_number
from phoneward.numbers.leaving.wording import holds, needs_old, opened_by, service_words, ways
from phoneward.texts import Words, words

MARK: Final = "-//Phoneward//Leaving a number//EN"
"""PRODID: how an earlier calendar is told from a file that must not be replaced."""

_MORNING: Final = "PT9H"
"""9 o'clock: what is to be done is done by day, when support answers."""
_DAY_BEFORE: Final = "-PT15H"
_EPOCH: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_MAX_TEXT: Final = 2_000


def calendar(plan: Plan, now: dt.datetime) -> bytes:
    """Return the calendar of a plan, in the reader's language.

    Args:
        plan: whose number is not given up yet; of one that is, only what comes after.
        now: aware; events of a later one take the place of those of an earlier.
    """
    lines = [
        _line("BEGIN", "VCALENDAR"),
        _line("VERSION", "2.0"),
        _line("PRODID", MARK),
        _line("CALSCALE", "GREGORIAN"),
        _line("METHOD", "PUBLISH"),
        _line("X-WR-CALNAME", str(words("Leaving {number}", number=shown_number(plan.number))), is_text=True),
    ]
    for event in _events(plan):
        lines += event.lines(plan, now)
    return b"".join([*lines, _line("END", "VCALENDAR")])


def _events(plan: Plan) -> Iterator["_Event"]:
    number = shown_number(plan.number)
    for step in plan.steps:
        if step.by is not None:
            yield _Event(
                f"step {step.account.key}",
                max(step.by, plan.today) if step.is_open else step.by,
                words("{service}: change the number {number}", service=service_words(step), number=number),
                _about(step),
                alarms=(_MORNING,) if step.is_open else (),
                is_cancelled=not step.is_open,
            )
    if not plan.is_past:
        yield _Event(
            "cancellation",
            plan.on,
            words("{number} is given up: is everything done?", number=number),
            (words("Look at the plan before: phoneward number leave. Rather put the day off than leave an account."),),
            alarms=(_DAY_BEFORE, _MORNING),
        )
    yield _Event(
        "look again",
        recheck_day(plan),
        words("Look once more at what was bound to {number}", number=number),
        (words("Is the old number gone from each account?"), grace_words(plan)),
        alarms=(_MORNING,),
    )
    yield _Event(
        "review",
        _months_later(plan.on, REVIEW_MONTHS),
        words("Look through what hangs on your numbers"),
        (words("Make a snapshot, then run: phoneward number scan"),),
        alarms=(_MORNING,),
        every_months=REVIEW_MONTHS,
    )


class _Event:
    """One event of a day."""

    def __init__(
        self,
        name: str,
        day: dt.date,
        title: Words,
        about: Iterable[Words | str],
        *,
        alarms: Iterable[str],
        is_cancelled: bool = False,
        every_months: int = 0,
    ) -> None:
        self.name, self.day, self.title = name, day, title
        self.about = "\n".join(map(str, about))[:_MAX_TEXT]
        self.alarms, self.is_cancelled, self.every_months = tuple(alarms), is_cancelled, every_months

    def lines(self, plan: Plan, now: dt.datetime) -> list[bytes]:
        """Return its content lines."""
        stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        found = [
            _line("BEGIN", "VEVENT"),
            _line("UID", uid(plan.number, self.name)),
            _line("DTSTAMP", stamp),
            _line("SEQUENCE", str(max(0, int((now - _EPOCH).total_seconds())))),
            _line("DTSTART", self.day.strftime("%Y%m%d"), ("VALUE", "DATE")),
            _line("SUMMARY", str(self.title), is_text=True),
            _line("DESCRIPTION", self.about, is_text=True),
            _line("STATUS", "CANCELLED" if self.is_cancelled else "CONFIRMED"),
            _line("TRANSP", "TRANSPARENT"),
        ]
        if self.every_months:
            found.append(_line("RRULE", f"FREQ=MONTHLY;INTERVAL={self.every_months}"))
        for trigger in self.alarms:
            found += [
                _line("BEGIN", "VALARM"),
                _line("ACTION", "DISPLAY"),
                _line("DESCRIPTION", str(self.title), is_text=True),
                _line("TRIGGER", trigger),
                _line("END", "VALARM"),
            ]
        return [*found, _line("END", "VEVENT")]


def _about(step: Step) -> list[Words | str]:
    first = ways(step)[0]
    return [
        *(said for said in (opened_by(step), holds(step)) if said is not None),
        needs_old(step),
        *first.sentences,
        *([first.link] if first.link else []),
        words("Done? phoneward number done {account}", account=shlex.quote(step.account.key)),
    ]


def uid(number: str, name: str) -> str:
    """Return an event's UID; nobody reads a number or an account from it."""
    digest = hashlib.sha256(f"{number}\n{name}".encode(errors="surrogatepass")).hexdigest()
    return f"{digest[:32]}@leaving.phoneward"


def _months_later(day: dt.date, months: int) -> dt.date:
    """Return the day so many months later; at most the 28th, which every month has."""
    month = day.month - 1 + months
    return dt.date(day.year + month // 12, month % 12 + 1, min(day.day, 28))


def _line(name: str, value: str, *parameters: tuple[str, str], is_text: bool = False) -> bytes:
    """Return one content line. The vault's room is loaded where a calendar is written, not where services ask."""
    from phoneward.snapshots import content_line, escaped_text

    return content_line(name, escaped_text(value) if is_text else value, *parameters).encoded()
