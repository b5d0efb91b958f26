"""Who speaks in a message.

A signature is a hint, not the answer: one firm signs for many services, and gateways sign for everybody. So in a
message with a code the sentence comes first ("your Example verification code"), then the signature, then the sender.
"""

import re
from typing import Final

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.codes import Code
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen, sounds_familiar
from phoneward.numbers.recognising.reading import Read, fold
from phoneward.numbers.recognising.sentence import ANCHORS, BLOCKS, GOES_ON, RESERVED, Said, said, spoken_of
from phoneward.numbers.recognising.signatures import is_header, sender_name

_BANK: Final = re.compile(r"银行|銀行|은행|bank|банк|信用卡|농협|신협|카드|カード")
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG_WORD: Final = re.compile(r"[^\W\d_]{5,24}")
_WORD: Final = re.compile(r"[^\W_]+(?:[.'’+-][^\W_]+)*")
_JOINING: Final = frozenset(
    {
        "of",
        "and",
        "the",
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "y",
        "e",
        "do",
        "da",
        "dos",
        "das",
        "di",
        "der",
        "und",
        "van",
        "den",
        "et",
    }
)
"""Small words inside of names."""
_GREETINGS: Final = frozenset(
    {"hi", "hello", "hey", "dear", "hola", "bonjour", "hallo", "ciao", "oi", "ola", "your", "the"}
)
_CARD: Final = re.compile(
    r"\b(?:your|with|on|using)\s((?:(?![Cc]redit|[Dd]ebit|[Pp]repaid|[Ff]orex)[A-Z][\w&'.-]*\s){1,3})(?:(?:[Cc]redit|[Dd]ebit|[Pp]repaid|[Ff]orex)\s)?"
    r"(?:[Cc]ard|CARD|A/[Cc]|[Aa]ccount|[Aa]cct)\b"
)
"""What a payment is made with, and who issued it."""
_DEAR: Final = re.compile(
    r"[Dd](?:ear|EAR)\s(?:[Vv]alued\s)?([^\W\d_][^\W_]*(?:\s[^\W\d_][^\W_]*)?)\s(?i:customer|user|client|member|subscriber)\b"
)
_ALERT: Final = re.compile(r"([^\W\d_][^\W_]*(?:\s[^\W\d_][^\W_]*)?)\s(?:ALERT|Alert|ALERTA|Alerta)\b")
_INFORMS: Final = re.compile(
    r"\.(?=\s?[^\W\d_])|[\s(\[]?[\d*]|\s(?:(?:te|le|lhe|vous|va|jus|sie)\s)?(?:informa|informe|informeaza|informuje|informiert|informs|notifica|alerta|avisa)\b"
)
"""What follows the name of who speaks."""
_NUMBER: Final = re.compile(r"[\s(\[]?[\d*]")
_YOURS_BEFORE: Final = ("您的", "你的")
_ACCOUNT_AFTER: Final = ("账号", "帐号", "账户", "帐户", "帳號", "帳戶", "号")
_OF_BUSINESS: Final = kinds.BAIT | kinds.CUSTOMER | kinds.PAY | kinds.NOTICE | kinds.DONE | kinds.CALL
_OF_CODES: Final = ANCHORS | kinds.SECRECY | kinds.VALIDITY
_SPEAKING: Final = kinds.NOTICE | kinds.BAIT | kinds.AD | kinds.LURE | kinds.CUSTOMER | kinds.DONE


def service(seen: Seen, code: Code | None, sender: str, names: Names, *, is_otp: bool) -> tuple[Name | None, bool]:
    """Return who speaks, and whether they sign: in brackets, before a colon, after a dash, or as the sender.

    Args:
        seen: what was found in the message.
        code: the one-time code that it brings.
        sender: whom it comes from.
        names: the services that are known.
        is_otp: it brings a code or a link; in another message the signature is believed before the sentence.
    """
    signature = _signature(seen, names) or _tail(seen, names, is_otp=is_otp)
    if not is_otp:
        return _writer(seen, signature, sender, names)
    if signature is not None and (not signature.signs_for_many or _BANK.search(signature.shown.lower())):
        return signature, True
    if (seen.kinds & kinds.PAY or " card" in seen.read.low) and (holder := _holder(seen, names)) is not None:
        return holder, signature is not None
    told = said(seen, code, names, only_close=signature is not None)
    if signature is None and (told is None or not told.is_close):
        signature = _origin(seen, sender, names)
    if told is not None and (signature is None or _outranks(told, signature, seen.read)):
        return told.name, signature is not None
    return signature, signature is not None


