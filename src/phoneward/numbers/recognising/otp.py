"""Whether a message brings a one-time code.

A code is a thing of the right shape next to words that are said of one-time codes. Neither is enough: bills and
parcels bear numbers, and people write about codes.
"""

import re
from typing import Final

from phoneward.numbers.recognising.codes import Code, codes, mixed
from phoneward.numbers.recognising.lexicon import Hit, Kind

_FAR: Final = 90
"""Characters between a strong phrase and the code it speaks of, at most."""
_NEAR: Final = 28
_LINKING: Final = re.compile(
    r"""[\s:=\-–—>.,，"'“”«»()\[\]{}【】「」『』《》*_|<]*(?:(?:is|are|es|e|ist|lautet|est|to|jest|je|este|la|adalah|ialah|er|ar|om|для|это|は|が|です|は、|是|为|為|은|는|이|가|คือ|هو|هي|now|:|no|nr|number|below|here|your|otp|code|pin)\b[\s:=\-–—>.,"'“”«»()\[\]*]*){0,3}"""
    r"[A-Z]{0,3}-?",
    re.IGNORECASE,
)
"""What may stand between "code" and the code itself."""
_LINKING_BACK: Final = re.compile(
    r"""[\s:\-–—.,"'“”()\[\]】*]*(?:(?:is|es|e|ist|est|jest|je|este|la|adalah|ialah|er|ar|это|olarak|as|は|是|为|為|이|가|은|는|คือ|is:|your|the|tu|su|seu|votre|dein|ihr|din|your|uw|je|twoj|vas|cod|ma|ваш)\b[\s:\-–—"'()\[\]]*){0,4}""",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,8}[.。]?|\d{3}[- ]\d{3}")
_ASKED: Final = re.compile(
    r"[?？]|发给我|發給我|发我|告诉我|給我|给我|发过来|转发给我|send me|tell me|give me|what('| i)s (the|your|my)|forward me|need (the|your) code"
)
_LOGIN_LINK: Final = re.compile(
    r"magic link|one[- ]time link|(?:sign|log)[- ]?in link|登录链接|登錄連結|ログイン(?:用)?リンク|로그인 링크|link to (?:sign|log) in|tap to (?:sign|log) in|(?:click|tap)(?: on)? (?:this|the|here|link)[^.\n]{0,40}to (?:sign|log) in"
)


def brings_code(text: str, low: str, hits: list[Hit], addresses: list[tuple[int, int]], seen: int) -> Code | None:
    """Return the code that a message brings, or None. Nobody keeps it: only that there is one is told on.

    Args:
        text, low: as they were read.
        hits: the words that were found in it.
        addresses: where web addresses stand.
        seen: the kinds of all hits together.
    """
    if _WHOLE.fullmatch(text):
        return Code(0, len(text), True)
    if not seen & (Kind.CODE | Kind.WEAK | Kind.ENTER):
        return _google(text)
    found = codes(text, low, addresses)
    if found and seen & Kind.OTHER_CODE:
        found = _without_others(found, hits, low)
    if seen & Kind.CODE:
        for hit in hits:
            if hit.kinds & Kind.CODE and (code := _of_strong(text, low, hit, found, addresses)) is not None:
                return code
    if seen & Kind.WEAK and not _ASKED.search(low):
        personal = bool(seen & Kind.PERSONAL)
        for hit in hits:
            if (
                hit.kinds & Kind.WEAK
                and (code := _of_weak(text, low, hit, found, addresses, seen, personal)) is not None
            ):
                return code
    if found and seen & Kind.ENTER and seen & (Kind.CONFIRM | Kind.LOGIN | Kind.REGISTER | Kind.RESET):
        return _entered(low, hits, found)
    return _google(text)


def brings_link(low: str, addresses: list[tuple[int, int]]) -> bool:
    """Return whether a message brings an address that signs its reader in."""
    return bool(addresses) and _LOGIN_LINK.search(low) is not None


def _google(text: str) -> Code | None:
    found = re.match(r"(?:G|FB)-\d{5,8}\b", text)
    return Code(found.start(), found.end(), True) if found else None


