"""Sizes, times and counts as a person reads them. JSON never uses these: it has plain numbers and RFC 3339."""

from datetime import datetime

from phoneward.texts.languages import N_, _, ngettext

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def size(count: int) -> str:
    """Return bytes in the units phones use (powers of 1000, as Android's Formatter.formatFileSize since 8.0)."""
    value, unit = float(count), 0
    # 999.95 would be printed as 1000.0: it belongs to the next unit.
    while abs(value) >= (999.95 if unit else 1000) and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    number = f"{count}" if unit == 0 else f"{value:.1f}"
    return f"{number} {_UNITS[unit]}"


def moment(time: datetime) -> str:
    """Return a time in this computer's time zone, to the minute."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M")


def day(time: datetime) -> str:
    """Return the date in this computer's time zone."""
    return time.astimezone().strftime("%Y-%m-%d")


_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def date(time: datetime) -> str:
    """Return the date in words, as "3 October 2026", in this computer's time zone."""
    local = time.astimezone()
    return _("{day} {month} {year}").format(day=local.day, month=_(_MONTHS[local.month - 1]), year=local.year)


def month(time: datetime) -> str:
    """Return the month in words, as "October 2026", in this computer's time zone."""
    local = time.astimezone()
    return _("{month} {year}").format(month=_(_MONTHS[local.month - 1]), year=local.year)


def ago(time: datetime, now: datetime) -> str:
    """Return how long ago a time is, as "3 days ago"; the days are those of the calendar here."""
    days = (now.astimezone().date() - time.astimezone().date()).days
    if days < 0:
        return _("in the future")
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 60:
        return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    months = days // 30
    if months < 24:
        return ngettext("{count} month ago", "{count} months ago", months).format(count=months)
    return ngettext("{count} year ago", "{count} years ago", days // 365).format(count=days // 365)


def duration(seconds: float) -> str:
    """Return a length of time in at most two units."""
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def files(count: int) -> str:
    """Return "1 file", "1,234 files"."""
    return ngettext("{count} file", "{count} files", count).format(count=f"{count:,}")


def folders(count: int) -> str:
    """Return "1 folder", "1,234 folders"."""
    return ngettext("{count} folder", "{count} folders", count).format(count=f"{count:,}")


def other_names(count: int) -> str:
    """Return "1 other name", "1,234 other names": links, devices and the like."""
    return ngettext("{count} other name", "{count} other names", count).format(count=f"{count:,}")


def snapshots(count: int) -> str:
    """Return "1 snapshot", "1,234 snapshots"."""
    return ngettext("{count} snapshot", "{count} snapshots", count).format(count=f"{count:,}")


def messages(count: int) -> str:
    """Return "1 message", "1,234 messages"."""
    return ngettext("{count} message", "{count} messages", count).format(count=f"{count:,}")


def packs(count: int) -> str:
    """Return "1 pack", "1,234 packs"."""
    return ngettext("{count} pack", "{count} packs", count).format(count=f"{count:,}")
