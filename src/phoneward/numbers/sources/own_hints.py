r"""Finds, in a service's message, the number that it was sent to: "your number 138****8000", "尊敬的13800138000用户".

Only phrases that address the reader count. A number that merely stands in a message is somebody else's, as a rule.
Card numbers are named by their ends too ("尾号1234的储蓄卡"): an end counts only where a phone is named with it.
"""

import re
from typing import Final

_CHINA: Final = r"((?:\+?86[- ]?)?1[3-9][0-9](?:[0-9]{8}|[*＊xX]{2,5}[0-9]{2,4}|[- ][0-9]{4}[- ][0-9]{4}))(?![0-9])"
_ANY: Final = r"(\+?[0-9(*][0-9() .*xX-]{5,20}[0-9])(?![0-9])"
_END: Final = r"([0-9]{3,4})(?![0-9])"

_CHINESE: Final = (
    r"(?:您|你|本机|本機)的?(?:注册|绑定|登录|使用|預留|预留|所用|註冊|綁定|登錄)?的?"
    r"(?:手机|手機|移动|联通|电信|电话|電話)?(?:号码|號碼|号|號)?(?:为|是|為|：|:|（|\(){0,2}\s?"
) + _CHINA
_DEAR: Final = (
    rf"尊敬的(?:客户|用户|机主)?[，, ]?\s?{_CHINA}\s?(?:用户|客户|机主|先生|女士|用戶|您好|：|:|，|,)"
    rf"|(?:手机号|手机号码|号码|手機號碼){_CHINA}\s?(?:的用户|的机主|机主|用户)"
)
_ENGLISH: Final = (
    r"\byour\s(?:mobile\s|cell\s|phone\s|wireless\s|registered\s|linked\s|cellphone\s)*"
    r"(?:number|no\.?|line|msisdn)\s?(?:is|:|,|\()?\s?"
) + _ANY
_EASTERN: Final = (
    rf"(?:お客様|ご利用|ご登録)の?(?:携帯)?電話番号(?:は|:|：|「|（)?\s?{_ANY}"
    rf"|(?:고객님|회원님)의?\s?(?:휴대폰|휴대전화|전화)?\s?번호(?:는|은|:|\()?\s?{_ANY}"
)
_LATIN: Final = (
    r"\b(?:su|tu|seu|sua|votre|ton|il tuo|ihre?|deine?)\s"
    r"(?:n[úuº°]mero|num[ée]ro|numero|handynummer|rufnummer|celular|telefone|tel[ée]fono|mobilfunknummer)\s?"
    r"(?:de\s(?:t[ée]l[ée](?:phone|fono)|m[óo]vil|celular)\s)?(?:es|est|é|è|ist|lautet|:)?\s?"
) + _ANY
_WHOLE: Final = re.compile(f"{_CHINESE}|{_DEAR}|{_ENGLISH}|{_EASTERN}|{_LATIN}", re.IGNORECASE)
_ENDING: Final = re.compile(
    "|".join(
        (
            rf"(?:手机|手機)(?:号码?|號碼?)?(?:尾号|尾號|末四位|后四位)(?:为|是|為|：|:)?\s?{_END}",
            rf"(?:尾号|尾號)(?:为|是|為|：|:)?\s?{_END}\s?的?(?:手机|手機|号码|號碼|移动用户|联通用户|电信用户)",
            rf"\b(?:phone|mobile|cell|number|line)\s(?:number\s)?end(?:ing|s)\s(?:in|with)\s[*x.…]{{0,4}}{_END}",
        )
    ),
    re.IGNORECASE,
)
_LIKELY: Final = re.compile(
    r"尊敬的|您|你|本机|本機|尾号|尾號|手机|手機|号码|\bnumber|\bline\b|\bending|番号|번호|n[úu]m|nummer|celular|tel",
    re.IGNORECASE,
)
_CHANGED_TO: Final = re.compile(
    r"(?:手机|手機|号码|號碼|电话|電話|移动电话)[^。；;！!]{0,20}?(?:变更|更换|更改|修改|换绑|改绑|变更绑定|變更|更換|換綁)"
    r"(?:成功)?[为為成至到][^0-9+。；;！!]{0,8}\+?[0-9]"
    r"|\b(?:number|phone|mobile)\b[^.;!]{0,60}?\b(?:changed|updated|switched)\s(?:from\s[+0-9*xX() -]{4,24})?to\s"
    r"[^0-9+*.;!]{0,16}[+0-9*]",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile("[*＊xX]+")
_MAX_BODY: Final = 2_000


def tells_new_number(body: str) -> bool:
    """Tell whether a message says which number took the place of another: "your number was changed to 139****9000"."""
    return _CHANGED_TO.search(body[:_MAX_BODY]) is not None


def number_in(body: str) -> str | None:
    """Return the number that a message says it was sent to, as `Hint.number` has it; None where it says nothing.

    It is not normalised: digits, a leading `+` where it stands there, one `*` for hidden digits.
    """
    body = body[:_MAX_BODY]
    if _LIKELY.search(body) is None:
        return None
    found = _WHOLE.search(body)
    if found is not None:
        text = next(group for group in found.groups() if group is not None)
        plain = _HIDDEN.sub("*", re.sub(r"[^0-9+*＊xX]", "", text))
        digits = sum(sign.isdigit() for sign in plain)
        return plain if (digits >= 7 or ("*" in plain and digits >= 4)) and digits <= 15 else None
    found = _ENDING.search(body)
    if found is None:
        return None
    return "*" + next(group for group in found.groups() if group is not None)
