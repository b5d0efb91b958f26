"""Whether a message brings a one-time code.

A code is a thing of the right shape next to words that are said of one-time codes. Neither is enough: bills and
parcels bear numbers, and people write about codes.
"""

import re
from typing import Final, NamedTuple

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.codes import Code, codes, digits, mixed
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.reading import Read
from phoneward.numbers.recognising.signatures import Signatures

_FAR: Final = 90
"""Characters between a strong phrase and the code it speaks of, at most."""
_NEAR: Final = 28
_IS: Final = (
    r"is|are|es|e|ist|lautet|est|to|jest|je|este|la|adalah|ialah|er|ar|om|для|это|на|now|now:|no|nr|number|"
    r"below|here|otp|code|pin|sms|ειναι|eshte|ni|ir|yra|es:|:"
)
_IS_DENSE: Final = "は|が|です|是|为|為|은|는|이|가|คือ|هو|هي"
_SIGNS: Final = r"""\s:=\-–—>.,，、"'“”«»()\[\]{}【】「」『』《》*_|<；;#"""
_LINKING: Final = re.compile(
    rf"[{_SIGNS}]*(?:(?:(?:{_IS})(?![a-zà-ÿа-я])|{_IS_DENSE})[{_SIGNS}]*){{0,3}}([a-z]{{1,3}}-)?"
)
"""What may stand between "code" and the code itself."""
_LINKING_BACK: Final = re.compile(
    rf"[{_SIGNS}]*(?:(?:is|es|e|ist|est|jest|to|je|este|la|adalah|ialah|er|ar|это|olarak|as|は|是|为|為|이|가|은|는|คือ|the|your|tu|su|seu|"
    rf"o seu|votre|dein|ihr|din|uw|twoj|vas|ваш|anda|本次|您|的|你)(?![a-zа-я])[{_SIGNS}]*){{0,4}}"
)
_SAID_THEN: Final = re.compile(
    r"(?:[:=]|(?<![^\W\d_])(?:is|es|e|ist|lautet|est|to|jest|je|este|la|adalah|ialah|er|ar)|は|是|为|為|คือ|هو)"
    r"[\s:\"'“「\[(]*$"
)
"""The word or sign right before a code, where a name stands between it and "code": "code for Example is 123456"."""
_SENTENCE: Final = re.compile(r"[.!?](?=\s)|[。！？\n]")
_WHOLE: Final = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,8}[.。]?|\d{3}[- ]\d{3}")
_TAGGED: Final = re.compile(r"(?:G|FB)-\d{5,8}\b")
_ASKED: Final = re.compile(
    r"发给我|發給我|发我|告诉我|告訴我|給我|给我|发过来|转发给我|"
    r"send (?:it|me)|tell me|give me|forward (?:it|me)|"
    r"need (?:the|your) code|manda|mandas|"
    r"schick mir|envoies|stuur me|wyslij|скинь|отправь мне|kirim|gui cho|보내줘|알려줘|教えて"
)
_QUESTION: Final = re.compile(r"[^.!?。！？\n]{0,12}[?？]")
_OF_A_DOOR: Final = re.compile(
    r"\s(?:for|to|at|on)\s(?:the|my|our)\s(?:\S{1,12}\s)?(?:door|gate|building|garage|lobby|locker|house|apartment|flat|wifi|safe|alarm)\b"
)
"""What a code that opens no account is for."""
_TO_DO: Final = re.compile(
    r"\s(?:to|para|pour|um|per|om)\s(?:\S{1,10}\s){0,2}?(?:log|sign|change|reset|confirm|verify|access|continue|complete|unlock|recover|"
    r"approve|authori[sz]e|register|activate|link|cambiar|confirmar|verificar|iniciar|acceder|entrar|continuar|completar|restablecer|"
    r"mudar|alterar|changer|confirmer|valider|vous connecter|anzumelden|bestatigen|accedere|confermare|verificare)"
)
"""What a code is used for that opens an account."""
_INTRODUCING: Final = frozenset({"", "将", "請將", "请将", "用", "使用", "请使用", "Use", "Usa", "Utilisez"})
"""What may stand before a code that a message begins with."""
_AT_END: Final = re.compile(r"[:：]\s?((?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z0-9]{5,8})\.?\Z")
"""A code of letters and digits as the last word of a message."""
_ONES_OWN: Final = re.compile(
    r"(?<![^\W\d_])(?:my|mi|mon|ma|mein|meine|mio|mia|meu|minha|moj|moje|мой|моя|benim|our|notre|nuestra)\s(?:\S{1,12}\s)?$|"
    r"我家?的?$|我的.{0,4}$|私の$|내\s?$"
)
"""A person speaks of a code of their own."""
_YOURS: Final = re.compile(
    r"(?<![^\W\d_])(?:your|you|tu|su|seu|sua|votre|vos|ihr|ihre|dein|deine|tuo|tua|uw|je|jouw|twoj|twoje|vas|vase|din|dit|"
    r"ваш|ваша|anda|quy khach|hesab\w*|siz\w*|\w{1,40}n[iu]z)(?![^\W\d_])|您|お客様|고객|회원|入力"
)
"""Somebody speaks to the reader as to a customer."""
_LOGIN_LINK: Final = re.compile(
    r"magic link|one[- ]time link|(?:sign|log)[- ]?in link|link to (?:sign|log) in|tap to (?:sign|log) in|"
    r"tap to get back into|"
    r"登录链接|登錄連結|ログイン(?:用)?リンク|로그인 링크"
)
_MASKED: Final = re.compile(r"[\s:：\[(【]{0,3}(?=[\d*]{4,8}(?![\d*]))(?:\d+\*+\d*|\*{2,}\d*)")
"""Where the code itself would stand, one that is hidden: such a message only speaks of a code."""
_TOLD: Final = re.compile(r"[^.!?\n]{0,20}:\s?")
"""What stands between "do not tell anybody" and a code that no other word stands near: "do not share it: 123456"."""
_KIND_OF_CODE: Final = re.compile(r"[ -]|cod|kod|код|nummer|nr|pin|tan|[^\x00-\u024f]")
"""A phrase that names a number ("order number", "Postleitzahl"), not only a thing that has one ("order")."""
_LINK: Final = frozenset({"link", "链接", "連結"})
_PURPOSES: Final = kinds.LOGIN | kinds.REGISTER | kinds.RESET
_TRUST: Final = kinds.SECRECY | kinds.VALIDITY | kinds.CONFIRM | kinds.BIND | kinds.CHANGE | _PURPOSES


