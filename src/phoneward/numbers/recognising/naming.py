"""Who speaks in a message.

A signature is a hint, not the answer: one firm signs for many services, and gateways sign for everybody. So the
sentence comes first ("your Example verification code"), then the signature, then the sender's name.
"""

import re
from typing import Final, NamedTuple

from phoneward.numbers.recognising.codes import Code
from phoneward.numbers.recognising.lexicon import Hit, Kind
from phoneward.numbers.recognising.names import Name, Names, spans
from phoneward.numbers.recognising.reading import Read
from phoneward.numbers.recognising.signatures import Signatures, sender_name

_TOKEN: Final = re.compile(
    r"[0-9A-Za-z\u00c0-\u024f\u0370-\u058f\u1e00-\u1eff]+(?:[.&'’+-][0-9A-Za-z\u00c0-\u024f\u0370-\u058f\u1e00-\u1eff]+)*\+?"
)
_NOT_IN_NAMES: Final = ~(Kind.AD | Kind.BAIT | Kind.CUSTOMER | Kind.NOTICE_SAFE | Kind.NOTICE).value
_ANCHORS: Final = Kind.CODE | Kind.WEAK
_DEEDS: Final = (
    Kind.LOGIN | Kind.REGISTER | Kind.RESET | Kind.BIND | Kind.UNBIND | Kind.CHANGE | Kind.DELETE | Kind.CONFIRM
)
_GOES_ON: Final = frozenset(
    {"bank", "pay", "mobile", "network", "online", "card", "club", "music", "games", "store", "app"}
)
"""Words that are part of a name after another word of it."""
_OWN: Final = re.compile(
    r"(?:your|ur|tu|su|seu|sua|votre|ton|dein|deine|ihr|ihre|tuo|suo|jouw|je|uw|din|twoj|vas|tvuj|codul|ваш|for|to|of|para|pour|fur|per|voor|till|til|do|do|pentru|icin|de|untuk|cua|для|di|do)\s(?:[a-z0-9]+[- ]){0,2}$"
)
_SPLIT: Final = re.compile(r"[.,:;!?()\n\"“”«»。，！？：；、|]")
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TAILS: Final = re.compile(
    r"(?:[\s-](?:ID|account|konto|app|phone|compte|cuenta|conta|account's|com)|'s|’s|の|의)+\Z", re.IGNORECASE
)
_DENSE_BEFORE: Final = re.compile(
    r"([^\s\d。、，,.:：!！?？「」『』【】\[\]()*]{2,20}(?:[ -][^\s\d。、，,.:：!！?？「」『』【】\[\]()*]{1,14})?)\Z"
)
_DENSE_AFTER: Final = re.compile(r"[\s“\"「『《]*([^\s\d。、，,.:：!！?？「」『』【】\[\]()*“”\"《》]{2,14})")
_BANK: Final = re.compile(r"银行|銀行|은행|bank|信用卡|농협|신협|카드")


class _Token(NamedTuple):
    start: int
    end: int
    is_blocked: bool


def service(
    read: Read, hits: list[Hit], code: Code | None, signed: Signatures, sender: str, names: Names
) -> tuple[Name | None, bool]:
    """Return who speaks, and whether they sign: in brackets, before a colon, after a dash, or as the sender.

    Args:
        read: the text.
        hits: the words that were found in it.
        code: the one-time code that it brings.
        signed: what it is signed with.
        sender: whom it comes from.
        names: the services that are known.
    """
    signature = _signature(read, hits, signed, sender, names)
    said = _said(read, hits, code, names)
    if said is None or (signature is not None and not _outranks(said[0], said[1], signature, read)):
        if signature is not None:
            return signature, True
        return (said[0] if said else None), False
    return said[0], signature is not None


def _outranks(said: Name, is_close: bool, signature: Name, read: Read) -> bool:
    """Return whether the sentence is to be believed before the signature."""
    if _BANK.search(signature.shown.lower()) or (signature.system is not None and signature.system is said.system):
        return False
    if said.is_known:
        return is_close
    if signature.is_known:
        return False
    return is_close and (read.is_ascii or said.shown.isascii())


