"""An app beside what its publisher says of it: a privacy policy, or a store's data-safety notes.

Told is what the app could do and of which the text does not speak. That a text speaks of a thing proves nothing: it may
say that the app never does it. So the sentence is shown, and read by a person.
"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.texts import N_
from phoneward.watch.abilities.facts import Ability, Said, Topic
from phoneward.watch.abilities.rules import TopicRule, topic_rules
from phoneward.watch.errors import WatchError

MAX_TEXT: Final = 8 << 20
"""Bytes of a text; the longest policies have some hundred thousand letters."""
LEAST: Final = 200
"""Letters below which a text says too little to be compared."""
_QUOTE: Final = 160
_ENDS: Final = re.compile(r"[.!?。！？;；\n]")
_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg", "head"})
_BLOCKS: Final = frozenset({"p", "div", "li", "br", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "section"})
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH: Final = re.compile(r"\b(the|and|your|you|we|data|privacy|information|app)\b", re.IGNORECASE)


class StatedTextError(WatchError):
    """The text cannot be read."""

    message = N_("{file} cannot be read as a text.")
    next_step = N_("Save the privacy policy as a text or HTML file, or paste it into one, and name that file.")


def read_text(path: Path) -> str:
    """Return a text's words, of an HTML page those that are shown.

    Raises:
        StatedTextError: it is too large or no text.
    """
    try:
        if path.stat().st_size > MAX_TEXT:
            raise StatedTextError(file=readable(path.name))
        data = path.read_bytes()
    except OSError as error:
        raise StatedTextError(file=readable(path.name)) from error
    return text_of(data, path.name)


def text_of(data: bytes, name: str) -> str:
    """Return the words of a text that is in memory; see `read_text`."""
    text = _decoded(data) if len(data) <= MAX_TEXT else None
    if text is None:
        raise StatedTextError(file=readable(name))
    return _shown(text) if re.search(r"<(html|body|p|div|br)\b", text[:100_000], re.IGNORECASE) else text


def compare(abilities: Iterable[Ability], text: str, name: str) -> Said:
    """Return which of an app's abilities a text does not speak of.

    Args:
        abilities: of the app; what most apps do is left out.
        text: of the publisher.
        name: what to call the text.
    """
    letters = len(re.sub(r"\s+", "", text))
    chinese, english = len(_CHINESE.findall(text)), len(_ENGLISH.findall(text))
    if letters < LEAST or (chinese < LEAST // 4 and english < LEAST // 20):
        return Said(name, letters, is_readable=False)
    codes = {one.code for one in abilities if not one.is_ordinary}
    lowered = re.sub(r"[ \t\u3000\xa0]+", " ", text.lower())
    unstated: list[Topic] = []
    stated: list[Topic] = []
    for rule in topic_rules():
        own = tuple(code for code in rule.abilities if code in codes)
        if not own:
            continue
        quote = _quote(lowered, rule)
        (stated if quote else unstated).append(Topic(rule.code, own, quote))
    return Said(name, letters, tuple(unstated), tuple(stated))


def _quote(text: str, rule: TopicRule) -> str:
    """Return the sentence in which a text first speaks of a thing; empty where it does not."""
    english = "|".join(re.escape(word) for word in rule.english)
    chinese = "|".join(re.escape(word) for word in rule.chinese)
    match = re.search(rf"\b(?:{english})|{chinese}", text)
    if match is None:
        return ""
    begin = max((end.end() for end in _ENDS.finditer(text, max(0, match.start() - _QUOTE), match.start())), default=0)
    begin = max(begin, match.start() - _QUOTE)
    end = _ENDS.search(text, match.end(), match.end() + _QUOTE)
    return readable(re.sub(r"\s+", " ", text[begin : end.end() if end else match.end() + _QUOTE]).strip())


def _decoded(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


class _Shown(HTMLParser):
    """Collects what a page shows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        del attrs
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End one."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        """Take what it shows."""
        if not self._silent:
            self.parts.append(data)


def _shown(text: str) -> str:
    page = _Shown()
    page.feed(text)
    page.close()
    return "".join(page.parts)
