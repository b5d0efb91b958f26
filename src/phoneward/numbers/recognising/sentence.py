"""Whom the sentence of a message names: "your Example verification code", "您正在登录示例".

What is no name is known better than what is one: words of the trade, small words, the code itself. What is left next to
the word for the code, and is written as a name, is the name.
"""

import re
from typing import Final, NamedTuple

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.codes import Code
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen
from phoneward.numbers.recognising.reading import Read

_LETTERS: Final = r"0-9A-Za-z\u00c0-\u024f\u0370-\u058f\u1e00-\u1eff"
_TOKEN: Final = re.compile(rf"[{_LETTERS}]+(?:[.&'’+-][{_LETTERS}]+)*\+?")
_IN_NAMES: Final = (
    kinds.AD
    | kinds.BAIT
    | kinds.CUSTOMER
    | kinds.NOTICE_SAFE
    | kinds.NOTICE
    | kinds.CALL
    | kinds.OPT_OUT
    | kinds.PERSONAL
)
"""Words that may be a name all the same, where they are written as one."""
BLOCKS: Final = ~_IN_NAMES
ANCHORS: Final = kinds.CODE | kinds.WEAK
_DEEDS: Final = (
    kinds.LOGIN | kinds.REGISTER | kinds.RESET | kinds.BIND | kinds.UNBIND | kinds.CHANGE | kinds.DELETE | kinds.CONFIRM
)
GOES_ON: Final = frozenset(
    {"bank", "pay", "mobile", "network", "online", "card", "club", "music", "games", "store", "app", "one", "id"}
)
"""Words that are part of a name after another word of it."""
_LEFT_ENDS: Final = frozenset(
    {"is", "the", "a", "this", "es", "est", "ist", "to", "for", "with", "from", "use", "enter"}
)
"""Words between which and a code no name stands before them."""
_OWN: Final = re.compile(
    r"(?<![^\W\d_])(?:your|ur)\s"
    r"(?:[a-z0-9]+[- ]){0,2}$"
)
"""What stands before a name that is written in lower case."""
_YOUR: Final = re.compile(r"(?<![^\W\d_])(?:your|tu|su|seu|sua|votre|dein|ihr|tuo|jouw|uw|din|twoj|vas|ваш)\s$")
_ACCOUNT: Final = re.compile(r"\s(?:account|cuenta|conta|compte|konto|profile|wallet|app)(?![^\W\d_])")
_SPLIT: Final = re.compile(r"[.,:;!?()\n\"“”«»。！？：；、|]")
_STOPS: Final = re.compile(r"[.!?](?:\s|$)|[。！？\n]")
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TAILS: Final = re.compile(r"(?:[\s-](?:ID|account|konto|app|phone|compte|cuenta|conta)|'s|’s|の|의)+\Z", re.IGNORECASE)
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_NO: Final = r"\s\d。、，,.:：!！?？「」『』【】\[\]()*"
_DENSE_BEFORE: Final = re.compile(rf"([^{_NO}]{{2,20}}(?:[ -][^{_NO}]{{1,14}})?)\Z")
_DENSE_AFTER: Final = re.compile(rf"[\s“\"「『《]*([^{_NO}“”\"《》]{{2,14}})")
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{11}")
"""The hash that tells Android's SMS Retriever which app a code is for."""


class Said(NamedTuple):
    """Whom a sentence names.

    Attributes:
        name: who.
        is_close: right at the word for the code, or for what is done with it.
    """

    name: Name
    is_close: bool


class _Token(NamedTuple):
    start: int
    end: int
    is_blocked: bool
    is_capital: bool


class _Sentence(NamedTuple):
    read: Read
    hits: list[Hit]
    tokens: list[_Token]
    names: Names


def said(seen: Seen, code: Code | None, names: Names) -> Said | None:
    """Return whom the sentence of a message with a code or a login link names."""
    one = _Sentence(seen.read, seen.hits, _tokens(seen, code), names)
    anchors = [hit for hit in seen.hits if hit.kinds & ANCHORS][:4]
    for hit in anchors:
        if (name := _left(one, hit.start)) is not None:
            shouted = not name.is_known and name.shown.isupper() and len(name.shown) > 4
            return Said((_known(one) if shouted else None) or name, is_close=True)
    if not seen.read.is_ascii and (dense := _dense(one, anchors if code is not None else [])) is not None:
        return dense
    for hit in anchors:
        if (name := _right(one, hit.end)) is not None:
            return Said(name, is_close=True)
    deeds = [hit for hit in seen.hits if hit.kinds & (_DEEDS | kinds.NOTICE)][:4]
    for hit in deeds:
        if (name := _right(one, hit.end) or _left(one, hit.start)) is not None:
            return Said(name, is_close=True)
    if seen.read.text.startswith("G-") and code is not None and code.start == 0:
        return Said(names.known("Google") or Name("Google"), is_close=True)
    name = _known(one) or _written_as_name(one)
    return None if name is None else Said(name, is_close=False)


