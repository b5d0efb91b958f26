"""What a person lost, as far as they said it: what a search looks for."""

import datetime as dt
from dataclasses import dataclass

from phoneward.incidents import Incident
from phoneward.phones.appbackups import app_named
from phoneward.rescue.errors import NotADayError, WhatHappenedError


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for.

    Attributes:
        incident: what happened.
        now: the time that expiries are counted to, aware.
        app: the package of the app that lost something; empty for all.
        when: the day it happened, as the person says; None where they do not.
    """

    incident: Incident
    now: dt.datetime
    app: str = ""
    when: dt.date | None = None

    @property
    def until(self) -> dt.datetime | None:
        """The end of the day it happened, in this computer's zone: what is older may hold what was lost."""
        if self.when is None:
            return None
        return dt.datetime.combine(self.when + dt.timedelta(days=1), dt.time()).astimezone()

    def is_about(self, package: str) -> bool:
        """Tell whether what is this app's is looked for."""
        return not self.app or self.app == package


def told_incident(text: str) -> Incident:
    """Return the incident that a word names.

    Raises:
        WhatHappenedError: it names none.
    """
    try:
        return Incident(text.strip().lower())
    except ValueError as error:
        raise WhatHappenedError(known=", ".join(Incident)) from error


def told_day(text: str) -> dt.date:
    """Return the day that a text names, year first.

    Raises:
        NotADayError: it names none.
    """
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotADayError(value=text.strip()[:40].encode("unicode_escape").decode("ascii")) from error
    if not 2000 <= day.year < 9000:
        raise NotADayError(value=day.isoformat())
    return day


def told_app(text: str) -> str:
    """Return the package that is meant: a known app by its name in any language, else the text itself."""
    known = app_named(text)
    return known.packages[0] if known is not None else text.strip()
