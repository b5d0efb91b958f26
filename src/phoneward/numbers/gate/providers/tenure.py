"""CAMARA KYC Tenure v0.2: has the subscriber been one without a break since a date?

https://github.com/camaraproject/Tenure, release r2.2. Yes is strong; no is weak: a port or a new contract of the same
person is a no too.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from phoneward.numbers.gate.asking import Question, Reply, Word
from phoneward.numbers.gate.days import days_of
from phoneward.numbers.gate.providers.camara import CamaraApi, NoAnswerError
from phoneward.numbers.gate.reasons import Code

PATH = "/kyc-tenure/v0.2/check-tenure"
SCOPE = "kyc-tenure:check-tenure"
CONTRACT_TYPES = ("PAYG", "PAYM", "Business")


class Tenure:
    """A Tenure provider.

    It is asked about the day before the number was bound, for the reason that `NumberRecycling` gives: a tenure that
    began on the day of binding may be a stranger's.

    Args:
        api: the operator's check.
        zone: in which the operator counts days, if it is known.
    """

    def __init__(self, api: CamaraApi, *, zone: ZoneInfo | None = None) -> None:
        self.name = api.name
        self._api = api
        self._zone = zone

    async def ask(self, question: Question) -> Reply:
        """See `Provider.ask`."""
        api = self._api
        day = days_of(question.since, self._zone)[0] - dt.timedelta(days=1)
        try:
            said = await api.call(question, {"tenureDate": day.isoformat()})
            if said.get("contractType", "PAYG") not in CONTRACT_TYPES:
                raise api.no(Code.BAD_ANSWER, "contractType is none of the documented ones")
            if api.boolean(said, "tenureDateCheck"):
                return api.reply(Word.SAME, Code.LONG_TENURE, f"the same subscriber since {day} or before")
        except NoAnswerError as error:
            return api.unknown(error.reason)
        return api.reply(Word.UNKNOWN, Code.SHORTER_TENURE, f"not the same contract since {day}")