def spoken_of(seen: Seen, names: Names) -> Name | None:
    """Return whom a message without a code speaks of: one who is known, or whose owner of an account it speaks to."""
    if not seen.read.is_ascii and (found := names.first_in(seen.read.low)) is not None:
        return found[2]
    one = _Sentence(seen.read, seen.hits, _tokens(seen, None), names)
    if (name := _known(one)) is not None:
        return name
    for hit in seen.hits:
        if hit.kinds & kinds.NOTICE and (name := _right(one, hit.end)) is not None:
            place = seen.read.text.find(name.shown, hit.end)
            if place > 0 and _ACCOUNT.match(seen.read.low, place + len(name.shown)) is not None:
                return name
    return None


def _tokens(seen: Seen, code: Code | None) -> list[_Token]:
    text, low, hits, stops = seen.read.text, seen.read.low, seen.hits, seen.stops
    tokens = []
    at = 0
    count = len(hits)
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        word = low[start:end]
        while at < count and hits[at].end <= start:
            at += 1
        blocked = (
            word in stops
            or (code is not None and start < code.end and end > code.start)
            or (bool(seen.addresses) and any(first <= start < last for first, last in seen.addresses))
        )
        look = at
        while not blocked and look < count and (hit := hits[look]).start < end:
            look += 1
            if not hit.kinds & BLOCKS:
                continue
            if hit.start <= start:
                blocked = hit.end >= end or text[hit.end] in "'’"
            elif text[hit.start - 1] in "-'’":  # "Example-Code", "Example's"
                end = hit.start - 1
                word = low[start:end]
        if not blocked and not word.isalnum():
            head, _joint, tail = word.partition("'")
            blocked = bool(tail) and head in stops  # "you'll"
        alphabetic = word.isalpha() or not word.replace("-", "").replace(".", "").isdigit()
        written = text[start:end]
        capital = alphabetic and (word[0].isdigit() or written != (word if seen.read.is_ascii else written.lower()))
        tokens.append(_Token(start, end, blocked or (not alphabetic and len(word) != 5), capital))
    return tokens


def _left(one: _Sentence, anchor: int) -> Name | None:
    """Return the name that ends where a phrase begins: "your [Example] code"."""
    tokens, text = one.tokens, one.read.text
    last = len(tokens)
    while last and tokens[last - 1].end > anchor:
        last -= 1
    # "your Example phone verification code", "Example login verification code": words that are no name in between.
    skipped = 0
    while last and skipped < 3 and tokens[last - 1].is_blocked:
        if _SPLIT.search(text, tokens[last - 1].end, anchor) is not None:
            return None
        if one.read.low[tokens[last - 1].start : tokens[last - 1].end] in _LEFT_ENDS:
            return None
        last -= 1
        skipped += 1
    first = last
    end = anchor
    while first and last - first < 5 and not tokens[first - 1].is_blocked:
        if _SPLIT.search(text, tokens[first - 1].end, end) or not _is_filled(one, tokens[first - 1].end, end):
            break
        first -= 1
        end = tokens[first].start
    if first == last:
        return None
    if (known := _longest(one, first, last, any_case=True)) is not None:
        return known
    while first < last - 1 and not tokens[first].is_capital:
        first += 1
    if not tokens[first].is_capital and (
        last - first > 2 or _OWN.search(one.read.low, max(0, tokens[first].start - 24), tokens[first].start) is None
    ):
        return None
    return _unknown(one, first, last)


def _right(one: _Sentence, anchor: int) -> Name | None:
    """Return the name that follows a phrase: "verification code for [Example]"."""
    tokens, text = one.tokens, one.read.text
    first = 0
    while first < len(tokens) and tokens[first].start < anchor:
        first += 1
    end = anchor
    odd = 0
    for skipped in range(len(tokens) - first):
        token = tokens[first]
        if skipped > 12 or _STOPS.search(text, end, token.start + 1) is not None:
            return None
        if not token.is_blocked:
            if token.is_capital or _is_owned(one.read, token):
                break
            odd += 1
            if odd > 2:
                return None
        end = token.end
        first += 1
    else:
        return None
    last = first + 1
    while last < len(tokens) and last - first < 4:
        token = tokens[last]
        goes_on = token.is_blocked and text[token.start].isupper() and one.read.low[token.start : token.end] in GOES_ON
        if (
            not (goes_on or (token.is_capital and not token.is_blocked))
            or _SPLIT.search(text, tokens[last - 1].end, token.start) is not None
        ):
            break
        last += 1
    return _longest(one, first, last, any_case=True) or _unknown(one, first, last)


def _is_owned(read: Read, token: _Token) -> bool:
    """Return whether a word in lower case is a name nevertheless: "your example account"."""
    return (
        _YOUR.search(read.low, max(0, token.start - 10), token.start) is not None
        and _ACCOUNT.match(read.low, token.end) is not None
    )


def _longest(one: _Sentence, first: int, last: int, *, any_case: bool = False) -> Name | None:
    """Return the known name that the words begin with, or some words further on; the longest first.

    Args:
        one: the sentence.
        first: from which of its words.
        last: to which; the name may go beyond it.
        any_case: the first of the words may be written in lower case.
    """
    tokens, read, names = one.tokens, one.read, one.names
    for start in range(first, last):
        token = tokens[start]
        if not (token.is_capital or (any_case and start == first) or not read.is_ascii):
            continue
        word = names.key(read.low[token.start : token.end])
        for count in range(min(names.heads.get(word, 0), len(tokens) - start), 0, -1):
            end = tokens[start + count - 1].end
            if (known := names.in_sentence(read.low[token.start : end], read.text[token.start : end])) is not None:
                return known
    return None