def _signature(read: Read, hits: list[Hit], signed: Signatures, sender: str, names: Names) -> Name | None:
    for written in signed.brackets:
        if not names.is_gateway(written) and not _speaks(written, read, hits):
            known = names.known(written)
            if known is not None or not written.isdigit():
                return known or Name(written)
    if signed.colon and (found := _colon(signed.colon, read, hits, names)) is not None:
        return found
    if signed.domain and not signed.domain.endswith(("example.com", "example.org", "example.net", ".example", ".test")):
        return names.by_domain(signed.domain) or Name(signed.domain)
    written = sender_name(sender)
    by_sender = None
    if written and not names.is_gateway(written):
        by_sender = names.known(written)
        if by_sender is None or by_sender.is_known:
            by_sender = by_sender or Name(written)
    if signed.dash and not names.is_gateway(signed.dash) and len(signed.dash.split()) <= 4:
        known = names.known(signed.dash)
        if known is not None:
            return known
        if by_sender is None and signed.dash[0].isupper() and not _covered(read, hits, read.text.rfind(signed.dash)):
            return Name(signed.dash)
    return by_sender


def _speaks(written: str, read: Read, hits: list[Hit]) -> bool:
    """Return whether what stands in brackets is a phrase about the code itself."""
    start = read.text.find(written)
    return any(hit.start >= start and hit.end <= start + len(written) and hit.kinds & _ANCHORS for hit in hits)


def _covered(read: Read, hits: list[Hit], start: int) -> bool:
    del read
    return any(hit.start == start for hit in hits)


def _colon(written: str, read: Read, hits: list[Hit], names: Names) -> Name | None:
    """Return whom a message names before its first colon: without "Alert" after it, and never "Your code"."""
    start = read.text.find(written)
    end = start + len(written)
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    if any(hit.kinds & _ANCHORS for hit in inside) or names.is_gateway(written):
        return None
    if (known := names.known(written)) is not None:
        return known
    while inside and inside[-1].end == end and read.low[inside[-1].start : end] not in _GOES_ON:
        end = inside.pop().start
        while end > start and not read.text[end - 1].isalnum():
            end -= 1
    rest = read.text[start:end].strip()
    if (
        len(rest) < 2
        or (inside and inside[0].start == start and inside[0].kinds & _NOT_IN_NAMES)
        or names.is_gateway(rest)
    ):
        return None
    if not (rest[0].isupper() or rest[0].isdigit() or _DENSE.match(rest)) and " " in rest:
        return None
    return names.known(rest) or Name(rest)


def _said(read: Read, hits: list[Hit], code: Code | None, names: Names) -> tuple[Name, bool] | None:
    """Return whom the sentence names, and whether right at the word for the code or the deed."""
    text = read.text
    tokens = _tokens(read, hits, code)
    anchors = [hit for hit in hits if hit.kinds & _ANCHORS][:4]
    for hit in anchors:
        if (name := _left(read, hits, tokens, hit.start, names)) is not None:
            return name, True
    if not read.is_ascii:
        dense = _dense(read, hits, anchors if code is not None else [], names)
        if dense is not None:
            return dense
    for hit in anchors:
        if (name := _right(read, tokens, hit.end, names)) is not None:
            return name, True
    deeds = [hit for hit in hits if hit.kinds & (_DEEDS | Kind.NOTICE)][:4]
    for hit in deeds:
        if (name := _right(read, tokens, hit.end, names)) is not None:
            return name, True
    for hit in deeds:
        if (name := _left(read, hits, tokens, hit.start, names)) is not None:
            return name, True
    if text.startswith("G-") and code is not None and code.start == 0:
        return names.known("Google") or Name("Google"), True
    if (name := _anywhere(read, tokens, names)) is not None:
        return name, False
    return None


def _tokens(read: Read, hits: list[Hit], code: Code | None) -> list[_Token]:
    tokens = []
    at = 0
    for found in _TOKEN.finditer(read.text):
        start, end = found.span()
        while at < len(hits) and hits[at].end <= start:
            at += 1
        blocked = code is not None and start < code.end and end > code.start
        look = at
        while not blocked and look < len(hits) and hits[look].start < end:
            hit = hits[look]
            # A word like "Proton-Code" or "co-op" is not blocked by a part of it, unless that begins it.
            blocked = (
                bool(hit.kinds & _NOT_IN_NAMES)
                and hit.start <= start
                and (hit.end >= end or read.text[hit.end] in "'’")
            )
            if not blocked and hit.start > start and hit.kinds & _NOT_IN_NAMES and read.text[hit.start - 1] in "-'’":
                end = hit.start - 1  # "Example-Code", "Example's"
                break
            look += 1
        digits = not blocked and not any(sign.isalpha() for sign in found[0])
        tokens.append(_Token(start, end, blocked or (digits and len(found[0]) != 5)))
    return tokens


