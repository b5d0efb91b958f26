"""The one place that everything passes which a person may want to be told without asking."""

import datetime as dt
import enum
import logging
from dataclasses import dataclass
from pathlib import Path

_LOG = logging.getLogger(__name__)


class Happened(enum.StrEnum):
    """What kind of thing it is."""

    FAILED = "failed"
    """A job did not come to its end; it is tried again by itself."""
    MISSED = "missed"
    """Times went by without a backup: none was made for longer than the person wants, or it was made up for now."""
    ALARM = "alarm"
    """Data was found damaged or gone."""
    DONE = "done"
    """All went well."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing to tell.

    Attributes:
        happened: what kind of thing.
        job: backup, copy, read-data or restore-test.
        when: aware.
        sentence, advice: in the language of the schedule; what happened, and what to do.
        phone: what the person calls it; readable, empty where it is about none.
        missed: how many times went by.
    """

    happened: Happened
    job: str
    when: dt.datetime
    sentence: str
    advice: str = ""
    phone: str = ""
    missed: int = 0


def tell(outcome: Outcome, state_dir: Path) -> None:
    """Tell it: into the log of the system that runs the schedule and, unless all went well, by the ways that are set.

    A way that does not work is named in the log; the work goes on.
    """
    level = logging.INFO if outcome.happened is Happened.DONE else logging.WARNING
    _LOG.log(level, "%s: %s: %s", outcome.job, outcome.happened.value, outcome.sentence)
    if outcome.happened is Happened.DONE:
        return
    from phoneward import notifying  # a call that finds nothing due tells nothing, and comes 24 times a day

    kind = notifying.Kind(outcome.happened.value)
    message = notifying.Message(kind, outcome.when, outcome.sentence, outcome.advice, outcome.phone, outcome.job)
    try:
        results = notifying.notify(message, state_dir)
    except notifying.NotifySettingsError as error:
        _LOG.warning("%s", error.sentence())
        return
    for one in results:
        if one.error is not None:
            _LOG.warning("%s", one.error.sentence())
