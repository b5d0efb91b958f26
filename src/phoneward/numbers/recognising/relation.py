"""What a message proves between its reader and a service, and what it is for."""

import re
from typing import Final
from urllib.parse import urlsplit

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen
from phoneward.numbers.recognising.reading import fold
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
_PHONE: Final = re.compile(r"\d(?:[ -]?\d){6,}")
"""A number to ring up that is not a well-known short one."""
_DIGIT: Final = re.compile(r"\d")
_OF_AN_ACCOUNT: Final = (
    kinds.CHANGE | kinds.UNBIND | kinds.BIND | kinds.RESET | kinds.DELETE | kinds.REGISTER | kinds.LOGIN
)
"""Where one of these "was done successfully", the owner of an account is told so."""


def purpose(hits: list[Hit], seen: int) -> Purpose:
    """Return what a message is for: what the number hangs on first, else what it speaks of first."""
    for kind, answer in _PURPOSES:
        if seen & kind:
            return answer
    if not seen & _ANY_LESSER:
        return Purpose.UNKNOWN
    warned = False
    for hit in hits:
        warned = warned or bool(hit.kinds & kinds.SECRECY)
        if hit.kinds & _ANY_LESSER:
            for kind, answer in _LESSER.items():
                # "If this was not you, change your password" is what every code says.
                if hit.kinds & kind and not (warned and kind == kinds.RESET):
                    return answer
    return Purpose.UNKNOWN


def of_code(name: Name | None) -> Relation:
    """Return what a one-time code proves."""
    if name is None:
        return Relation.NONE
    return Relation.CUSTOMER if name.is_carrier else Relation.ACCOUNT


def of_other(seen: Seen, name: Name | None, names: Names, *, signs: bool) -> Relation:
    """Return what a message without a code proves. When in doubt, less.

    Args:
        seen: what was found in it.
        name: who speaks.
        names: the services that are known.
        signs: they sign, and are not only spoken of.
    """
    if name is None or (seen.kinds & kinds.PERSONAL and not (signs and name.is_known)):
        return Relation.NONE
    hits = [hit for hit in seen.hits if seen.signed.first <= hit.start < seen.signed.last]
    bait = [hit for hit in hits if hit.kinds & kinds.BAIT and not hit.kinds & (kinds.NOTICE_SAFE | kinds.NOTICE)]
    ads = [hit for hit in hits if hit.kinds & (kinds.AD | kinds.LURE)]
    foreign = any(not _belongs(seen.read.text[start:end], name, names) for start, end in seen.addresses)
    call = bool(seen.kinds & kinds.CALL) and _PHONE.search(seen.read.text) is not None
    if (foreign and (bait or ads)) or len(bait) >= 3 or len(ads) >= 3 or (call and bait):
        return Relation.NONE
    if len(ads) >= 2 or (ads and bait) or foreign or call or len(bait) >= 2 or (bait and not signs):
        return Relation.WEAK if signs else Relation.NONE
    if (seen.kinds & kinds.NOTICE or (seen.kinds & kinds.DONE and seen.kinds & _OF_AN_ACCOUNT)) and not ads:
        return Relation.ACCOUNT
    if signs and not name.is_known and not seen.signed.brackets and _DIGIT.search(seen.read.text) is None:
        return Relation.NONE
    if signs:
        return Relation.CUSTOMER if seen.kinds & (kinds.CUSTOMER | kinds.PAY) else Relation.WEAK
    spoken_to = name.is_known and seen.kinds & kinds.CUSTOMER and "your" in seen.read.low
    return Relation.CUSTOMER if spoken_to and not bait and not ads else Relation.NONE


def _belongs(address: str, name: Name, names: Names) -> bool:
    """Return whether a web address is the service's own."""
    host = host_of(address)
    if not host:
        return False
    known = names.by_domain(host)
    if known is not None and known.system is not None and known.system is name.system:
        return True
    labels = host.split(".")
    return (
        len(labels) >= 2
        and fold(labels[-2]) == fold(name.shown)
        and labels[-1] in {"com", "cn", "net", "org", "jp", "kr"}
    )


def host_of(address: str) -> str:
    """Return the host of a web address; empty where there is none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
