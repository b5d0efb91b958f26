"""Whom the sentence of a message names: "your Example verification code", "您正在登录示例".

What is no name is known better than what is one: words of the trade, small words, the code itself. What is left next to
the word for the code, and is written as a name, is the name.
"""

import bisect
import re
from typing import Final, NamedTuple

from phoneward.numbers.recognising import kinds
from phoneward.numbers.recognising.codes import Code, hosts
from phoneward.numbers.recognising.lexicon import Hit
from phoneward.numbers.recognising.names import Name, Names
from phoneward.numbers.recognising.otp import Seen
from phoneward.numbers.recognising.reading import DENSE, Read
from phoneward.numbers.recognising.signatures import APP_HASH

_LETTERS: Final = r"0-9A-Za-z\u00c0-\u024f\u0370-\u058f\u1e00-\u1eff"
_TOKEN: Final = re.compile(rf"[{_LETTERS}]+\+?")
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
    | {"banka", "bankasi", "banking", "wallet", "posta", "пошта", "почта", "банк", "kapisi"}
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
_TAILS: Final = re.compile(r"(?:[\s-](?:ID|account|konto|app|phone|compte|cuenta|conta)|'s|’s|の|의)+\Z", re.IGNORECASE)
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_NO: Final = r"\s\d。、，,.:：!！?？「」『』【】\[\]()*"
_DENSE_BEFORE: Final = re.compile(rf"([^{_NO}]{{2,20}}(?:[ -][^{_NO}]{{1,14}})?)\Z")
_DENSE_AFTER: Final = re.compile(rf"[\s“\"「『《]*([^{_NO}“”\"《》]{{2,14}})")


RESERVED: Final = ("example.com", "example.org", "example.net", ".example", ".test", ".invalid", "localhost")
"""Names of nobody (RFC 2606)."""


_ENDINGS: Final = frozenset({"com", "net", "org", "io", "ai", "gov", "app", "co"})
"""What a name may end in after a dot."""


class Said(NamedTuple):
    """Whom a sentence names.

    Attributes:
        name: who.
        is_close: right at the word for the code, or for what is done with it.
        is_before: right before the word for the code: "your Example code".
    """

    name: Name
    is_close: bool
    is_before: bool = False


class _Sentence:
    """The words of a message. What a word is is looked up when it is asked for: few are.

    Attributes:
        read, hits, names: of the message.
        spans: where each word stands.
    """

    __slots__ = ("_mask", "_stops", "hits", "names", "read", "spans")

    def __init__(self, seen: Seen, code: Code | None, names: Names) -> None:
        """Cut the text into words."""
        self.read = seen.read
        self.hits = seen.hits
        self.names = names
        self._stops = seen.stops
        self._mask = mask = bytearray(len(seen.read.text) + 1)
        for start, end, said in seen.hits:
            if said & BLOCKS:
                mask[start:end] = b"\1" * (end - start)
        for start, end in seen.addresses:
            mask[start:end] = b"\1" * (end - start)
        if code is not None:
            mask[code.start : code.end] = b"\1" * (code.end - code.start)
        if (app := APP_HASH.search(seen.read.text, max(0, len(mask) - 14))) is not None:
            mask[app.start(1) : app.end(1)] = b"\1" * 11
        self.spans = [found.span() for found in _TOKEN.finditer(seen.read.text)]

    def is_blocked(self, at: int) -> bool:
        """Return whether a word is no part of a name."""
        start, end = self.spans[at]
        word = self.read.low[start:end]
        return bool(self._mask[start]) or word in self._stops or (word.isdigit() and end - start != 5)

    def is_capital(self, at: int) -> bool:
        """Return whether a word is written as a name: with a capital, or with letters after a digit."""
        start, end = self.spans[at]
        written = self.read.text[start:end]
        return (written != written.lower() or written[0].isdigit()) and not written.isdigit()

    def is_small(self, start: int, end: int) -> bool:
        """Return whether no sign of a script without spaces stands between two places but such as are small words."""
        return all(sign in self._stops or DENSE.match(sign) is None for sign in self.read.low[start:end])

    def word(self, at: int) -> str:
        """Return a word as words are compared."""
        start, end = self.spans[at]
        return self.read.low[start:end]


def said(seen: Seen, code: Code | None, names: Names, *, only_close: bool = False) -> Said | None:
    """Return whom the sentence of a message with a code or a login link names.

    Args:
        seen: what was found in the message.
        code: the code that it brings.
        names: the services that are known.
        only_close: only who stands right at the word for the code, or for what is done with it.
    """
    one = _Sentence(seen, code, names)
    anchors = [hit for hit in seen.hits if hit.kinds & ANCHORS][:4]
    for hit in anchors:
        if (name := _left(one, hit.start)) is not None:
            return Said(_believed(one, name), is_close=True, is_before=True)
    if seen.read.is_dense and (dense := _dense(one, anchors if code is not None else [])) is not None:
        return dense
    deeds = [hit for hit in seen.hits if hit.kinds & (_DEEDS | kinds.NOTICE)][:4]
    for hit in (*anchors, *deeds):
        if (name := _right(one, hit.end) or (_left(one, hit.start) if hit in deeds else None)) is not None:
            return Said(_believed(one, name), is_close=True)
    if only_close:
        return None
    name = _tagged(one, code) or _known(one) or _written_as_name(one) or _hosted(one)
    return None if name is None else Said(name, is_close=False)


