"""What the reader of each source is given, and what it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from phoneward.rescue.archive.message import Kind, Message
from phoneward.rescue.archive.problem import Problem, Problems

MOST_TEXT: Final = 256 << 10
"""Characters of one message that are kept. WhatsApp takes 65,536, Telegram 4,096."""


@dataclass(slots=True)
class People:
    """What conversations are called, and whether several people are in them; filled while a source is read.

    Attributes:
        titles: by the conversation's key; a key without a title is shown as it is.
        groups: keys of conversations with more than two people.
    """

    titles: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)


class Reader(Protocol):
    """Reads one source.

    Attributes:
        kind: which it is.
        family: whose conversations they are: the same key in two sources of one family is one conversation.
        files: everything it reads beside media, for the checksums.
        people: who is who; complete once the messages are read.
        problems: what could not be read; complete once the messages are read.
    """

    kind: Kind
    family: str
    files: tuple[Path, ...]
    people: People
    problems: Problems

    def messages(self) -> Iterator[Message]:
        """Yield all messages; damage ends it and is counted. Those of one conversation and time keep their order.

        Raises:
            OSError: a file cannot be read.
        """
        ...


def shortened(text: str, problems: Problems) -> str:
    """Return a text of bounded length; one that had to be cut is counted."""
    if len(text) > MOST_TEXT:
        problems.add(Problem.TOO_LONG)
        return text[:MOST_TEXT]
    return text
