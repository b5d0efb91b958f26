"""Asks a phone for the records it keeps in databases of its own, and puts them into a snapshot as files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from phoneward.phones import IPHONE_BACKUP, Phone, RecordKind, RecordObstacle, as_records
from phoneward.phones.joined import iphone_backup_facts
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots.coverage import RecordCoverage, State
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.gaps import GapReason, Gaps
from phoneward.snapshots.layout import RECORDS
from phoneward.snapshots.records.files import RECORD_FILES
from phoneward.snapshots.records.tables import BELONGS_TO, RecordFile, Sources, Subject, Table
from phoneward.snapshots.rows import Sealer
from phoneward.vault import BlobId, Node

_PIECE: Final = 256 << 10
_TOLD_EVERY: Final = 2_000


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
    """All records of one file that the phone told, in little memory.

    Attributes:
        tables: what the phone told, by table; all that the file asks for.
        coverage: what there is to say about each of the file's subjects.
    """

    file: RecordFile
    tables: dict[RecordKind, Table]
    coverage: list[RecordCoverage]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to put into a file."""
        return not any(one.kept for one in self.coverage)

    def text(self) -> Iterator[bytes]:
        """Yield the file, the same for the same records."""
        waiting = bytearray()
        for piece in self.file.write(self.tables):
            waiting += piece
            while len(waiting) >= _PIECE:
                yield bytes(waiting[:_PIECE])
                del waiting[:_PIECE]
        if waiting:
            yield bytes(waiting)


def take_records(
    phone: Phone,
    sealer: Sealer,
    gaps: Gaps,
    listener: Listener,
    stack: ExitStack,
    *,
    earlier: Callable[[bytes], IO[bytes] | None] = lambda _path: None,
    folder: Path | None = None,
) -> list[TakenRecords]:
    """Ask the phone for all its records; nothing where it is a folder.

    Args:
        phone: open.
        sealer: seals what does not fit in memory.
        gaps: hears of records that could not be read for certain.
        listener: hears the phase `records`.
        stack: closes what was taken.
        earlier: the file of a path in the snapshot before, where it may be relied on.
        folder: where on a disk pictures may wait.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    asked = as_records(phone)
    if asked is None:
        return []
    listener(PhaseStarted("records"))
    taken = []
    told = 0
    for file in RECORD_FILES:
        tables = {}
        for kind in file.kinds:
            table = Table(asked.records(kind), sealer, BELONGS_TO.get(kind))
            stack.callback(table.close)
            for kept in table.fill():
                if kept % _TOLD_EVERY == 0:
                    listener(Advanced("records", told + kept, 0))
            told += table.kept
            tables[kind] = table
        for _asked in file.complete(tables, Sources(asked, sealer, earlier(RECORDS + b"/" + file.name), folder)):
            told += 1
            listener(Advanced("records", told, 0))
        coverage = [_covered(phone, file, subject, tables) for subject in file.subjects]
        for subject, one in zip(file.subjects, coverage, strict=True):
            _name_gaps(file, tables[subject.main], one, gaps)
        taken.append(TakenRecords(file, tables, coverage))
    listener(PhaseDone("records", told, 0))
    return taken


def _name_gaps(file: RecordFile, main: Table, covered: RecordCoverage, gaps: Gaps) -> None:
    place = RECORDS + b"/" + file.name
    uri = b"content://" + covered.kind.encode()
    if covered.missing > len(main.incomplete):
        gaps.add(GapReason.READ_ERROR, uri, place)
    for number, words in main.incomplete.items():
        gaps.add(GapReason.READ_ERROR, uri + b"/%d" % number, place, words)


def _covered(phone: Phone, file: RecordFile, subject: Subject, tables: Mapping[RecordKind, Table]) -> RecordCoverage:
    main = tables[subject.main]
    if phone.identity.kind == IPHONE_BACKUP:
        return _covered_in_backup(phone, file, subject, tables)
    unclear = main.unclear + sum(tables[kind].unclear for kind in subject.parts)
    unclear += len(main.incomplete)
    lost = not main.incomplete and bool(main.kept) and any(tables[kind].obstacle for kind in subject.parts)
    obstacle = main.obstacle
    state, reason, step = State.KEPT, "", "nothing"
    if unclear or lost:
        reason = "records-unclear" if unclear else "records-part-refused"
        reason = "records-incomplete" if main.incomplete else reason
        state, step = State.PART, subject.next_step
    elif obstacle is RecordObstacle.ABSENT:
        reason = "records-absent"
    elif obstacle is RecordObstacle.UNANSWERED:
        state, reason, step = State.OUT_OF_REACH, "records-unanswered", subject.next_step
    elif obstacle is RecordObstacle.REFUSED:
        level = phone.identity.api_level
        too_old = level is not None and level < subject.first_level
        reason = "records-refused-by-version" if too_old else "records-refused"
        state, step = State.OUT_OF_REACH, subject.next_step
    return RecordCoverage(
        kind=subject.kind,
        path=(RECORDS + b"/" + file.name).decode() if main.kept else "",
        state=state,
        reason=reason,
        next_step=step,
        kept=main.kept,
        missing=unclear or int(lost),
        android=phone.identity.os_version,
        detail=main.detail,
    )


_ENCRYPTED_ONLY: Final = "calls"


def _covered_in_backup(
    phone: Phone, file: RecordFile, subject: Subject, tables: Mapping[RecordKind, Table]
) -> RecordCoverage:
    """Judge the records of an iPhone backup: their database is there, is not, or is damaged."""
    main = tables[subject.main]
    missing = main.unclear + sum(tables[kind].unclear for kind in subject.parts) + len(main.incomplete)
    state, reason, step = State.KEPT, "", "nothing"
    if missing:
        reason = "backup-records-incomplete" if main.incomplete else "backup-records-unclear"
        state, step = State.PART, "look-in-icloud" if main.incomplete else "nothing"
    elif main.obstacle is not None:
        state, reason = State.OUT_OF_REACH, "backup-records-unclear"
        if main.obstacle is RecordObstacle.NOT_IN_BACKUP:
            facts = iphone_backup_facts(phone)
            lacks = subject.kind == _ENCRYPTED_ONLY and facts is not None and facts.is_encrypted is False
            reason, step = "backup-records-absent", "encrypt-iphone-backup" if lacks else "nothing"
    return RecordCoverage(
        kind=subject.kind,
        path=(RECORDS + b"/" + file.name).decode() if main.kept else "",
        state=state,
        reason=reason,
        next_step=step,
        kept=main.kept,
        missing=missing,
        detail=main.detail,
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
        taken: by file; those without a record have no file.
        writer: of the vault.
        before: the node of a path in the snapshot before.
        time_ns: new files' time.
    """
    put = PutRecords({}, {})
    for records in taken:
        if records.is_empty:
            continue
        path = RECORDS + b"/" + records.file.name
        sha = hashlib.sha256()
        stored = writer.put_file(_through(records.text(), sha)).result()
        known = before(path)
        if known is None or known.content != stored.ids:
            known = document_node(records.file.name, time_ns, stored.size, stored.ids)
        put.nodes[records.file.name] = known
        put.digests[path] = sha.digest()
    return put


def _through(pieces: Iterable[bytes], sha: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        sha.update(piece)
        yield piece
