"""What a message says about an account: the answer of the recogniser."""

import enum
from dataclasses import dataclass


class Relation(enum.StrEnum):
    """What a message proves between a number and a service: the proof grade."""

    ACCOUNT = "account"
    """There is an account at the service, or somebody is making one, and this number belongs to it."""
    CUSTOMER = "customer"
    """The firm holds this number for something bought, sent or paid; nothing shows that one can sign in with it."""
    WEAK = "weak"
    """The service is named, but anybody could have sent this to any number."""
    NONE = "none"
    """It names no service that holds this number: a person's message, advertising, fraud."""

    @property
    def rank(self) -> int:
        """0 for none; for comparing."""
        return {"none": 0, "weak": 1, "customer": 2, "account": 3}[self.value]


class Purpose(enum.StrEnum):
    """What a message of a service is for, as far as it says."""

    LOGIN = "login"
    REGISTER = "register"
    RESET = "reset"
    """A forgotten password."""
    BIND = "bind"
    """The number is being put to an account, or was."""
    UNBIND = "unbind"
    """The number is being taken off an account, or was."""
    CHANGE_NUMBER = "change-number"
    DELETE = "delete"
    """The account itself is being closed, or was."""
    PAYMENT = "payment"
    NOTICE = "notice"
    """Anything else that a service tells the owner of an account."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was recognised in one message. It holds no code and no text of the message but the service's name.

    Attributes:
        is_otp: it brings a one-time code, password or link.
        relation: what it proves.
        service: who speaks, named as the message names it; None where nobody is named.
        system: id of the account system of the rulebook; None where the service is not in it.
        purpose: what it is for.
        is_done: it says that the purpose was carried out ("your number was changed"), not merely asked for.
    """

    is_otp: bool = False
    relation: Relation = Relation.NONE
    service: str | None = None
    system: str | None = None
    purpose: Purpose = Purpose.UNKNOWN
    is_done: bool = False