def _writer(seen: Seen, signature: Name | None, sender: str, names: Names) -> tuple[Name | None, bool]:
    """Return who speaks in a message without a code, and whether they sign."""
    if signature is None or (not signature.is_known and not seen.signed.brackets):
        origin = _origin(seen, sender, names)
        if origin is not None and (origin.is_known or signature is None or not is_header(sender)):
            signature = origin
    if signature is not None:
        if signature.is_known and signature.signs_for_many:
            signature = _whose(seen, names) or signature
        return signature, True
    if (opener := _opener(seen, names)) is not None:
        return opener
    is_said = seen.kinds & _SPEAKING or seen.addresses
    return (None if not is_said or sounds_familiar(seen) else spoken_of(seen, names)), False


def _opener(seen: Seen, names: Names) -> tuple[Name, bool] | None:
    """Return whom a message that is no code begins with, and whether it signs so: "Example. …", "Dear Example user"."""
    if not (seen.kinds & _OF_BUSINESS or seen.addresses):
        return None
    low = seen.read.low
    if low.startswith("dear ") or "alert" in low[:36]:
        dear = _DEAR.match(seen.read.text) or _ALERT.match(seen.read.text)
        if dear is not None and (known := names.known(dear[1])) is not None:
            return known, False
    found = names.beginning(seen.read, seen.signed.first) or _dense_opener(seen, names)
    if found is None or sounds_familiar(seen):
        return None
    end, name = found
    return name, _INFORMS.match(low, end) is not None


def _dense_opener(seen: Seen, names: Names) -> tuple[int, Name] | None:
    """Return the known name that a message begins with before the number of a card or a date: "예시카드1234승인"."""
    first = seen.signed.first
    if seen.read.is_dense and seen.kinds & kinds.CUSTOMER:
        for start, end, name in names.all_in(seen.read.low[: first + 16]):
            if start - first > 3:
                break
            if _NUMBER.match(seen.read.low, end) is not None:
                return end, name
    return None


def _whose(seen: Seen, names: Names) -> Name | None:
    """Return of which of its services a firm speaks that signs for many: "您的示例账号"."""
    if "您的" in seen.read.low or "你的" in seen.read.low:
        for start, end, name in names.all_in(seen.read.low):
            if seen.read.low.startswith(_YOURS_BEFORE, start - 2) and seen.read.low.startswith(_ACCOUNT_AFTER, end):
                return name
    return None


def _holder(seen: Seen, names: Names) -> Name | None:
    """Return whose card or account is paid with: "… at Shop on your Example Bank card". The shop sends no codes."""
    found = _CARD.search(seen.read.text)
    return None if found is None else names.signing(found[1])


def _outranks(told: Said, signature: Name, read: Read) -> bool:
    """Return whether the sentence is to be believed before the signature."""
    name = told.name
    if not told.is_close or (signature.system is not None and signature.system is name.system):
        return False
    if name.is_known or signature.is_known:
        return name.is_known and (read.is_dense or told.is_before)
    if name.shown in signature.shown:
        return False
    return name.shown.isascii() if read.is_dense else told.is_before


def _signature(seen: Seen, names: Names) -> Name | None:
    signed = seen.signed
    for written in signed.brackets:
        found = names.signing(written)
        if found is not None and (found.is_known or not (written.isdigit() or _speaks(found.shown, seen))):
            return found
    if signed.colon and (found := _colon(signed.colon, seen, names)) is not None:
        return found
    if signed.dash and (found := _dash(signed.dash, seen, names)) is not None:
        return found
    return None


def _tail(seen: Seen, names: Names, *, is_otp: bool) -> Name | None:
    """Return whom a message ends in without any sign: a service that is known, or a bank. Fraud ends so as well."""
    tail = seen.signed.tail
    if len(tail) < 3 or (seen.read.is_dense and not is_otp):
        return None
    found = names.signing(tail)
    return found if found is not None and (found.is_known or _BANK.search(found.shown.lower())) else None


def _origin(seen: Seen, sender: str, names: Names) -> Name | None:
    """Return whom a message comes from, where it is not signed: the sender's name, or the domain of its code."""
    if sender.isdecimal():
        if (found := names.by_number(sender)) is not None:
            return found
    elif sender and (written := sender_name(sender)) and (found := names.signing(written)) is not None:
        if found.is_known or not is_header(sender):
            return found
        return names.by_header(written) or _spelt_out(written, seen, names) or found
    domain = seen.signed.domain
    if domain and not domain.endswith(RESERVED):
        return names.by_domain(domain) or Name(domain)
    return None


