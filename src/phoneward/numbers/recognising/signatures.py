"""How messages are signed: in brackets at either end, before a colon, after a dash, by a domain, by their sender."""

import re
from typing import Final, NamedTuple

_OPENING: Final = "[【〖〔「『《(<"
_BRACKETED: Final = re.compile(
    r"[【〖\[]([^【】〖〗\[\]\n]{1,32})[】〗\]]|[〔「『《(<]([^〔〕「」『』《》()<>\n]{1,32})[〕」』》)>]"
)
_AT_END: Final = re.compile(
    r"(?:[【〖\[]([^【】〖〗\[\]\n]{1,32})[】〗\]]|[〔(<《]([^〔〕()<>《》\n]{1,32})[〕)>》])[\s.。]*\Z"
)
_COLON: Final = re.compile(
    r"([^\s:;,.!?。，！？\d【】\[\]<>()\"“”][^:;!?。！？\n【】\[\]<>\"“”]{0,30}?)"
    r"\s?(?:[:：](?!(?<=\d[:：])\d\d)(?![)(DPp3*-]+(?:\s|$|[.,!]))|\s[-–—|]\s|\s?[»>]\s)\s?"
)
_DASH: Final = re.compile(
    r"(?:[\s.。!，,]|^)(?:[-–—~]{1,2}\s?|\n)(X|[^\W\d_][^\n.:;!?。！？@#/\[\]【】]{1,28})[.!]?\s*\Z"
)
_TAIL: Final = re.compile(
    r"(?:[.。!！;；]\s?([^\W\d_a-zà-ÿа-яё][^\W_]*(?:[ &'’-]{1,3}[^\W\d_][^\W_]*){0,2})|"
    r"\s([\u3040-\u9fff\uac00-\ud7af]{2,12}))\s*\Z"
)
"""What a message ends in without any dash: "… do not share it. Example"."""
_FIRM: Final = re.compile(
    r"(?<![^\W\d_])(?:ПАО|АО|ООО|ОАО|ЗАО|ТОВ|АТ)\s?[«\"“]([^«»\"“”\n]{2,28})[»\"”]\.?(?:\s[\d ()+-]{5,20})?\s*\Z"
)
"""A firm and its legal form at the end: ПАО «Пример»."""
APP_HASH: Final = re.compile(
    r"(?:^|\s)((?=[A-Za-z/]{0,10}[0-9+]|[a-z]{1,9}[A-Z]|[A-Z]{1,9}[a-z]{1,8}[A-Z])[A-Za-z0-9+/]{11})\s*\Z"
)
"""The hash at the end that tells Android's SMS Retriever which app a code is for."""
_DOMAIN: Final = re.compile(r"(?:^|\s)@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4})(?:\s+#\S{1,20})?", re.IGNORECASE)
"""The last line of an origin-bound code: https://github.com/WICG/sms-one-time-codes."""
_NOT_NAMES: Final = re.compile(
    r"(?i:subject|re|fwd?|ref)\b[\W\d]|\d+/\d+\Z|[#\s*xX.:/-]*\d?\Z|[\d\s.:/-]{6,}\Z|https?\b|.*\d{6,}|.*\d{2}:\d{2}"
)
_HEADER: Final = re.compile(r"[A-Z]{2}-([A-Za-z0-9]{3,11})(?:-[A-Z])?\Z")
"""Indian sender names: two letters of the operator and the circle, the header, what it is for (TRAI TCCCPR 2018)."""


class Signatures(NamedTuple):
    """What a message is signed with; empty where it is not.

    Attributes:
        brackets: in brackets at the beginning, or at the end.
        colon: before a colon at the beginning.
        dash: after a dash at the end, or in a last line of its own.
        tail: after the end of the last sentence: only a name that is known, or a bank's, signs so.
        domain: of an origin-bound code.
        first, last: where the text between the brackets at both ends begins and ends.
    """

    brackets: tuple[str, ...] = ()
    colon: str = ""
    dash: str = ""
    tail: str = ""
    domain: str = ""
    first: int = 0
    last: int = 0


def signatures(text: str) -> Signatures:
    """Return what a text that was read is signed with."""
    brackets: list[str] = []
    at = 0
    last = len(text)
    while at < len(text) and text[at] in _OPENING and len(brackets) < 3:
        found = _BRACKETED.match(text, at)
        if found is None:
            break
        brackets.append(found[1] or found[2])
        at = found.end()
        while at < len(text) and text[at] in " \n-:：,，.。":
            at += 1
    if text and text[-1] in "】〗]〕)>》.。" and (found := _AT_END.search(text, max(0, len(text) - 40))) is not None:
        brackets.append(found[1] or found[2])
        last = max(at, found.start())
    head = text[at : at + 40]
    has_colon = ":" in head or " - " in head or "–" in head or "—" in head or "|" in head or "»" in head or "> " in head
    colon = _COLON.match(text, at, at + 40) if has_colon else None
    end = text[max(0, last - 36) : last]
    has_dash = "-" in end or "\n" in end or "–" in end or "—" in end or "~" in end
    dash = (
        _DASH.search(text, max(0, last - 36), last)
        if has_dash and APP_HASH.search(text, max(0, len(text) - 14)) is None
        else None
    )
    tail = _FIRM.search(text, max(0, len(text) - 60)) if "»" in text or ('"' in text and not text.isascii()) else None
    if dash is None and tail is None and last == len(text) and text[-1:].isalnum():
        end = text[-28:]
        if ". " in end or "! " in end or not end.isascii():
            tail = _TAIL.search(text, max(at, len(text) - 28))
    domain = _DOMAIN.search(text, max(0, len(text) - 300)) if "@" in text else None
    return Signatures(
        tuple(name.strip() for name in brackets if not _NOT_NAMES.match(name)),
        colon[1].strip() if colon and not _NOT_NAMES.match(colon[1]) else "",
        dash[1].strip() if dash else "",
        next(filter(None, tail.groups())) if tail else "",
        domain[1].lower() if domain else "",
        at,
        last,
    )


def sender_name(sender: str) -> str:
    """Return the name that a message was sent under; empty where that is a number or a short code."""
    name = sender.strip()
    if name.lstrip("+").isdigit():
        return ""
    if len(name) > 40 or not any(sign.isalpha() for sign in name) or "@" in name:
        return ""
    if sum(sign.isdigit() for sign in name) > 4:
        return ""
    header = _HEADER.match(name)
    return header[1] if header else name


def is_header(sender: str) -> bool:
    """Return whether a sender is an abbreviation as India's are: what a message says of itself is better."""
    return _HEADER.match(sender) is not None
