"""What a message proves between its reader and a service, and what it is for."""

import re
from typing import Final

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.fraud import Doubt, doubt, has_phone
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen, speaks_to_customer
from phoneward.numbers.recognition import Purpose, Relation

_PURPOSES: Final = (
    (kinds.CHANGE, Purpose.CHANGE_NUMBER),
    (kinds.UNBIND, Purpose.UNBIND),
    (kinds.DELETE, Purpose.DELETE),
)
_LESSER: Final = {
    kinds.RESET: Purpose.RESET,
    kinds.BIND: Purpose.BIND,
    kinds.REGISTER: Purpose.REGISTER,
    kinds.LOGIN: Purpose.LOGIN,
    kinds.PAY: Purpose.PAYMENT,
}

_ANY_LESSER: Final = kinds.RESET | kinds.BIND | kinds.REGISTER | kinds.LOGIN | kinds.PAY
_DIGIT: Final = re.compile(r"\d")
_OF_AN_ACCOUNT: Final = (
    kinds.CHANGE | kinds.UNBIND | kinds.BIND | kinds.RESET | kinds.DELETE | kinds.REGISTER | kinds.LOGIN
)
"""Where one of these "was done successfully", the owner of an account is told so."""


def purpose(seen: Seen) -> Purpose:
    """Return what a message is for: what the number hangs on first, else what it speaks of first."""
    for kind, answer in _PURPOSES:
        if seen.kinds & kind:
            return answer
    if not seen.kinds & _ANY_LESSER:
        return Purpose.UNKNOWN
    warned = False
    for hit in seen.hits:
        if not seen.signed.first <= hit.start < seen.signed.last:
            continue
        warned = warned or bool(hit.kinds & kinds.SECRECY)
        if hit.kinds & _ANY_LESSER:
            for kind, answer in _LESSER.items():
                # "If this was not you, change your password" is what every code says.
                if hit.kinds & kind and not (warned and kind == kinds.RESET):
                    return answer
    return Purpose.UNKNOWN


def is_done(hits: list[Hit], seen: int) -> bool:
    """Return whether a service says that something was carried out: "successfully", "your number was changed"."""
    return bool(seen & kinds.DONE) or any(hit.kinds & kinds.NOTICE and hit.kinds & _OF_AN_ACCOUNT for hit in hits)


def of_code(name: Name | None) -> Relation:
    """Return what a one-time code proves."""
    if name is None:
        return Relation.NONE
    return Relation.CUSTOMER if name.is_carrier else Relation.ACCOUNT


def _is_business(seen: Seen) -> bool:
    """Return whether somebody speaks to a customer, and no more like a person than with a word of thanks."""
    familiar = sum(1 for hit in seen.hits if hit.kinds & kinds.PERSONAL)
    return familiar == 1 and bool(seen.kinds & kinds.CUSTOMER) and speaks_to_customer(seen)


def of_other(seen: Seen, name: Name | None, names: Names, *, signs: bool) -> Relation:
    """Return what a message without a code proves. When in doubt, less.

    Args:
        seen: what was found in it.
        name: who speaks.
        names: the services that are known.
        signs: they sign, and are not only spoken of.
    """
    if name is None or (seen.kinds & kinds.PERSONAL and not (signs and (name.is_known or _is_business(seen)))):
        return Relation.NONE
    doubted = doubt(seen, name, names, signs=signs)
    if doubted is not Doubt.NONE:
        return Relation.WEAK if signs and doubted is Doubt.SOME else Relation.NONE
    praised = seen.kinds & (kinds.AD | kinds.LURE)
    if (seen.kinds & kinds.NOTICE or (seen.kinds & kinds.DONE and seen.kinds & _OF_AN_ACCOUNT)) and not praised:
        return Relation.ACCOUNT
    spoken_to = "your" in seen.read.low
    if not signs:
        is_customer = name.is_known and spoken_to and not praised and seen.kinds & kinds.CUSTOMER
        return Relation.CUSTOMER if is_customer else Relation.NONE
    is_firm = name.is_known or spoken_to or speaks_to_customer(seen)
    if not (is_firm or seen.signed.brackets or _DIGIT.search(seen.read.text)):
        return Relation.NONE
    bought = sum(1 for hit in seen.hits if hit.kinds & (kinds.CUSTOMER | kinds.PAY))
    shouts = not is_firm and ("!" in seen.read.text or has_phone(seen))
    least = 1 + bool(praised or shouts)
    return Relation.CUSTOMER if bought >= least else Relation.WEAK