class Seen(NamedTuple):
    """What was found in a message.

    Attributes:
        read: its text.
        hits: the words.
        kinds: the kinds of all of them together.
        addresses: where web addresses stand.
        signed: what it is signed with.
        stops: words that are no part of a name; they are not among the hits.
    """

    read: Read
    hits: list[Hit]
    kinds: int
    addresses: list[tuple[int, int]]
    signed: Signatures
    stops: frozenset[str]

    @property
    def is_signed(self) -> bool:
        """It names its sender in brackets or before a colon."""
        return bool(self.signed.brackets or self.signed.colon)


def brings_code(seen: Seen) -> Code | None:
    """Return the code that a message brings, or None. Nobody keeps it: only that there is one is told on."""
    text = seen.read.text
    if (text[0].isdigit() or "-" in text[1:3]) and (code := _alone(seen)) is not None:
        return code
    if not seen.kinds & (kinds.CODE | kinds.WEAK | kinds.ENTER | kinds.CONFIRM | kinds.SECRECY):
        return None
    found = codes(text, seen.read.low, seen.addresses)
    if found and seen.kinds & kinds.OTHER_CODE:
        found = _without_others(found, seen.hits, seen.read.low)
    tempting = lures(seen.hits) if seen.kinds & (kinds.AD | kinds.LURE) else 0
    if seen.read.is_dense and not seen.signed.brackets and _is_unlikely(seen):
        return None
    code = _by_strong(seen, found, tempting) if seen.kinds & kinds.CODE else None
    at_counter = seen.kinds & kinds.PICKUP and not seen.kinds & (kinds.SECRECY | _PURPOSES)
    if code is None and seen.kinds & kinds.WEAK and not at_counter:
        code = _by_weak(seen, found, tempting)
    if code is None and found and tempting < 2 and seen.kinds & (kinds.CONFIRM | kinds.PAY | kinds.SECRECY | _PURPOSES):
        code = _by_deed(seen, found)
    if (
        code is None
        and found
        and seen.kinds & kinds.SECRECY
        and seen.kinds & (kinds.CODE | kinds.WEAK)
        and not tempting
    ):
        code = _told(seen, found)
    if code is None and seen.kinds & _PURPOSES and not tempting and (last := _AT_END.search(text)) is not None:
        code = Code(last.start(1), last.end(1), is_digits=False)
    return code


