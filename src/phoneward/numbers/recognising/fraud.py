"""Fraud and advertising among messages without a code: how far one is to be distrusted.

Thieves write in the name of known firms, and honest firms frighten and praise as well. So no single word decides: an
address that is not the firm's own, a number to ring up, and how much bait and praise there is, decide together.
"""

import enum
import re
from typing import Final

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.codes import hosts
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen
from phoneward.numbers.recognising.reading import fold

_PHONE: Final = re.compile(r"\d(?:[ -]?\d){6,}")
"""A number to ring up that is not a well-known short one."""
_HOST_ENDS: Final = re.compile(r"[/?#:\\\s]")
_OWN_ENDINGS: Final = frozenset({"com", "net", "org"})
"""Firms have these, and those of their countries, of two letters."""
_SECOND: Final = frozenset({"com", "co", "net", "org", "gob", "gov", "go", "ne", "or"})
_CHEAP: Final = frozenset({"tk", "ml", "ga", "cf", "gq", "cc", "ws", "pw"})
"""Endings of countries that are given away or sold to anybody."""


class Doubt(enum.Enum):
    """How far a message is to be distrusted."""

    NONE = enum.auto()
    SOME = enum.auto()
    """It may be honest, but anybody could have sent it: it proves nothing."""
    GRAVE = enum.auto()
    """Fraud or advertising."""


def doubt(seen: Seen, name: Name, names: Names, *, signs: bool) -> Doubt:
    """Return how far a message without a code is to be distrusted.

    Args:
        seen: what was found in it.
        name: in whose name it speaks.
        names: the services that are known.
        signs: they sign, and are not only spoken of.
    """
    bait = ads = 0
    if seen.kinds & (kinds.BAIT | kinds.AD | kinds.LURE):
        first, last = seen.signed.first, seen.signed.last
        for start, _end, said in seen.hits:
            if first <= start < last:
                ads += bool(said & (kinds.AD | kinds.LURE))
                bait += bool(said & kinds.BAIT) and not said & (kinds.NOTICE_SAFE | kinds.NOTICE)
    foreign = is_foreign(seen, name, names)
    call = bool(seen.kinds & kinds.CALL) and has_phone(seen)
    if (foreign and bait + ads) or bait >= 3 or ads >= 3 or (call and bait):
        return Doubt.GRAVE
    if foreign or call or ads >= 2 or bait >= 2 or (ads and bait) or (bait and not signs):
        return Doubt.SOME
    return Doubt.NONE


def has_phone(seen: Seen) -> bool:
    """Return whether a number to ring up stands in a message."""
    return _PHONE.search(seen.read.text) is not None


def is_foreign(seen: Seen, name: Name | None, names: Names) -> bool:
    """Return whether a message leads to an address that is not of the service in whose name it speaks."""
    addresses = [seen.read.text[start:end] for start, end in seen.addresses] or hosts(seen.read.low)
    return any(name is None or not _belongs(address, name, names) for address in addresses)


def _belongs(address: str, name: Name, names: Names) -> bool:
    """Return whether a web address is the service's own."""
    host = host_of(address)
    if not host:
        return False
    known = names.by_domain(host)
    if known is not None and known.system is not None and known.system is name.system:
        return True
    labels = host.split(".")
    if len(labels) > 2 and labels[-2] in _SECOND and len(labels[-1]) == 2:
        del labels[-2]
    if len(labels) < 2 or not (labels[-1] in _OWN_ENDINGS or len(labels[-1]) == 2) or labels[-1] in _CHEAP:
        return False
    own = fold(labels[-2])
    first = name.shown.partition(" ")[0]
    return own == fold(name.shown) or (own == fold(first) and not names.is_generic(first))


def host_of(address: str) -> str:
    """Return the host of a web address; empty where there is none."""
    after = address.partition("//")[2] or address
    return _HOST_ENDS.split(after, maxsplit=1)[0].rpartition("@")[2].lower()
