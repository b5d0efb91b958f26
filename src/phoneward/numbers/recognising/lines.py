"""Messages as JSON lines: one object a line, `{"id", "sender", "body"}`; more keys may stand in it."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from phoneward.numbers.errors import NumbersError
from phoneward.numbers.message import Message
from phoneward.numbers.recognising.recogniser import BATCH, Recogniser
from phoneward.numbers.recognition import Recognition
from phoneward.texts import N_

_Asked: TypeAlias = tuple[str | int, Message]
"""What a line's message is called, as it was given, and the message."""

LONGEST: Final = 1 << 20
"""Bytes of a line. The longest message of all, with every letter escaped, has a tenth of it."""


class MessageLineError(NumbersError):
    """A line is no message."""

    message = N_(
        "Line {line} was left out: it is not a JSON object whose “id” is a text or a number and whose “body” is a text."
    )
    next_step = N_("Put that line right and run the command again. The other lines were recognised.")


class LongMessageLineError(NumbersError):
    """A line is longer than a message can be."""

    message = N_("Line {line} was left out: it is longer than {limit} bytes, and no message is.")
    next_step = N_("Look whether the file has one message a line. The other lines were recognised.")


class Readable(Protocol):
    """A stream of bytes that is read line by line."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return a line, or so many bytes of it."""

    def seekable(self) -> bool:
        """Tell whether it is a file, not a pipe."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer.

    Attributes:
        id: as it was given.
        recognition: what was recognised.
    """

    id: str | int
    recognition: Recognition


def recognised(stream: Readable, recogniser: Recogniser) -> Iterator[Line | NumbersError]:
    """Yield what is recognised in each line, or what is wrong with it; empty lines are passed over.

    Of a file a few lines are held at a time; of a pipe one, since whoever writes may wait for the answer.
    """
    together = BATCH if stream.seekable() else 1
    waiting = (_asked(number, line) for number, line in _lines(stream) if line is None or line.strip())
    while batch := list(itertools.islice(waiting, together)):
        answers = recogniser.recognise_many(one[1] for one in batch if not isinstance(one, NumbersError))
        for one in batch:
            yield one if isinstance(one, NumbersError) else Line(one[0], next(answers))


def _asked(number: int, line: bytes | None) -> "_Asked | NumbersError":
    if line is None:
        return LongMessageLineError(line=f"{number:,}", limit=f"{LONGEST:,}")
    asked = _message(line)
    return asked if asked is not None else MessageLineError(line=f"{number:,}")


def _message(line: bytes) -> "_Asked | None":
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    id_, body, sender = document.get("id"), document.get("body"), document.get("sender")
    if not isinstance(id_, str | int) or isinstance(id_, bool) or not isinstance(body, str):
        return None
    if isinstance(sender, int) and not isinstance(sender, bool):
        sender = str(sender)  # a short code
    if sender is not None and not isinstance(sender, str):
        return None
    return id_, Message(id=str(id_), sender=sender or "", body=body)


def _lines(stream: Readable) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) <= LONGEST:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST)
        yield number, None
