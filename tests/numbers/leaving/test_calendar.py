"""The plan in the calendar: a reminder for each account before the number is gone, and for what comes after."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from phoneward import texts
from phoneward.numbers.leaving import Grace, Mark, Plan, plan
from phoneward.numbers.leaving.calendar import MARK, calendar
from phoneward.numbers.rulebook import Harm, OldNumber
from tests.numbers.leaving.made import BEGUN, OLD, TODAY, account, at, inventory, rulebook, system

ON = TODAY + dt.timedelta(days=30)
BOOK = rulebook(system("bank", Harm.GRAVE), system("drive", Harm.GRAVE, OldNumber.NOT_NEEDED))
ACCOUNTS = inventory(account("bank"), account("drive"), account("~a; shop, \\ with\nsigns"))


def made(today: dt.date = TODAY, on: dt.date = ON, **more: Any) -> Plan:
    return plan(ACCOUNTS, BOOK, OLD, on, today, **{"begun": BEGUN, "dated": TODAY, **more})


def events(data: bytes) -> dict[str, Any]:
    found = icalendar.Calendar.from_ical(data)
    return {str(event["SUMMARY"]): event for event in found.walk("VEVENT")}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate(["en"])


def test_each_step_has_its_day_and_its_alarm() -> None:
    """Nine o'clock in the morning of its day, while support answers the phone."""
    data = calendar(made(), BEGUN)
    whole = icalendar.Calendar.from_ical(data)
    assert (str(whole["VERSION"]), str(whole["PRODID"])) == ("2.0", MARK)
    found = events(data)
    assert list(found) == [
        "Bank: change the number 138 0013 8000",
        "a; shop, \\ with\\x0asigns: change the number 138 0013 8000",
        "Drive: change the number 138 0013 8000",
        "138 0013 8000 is given up: is everything done?",
        "Look once more at what was bound to 138 0013 8000",
        "Look through what hangs on your numbers",
    ]
    days = [event["DTSTART"].dt for event in found.values()]
    assert days[:4] == [TODAY, TODAY + dt.timedelta(days=6), TODAY + dt.timedelta(days=13), ON]
    for event in found.values():
        assert isinstance(event["DTSTART"].dt, dt.date)
        assert [str(alarm["ACTION"]) for alarm in event.walk("VALARM")]
        assert event.walk("VALARM")[-1]["TRIGGER"].dt == dt.timedelta(hours=9)
        assert not event.errors
    about = str(found["Bank: change the number 138 0013 8000"]["DESCRIPTION"])
    assert "a code by text message is enough to sign in" in about
    assert "https://example.com/rebind" in about
    assert about.splitlines()[-1] == "Done? phoneward number done bank"
    assert "'~a; shop" in str(list(found.values())[1]["DESCRIPTION"]), "the command can be typed"
    assert list(found.values())[3].walk("VALARM")[0]["TRIGGER"].dt == dt.timedelta(hours=-15)


def test_lines_are_as_the_standard_has_them() -> None:
    """Carriage returns, 75 bytes a line, also in Chinese: calendars of phones refuse others."""
    texts.activate(["zh_CN"])
    lines = calendar(made(), BEGUN).split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_importing_again_changes_what_is_there() -> None:
    """The same events, newer; what is done meanwhile goes, what is late comes up today."""
    first = calendar(made(), BEGUN)
    later = BEGUN + dt.timedelta(days=9)
    second = calendar(made(later.date(), done={"bank": Mark(at(2))}), later)
    before, after = (
        {str(e["UID"]): e for e in icalendar.Calendar.from_ical(d).walk("VEVENT")} for d in (first, second)
    )
    assert before.keys() == after.keys()
    assert len(before) == 6
    assert all(int(after[uid]["SEQUENCE"]) > int(before[uid]["SEQUENCE"]) for uid in before)
    assert all("138" not in uid and "bank" not in uid for uid in before), "a UID tells nobody the number"
    bank, shop, drive = (events(second)[name] for name in list(events(second))[:3])
    assert (str(bank["STATUS"]), bank.walk("VALARM")) == ("CANCELLED", [])
    assert (str(shop["STATUS"]), shop["DTSTART"].dt) == ("CONFIRMED", later.date())
    assert drive["DTSTART"].dt == TODAY + dt.timedelta(days=13)


@pytest.mark.parametrize(("grace", "days"), [(Grace(least_days=90), 83), (Grace(least_days=3), 1), (None, 30)])
def test_the_look_after_the_number_is_gone(grace: Grace | None, days: int) -> None:
    """Before somebody else may have it; after a month where nobody knows."""
    event = events(calendar(made(grace=grace), BEGUN))["Look once more at what was bound to 138 0013 8000"]
    assert event["DTSTART"].dt == ON + dt.timedelta(days=days)


@pytest.mark.parametrize("on", [ON, dt.date(2027, 8, 31), dt.date(2027, 3, 31)])
def test_twice_a_year_for_ever(on: dt.date) -> None:
    """The review comes back every six months, on a day that every month has."""
    only = icalendar.Calendar.from_ical(calendar(made(on=on), BEGUN))
    only.subcomponents = [e for e in only.walk("VEVENT") if "RRULE" in e]
    found = recurring_ical_events.of(only).between(dt.date(2028, 3, 1), dt.date(2031, 3, 1))
    assert len(found) == 6


def test_a_number_that_is_given_up_already() -> None:
    """What is left to come: the look, and the review; a day for each account there is not."""
    found = events(calendar(made(today=ON + dt.timedelta(days=5)), BEGUN + dt.timedelta(days=35)))
    assert list(found) == [
        "Look once more at what was bound to 138 0013 8000",
        "Look through what hangs on your numbers",
    ]
