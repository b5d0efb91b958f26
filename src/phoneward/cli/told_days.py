"""A day that a person types."""

import datetime as dt

from phoneward.errors import UsageError, readable
from phoneward.texts import _


def told_day(text: str, name: str) -> dt.date:
    """Return the day that an option names.

    Args:
        text: as typed.
        name: of the option.

    Raises:
        UsageError: it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            problem=_("{name} {value} is no day.").format(name=name, value=readable(text)),
            hint=_("Write it as 2026-11-29."),
        ) from None
