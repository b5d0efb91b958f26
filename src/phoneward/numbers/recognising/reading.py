"""Reading a message's text: one form for what is written differently, and never more of it than a message has."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

HEAD: Final = 1600
"""Characters that are read from the beginning. A message of ten parts has 1,530 (3GPP TS 23.040, 9.2.3.24.1)."""
TAIL: Final = 400
"""Characters that are read from the end of a longer one: signatures and app hashes stand there."""
_MOST: Final = HEAD + TAIL
_INVISIBLE: Final = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
"""Zero-width and direction marks: they stand between the letters of fraud, and between the digits of some codes."""
_BREAKS: Final = re.compile(r"[\r\n\u0085\u2028\u2029]+\s*|\\n\s*")
"""Line breaks, and what some exports write for them."""
_BLANKS: Final = re.compile(r"[^\S\n]+|[\x00-\x08\x0b-\x1f\x7f]+")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_MARKS: Final = re.compile(r"[\u0300-\u036f]+")
_ODD: Final = re.compile(
    r"[\x00-\x1f\x7f\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufe00-\ufe0f\ufeff]|  |\\n"
)
"""Whether anything of the above may stand in a text at all: most have none."""
DENSE: Final = re.compile(r"[\u0590-\u1dff\u2e80-\u9fff\ua960-\ud7ff\uf900-\ufaff]")
"""A sign of a script that sets no spaces between words, or that joins small words to others (Hebrew, Arabic)."""
_ACCENTED: Final = re.compile(r"[\u00c0-\u036f\u0400-\u04ff\u1e00-\u1eff\u2018\u2019`\u00b4]")
_LETTERS: Final = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "’": "'", "‘": "'", "`": "'", "´": "'"})


@dataclass(slots=True)
class Read:
    """A text as the rules read it.

    Attributes:
        text: NFKC, without invisible signs, blanks and line breaks single.
        low: the same, letter for letter, in lower case and without accents: for comparing.
        is_dense: signs of a script without spaces between its words stand in it, or of one that joins small words.
    """

    text: str
    low: str
    is_dense: bool


def read(body: str) -> Read:
    """Return the text of a message as the rules read it, at most `HEAD` + `TAIL` characters of it."""
    if len(body) > _MOST:
        body = f"{body[:HEAD]}\n{body[-TAIL:]}"
    if body.isascii():
        text = _spaced(body)
        return Read(text, text.lower(), is_dense=False)
    # A full-width comma would become one that joins digits ("628540，1分钟").
    text = unicodedata.normalize("NFKC", body.replace("，", "、"))
    if len(text) > 2 * _MOST:  # one sign may become eighteen (U+FDFA)
        text = text[: 2 * _MOST]
    text = _spaced(text)
    return Read(text, _low(text), is_dense=DENSE.search(text) is not None)


def fold(name: str) -> str:
    """Return a name as names are compared: lower case, no accents, letters and digits only."""
    low = name.lower() if name.isascii() else _low(_INVISIBLE.sub("", unicodedata.normalize("NFKC", name)))
    return low if low.isalnum() else letters(low)


def letters(low: str) -> str:
    """Return the letters and digits of a text that is in the form for comparing."""
    return _NOT_LETTERS.sub("", low)


def _spaced(text: str) -> str:
    if _ODD.search(text) is None:
        return text.strip()
    return _BLANKS.sub(" ", _BREAKS.sub("\n", _INVISIBLE.sub("", text))).strip()


def _low(text: str) -> str:
    """Return the text for comparing; each character of it stands for one of the text."""
    low = text.lower() if _ACCENTED.search(text) is None else _without_marks(text.lower())
    if len(low) == len(text):
        return low
    return "".join((_without_marks(sign.lower()) or sign)[0] for sign in text)


def _without_marks(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _MARKS.sub("", apart)).translate(_LETTERS)
