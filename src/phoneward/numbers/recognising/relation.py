"""What a message proves between its reader and a service, and what it is for."""

from typing import Final
from urllib.parse import urlsplit

from phoneward.numbers.recognising.lexicon import Hit, Kind
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.reading import fold
from phoneward.numbers.recognition import Purpose, Relation

_PURPOSES: Final = (
    (Kind.CHANGE, Purpose.CHANGE_NUMBER),
    (Kind.UNBIND, Purpose.UNBIND),
    (Kind.DELETE, Purpose.DELETE),
)
_LESSER: Final = {
    Kind.RESET: Purpose.RESET,
    Kind.BIND: Purpose.BIND,
    Kind.REGISTER: Purpose.REGISTER,
    Kind.LOGIN: Purpose.LOGIN,
    Kind.PAY: Purpose.PAYMENT,
}


_OF_AN_ACCOUNT: Final = Kind.CHANGE | Kind.UNBIND | Kind.BIND | Kind.RESET | Kind.DELETE | Kind.REGISTER | Kind.LOGIN
"""Where one of these "was done successfully", the owner of an account is told so."""


def purpose(hits: list[Hit], seen: int) -> Purpose:
    """Return what a message is for: what the number hangs on first, else what it speaks of first."""
    for kind, answer in _PURPOSES:
        if seen & kind:
            return answer
    for hit in hits:
        for kind, answer in _LESSER.items():
            if hit.kinds & kind:
                return answer
    return Purpose.UNKNOWN


def of_code(name: Name | None, names: Names) -> Relation:
    """Return what a one-time code proves."""
    if name is None:
        return Relation.NONE
    return Relation.CUSTOMER if names.is_carrier(name) else Relation.ACCOUNT


def of_other(
    text: str,
    hits: list[Hit],
    seen: int,
    addresses: list[tuple[int, int]],
    name: Name | None,
    names: Names,
    *,
    signs: bool,
) -> Relation:
    """Return what a message without a code proves. When in doubt, less.

    Args:
        text: as it was read.
        hits, seen: the words that were found, and all their kinds together.
        addresses: where web addresses stand.
        name: who speaks.
        names: the services that are known.
        signs: they sign, and are not only spoken of.
    """
    if name is None:
        return Relation.NONE
    foreign = any(not _belongs(text[start:end], name, names) for start, end in addresses)
    bait = {(hit.start) for hit in hits if hit.kinds & Kind.BAIT and not hit.kinds & (Kind.NOTICE_SAFE | Kind.NOTICE)}
    ads = {hit.start for hit in hits if hit.kinds & Kind.AD}
    if seen & Kind.PERSONAL and not (signs and name.is_known):
        return Relation.NONE
    if (foreign and bait) or len(bait) >= 3 or (foreign and ads):
        return Relation.NONE
    if len(ads) >= 2 or (ads and bait):
        return Relation.WEAK if signs and not foreign and len(ads) + len(bait) < 3 else Relation.NONE
    if (seen & Kind.NOTICE or (seen & Kind.DONE and seen & _OF_AN_ACCOUNT)) and not foreign and not ads:
        return Relation.ACCOUNT if (signs or name.is_known or not bait) else Relation.NONE
    if seen & Kind.CUSTOMER and signs:
        return Relation.WEAK if foreign else Relation.CUSTOMER
    return Relation.WEAK if signs and not foreign else Relation.NONE


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