def _told(seen: Seen, found: list[Code]) -> Code | None:
    """Return the code that follows what is said of keeping it: "… code. Do not tell it to anybody: 123456"."""
    for code in found:
        if digits(seen.read.text[code.start : code.end]) < 4:
            continue
        for hit in seen.hits:
            if hit.kinds & kinds.SECRECY and hit.end < code.start:
                between = _TOLD.match(seen.read.low, hit.end, code.start)
                if between is not None and between.end() == code.start:
                    return code
    return None


def _alone(seen: Seen) -> Code | None:
    """Return the code of a message that has nothing else in its first line, or that begins with G-123456."""
    first, _break, rest = seen.read.text.partition("\n")
    if _WHOLE.fullmatch(first) and (not rest or seen.kinds & (kinds.VALIDITY | kinds.SECRECY)):
        return Code(0, len(first), is_digits=True)
    tagged = _TAGGED.match(first)
    return None if tagged is None else Code(0, tagged.end(), is_digits=True)


def _is_unlikely(seen: Seen) -> bool:
    """Return whether a message that nobody signs comes from those who lure: services that send codes there do sign."""
    if seen.kinds & (kinds.LURE | kinds.OPT_OUT):
        return True
    return bool(seen.addresses) and bool(seen.kinds & (kinds.AD | kinds.BAIT) or not seen.kinds & kinds.CODE)


def brings_link(seen: Seen) -> bool:
    """Return whether a message brings an address that signs its reader in."""
    if not seen.addresses or seen.kinds & kinds.LURE or _LOGIN_LINK.search(seen.read.low) is None:
        return False
    return all(seen.read.low[hit.start : hit.end] in _LINK for hit in seen.hits if hit.kinds & kinds.BAIT)


def speaks_to_customer(seen: Seen) -> bool:
    """Return whether somebody speaks to the reader as services do: "your", "您"."""
    return _YOURS.search(seen.read.low) is not None


def sounds_familiar(seen: Seen) -> bool:
    """Return whether a message is more like a person's than like one of those who frighten, lure or lead somewhere."""
    if not seen.kinds & kinds.PERSONAL or seen.addresses:
        return False
    bait = sum(1 for hit in seen.hits if hit.kinds & kinds.BAIT)
    return bait < 2 * sum(1 for hit in seen.hits if hit.kinds & kinds.PERSONAL) and lures(seen.hits) < 2


def lures(hits: list[Hit]) -> int:
    """Return how much in a message is said by advertisers and by those who give prizes away."""
    return sum(
        1 + bool(hit.kinds & kinds.LURE)
        for hit in hits
        if hit.kinds & (kinds.AD | kinds.LURE) and not hit.kinds & kinds.OPT_OUT
    )


def _without_others(found: list[Code], hits: list[Hit], low: str) -> list[Code]:
    """Leave out what another kind of number claims: the word before it is "order", "coupon code" or the like."""
    words = [hit for hit in hits if hit.kinds & (kinds.CODE | kinds.WEAK | kinds.OTHER_CODE)]
    kept = []
    for code in found:
        before = after = None
        for hit in words:
            if hit.end <= code.start:
                before = hit
            elif hit.start >= code.end:
                after = hit
                break
        if before is not None and code.start - before.end <= _NEAR:
            claims = before.kinds & kinds.OTHER_CODE and not before.kinds & kinds.CODE
            if claims and (code.start - before.end <= 3 or _KIND_OF_CODE.search(low, before.start, before.end)):
                continue
        elif after is not None and after.kinds & kinds.OTHER_CODE and after.start - code.end <= _NEAR // 2:
            continue
        kept.append(code)
    return kept


def _by_strong(seen: Seen, found: list[Code], tempting: int) -> Code | None:
    """Return the code of a phrase that is said of one-time codes only."""
    strong = (hit for hit in seen.hits if hit.kinds & kinds.CODE)
    if tempting >= 4:  # only a contract's terms, sent with the code that signs it
        is_firm = seen.signed.brackets and seen.kinds & (kinds.CONFIRM | kinds.SECRECY)
        found_behind = (_right_behind(seen, hit, found) for hit in strong) if is_firm else ()
        return next((code for code in found_behind if code is not None), None)
    if tempting >= 2 and not seen.kinds & (kinds.SECRECY | kinds.VALIDITY | _PURPOSES):
        return None
    for hit in strong:
        if (code := _of_strong(seen, hit, found)) is not None:
            return code
    return None


