"""Files that a person names: exported messages, exports of password managers, mailboxes."""

import os
from pathlib import Path
from typing import Final

from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.knowing import recogniser
from phoneward.numbers.sources.messages import read_messages
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent

PHASE: Final = "read-messages"


def read_messages_file(path: Path, *, listener: Listener = silent) -> Gathered:
    """Return what an exported file of text messages shows.

    Args:
        path: SMS Backup & Restore's XML.
        listener: hears the phase `read-messages`.

    Raises:
        RecordsFileError: it is no whole file of messages.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        listener(PhaseStarted(PHASE, total_bytes=size))
        found = read_messages(
            stream,
            path.name,
            recogniser(),
            tell=lambda messages, read: listener(Advanced(PHASE, messages, read)),
        )
    listener(PhaseDone(PHASE, sum(one.items for one in found.looked_at), size))
    return found