def _is_filled(read: Read, hits: list[Hit], start: int, end: int) -> bool:
    """Return whether every sign of a script without spaces between two places is part of a phrase that is no name."""
    at = start
    for hit in hits:
        if hit.end > at and hit.start < end and hit.kinds & _NOT_IN_NAMES:
            if _DENSE.search(read.text, at, max(at, hit.start)):
                return False
            at = hit.end
    return not _DENSE.search(read.text, at, end)


def _left(read: Read, hits: list[Hit], tokens: list[_Token], anchor: int, names: Names) -> Name | None:
    """Return the name that ends where a phrase begins: "your [Example] code"."""
    last = len(tokens)
    while last and tokens[last - 1].end > anchor:
        last -= 1
    # "your Example phone verification code", "Example login verification code": words that are no name in between.
    skipped = 0
    while (
        last
        and tokens[last - 1].is_blocked
        and skipped < 3
        and not _SPLIT.search(read.text, tokens[last - 1].end, anchor)
    ):
        if read.low[tokens[last - 1].start : tokens[last - 1].end] in _LEFT_ENDS:
            return None
        last -= 1
        skipped += 1
    first = last
    end = anchor
    while first and last - first < 5 and not tokens[first - 1].is_blocked:
        if _SPLIT.search(read.text, tokens[first - 1].end, end) or not _is_filled(
            read, hits, tokens[first - 1].end, end
        ):
            break
        first -= 1
        end = tokens[first].start
    return _name(read, tokens, first, last, names, at_left=True)


_LEFT_ENDS: Final = frozenset(
    {"is", "the", "a", "this", "es", "est", "ist", "this is", "to", "for", "with", "from", "use", "enter"}
)
"""Words between which and a code no name stands before them."""


def _right(read: Read, tokens: list[_Token], anchor: int, names: Names) -> Name | None:
    """Return the name that follows a phrase: "verification code for [Example]"."""
    first = 0
    while first < len(tokens) and tokens[first].start < anchor:
        first += 1
    end = anchor
    skipped = odd = 0
    while first < len(tokens) and skipped < 12:
        token = tokens[first]
        if re.search(r"[.!?\n。！？](?:\s|$)|[。！？\n，]", read.text[end : token.start + 1]):
            return None
        if not token.is_blocked:
            sign = read.text[token.start]
            if (
                sign.isupper()
                or (sign.isdigit() and not read.text[token.start : token.end].isdigit())
                or _OWN.search(read.low, max(0, token.start - 24), token.start)
            ):
                break
            odd += 1
            if odd > 2:
                return None
        end = token.end
        first += 1
        skipped += 1
    last = first
    while (
        last < len(tokens)
        and last - first < 4
        and (not tokens[last].is_blocked or (last > first and _goes_on(read, tokens[last])))
    ):
        if last > first and _SPLIT.search(read.text, tokens[last - 1].end, tokens[last].start):
            break
        last += 1
    while (
        last > first + 1
        and not read.text[tokens[last - 1].start].isupper()
        and read.text[tokens[first].start].isupper()
    ):
        last -= 1
    return _name(read, tokens, first, last, names, at_left=False)


def _goes_on(read: Read, token: _Token) -> bool:
    return read.low[token.start : token.end] in _GOES_ON and read.text[token.start].isupper()


def _name(read: Read, tokens: list[_Token], first: int, last: int, names: Names, *, at_left: bool) -> Name | None:
    """Return the name that some words make, the longest that is known before all that may be."""
    if first >= last:
        return None
    text = read.text
    for start in range(first, last):
        for end in range(min(last + 1, len(tokens)), start, -1):
            if (
                known := names.in_sentence(text[tokens[start].start : tokens[end - 1].end])
            ) is not None and _is_written_as_name(read, tokens[start], first == start):
                return known
    if at_left:
        while first < last - 1 and not _is_capital(text, tokens[first]):
            first += 1
    if not _is_capital(text, tokens[first]):
        if not ((at_left and last - first <= 2) or (not at_left and last - first == 1)):
            return None
        if not _OWN.search(read.low, max(0, tokens[first].start - 24), tokens[first].start):
            return None
    written = _TAILS.sub("", text[tokens[first].start : tokens[last - 1].end]).strip()
    if len(written) < 2 or names.is_generic(written) or written.isdigit():
        return None
    return names.known(written) or Name(written)


