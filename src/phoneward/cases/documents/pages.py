"""HTML as text: what a reader sees, with the line of the file it stands on. Linear in its length, whatever it holds.

Python's own parser takes time with the square of the length on hostile pages; this one only ever goes forward. It
knows no more of HTML than is needed for reading: which tags end a line, which hide their content, which are bold.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,30})")
_BREAKS: Final = re.compile(
    "address|article|aside|blockquote|body|br|caption|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|html|li|"
    "main|nav|ol|option|p|pre|section|table|tbody|td|th|thead|title|tr|ul"
)
_HIDDEN: Final = re.compile("script|style|noscript|template|svg")
_STRONG: Final = re.compile("b|strong|u|em|mark|ins|h[1-6]|th|big")
_SPAN: Final = re.compile("span|p|div|font|td|li")
_STYLED: Final = re.compile("bold|underline|font-size|color", re.IGNORECASE)

BREAK: Final = "\n\n"
"""Between two pieces: the line ends here."""


def visible(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield what a reader sees.

    Args:
        text: HTML.

    Yields:
        a piece of text (or `BREAK`), the line it begins on, counted from 1, and whether it is set off from the rest.
    """
    lowered = text.lower()
    position, line, counted = 0, 1, 0
    strong: list[str] = []
    while position < len(text):
        begin = text.find("<", position)
        begin = len(text) if begin < 0 else begin
        if begin > position:
            line += text.count("\n", counted, position)
            counted = position
            yield _unescaped(text[position:begin]), line, bool(strong)
        if begin == len(text):
            return
        found = _NAME.match(text, begin + 1)
        if text.startswith("<!--", begin):
            end = text.find("-->", begin + 4)
            position = len(text) if end < 0 else end + 3
            continue
        if found is None and not text.startswith(("<!", "<?"), begin):
            yield "<", line, bool(strong)
            position = begin + 1
            continue
        end = text.find(">", begin)
        if end < 0:  # no tag can end any more
            yield _unescaped(text[begin:]), line, bool(strong)
            return
        position = end + 1
        if found is None:
            continue
        name = found.group(1).lower()
        is_end = text[begin + 1] == "/"
        if not is_end and _HIDDEN.fullmatch(name):
            close = lowered.find(f"</{name}", position)
            position = len(text) if close < 0 else close
        if _BREAKS.fullmatch(name):
            yield BREAK, line, False
        _follow(strong, name, text[begin : min(end, begin + 500)], is_end=is_end)


def _follow(strong: list[str], name: str, tag: str, *, is_end: bool) -> None:
    """Keep the tags that set text off and are open; at most some, whatever the page nests."""
    if is_end:
        if name in strong:
            del strong[strong.index(name) :]
    elif (
        (_STRONG.fullmatch(name) or (_SPAN.fullmatch(name) and _STYLED.search(tag)))
        and len(strong) < 50
        and not tag.endswith("/")
    ):
        strong.append(name)


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a number of thousands of digits
        return text


def is_page(text: str) -> bool:
    """Tell whether a text is HTML: it begins with a tag that pages begin with, or holds several of their tags."""
    start = text[:2_000].lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype", "<html", "<head", "<body", "<div", "<p>", "<p ")):
        return True
    head = text[:50_000].lower()
    return sum(head.count(tag) for tag in ("</p>", "</div>", "<br", "</li>", "</h1>", "</h2>", "</td>")) >= 3
