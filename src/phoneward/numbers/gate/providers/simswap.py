"""CAMARA SIM Swap v2.1: when did the number last get another SIM?

https://github.com/camaraproject/SimSwap, release r3.3. A new subscription is a swap too, and so are a lost phone, a
port and a second SIM: no swap since the number was bound means that nobody new holds it; a swap means only that
somebody should look closer.
"""

import datetime as dt
import math
import re

from phoneward.numbers.gate.asking import Question, Reply, Word
from phoneward.numbers.gate.providers.camara import CamaraApi, NoAnswerError
from phoneward.numbers.gate.reasons import Code

CHECK_PATH = "/sim-swap/v2/check"
CHECK_SCOPE = "sim-swap:check"
DATE_PATH = "/sim-swap/v2/retrieve-date"
DATE_SCOPE = "sim-swap:retrieve-date"
MAX_AGE_H = 2400
"""Hours: the longest period that /check can be asked about."""

CLOCKS_DIFFER = dt.timedelta(minutes=5)
"""By how much the operator's clock and the service's may differ, for a swap and a binding that lie close together."""

_FIRST_SIM = dt.datetime(1991, 7, 1, tzinfo=dt.UTC)
"""The first GSM network opened. A date before it (1970, year 1) is some program's word for "none"."""

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""RFC 3339, section 5.6; the definition demands the time zone."""


class SimSwap:
    """A SIM Swap provider.

    The date is asked for first: it decides in one call for any date of binding. `null` says only that there was no swap
    within `monitoredPeriod`; where that does not reach back far enough, or is not given, the check is asked, if it can
    reach.

    Args:
        date_api: /retrieve-date, or None where the service has no right to it.
        check_api: /check, or None.
        name: the provider's name.
    """

    def __init__(self, name: str, *, date_api: CamaraApi | None, check_api: CamaraApi | None) -> None:
        self.name = name
        self._date = date_api
        self._check = check_api

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        reply: Reply | None = None
        for api, ask in ((self._date, self._by_date), (self._check, self._by_check)):
            if api is None or (reply is not None and reply.reasons[0].code != Code.NOT_MONITORED):
                continue
            try:
                reply = await ask(api, question)
            except NoAnswerError as error:
                reply = api.unknown(error.reason)
        if reply is None:
            raise ValueError("a SIM Swap provider needs one of the two operations")
        return reply

    async def _by_date(self, api: CamaraApi, question: Question) -> Reply:
        said = await api.call(question, {})
        now = api.clock()
        latest, period = _read(api, said)
        if latest is not None:
            if not _FIRST_SIM <= latest <= now + CLOCKS_DIFFER:
                raise api.no(Code.BAD_ANSWER, "latestSimChange lies in the future, or before there were SIMs")
            if latest + CLOCKS_DIFFER <= question.since:
                return api.reply(Word.SAME, Code.NO_SIM_CHANGE, "the last change of SIM was before")
            return api.reply(Word.UNKNOWN, Code.SIM_SWAPPED, "another SIM since, or at about that time")
        # Counted in days, and nobody says from which hour: the first of them does not count.
        if period is not None and question.since >= now - dt.timedelta(days=period - 1):
            return api.reply(Word.SAME, Code.NO_SIM_CHANGE, f"none within the {period} days that are monitored")
        return api.reply(Word.UNKNOWN, Code.NOT_MONITORED, "the operator does not look back that far")

    async def _by_check(self, api: CamaraApi, question: Question) -> Reply:
        since = api.clock() - question.since
        hours = max(1, math.ceil((since + CLOCKS_DIFFER) / dt.timedelta(hours=1)))
        if hours > MAX_AGE_H:
            return api.reply(Word.UNKNOWN, Code.NOT_MONITORED, f"further back than {MAX_AGE_H} hours")
        if api.boolean(await api.call(question, {"maxAge": hours}), "swapped"):
            return api.reply(Word.UNKNOWN, Code.SIM_SWAPPED, f"another SIM within {hours} hours")
        return api.reply(Word.SAME, Code.NO_SIM_CHANGE, f"no other SIM within {hours} hours")


def _read(api: CamaraApi, said: dict[str, object]) -> tuple[dt.datetime | None, int | None]:
    """Return the date (None for null) and the monitored period in days.

    Raises:
        NoAnswerError: they are not as documented. Without the field there is no answer: null must be said.
    """
    value, period = said.get("latestSimChange", ""), said.get("monitoredPeriod")
    if "monitoredPeriod" in said and (
        isinstance(period, bool) or not isinstance(period, int) or not 0 < period < 40_000
    ):
        raise api.no(Code.BAD_ANSWER, "monitoredPeriod is not a number of days")
    days = period if isinstance(period, int) else None
    if value is None:
        return None, days
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value.upper()), days
        except (ValueError, OverflowError):
            pass
    raise api.no(Code.BAD_ANSWER, "latestSimChange is neither null nor a date with time and zone")
