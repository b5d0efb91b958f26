"""Whom a service's message addresses by name: "尊敬的王先生", "Dear John Smith,", "田中様", "홍길동 고객님".

Only the forms in which services address people are read, and at the beginning of a message only. The name is compared
with the reader's own and then forgotten; what stays is its first sign.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from phoneward.numbers.rulebook import folded

_READ: Final = 160
"""Signs at the beginning of a message that are looked at."""

_HAN: Final = r"[㐀-鿿]"
_STAR: Final = r"[*＊xX×●○]"
_CHINESE_NAME: Final = rf"((?:{_HAN}|{_STAR}){{1,4}})"
_TITLE: Final = r"(?:先生|女士|小姐|老师|老師|同学|同學|太太|阿姨|师傅|總|总)"
_LATIN_NAME: Final = r"([^\W\d_][\w.'’*-]*(?: [^\W\d_][\w.'’*-]*){0,3})"
_DEAR_ZH: Final = r"(?:尊敬的|親愛的|亲爱的|敬爱的)"
_ROLE: Final = r"(?:客户|用户|会员|會員|客戶|用戶|顾客|业主|家长|车主)"
_DEAR: Final = (
    r"(?:dear|hi|hello|hey|bonjour|cher|ch[èe]re|hola|estimad[oa]|ol[áa]|prezad[oa]|caro|cara|hallo|liebe|lieber|"
    r"guten tag|ciao|gentile|beste|hej|cze[śs][ćc]|dzie[ńn] dobry|merhaba|say[ıi]n|xin ch[àa]o|halo|hai|kepada|"
    r"yth\.?|bapak|ibu|здравствуйте|уважаемый|уважаемая)"
)
_MR: Final = r"(?:mr|mrs|ms|dr|mx|sr|sra|mme|herr|frau|sig|sig\.ra|anh|ch[ịi])"
_FORMS: Final = (
    # 尊敬的王先生 · 尊敬的客户张三女士 · 尊敬的王**先生
    re.compile(rf"{_DEAR_ZH}{_ROLE}?[：: ]?{_CHINESE_NAME}?{_TITLE}"),
    # 尊敬的张三，· 亲爱的客户张三您好
    re.compile(rf"{_DEAR_ZH}{_ROLE}?[：: ]?{_CHINESE_NAME}(?=[，,：:！!您 ]|你好)"),
    # 张三您好 · 王先生，您好
    re.compile(rf"(?:^|[】\]」\s，,。]){_CHINESE_NAME}{_TITLE}?[，, ]?(?:您好|你好)"),
    # 王先生：
    re.compile(rf"(?:^|[】\]」\s]){_CHINESE_NAME}{_TITLE}(?=[，,：:！!])"),
    # 田中様 · 田中 太郎 様
    re.compile(r"(?:^|[\s】」、。])([㐀-鿿々]{1,4}[ 　]?[㐀-鿿々ぁ-んァ-ヶ]{0,4})[ 　]?(?:様|さま)"),
    # 홍길동님 · 홍*동 고객님
    re.compile(r"(?:^|[\s\]】])([가-힣*＊]{2,5}) ?(?:고객)?님"),
    # Dear John Smith, · Hi Maria! · Bonjour Marie, · Hola, Ana:
    re.compile(
        rf"(?:^|[\]】:.!]\s?){_DEAR}[,!]? {_MR}?\.? ?{_LATIN_NAME}(?=[,!:;.]| your | sua | su | ihr)",
        re.IGNORECASE,
    ),
)

_NOBODY_WORDS: Final = """
me|customer|valued customer|loyal customer|dear customer|user|member|guest|sir|madam|sir/madam|sir or madam|all|friend
friends|there|you|client|cardholder|card holder|subscriber|shopper|traveller|traveler|passenger|parent|patient|student
resident|team|cliente|clienta|kunde|kundin|kunden|nutzer|utente|usuario|usuário|membro|abonné|abonne|klant|madame
monsieur|cher client|señor|señora|senhor|senhora|müşterimiz|quý khách|quy khach|bạn|ban|pelanggan|nasabah|клиент|абонент
客户|用户|会员|顾客|客戶|用戶|會員|顧客|业主|家长|车主|旅客|乘客|持卡人|您|你|您好|你好|各位|大家|同学|老师|亲|机主|老板|朋友
学员|考生|患者|居民|市民|纳税人|投资者|读者|粉丝|主人|宝宝|贵宾|商家|司机|骑手|卖家|买家
お客|お客様|各位|皆|ご利用者|契約者|고객|회원|이용자|가입자|사용자|주민|학부모|입주민
"""
_NOBODY: Final = frozenset(folded(word) for line in _NOBODY_WORDS.split("\n") for word in line.split("|") if word)
_CHINESE_WORDS: Final = re.compile("客户|用户|会员|顾客|客戶|用戶|會員|旅客|持卡人|机主|业主|用车|乘客|账户|验证|短信")


def greeted_name(body: str) -> str | None:
    """Return the name by which a message addresses its reader; None where it addresses nobody by name.

    Args:
        body: the message. Its beginning is read.
    """
    text = unicodedata.normalize("NFKC", body[:_READ])
    for form in _FORMS:
        found = form.search(text)
        if found is None or not found.group(1):
            continue
        name = found.group(1).strip(" .")
        if folded(name) and folded(name) not in _NOBODY and not _CHINESE_WORDS.search(name):
            return name
    return None


def is_one_of(name: str, mine: Iterable[str]) -> bool:
    """Tell whether a name in a message can be one of the reader's: whole, in part, or with hidden signs.

    It errs on the side of "mine": a 王 (of "王先生") is anybody whose name begins with 王, and "W***g" anybody from W
    to g.
    """
    return any(_fits(name, own) for own in mine)


def _fits(name: str, own: str) -> bool:
    name, own = (unicodedata.normalize("NFKC", text).casefold().strip() for text in (name, own))
    if not folded(own):
        return False
    if re.search(_STAR, name) and not name.isalpha():
        # Hidden signs stand for one sign each in Chinese, for some in Latin.
        parts = [re.escape(part) for part in re.split(rf"{_STAR}+", name)]
        return any(re.fullmatch(".*".join(parts), word, re.DOTALL) is not None for word in (own, *own.split()))
    one, other = folded(name), folded(own)
    if one == other or other.startswith(one) or one.startswith(other):
        return True
    words = {folded(word) for word in re.split(r"[\s.]+", name)} & {folded(word) for word in re.split(r"[\s.]+", own)}
    return any(len(word) >= 2 for word in words)


def initial(name: str) -> str:
    """Return all that is kept and shown of somebody's name: its first sign, and that it goes on."""
    return name[:1].upper() + "…"
