"""What a person is told without having asked."""

import datetime as dt
import enum
from dataclasses import dataclass

from phoneward.texts import _


class Kind(enum.StrEnum):
    """Why a person is told. When all went well nobody is."""

    FAILED = "failed"
    MISSED = "missed"
    ALARM = "alarm"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, in the language that the person reads.

    Attributes:
        kind: why.
        when: aware.
        sentence: what happened.
        advice: what to do; empty for nothing.
        phone: what the person calls it; empty where it is about none.
        job: a stable name of what was done, such as `backup`.
    """

    kind: Kind
    when: dt.datetime
    sentence: str
    advice: str = ""
    phone: str = ""
    job: str = ""

    @property
    def title(self) -> str:
        """A few words. They name no phone, no file and no place: a locked screen shows them."""
        match self.kind:
            case Kind.ALARM:
                return _("Phoneward: data was found damaged")
            case Kind.FAILED:
                return _("Phoneward: something did not work")
            case Kind.MISSED:
                return _("Phoneward: a backup is overdue")
            case Kind.TEST:
                return _("Phoneward: a test")

    def text(self, *, details: bool) -> str:
        """Return what is told below the title.

        Args:
            details: what happened in full, with names; else only that it is to be looked at on the computer.
        """
        if details:
            about = f"{self.phone}: {self.sentence}" if self.phone else self.sentence
            return "\n".join(part for part in (about, self.advice) if part)
        if self.kind is Kind.TEST:
            return _("This is how you will be told. Nothing has happened.")
        return _("Look at the computer that runs Phoneward, with: phoneward schedule")