def _believed(one: _Sentence, name: Name) -> Name:
    """Return a known name of the sentence instead of one that only shouts, or that has numbers in it."""
    shown = name.shown
    if name.is_known or (shown.isalpha() and (len(shown) < 5 or not shown.isupper())):
        return name
    if not (shown.isupper() and len(shown) > 4) and not any(map(str.isdigit, shown)):
        return name
    return _known(one) or name


def _tagged(one: _Sentence, code: Code | None) -> Name | None:
    """Return who puts a letter of their name before the code: G-123456."""
    is_tagged = code is not None and code.start == 0 and one.read.text.startswith("G-")
    return one.names.known("Google") or Name("Google") if is_tagged else None


def _hosted(one: _Sentence) -> Name | None:
    """Return who is called as their host is: "a code for example.com"."""
    for written in hosts(one.read.low):
        host = written.removeprefix("www.")
        name = one.names.by_domain(host) or one.names.of_sentence(host)
        if name is not None and not host.endswith(RESERVED):
            return name
    return None


def spoken_of(seen: Seen, names: Names) -> Name | None:
    """Return whom a message without a code speaks of: one who is known, or whose owner of an account it speaks to."""
    if seen.read.is_dense and (speaker := _speaker(seen.read.low, names)) is not None:
        return speaker
    if (mentioned := names.mentioned(seen.read)) is not None:
        return mentioned
    if not seen.kinds & kinds.NOTICE:
        return None
    one = _Sentence(seen, None, names)
    for hit in seen.hits:
        if hit.kinds & kinds.NOTICE and (name := _right(one, hit.end)) is not None:
            place = seen.read.text.find(name.shown, hit.end)
            if place > 0 and _ACCOUNT.match(seen.read.low, place + len(name.shown)) is not None:
                return name
    return None


def _speaker(low: str, names: Names) -> Name | None:
    """Return the first known name that is not only where the reader is to look: "follow us on Example"."""
    for start, end, name in names.all_in(low):
        before, after = low[max(0, start - 4) : start].rstrip(), low[end : end + 4].lstrip()
        if not (before.endswith(_LOOK_AT) or after.startswith(_LOOKED_AT)):
            return name
    return None


_LOOK_AT: Final = ("联系", "关注", "加", "添加", "下载", "扫", "關注", "搜索")
_LOOKED_AT: Final = ("公众", "公眾", "好友", "群", "小程序", "扫一扫", "号", "红包")
"""What stands beside the name of a place where advertisers are to be found."""


def _left(one: _Sentence, anchor: int) -> Name | None:
    """Return the name that ends where a phrase begins: "your [Example] code"."""
    spans, text = one.spans, one.read.text
    last = bisect.bisect_left(spans, (anchor,))
    while last and spans[last - 1][1] > anchor:
        last -= 1
    # "your Example phone verification code", "Example login verification code": words that are no name in between.
    skipped = 0
    while last and skipped < 3 and one.is_blocked(last - 1):
        if one.word(last - 1) in _LEFT_ENDS:
            return None
        last -= 1
        skipped += 1
    first = last
    end = anchor
    while first and last - first < 5 and not one.is_blocked(first - 1):
        before = spans[first - 1][1]
        is_split = _SPLIT.search(text, before, end) is not None and text[before:end] != "."
        if is_split or not _is_filled(one, before, end):
            break
        first -= 1
        end = spans[first][0]
    if first == last:
        return None
    if (known := _longest(one, first, last, any_case=True)) is not None:
        return known
    while first < last - 1 and not one.is_capital(first):
        first += 1
    begins = one.read.is_dense and not first  # "example 認証コード"
    if (
        not begins
        and not one.is_capital(first)
        and (last - first > 2 or _OWN.search(one.read.low, max(0, spans[first][0] - 24), spans[first][0]) is None)
    ):
        return None
    return _unknown(one, first, last)


def _right(one: _Sentence, anchor: int) -> Name | None:
    """Return the name that follows a phrase: "verification code for [Example]"."""
    spans, text = one.spans, one.read.text
    first = begin = bisect.bisect_left(spans, (anchor,))
    end = anchor
    odd = 0
    while True:
        if first >= len(spans) or first - begin > 12 or _STOPS.search(text, end, spans[first][0] + 1) is not None:
            return None
        if not one.is_blocked(first):
            if one.is_capital(first) or _is_owned(one.read, *spans[first]):
                break
            odd += 1
            if odd > 2:
                return None
        end = spans[first][1]
        first += 1
    last = first + 1
    while last < len(spans) and last - first < 4 and _SPLIT.search(text, spans[last - 1][1], spans[last][0]) is None:
        if not one.is_capital(last) or (one.is_blocked(last) and one.word(last) not in GOES_ON):
            break
        last += 1
    return _longest(one, first, last, any_case=True) or _unknown(one, first, last)