def _is_capital(text: str, token: _Token) -> bool:
    return any(sign.isupper() for sign in text[token.start : token.end]) or (
        text[token.start].isdigit() and not text[token.start : token.end].isdigit()
    )


def _is_written_as_name(read: Read, token: _Token, is_first: bool) -> bool:
    return _is_capital(read.text, token) or is_first


def _dense(read: Read, hits: list[Hit], anchors: list[Hit], names: Names) -> tuple[Name, bool] | None:
    """Return whom a sentence of a script without spaces names."""
    low = read.low
    known = list(spans(low, names.words, names)) if _DENSE.search(read.text) else []
    deeds = [hit for hit in hits if hit.kinds & _DEEDS]
    edges = {hit.start for hit in (*anchors, *deeds)}
    afters = {hit.end for hit in deeds}
    body = [one for one in known if not _in_brackets(low, one[0])]
    for start, end, name in body:
        gap = low[end : end + 4].lstrip(' 】」』”"账帐号户的の安全手机app')
        if (
            end in edges
            or (end + len(low[end : end + 4]) - len(gap)) in edges
            or start in afters
            or (
                low[max(0, start - 2) : start].strip(' “"「您的在到') == ""
                and any(0 <= start - after <= 2 for after in afters)
            )
        ):
            return name, True
    for hit in anchors:
        before = low[max(0, hit.start - 36) : hit.start].rstrip(" の的의「『'\"“")
        found = _DENSE_BEFORE.search(before)
        if found is None or not _DENSE.search(found[1]):
            continue
        start = max(0, hit.start - 36) + found.start(1)
        inside = [
            one
            for one in hits
            if one.start < start + len(found[1])
            and one.end > start
            and one.kinds & _NOT_IN_NAMES
            and one.end - one.start > 1
        ]
        if inside:
            start = inside[-1].end
        written = read.text[start : max(0, hit.start - 36) + found.end(1)].strip(" の的의는은이가を・-:")
        if 2 <= len(written) <= 20 and not names.is_gateway(written) and not _in_brackets(low, start):
            return names.known(written) or Name(written), False
    if body:
        return body[0][2], False
    for hit in hits:
        if (
            hit.kinds & (Kind.LOGIN | Kind.REGISTER)
            and (found := _DENSE_AFTER.match(read.text, hit.end)) is not None
            and _DENSE.search(found[1])
        ):
            written = found[1]
            cut = [one.start - found.start(1) for one in hits if found.start(1) <= one.start < found.end(1)]
            written = written[: min(cut)] if cut else written
            if 2 <= len(written) <= 12 and not names.is_gateway(written):
                return names.known(written) or Name(written), False
    return None


def _in_brackets(low: str, place: int) -> bool:
    opened = max(low.rfind("【", 0, place + 1), low.rfind("[", 0, place + 1))
    return opened >= 0 and not any(sign in low[opened:place] for sign in "】]")


def _anywhere(read: Read, tokens: list[_Token], names: Names) -> Name | None:
    """Return a known name wherever it stands, or the first word that is written as a name."""
    text = read.text
    for at, token in enumerate(tokens[:60]):
        if not _is_capital(text, token) and read.is_ascii:
            continue
        for end in range(min(at + 3, len(tokens)), at, -1):
            if (known := names.in_sentence(text[token.start : tokens[end - 1].end])) is not None:
                return known
    for at, token in enumerate(tokens[:40]):
        if token.is_blocked or not _is_capital(text, token) or token.end - token.start < 3:
            continue
        last = at + 1
        while last < len(tokens) and last - at < 4 and not tokens[last].is_blocked and _is_capital(text, tokens[last]):
            if _SPLIT.search(text, tokens[last - 1].end, tokens[last].start):
                break
            last += 1
        name = _name(read, tokens, at, last, names, at_left=True)
        if name is not None and not re.fullmatch(r"[A-Za-z0-9+/]{11}", name.shown):
            return name
    return None