def _without_others(found: list[Code], hits: list[Hit], low: str) -> list[Code]:
    """Leave out what another kind of number claims: the word right before it is "order", "coupon code" …"""
    kept = []
    for code in found:
        before = [
            hit for hit in hits if hit.end <= code.start and hit.kinds & (Kind.CODE | Kind.WEAK | Kind.OTHER_CODE)
        ]
        after = [hit for hit in hits if hit.start >= code.end and hit.kinds & (Kind.CODE | Kind.WEAK | Kind.OTHER_CODE)]
        near = before[-1] if before and code.start - before[-1].end <= _NEAR else None
        if near is not None and near.kinds & Kind.OTHER_CODE and not near.kinds & Kind.CODE:
            continue
        if near is None and after and after[0].kinds & Kind.OTHER_CODE and after[0].start - code.end <= _NEAR // 2:
            continue
        kept.append(code)
    return kept


def _of_strong(text: str, low: str, hit: Hit, found: list[Code], addresses: list[tuple[int, int]]) -> Code | None:
    for code in found:
        gap = code.start - hit.end if code.start >= hit.end else hit.start - code.end
        if gap > _FAR:
            continue
        long = sum(sign.isdigit() for sign in text[code.start : code.end])
        if 4 <= long <= 8 or _linked(text, low, hit, code):
            return code
    linking = _LINKING.match(text, hit.end, hit.end + 48)
    assert linking is not None  # noqa: S101 - it matches nothing at least
    behind = mixed(text, linking.end(), linking.end() + 12, addresses)
    if behind is not None and behind.start <= linking.end() + 1:
        return behind
    before = mixed(text, max(0, hit.start - 40), hit.start, addresses)
    if before is not None and text[: before.start].strip(" <#>[]():-\n") == "":
        return before
    if ":" in text[hit.end : linking.end()]:
        capitals = re.compile(r"[A-Z]{4,8}(?=$|[\s.,!])").match(text, linking.end())
        if capitals is not None:
            return Code(capitals.start(), capitals.end(), False)
    return None


def _of_weak(
    text: str, low: str, hit: Hit, found: list[Code], addresses: list[tuple[int, int]], seen: int, personal: bool
) -> Code | None:
    trusted = seen & (Kind.SECRECY | Kind.VALIDITY | Kind.LOGIN | Kind.REGISTER | Kind.RESET | Kind.CONFIRM)
    for code in found:
        long = sum(sign.isdigit() for sign in text[code.start : code.end])
        if not 4 <= long <= 8:
            continue
        if personal and not trusted and not _spoken_by_service(low):
            continue
        if _linked(text, low, hit, code):
            return code
        gap = code.start - hit.end if code.start >= hit.end else hit.start - code.end
        if trusted and gap <= 60:
            return code
    linking = _LINKING.match(text, hit.end, hit.end + 40)
    assert linking is not None  # noqa: S101 - it matches nothing at least
    if linking.end() - hit.end > 1 and not personal:
        behind = mixed(text, linking.end(), linking.end() + 12, addresses)
        if behind is not None and behind.start <= linking.end() + 1:
            return behind
    return None


def _spoken_by_service(low: str) -> bool:
    return "your" in low or "you" in low or "您" in low


def _linked(text: str, low: str, hit: Hit, code: Code) -> bool:
    """Return whether nothing but "is", a colon and the like stands between a phrase and a code."""
    del low
    if code.start >= hit.end:
        if code.start - hit.end > _NEAR:
            return False
        linking = _LINKING.match(text, hit.end, code.start)
        return linking is not None and linking.end() >= code.start
    if hit.start - code.end > 2 * _NEAR:
        return False
    linking = _LINKING_BACK.match(text, code.end, hit.start)
    if linking is None:
        return False
    # "123456 is your Example code": a name may stand before the phrase.
    rest = text[linking.end() : hit.start]
    return linking.end() > code.end and len(rest) <= 30 and not re.search(r"[.!?。！？\n]", rest)


def _entered(low: str, hits: list[Hit], found: list[Code]) -> Code | None:
    """Return the code of "use 123456 to verify": no word for a code at all."""
    for hit in hits:
        if not hit.kinds & Kind.ENTER:
            continue
        for code in found:
            if 0 < code.start - hit.end <= 3 and code.end - code.start >= 4:
                after = [one for one in hits if 0 <= one.start - code.end <= 24]
                if any(one.kinds & (Kind.CONFIRM | Kind.LOGIN | Kind.REGISTER | Kind.RESET) for one in after):
                    return code
    return None
