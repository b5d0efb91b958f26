"""What in a text may be a one-time code, by its shape and by what stands next to it.

Codes have 4 to 8 digits nearly always (RFC 4226, section 5.3: at least 6; services send 4 to 8), whole or in groups
("123-456", "12 34 56", "1 2 3 4 5 6"), sometimes letters in front ("G-123456") or between ("123ABC78").
"""

import re
from typing import Final, NamedTuple

_RUN: Final = re.compile(r"(?:(?<![A-Za-z0-9])[A-Z]{1,3}-)?(?<![A-Za-z0-9.,/@_])\d(?:[ -]{0,2}\d)*(?![\d])")
"""Digits with what groups them. At most two signs between two digits, so nothing to go back over."""
_GROUPED: Final = re.compile(
    r"\d{3}[ -]\d{3}(?:[ -]\d{3})?|\d{2}[ -]\d{2}[ -]\d{2}|\d{4}[ -]\d{4}|\d{3}[ -]\d{2}|"
    r"\d{2}[ -]\d{3}|\d(?:[ -]\d){3,7}|\d{3}[ -]\d{4}|\d{2}[ -]\d{2}"
)
_MIXED: Final = re.compile(
    r"(?<![A-Za-z0-9/._=@-])(?=[A-Za-z]{0,9}\d)(?=\d{0,9}[A-Za-z])[A-Za-z0-9]{4,10}(?![A-Za-z0-9/_=@])"
)
_DASHED: Final = re.compile(
    r"(?<![A-Za-z0-9/._=@-])(?=[A-Z-]{0,6}\d)(?=[\d-]{0,6}[A-Z])[A-Z0-9]{2,5}-[A-Z0-9]{2,5}(?![A-Za-z0-9/_=@-])"
)
_AMOUNT_SIGNS: Final = (
    "$ € £ ¥ ₹ ₩ ₺ ₫ ₽ ฿ # * + № 第 前 约 减 送 满 滿 共 末 xx n° a/c 尾号 尾號 末四码 末四碼 末尾 卡号 单号 單號 "
    "编号 編號 号码 號碼 电话 電話 致电 热线 拨打 金额 客服 微信 qq"
)
_AMOUNT_WORDS: Final = (
    "rs inr usd eur rmb cny rp nt hk no nr ending acct tel telp phone call dial hub ref txn gate flight room version v"
)
_SIGNS_BEFORE: Final = tuple(_AMOUNT_SIGNS.split())
"""What stands right before a number that is an amount, a telephone's, a card's, an order's."""
_WORDS_BEFORE: Final = frozenset(_AMOUNT_WORDS.split())
_SMALL_WORDS_BEFORE: Final = frozenset({"at", "on", "in", "with"})
"""The same where nothing but a space stands between: "ending in 1234", but "to sign in: 1234"."""
_FINNIC: Final = ("koodi on", "koodisi on", "kood on")
"""Where "on" is "is"."""
_AFTER_NOT: Final = re.compile(
    r"[ -]{0,2}(?:元|块|円|원|บาท|%|％|折|积分|積分|点积分|万|萬|亿|分钟|分鐘|小时|小時|天|日|月|年|号线|次|个|個|"
    r"位|件|人|条|條|名|楼|樓|期|届|流量|分|時|秒|포인트|분|시|일|월|년|개|명|gb|mb|kb|km|kg|min\b|mins\b|minut|minute|hour|hrs?\b|"
    r"day|sec|usd|eur|euros?\b|dollar|inr|rs\b|rupee|rp\b|tl\b|zł|zl\b|kr\b|kc\b|lei\b|vnd|vnđ|đ|d\b|rub|руб|грн|мин|"
    r"хв|pt\b|points?\b|st\b|nd\b|rd\b|th\b|am\b|pm\b|people|items?\b|x\b|m\b|k\b|p\b|[.,/:]\d)"
)
"""What stands after a number that is an amount or a time."""
_LINK: Final = re.compile(
    r"(?:https?://|www\.|(?<![a-z0-9.@-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,12}/|URL)"
    r"[^\s\u3000-\u9fff，。]{0,400}"
)
"""Addresses; the word URL stands for one as well, in messages and in published collections of them."""


