"""Calendars as a file (iCalendar, RFC 5545): written from the rows of Android's calendar, read from any program."""

from phoneward.snapshots.records.ical.lines import Event
from phoneward.snapshots.records.ical.reading import Calendar, CalendarFileError, calendars_in, read_calendars
from phoneward.snapshots.records.ical.writing import CalendarTables, write_calendars

__all__ = [
    "Calendar",
    "CalendarFileError",
    "CalendarTables",
    "Event",
    "calendars_in",
    "read_calendars",
    "write_calendars",
]
