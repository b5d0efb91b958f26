"""Files that a person names: exported messages, exports of password managers, mailboxes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from phoneward.numbers.rulebook import rulebook
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.knowing import recogniser
from phoneward.numbers.sources.mail import read_mailbox
from phoneward.numbers.sources.messages import read_messages
from phoneward.numbers.sources.passwords import read_passwords
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent

PHASE: Final = "read-messages"
Tell = Callable[[int, int], None]


def read_messages_file(path: Path, *, listener: Listener = silent) -> Gathered:
    """Return what an exported file of text messages shows.

    Args:
        path: SMS Backup & Restore's XML.
        listener: hears the phase `read-messages`.

    Raises:
        RecordsFileError: it is no whole file of messages.
        OSError: it cannot be read.
    """
    return _told(path, listener, lambda stream, tell: read_messages(stream, path.name, recogniser(), tell=tell))


def read_mailbox_file(path: Path, *, listener: Listener = silent) -> Gathered:
    """Return what a mailbox shows.

    Args:
        path: an mbox file.
        listener: hears the phase `read-messages`.

    Raises:
        MailboxError: it is no mailbox, or was cut short.
        OSError: it cannot be read.
    """
    return _told(path, listener, lambda stream, tell: read_mailbox(stream, path.name, rulebook(), tell=tell))


def read_passwords_file(path: Path) -> Gathered:
    """Return what an export of a password manager shows. Raises as `read_passwords`."""
    return read_passwords(path, rulebook())


def _told(path: Path, listener: Listener, read: Callable[[IO[bytes], Tell], Gathered]) -> Gathered:
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        listener(PhaseStarted(PHASE, total_bytes=size))
        found = read(stream, lambda count, done: listener(Advanced(PHASE, count, done)))
    listener(PhaseDone(PHASE, sum(one.items for one in found.looked_at), size))
    return found