def _right_behind(seen: Seen, hit: Hit, found: list[Code]) -> Code | None:
    """Return the code of six digits or so that stands right behind a phrase."""
    for code in found:
        if hit.end <= code.start <= hit.end + 6 and 4 <= digits(seen.read.text[code.start : code.end]) <= 8:
            return code if _is_linked(seen, hit, code) else None
    return None


def _of_strong(seen: Seen, hit: Hit, found: list[Code]) -> Code | None:
    text = seen.read.text
    if _MASKED.match(text, hit.end) is not None:
        return None
    for code in found:
        if _QUESTION.match(seen.read.low, code.end) is not None:
            continue
        usual = 4 <= digits(text[code.start : code.end]) <= 8
        if _gap(hit, code) <= _FAR and (usual or (code.start >= hit.end and _is_linked(seen, hit, code))):
            return code
    after = _lettered(seen, hit)
    if after is not None:
        return after
    before = mixed(text, max(0, hit.start - 40), hit.start, seen.addresses)
    begins = min(seen.signed.first, hit.start)
    if before is not None and text[begins : before.start].strip(" <#>[]():-\n") in _INTRODUCING:
        return before
    return None


def _by_weak(seen: Seen, found: list[Code], tempting: int) -> Code | None:
    """Return the code of a word that is also said of other codes."""
    if tempting >= 2 or (tempting and not seen.kinds & kinds.SECRECY) or _ASKED.search(seen.read.low):
        return None
    personal = bool(seen.kinds & kinds.PERSONAL) and not seen.is_signed
    if personal and _YOURS.search(seen.read.low) is None:
        return None
    for hit in seen.hits:
        if not hit.kinds & kinds.WEAK or _ONES_OWN.search(seen.read.low, max(0, hit.start - 24), hit.start):
            continue
        for code in found:
            if _QUESTION.match(seen.read.low, code.end) is not None or _OF_A_DOOR.match(seen.read.low, code.end):
                continue
            if 4 <= digits(seen.read.text[code.start : code.end]) <= 8 and (
                _is_linked(seen, hit, code) or (seen.kinds & _TRUST and _gap(hit, code) <= 60)
            ):
                return code
        lettered = None
        if not personal:
            lettered = _lettered(seen, hit, said=bool(seen.addresses) or not seen.kinds & _PURPOSES)
            lettered = lettered or _at_beginning(seen, hit)
        if lettered is not None:
            return lettered
        if seen.kinds & kinds.ENTER and (short := _short(seen, hit, found)) is not None:
            return short
    return None


def _at_beginning(seen: Seen, hit: Hit) -> Code | None:
    """Return the code of letters and digits that a message begins with: "AB12CD is your code"."""
    before = mixed(seen.read.text, 0, hit.start, seen.addresses) or _CAPITALS.match(seen.read.text)
    if before is None:
        return None
    code = before if isinstance(before, Code) else Code(0, before.end(), is_digits=False)
    if seen.read.text[: code.start].strip(" <#>[]():-\n") or _IS_YOUR.match(seen.read.low, code.end) is None:
        return None
    return code if _is_linked(seen, hit, code) else None


def _short(seen: Seen, hit: Hit, found: list[Code]) -> Code | None:
    """Return a code that the reader is told to enter, of any shape: "enter code 123", "use code AB-12 to sign in"."""
    if not any(one.kinds & kinds.ENTER and one.end == hit.start - 1 for one in seen.hits):
        return None
    for code in found:
        if code.start == hit.end + 1:
            return code
    after = mixed(seen.read.text, hit.end + 1, hit.end + 13, seen.addresses)
    if after is None or after.start != hit.end + 1:
        return None
    return after if _TO_DO.match(seen.read.low, after.end) is not None else None


_CAPITALS: Final = re.compile(r"[A-Z]{5,8}(?=\s)|(?=[A-Z0-9]{5,8}\s)[A-Z0-9]{5,8}")
_IS_YOUR: Final = re.compile(
    r"\s(?:is|es|e|est|ist|to|je|jest) (?:the|your|tu|su|seu|votre|dein|ihr|il tuo|jouw|uw|twoj|vas)\s"
)


