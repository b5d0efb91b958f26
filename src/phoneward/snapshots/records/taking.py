"""Asks a phone for its messages and calls, and puts them into a snapshot."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Protocol

from phoneward.phones import Phone, Record, RecordObstacle, Records, as_records
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots.building import document_node
from phoneward.snapshots.coverage import RecordCoverage, State
from phoneward.snapshots.gaps import GapReason, Gaps
from phoneward.snapshots.layout import RECORDS
from phoneward.snapshots.records.forms import FORMS, ID, Form
from phoneward.snapshots.records.writing import write_records
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.vault import BlobId, Node

_PIECE: Final = 256 << 10
_TOLD_EVERY: Final = 2_000

FIRST_LEVEL: Final = {"sms": 30, "calls": 33}
"""Android's API level from which a computer may usually read a kind: messages about Android 11, calls about 13. What
reports of people with such phones agree on; nothing that Android promises."""


class Stored(Protocol):
    """A file in the repository."""

    @property
    def ids(self) -> tuple[BlobId, ...]:
        """Its blobs."""

    @property
    def size(self) -> int:
        """Its bytes."""


class Pending(Protocol):
    """A file on its way there."""

    def result(self) -> Stored:
        """Wait for it."""


class Writer(Protocol):
    """What this needs of the vault's writer."""

    def put_file(self, pieces: Iterable[bytes]) -> Pending:
        """Take in a file."""


@dataclass(slots=True)
class TakenRecords:
    """All records of one kind that the phone told, in little memory.

    Attributes:
        coverage: what there is to say about them.
    """

    form: Form
    columns: tuple[str, ...]
    rows: RowStore[Record]
    coverage: RecordCoverage

    def text(self) -> Iterator[bytes]:
        """Yield the file, the same for the same records."""
        waiting = bytearray()
        for piece in write_records(self.form, self.coverage.kept, self._records()):
            waiting += piece
            while len(waiting) >= _PIECE:
                yield bytes(waiting[:_PIECE])
                del waiting[:_PIECE]
        if waiting:
            yield bytes(waiting)

    def _records(self) -> Iterator[dict[str, str | None]]:
        for row in self.rows.each(0):
            texts = (None if value is None else value.decode("utf-8", "surrogateescape") for value in row.values)
            yield dict(zip(self.columns, texts, strict=True)) | {ID: str(row.id)}


def take_records(phone: Phone, sealer: Sealer, gaps: Gaps, listener: Listener, stack: ExitStack) -> list[TakenRecords]:
    """Ask the phone for all its messages and calls; nothing where it is a folder.

    Args:
        phone: open.
        sealer: seals what does not fit in memory.
        gaps: hears of records that could not be read for certain.
        listener: hears the phase `records`.
        stack: closes what was taken.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    asked = as_records(phone)
    if asked is None:
        return []
    listener(PhaseStarted("records"))
    taken = []
    told = 0
    for kind, form in FORMS.items():
        found = asked.records(kind)
        rows = RowStore(Record, sealer)
        stack.callback(rows.close)
        kept = 0
        for record in found:
            rows.add(0, record)
            kept += 1
            if kept % _TOLD_EVERY == 0:
                listener(Advanced("records", told + kept, 0))
        told += kept
        coverage = _covered(phone, form, kept, found)
        if coverage.missing:
            gaps.add(GapReason.READ_ERROR, b"content://" + kind.value.encode(), RECORDS + b"/" + form.name)
        taken.append(TakenRecords(form, found.columns, rows, coverage))
    listener(PhaseDone("records", told, 0))
    return taken


def _covered(phone: Phone, form: Form, kept: int, found: Records) -> RecordCoverage:
    obstacle = found.obstacle
    state, reason, step = State.KEPT, "", "nothing"
    if found.unclear:
        state, reason, step = State.PART, "records-unclear", "own-backup-sms"
    elif obstacle is RecordObstacle.ABSENT:
        reason = "records-absent"
    elif obstacle is RecordObstacle.UNANSWERED:
        state, reason, step = State.OUT_OF_REACH, "records-unanswered", "own-backup-sms"
    elif obstacle is RecordObstacle.REFUSED:
        level = phone.identity.api_level
        too_old = level is not None and level < FIRST_LEVEL[form.kind.value]
        reason = "records-refused-by-version" if too_old else "records-refused"
        state, step = State.OUT_OF_REACH, "own-backup-sms"
    return RecordCoverage(
        kind=form.kind.value,
        path=(RECORDS + b"/" + form.name).decode() if kept else "",
        state=state,
        reason=reason,
        next_step=step,
        kept=kept,
        missing=found.unclear,
        android=phone.identity.os_version,
        detail=found.detail,
    )


@dataclass(slots=True)
class PutRecords:
    """The files of `/records`.

    Attributes:
        nodes: by name.
        digests: SHA-256 by path in the snapshot.
    """

    nodes: dict[bytes, Node]
    digests: dict[bytes, bytes]


def put_records(
    taken: Iterable[TakenRecords], writer: Writer, before: Callable[[bytes], Node | None], time_ns: int
) -> PutRecords:
    """Store them. A file of the same content as in the snapshot before is the same file, with its times.

    Args:
        taken: by kind; those without a record have no file.
        writer: of the vault.
        before: the node of a path in the snapshot before.
        time_ns: new files' time.
    """
    put = PutRecords({}, {})
    for records in taken:
        if not records.coverage.kept:
            continue
        path = RECORDS + b"/" + records.form.name
        sha = hashlib.sha256()
        stored = writer.put_file(_through(records.text(), sha)).result()
        known = before(path)
        if known is None or known.content != stored.ids:
            known = document_node(records.form.name, time_ns, stored.size, stored.ids)
        put.nodes[records.form.name] = known
        put.digests[path] = sha.digest()
    return put


def _through(pieces: Iterable[bytes], sha: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        sha.update(piece)
        yield piece