def _unknown(one: _Sentence, first: int, last: int) -> Name | None:
    written = _TAILS.sub("", one.read.text[one.tokens[first].start : one.tokens[last - 1].end]).strip()
    if len(written) < 2 or one.names.is_generic(written) or written.isdigit():
        return None
    known = one.names.known(written) if written.isascii() else None
    return known or Name(written)


def _known(one: _Sentence) -> Name | None:
    """Return the first known name, wherever it stands."""
    return _longest(one, 0, min(60, len(one.tokens)))


def _written_as_name(one: _Sentence) -> Name | None:
    """Return the first words that are written as a name and are no words of the trade."""
    tokens = one.tokens
    for at, token in enumerate(tokens[:40]):
        if token.is_blocked or not token.is_capital or token.end - token.start < 3:
            continue
        last = at + 1
        while last < len(tokens) and last - at < 4 and not tokens[last].is_blocked and tokens[last].is_capital:
            if _SPLIT.search(one.read.text, tokens[last - 1].end, tokens[last].start) is not None:
                break
            last += 1
        name = _unknown(one, at, last)
        if name is not None and _HASH.fullmatch(name.shown) is None:
            return name
    return None


def _is_filled(one: _Sentence, start: int, end: int) -> bool:
    """Return whether every sign of a script without spaces between two places is part of a phrase that is no name."""
    if one.read.is_ascii:
        return True
    at = start
    for hit in one.hits:
        if hit.end > at and hit.start < end and hit.kinds & BLOCKS:
            if _DENSE.search(one.read.text, at, max(at, hit.start)) is not None:
                return False
            at = hit.end
    return _DENSE.search(one.read.text, at, end) is None


def _dense(one: _Sentence, anchors: list[Hit]) -> Said | None:
    """Return whom a sentence of a script without spaces names."""
    low, names = one.read.low, one.names
    body = [found for found in names.all_in(low) if not in_brackets(low, found[0])]
    deeds = [hit for hit in one.hits if hit.kinds & _DEEDS]
    for start, end, name in body:
        if any(0 <= hit.start - end <= 4 and not low[end : hit.start].strip(_AFTER_NAME) for hit in (*anchors, *deeds)):
            return Said(name, is_close=True)
        if any(0 <= start - hit.end <= 2 and not low[hit.end : start].strip(_BEFORE_NAME) for hit in deeds):
            return Said(name, is_close=True)
    for hit in anchors:
        if (before := _dense_before(one, hit)) is not None:
            return Said(before, is_close=False)
    if body:
        return Said(body[0][2], is_close=False)
    for hit in deeds:
        if hit.kinds & (kinds.LOGIN | kinds.REGISTER) and (after := _dense_after(one, hit)) is not None:
            return Said(after, is_close=False)
    return None


_AFTER_NAME: Final = ' 】」』”"账帐号户的の安全手机app'
_BEFORE_NAME: Final = ' “"「『《您的在到'


def _dense_before(one: _Sentence, anchor: Hit) -> Name | None:
    """Return the unknown name right before the word for the code: 示例の認証コード."""
    low = one.read.low
    begin = max(0, anchor.start - 36)
    found = _DENSE_BEFORE.search(low[begin : anchor.start].rstrip(" の的의「『'\"“"))
    if found is None or _DENSE.search(found[1]) is None:
        return None
    start, end = begin + found.start(1), begin + found.end(1)
    for hit in one.hits:
        if hit.start < end and hit.end > start and hit.end - hit.start > 1 and hit.kinds & BLOCKS:
            start = hit.end
    written = one.read.text[start:end].strip(" の的의은는이가を・-:")
    if _KANA.search(written) is None and (
        " " in written or not (start == 0 or low.startswith(("您的", "你的"), start - 2))
    ):
        return None
    if not 2 <= len(written) <= 20 or one.names.is_generic(written) or in_brackets(low, start):
        return None
    return one.names.known(written) or Name(written)


def _dense_after(one: _Sentence, deed: Hit) -> Name | None:
    """Return the unknown name right after what is done: 登录示例."""
    found = _DENSE_AFTER.match(one.read.text, deed.end)
    if found is None or _DENSE.search(found[1]) is None:
        return None
    start, end = found.span(1)
    for hit in one.hits:
        if start <= hit.start < end:
            end = hit.start
            break
    written = one.read.text[start:end]
    if not 2 <= len(written) <= 12 or one.names.is_generic(written):
        return None
    return one.names.known(written) or Name(written)


def in_brackets(low: str, place: int) -> bool:
    """Return whether a place is inside of brackets that sign."""
    opened = max(low.rfind("【", 0, place + 1), low.rfind("[", 0, place + 1))
    return opened >= 0 and not any(sign in low[opened:place] for sign in "】]")