def _lettered(seen: Seen, hit: Hit, *, said: bool = False) -> Code | None:
    """Return the code of letters and digits right behind a phrase and its "is".

    Args:
        seen: what was found in the message.
        hit: the phrase.
        said: more than a space must stand between.
    """
    text, low = seen.read.text, seen.read.low
    linking = _LINKING.match(low, hit.end, hit.end + 48)
    if linking is None or linking.end() == hit.end or (said and not low[hit.end : linking.end()].strip()):
        return None
    start = max(linking.start(1) if linking[1] else linking.end(), hit.end + 1)  # "QX-4B7": the letters are part of it
    behind = mixed(text, start, start + 12, seen.addresses)
    if behind is not None and behind.start <= start + 1:
        return behind
    letters = _LETTERS.match(text, start)
    is_said = bool(low[hit.end : start].strip()) and hit.kinds & kinds.CODE and not text.isupper()
    if letters is not None and (":" in text[hit.end : start] or (is_said and letters[0].isupper())):
        at_end = not text[letters.end() :].strip(" .。!")
        is_word = low[start : letters.end()] in seen.stops or any(one.start == start for one in seen.hits)
        if letters[0].isupper() or (hit.kinds & kinds.CODE and not is_word and (at_end or seen.read.is_dense)):
            return Code(start, letters.end(), is_digits=False)
    far = mixed(text, hit.end, hit.end + 60, seen.addresses) if hit.kinds & kinds.CODE else None
    if far is not None and _SAID_THEN.search(low, hit.end, far.start) is not None:
        return far if _SENTENCE.search(low, hit.end, far.start) is None else None
    return None


_LETTERS: Final = re.compile(r"[A-Z]{5,8}(?=$|[\s.,!、。])|[a-z]{4,8}(?=$|[\n.!、。])")
"""A code of letters alone: in capitals, or in small ones where nothing else can follow."""


def _by_deed(seen: Seen, found: list[Code]) -> Code | None:
    """Return the code where no word for one is said: "use 123456 to verify", "Example: 123456 to approve"."""
    deeds = [hit for hit in seen.hits if hit.kinds & (kinds.CONFIRM | kinds.PAY | _PURPOSES)]
    for code in found:
        if digits(seen.read.text[code.start : code.end]) < 4:
            continue
        for hit in seen.hits:
            if hit.kinds & kinds.ENTER and 0 < code.start - hit.end <= 3:
                low = seen.read.low
                if any(-90 <= deed.start - code.end <= 40 and deed.start != hit.start for deed in deeds) and (
                    _QUESTION.match(low, code.end) is None
                ):
                    return code
        is_first = seen.signed.colon and seen.read.text[: code.start].rstrip().endswith(":")
        if is_first and (any(0 < deed.start - code.end <= 4 for deed in deeds) or _is_alone(seen, code)):
            return code
    return None


def _is_alone(seen: Seen, code: Code) -> bool:
    """Return whether a code is all that is said after who speaks: "Example: 123456. Do not share it."."""
    return (
        code.start <= len(seen.signed.colon) + 3
        and bool(seen.kinds & kinds.SECRECY)
        and not seen.kinds & kinds.PERSONAL
        and _SENTENCE.match(seen.read.low, code.end) is not None
    )


def _gap(hit: Hit, code: Code) -> int:
    return code.start - hit.end if code.start >= hit.end else hit.start - code.end


def _is_linked(seen: Seen, hit: Hit, code: Code) -> bool:
    """Return whether nothing but "is", a colon and the like stands between a phrase and a code, or a name as well."""
    low = seen.read.low
    if code.start >= hit.end:
        if code.start - hit.end > 2 * _NEAR:
            return False
        linking = _LINKING.match(low, hit.end, code.start)
        if linking is not None and linking.end() >= code.start:
            return True
        between = low[hit.end : code.start]
        return _SENTENCE.search(between) is None and (
            _SAID_THEN.search(between) is not None
            or (len(between) <= _NEAR and _YOURS.search(low, 0, hit.start) is not None)
        )
    if hit.start - code.end > 2 * _NEAR:
        return False
    linking = _LINKING_BACK.match(low, code.end, hit.start)
    if linking is None or linking.end() == code.end:
        return False
    # "123456 is your Example code": a name may stand before the phrase.
    return hit.start - linking.end() <= 30 and _SENTENCE.search(low, linking.end(), hit.start) is None