def _is_owned(read: Read, start: int, end: int) -> bool:
    """Return whether a word in lower case is a name nevertheless: "your example account"."""
    return _YOUR.search(read.low, max(0, start - 10), start) is not None and _ACCOUNT.match(read.low, end) is not None


def _longest(one: _Sentence, first: int, last: int, *, any_case: bool = False) -> Name | None:
    """Return the known name that the words begin with, or some words further on; the longest first.

    Args:
        one: the sentence.
        first: from which of its words.
        last: to which; the name may go beyond it.
        any_case: the first of the words may be written in lower case.
    """
    spans, read, names = one.spans, one.read, one.names
    for at in range(first, last):
        word = one.word(at)
        longest = names.heads.get(word)
        if longest is None and read.is_dense and word[-1].isdigit():  # an account's number right behind the name
            base = word.rstrip("0123456789")
            start = spans[at][0]
            if base in names.heads and (known := names.in_sentence(base, read.text[start : start + len(base)])):
                return known
        if longest is None or not (read.is_dense or (any_case and at == first) or one.is_capital(at)):
            continue
        start = spans[at][0]
        for count in range(min(longest, len(spans) - at), 0, -1):
            end = spans[at + count - 1][1]
            if (known := names.in_sentence(read.low[start:end], read.text[start:end])) is not None:
                return known
    return None


def _unknown(one: _Sentence, first: int, last: int) -> Name | None:
    spans, text = one.spans, one.read.text
    whole = first
    while first and text[spans[first - 1][1] : spans[first][0]] == "-":
        first -= 1  # "e-Example", "Example-to-Go"
    if first == whole and first > 1 and one.word(first - 1) == "of" and one.word(first - 2) == "bank":
        first -= 2  # "Bank of Example"
    while last < len(spans) and spans[last][0] - spans[last - 1][1] == 1 and text[spans[last][0] - 1] in "-.":
        # "Example-to-Go", "Example.org"
        is_letter = spans[last][1] - spans[last][0] == 1 and text[spans[last][0]].isupper()
        if text[spans[last][0] - 1] == "." and one.word(last) in _ENDINGS:
            last += 1
            break
        if (one.is_blocked(last) and not is_letter) or (text[spans[last][0] - 1] == "." and one.is_capital(last)):
            break
        last += 1
    return one.names.of_sentence(_TAILS.sub("", text[spans[first][0] : spans[last - 1][1]]).strip())


def _known(one: _Sentence) -> Name | None:
    """Return the first known name, wherever it stands."""
    return _longest(one, 0, min(60, len(one.spans)))


def _written_as_name(one: _Sentence) -> Name | None:
    """Return the first words that are written as a name and are no words of the trade."""
    spans = one.spans
    for at in range(min(40, len(spans))):
        if spans[at][1] - spans[at][0] < 3 or one.is_blocked(at) or not one.is_capital(at):
            continue
        if at == 0 and one.read.text.startswith(",", spans[at][1]):
            continue  # "Alex, your code is …"
        last = at + 1
        while last < len(spans) and last - at < 4 and not one.is_blocked(last) and one.is_capital(last):
            if _SPLIT.search(one.read.text, spans[last - 1][1], spans[last][0]) is not None:
                break
            last += 1
        name = _unknown(one, at, last)
        if name is not None:
            return name
    return None


def _is_filled(one: _Sentence, start: int, end: int) -> bool:
    """Return whether every sign of a script without spaces between two places is part of a phrase that is no name."""
    if not one.read.is_dense:
        return True
    at = start
    for hit in one.hits:
        if hit.end > at and hit.start < end and hit.kinds & BLOCKS:
            if not one.is_small(at, max(at, hit.start)):
                return False
            at = hit.end
    return one.is_small(at, end)


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
    if found is None or DENSE.search(found[1]) is None:
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
    if found is None or DENSE.search(found[1]) is None:
        return None
    start, end = found.span(1)
    for hit in one.hits:
        if start <= hit.start < end:
            end = hit.start
            break
    while end > start and one.is_small(end - 1, end):
        end -= 1
    written = one.read.text[start:end]
    if not 2 <= len(written) <= 12 or one.names.is_generic(written):
        return None
    return one.names.known(written) or Name(written)


def in_brackets(low: str, place: int) -> bool:
    """Return whether a place is inside of brackets that sign."""
    opened = max(low.rfind("【", 0, place + 1), low.rfind("[", 0, place + 1))
    return opened >= 0 and not any(sign in low[opened:place] for sign in "】]")
