"""Looks through messages for what services write to a number that is new to its holder."""

import datetime as dt
import io
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, Final

from phoneward.errors import readable
from phoneward.numbers.errors import NotAPastDayError
from phoneward.numbers.inventory import Inventory, LookedAt, SourceKind
from phoneward.numbers.newholder.judging import NewHolder, judge
from phoneward.numbers.newholder.reading import Listening, listen
from phoneward.numbers.recognising import recognise
from phoneward.snapshots import SnapshotInfo
from phoneward.vault import PathNotFoundError, Repository, find_node, open_file

MESSAGES: Final = b"/records/sms.xml"
_BUFFER: Final = 1 << 20


def told_past_day(text: str) -> dt.date:
    """Return a day that a person gave, such as 2026-11-29; it is not after today.

    Raises:
        NotAPastDayError: it is none.
    """
    try:
        day = dt.date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        day = None
    if day is None or day > dt.datetime.now().astimezone().date():
        raise NotAPastDayError(text=readable(text[:40]))
    return day


def new_holder(
    number: str,
    *,
    since: dt.date | None = None,
    names: Collection[str] = (),
    mine: Collection[str] = frozenset(),
    inventory: Inventory | None = None,
    files: Sequence[Path] = (),
    repo: Repository | None = None,
    snapshot: SnapshotInfo | None = None,
) -> NewHolder:
    """Return which services take the holder of a number for somebody else.

    Args:
        number: E.164.
        since: the day from which it is theirs.
        names: what they are called; each name as services write it.
        mine: keys of accounts that are theirs.
        inventory: tells which SIMs bear other numbers of theirs; None where they have but one.
        files: messages, as SMS Backup & Restore makes them.
        repo: open, its index loaded; where messages of a snapshot are looked through.
        snapshot: which.

    Raises:
        RecordsFileError: a file is no whole file of messages.
        OSError, StorageError: it cannot be read.
    """
    listening = Listening(number, since, [name for name in names if name.strip()], _other_sims(inventory, number))
    looked: list[LookedAt] = []
    for path in files:
        with path.open("rb") as stream:
            _listen(listening, stream, path.name, looked)
    if repo is not None and snapshot is not None:
        try:
            node = find_node(repo, snapshot.snapshot.tree, MESSAGES)
        except PathNotFoundError:
            node = None
        if node is not None:
            with io.BufferedReader(open_file(repo, node), _BUFFER) as stream:
                _listen(listening, stream, snapshot.snapshot.short_id, looked)
    return judge(listening, mine, looked)


def _listen(listening: Listening, stream: IO[bytes], name: str, looked: list[LookedAt]) -> None:
    before = listening.messages
    listen(stream, listening, recognise)
    looked.append(
        LookedAt(
            source=SourceKind.SMS,
            name=name,
            items=listening.messages - before,
            first=listening.first,
            last=listening.last,
        )
    )


def _other_sims(inventory: Inventory | None, number: str) -> frozenset[str]:
    if inventory is None:
        return frozenset()
    bearing = {sim for own in inventory.own if own.e164 == number for sim in own.sims}
    others = {sim for own in inventory.own if own.e164 not in (None, number) for sim in own.sims}
    return frozenset(others - bearing)
