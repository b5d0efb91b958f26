r"""Search patterns as restic understands them.

Sources: restic internal/filter/filter.go (components, `**`, where a pattern may begin), Go `path/filepath.Match`
(`*`, `?`, `[…]`, `\`) and `path.Clean`.

A pattern matches a path when it matches any run of the path's components, from the first one if the pattern begins with
`/`. So everything below a folder that matches, matches too. `**` stands for any number of components, also none.
(restic overlooks some paths where several `**` stand for none; we do not. It drops a `!` at the beginning, which means
nothing here; for us it is a character.)

Hostile names cost no more than others: a component is compared piece by piece between its stars, without going back.
"""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from phoneward.errors import readable
from phoneward.vault.errors import PatternError

State = tuple[int, ...]
"""Where each pattern stands after the components so far: bit n is set where its next component is part n."""

_SPECIAL: Final = frozenset("\\[]*?")
MAX_PARTS: Final = 256
"""Components of one pattern. No path has more than a few thousand, and nobody types so many."""


@dataclass(frozen=True, slots=True)
class _Component:
    """One component of a pattern: pieces of fixed length with a star between each two of them."""

    pieces: tuple[re.Pattern[str], ...]
    lengths: tuple[int, ...]

    def matches(self, name: str) -> bool:
        pieces, lengths = self.pieces, self.lengths
        if len(pieces) == 1:
            return len(name) == lengths[0] and pieces[0].match(name) is not None
        end = len(name) - lengths[-1]
        if end < lengths[0] or pieces[0].match(name) is None or pieces[-1].match(name, end) is None:
            return False
        position = lengths[0]
        for piece, length in zip(pieces[1:-1], lengths[1:-1], strict=True):
            found = piece.search(name, position)
            if found is None:
                return False
            position = found.start() + length
        return position <= end


def _component(text: str) -> _Component:
    pieces: list[str] = [""]
    lengths = [0]
    position = 0
    while position < len(text):
        character = text[position]
        if character == "*":
            pieces.append("")
            lengths.append(0)
            position += 1
            continue
        if character == "[":
            piece, position = _class(text, position + 1)
        elif character == "?":
            piece, position = ".", position + 1
        else:
            literal, position = _literal(text, position)
            piece = re.escape(literal)
        pieces[-1] += piece
        lengths[-1] += 1
    return _Component(tuple(re.compile(piece, re.DOTALL) for piece in pieces), tuple(lengths))


def _literal(text: str, position: int) -> tuple[str, int]:
    """Return the character at a position, its escape undone, and the position after it."""
    if text[position] == "\\":
        position += 1
    if position == len(text):
        raise ValueError("nothing follows the escape")
    return text[position], position + 1


def _class(text: str, position: int) -> tuple[str, int]:
    """Return a regular expression for the character class that begins after `[`, and the position after its `]`."""
    negated = text[position : position + 1] == "^"
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and text[position : position + 1] == "]"):
        low, position = _class_character(text, position)
        high = low
        if text[position : position + 1] == "-":
            high, position = _class_character(text, position + 1)
        ranges.append((low, high))
    whole = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in ranges if low <= high)
    if not whole:  # only ranges that run backwards: they hold nothing
        return (".", position + 1) if negated else ("(?!)", position + 1)
    return f"[{'^' if negated else ''}{whole}]", position + 1


def _class_character(text: str, position: int) -> tuple[str, int]:
    if position >= len(text) or text[position] in "-]":
        raise ValueError("not a character class")
    return _literal(text, position)


@dataclass(frozen=True, slots=True)
class _PathPattern:
    """One pattern. A part is None for `**`, text for a component without wildcards."""

    parts: tuple[_Component | str | None, ...]
    absolute: bool

    @property
    def accepted(self) -> int:
        return 1 << len(self.parts)

    def closed(self, state: int) -> int:
        """Return a state with what `**` reaches by standing for nothing; once the pattern is through, only that."""
        for number, part in enumerate(self.parts):
            if part is None and state >> number & 1:
                state |= 1 << number + 1
        return self.accepted if state & self.accepted else state

    def after(self, state: int, name: str) -> int:
        if state == self.accepted:
            return state
        follows = 0
        for number, part in enumerate(self.parts):
            if not state >> number & 1:
                continue
            if part is None:
                follows |= 1 << number
            elif part == name if isinstance(part, str) else part.matches(name):
                follows |= 1 << number + 1
        return self.closed(follows if self.absolute else follows | 1)


def _path_pattern(text: str) -> _PathPattern:
    cleaned = posixpath.normpath(text)
    absolute = text.startswith("/")
    words = cleaned.lstrip("/").split("/") if cleaned.strip("/") else ["**"]
    if len(words) > MAX_PARTS:
        raise ValueError("too many components")
    parts = [None if word == "**" else _component(word) if _SPECIAL & set(word) else word for word in words]
    return _PathPattern(tuple(parts), absolute)


class Patterns:
    """Several patterns, any of which may match; none, or an empty one, matches everything.

    Args:
        patterns: raw bytes, as a phone's names are.
        ignore_case: `A` and `a` are the same, also beyond ASCII.

    Raises:
        PatternError: one makes no sense.
    """

    def __init__(self, patterns: list[bytes], *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        self._patterns: list[_PathPattern] = []
        for pattern in patterns or [b""]:
            try:
                text = self._text(pattern)
                self._patterns.append(_path_pattern(text) if text else _path_pattern("/"))
            except (ValueError, re.error) as error:
                raise PatternError(pattern=readable(pattern)) from error

    @property
    def start(self) -> State:
        """The state at the root of a tree."""
        return tuple(pattern.closed(1) for pattern in self._patterns)

    def after(self, state: State, name: bytes) -> State:
        """Return the state after one more component."""
        text = self._text(name)
        return tuple(p.after(s, text) for p, s in zip(self._patterns, state, strict=True))

    def matched(self, state: State) -> bool:
        """Tell whether the path so far matches."""
        return any(p.accepted == s for p, s in zip(self._patterns, state, strict=True))

    def dead(self, state: State) -> bool:
        """Tell whether nothing below can match."""
        return not any(state)

    def matches(self, path: bytes) -> bool:
        """Tell whether a whole path, which begins with `/`, matches."""
        state = self.start
        for name in path.strip(b"/").split(b"/"):
            state = self.after(state, name)
        return self.matched(state)

    def _text(self, name: bytes) -> str:
        # A byte that is no UTF-8 becomes one character of its own, as it is one for Go.
        text = name.decode("utf-8", "surrogateescape")
        return _lowered(text) if self._ignore_case else text


@lru_cache(maxsize=4096)
def _lowered(text: str) -> str:
    """Return text as Go's `strings.ToLower` does: each character by itself, one for one."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := character.lower()) == 1 else low[0] for character in text)