_BARE: Final = re.compile(
    r"(?<![a-z0-9.@/_-])(?:[a-z0-9-]{1,63}\.){1,3}(?:com|net|org|info|biz|top|xyz|vip|club|shop|site|store|online|live|icu|link|click|app|dev|"
    r"web|page|pro|cyou|buzz|ink|support|help|center|today|world|life|zone|fun|space|website|tech|cloud|finance|loans?|bond|sbs|cfd|rest|win|"
    r"bid|men|vin|homes|autos|digital|services|solutions|agency|group|email|network|systems|tel|mobi|asia|global|money|[a-z]{2})(?:\.[a-z]{2})?(?![a-z0-9@_-]|\.[a-z0-9])"
)
"""A host's name without anything around it. Never looked for where codes are: a firm may be called so."""
_DOTTED: Final = re.compile(r"\.[a-z]{2}")


class Code(NamedTuple):
    """Something of a code's shape.

    Attributes:
        start, end: where, in characters.
        is_digits: digits only, perhaps in groups or with a letter and a dash in front; else letters among them.
    """

    start: int
    end: int
    is_digits: bool


def links(text: str, low: str) -> list[tuple[int, int]]:
    """Return where addresses of the web stand, in a text that was read."""
    if "/" not in text and "www." not in low and "URL" not in text:
        return []
    return [found.span() for found in _LINK.finditer(low if "URL" not in text else text)]


def hosts(low: str) -> list[str]:
    """Return the hosts that a text in the form for comparing names without anything around them."""
    return _BARE.findall(low) if _DOTTED.search(low) is not None else []


def codes(text: str, low: str, addresses: list[tuple[int, int]]) -> list[Code]:
    """Return what may be a one-time code, in its order, at most 16."""
    found = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        if addresses and _inside(start, addresses):
            continue
        # Most are digits and nothing else.
        parts = [(start, end)] if run[0].isdigit() else _parts(text, start, end)
        found += [Code(first, last, is_digits=True) for first, last in parts if _may_be_code(low, first, last)]
        if len(found) >= 16:
            break
    return found


def mixed(text: str, start: int, end: int, addresses: list[tuple[int, int]]) -> Code | None:
    """Return the first word of letters and digits between two places."""
    for one in (*_DASHED.finditer(text, start, end), *_MIXED.finditer(text, start, end)):
        if not _inside(one.start(), addresses) and not one[0].isdigit():
            return Code(one.start(), one.end(), is_digits=False)
    return None


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    run = text[start:end]
    dash = run.find("-")
    body = run[dash + 1 :] if dash > 0 and run[:dash].isalpha() else run
    if body.isdigit() or _GROUPED.fullmatch(body):
        return [(start, end)]
    if " " not in run:
        return []
    parts = []
    at = start
    for part in run.split(" "):
        if part.isdigit() or _GROUPED.fullmatch(part):
            parts.append((at, at + len(part)))
        at += len(part) + 1
    return parts


def digits(run: str) -> int:
    """Return how many digits a code has: all that is neither a dash, a space nor a letter in front."""
    return len(run) - run.count(" ") - run.count("-") - sum(map(str.isalpha, run[:3]))


def _may_be_code(low: str, start: int, end: int) -> bool:
    if not 3 <= digits(low[start:end]) <= 10:
        return False
    following = low[end : end + 2]
    if (
        following
        and not (following[0] in _ENDS and not following[1:].isdigit())
        and _AFTER_NOT.match(low, end, end + 12)
    ):
        return False
    return not start or not _is_claimed(low, start, end)


def _is_claimed(low: str, start: int, end: int) -> bool:
    """Return whether what stands before a number says that it is an amount, a telephone's, the year of a date."""
    window = low[max(0, start - 14) : start]
    if end - start == 4 and low.startswith(("19", "20"), start) and _IN_DATE.search(window) is not None:
        return True
    before = window.rstrip(" :.")
    if before.endswith(_SIGNS_BEFORE):
        return not (before[-1] == "*" and low.startswith("*", end))  # *123456* is bold in messengers
    if before.endswith(_FINNIC):
        return False
    word = before.rpartition(" ")[2].lstrip("(\"'.,-")
    return word in _WORDS_BEFORE or (word in _SMALL_WORDS_BEFORE and window[-1] == " " and ":" not in window[-3:])


_IN_DATE: Final = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s(?:\d{1,2}(?:st|nd|rd|th)?,?\s)?$|"
    r"[/.-]\d{1,2}[/.-]$|copyright\W{0,4}$|©\s?$"
)
"""What stands before the year of a date."""
_ENDS: Final = frozenset(".,;!?)]】」』\"'、。\n")


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