def _spelt_out(header: str, seen: Seen, names: Names) -> Name | None:
    """Return the words of a text that a sender's header abbreviates: EXMPLE for "Example"."""
    folded = fold(header)
    if len(folded) < 5:
        return None
    for found in _LONG_WORD.finditer(seen.read.text):
        if found[0][0].isupper():
            letters = iter(fold(found[0]))
            if found[0][0].lower() == folded[0] and all(sign in letters for sign in folded):
                return names.known(found[0]) or Name(found[0])
    return None


def _speaks(written: str, seen: Seen) -> bool:
    """Return whether what stands in brackets is a phrase about the code itself: "verification code", "expires in"."""
    start = seen.read.text.find(written)
    end = start + len(written)
    inside = [hit for hit in seen.hits if start <= hit.start and hit.end <= end]
    begins = written[0].islower() and any(hit.start == start and hit.kinds & BLOCKS for hit in inside)
    return begins or any(hit.kinds & _OF_CODES for hit in inside)


def _dash(written: str, seen: Seen, names: Names) -> Name | None:
    """Return whom a message names after its last dash or in its last line."""
    found = names.signing(written) if len(written.split()) <= 4 else None
    if found is None or found.is_known:
        return found if len(written) > 1 or seen.kinds & ANCHORS else None  # "X" is a kiss as well
    place = seen.read.text.rfind(written)
    first, _blank, rest = seen.read.low[place : place + len(written)].partition(" ")
    if rest and first in seen.stops and (known := names.known(rest)) is not None:
        return known  # "Ihre Sparkasse"
    if (
        written[0].islower()
        or (seen.read.is_dense and len(found.shown) > 10)
        or first in seen.stops
        or any(hit.start == place for hit in seen.hits)
    ):
        return None
    return found


def _colon(written: str, seen: Seen, names: Names) -> Name | None:
    """Return whom a message names before its first colon: without "Alert" after it, and never "Your code"."""
    text, low = seen.read.text, seen.read.low
    written = written.partition("(")[0].rstrip()
    start = text.find(written)
    end = start + len(written)
    inside = [hit for hit in seen.hits if start <= hit.start and hit.end <= end]
    found = names.signing(written)
    if found is None or found.is_known or "," in written or any(hit.kinds & ANCHORS for hit in inside):
        return found if found is not None and found.is_known else None
    kept = [(one.start() + start, one.end() + start) for one in _WORD.finditer(written)]
    while kept and low[kept[-1][0] : kept[-1][1]] not in GOES_ON and _is_said(low, kept[-1], inside, seen.stops):
        kept.pop()
    if not kept:
        return None
    rest = text[start : kept[-1][1]]
    for at, place in enumerate(kept[:-1]):
        if low[place[0] : place[1]] not in seen.stops:
            break
        if (known := names.known(text[kept[at + 1][0] : kept[-1][1]])) is not None:
            return known  # "Notification from Example"
    first, last = (low[place[0] : place[1]] for place in (kept[0], kept[-1]))
    if (first in seen.stops or any(hit.start == start and hit.kinds & BLOCKS for hit in inside)) and (
        len(kept) < 2 or first in _GREETINGS or last in seen.stops or not text[kept[-1][0]].isupper()
    ):
        return None
    found = names.signing(rest)
    return found if found is None or found.is_known or _is_title(rest, seen.hits, start, end) else None


def _is_said(low: str, place: tuple[int, int], hits: list[Hit], stops: frozenset[str]) -> bool:
    """Return whether a word is one of the trade, or ends a phrase of it, and so is no part of a name."""
    return low[place[0] : place[1]] in stops or any(hit.start <= place[0] and hit.end == place[1] for hit in hits)


def _is_title(written: str, hits: list[Hit], start: int, end: int) -> bool:
    """Return whether what nobody knows is written as a name: every word of it begins so, or it is one short word."""
    if _DENSE.search(written):
        return len(written) <= 8 and not any(start <= hit.start < end and hit.kinds & kinds.PERSONAL for hit in hits)
    words = written.split()
    if len(words) == 1:
        return True
    small = [word for word in words if word[0].islower()]
    if len(words) == 2 and small == words[1:] and small[0] in GOES_ON:
        return True  # "Példa banka"
    return len(words) <= 4 and words[-1] not in small and all(word in _JOINING for word in small)
