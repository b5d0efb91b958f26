"""Streams files from the phone into the repository, checks afterwards that none changed, and keeps the journal.

The phone's stream, chunking, hashing, compressing, encrypting and the packs' writing overlap: nothing here waits for
one file. Results are collected in order, far behind the stream.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from phoneward.phones import Entry, FileKind, FileReadError, FileStream, ListingItem, Obstacle, Phone, PhoneGoneError
from phoneward.progress import Advanced, Listener, Notice
from phoneward.snapshots.compare import SECOND_NS, Moment, Seen, untouched_since
from phoneward.snapshots.comparing import Plan
from phoneward.snapshots.gaps import GapReason, Gaps, reason_of
from phoneward.snapshots.journal import Journal, Sent
from phoneward.snapshots.listing import DIRECTORY, FILE, Folders, Row, row_of
from phoneward.snapshots.reasons import gap_sentence
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.vault import BlobId

ROUNDS: Final = 3
"""How often a file is read that keeps changing."""

CHECKPOINT_SECONDS: Final = 60.0
CHECKPOINT_BYTES: Final = 1_000_000_000
CHECKPOINT_FILES: Final = 50_000
"""After so much a checkpoint is made: at most this is sent again after a crash."""

IN_FLIGHT: Final = 4_096
"""Files whose blobs the writer may still be working on."""

PROGRESS_SECONDS: Final = 0.1


class StoredLike(Protocol):
    """A file in the repository."""

    @property
    def ids(self) -> tuple[BlobId, ...]:
        """Its blobs in order."""

    @property
    def size(self) -> int:
        """Bytes received."""


class PendingLike(Protocol):
    """A file on its way into the repository."""

    def result(self) -> StoredLike:
        """Wait for it."""


class FileWriter(Protocol):
    """What sending needs of the vault's writer."""

    def put_file(self, chunks: Iterable[bytes]) -> PendingLike:
        """Take in a file's pieces."""

    def flush(self) -> None:
        """Return once all that was put is durable and indexed."""


@dataclass(slots=True)
class _Flight:
    folder: int
    row: Row
    path: bytes


@dataclass(slots=True)
class Sender:
    """Sends what a plan asks for.

    Args:
        stopped: asked between pieces; returns True once the person wants to stop.
        clock: seconds, for tests.
    """

    phone: Phone
    writer: FileWriter
    folders: Folders
    phone_path: Callable[[bytes], bytes]
    is_coarse: Callable[[Row], bool]
    plan: Plan
    gaps: Gaps
    journal: Journal
    moment: Moment
    listener: Listener
    sealer: Sealer
    stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    files_sent: int = 0
    bytes_sent: int = 0
    durable_files: int = 0
    _pending: "deque[tuple[_Flight, PendingLike]]" = field(default_factory=deque)
    _unsaved: list[tuple[int, Sent]] = field(default_factory=list)
    _saved_at: float = 0.0
    _saved_bytes: int = 0
    _told_at: float = 0.0

    def run(self) -> None:
        """Send everything, then again what changed meanwhile.

        Raises:
            PhoneGoneError: the connection is lost. What came over is in `plan.sent` after `settle`.
            KeyboardInterrupt: the person wants to stop.
        """
        self._saved_at = self.clock()
        rows = self.plan.to_send
        if rows.is_empty and self.plan.to_confirm.is_empty:
            return
        for number in range(1, ROUNDS + 1):
            self._send(rows, again=number > 1)
            self._drain(0)
            changed: RowStore[Row] = RowStore(Row, self.sealer)
            try:
                again = self._verify(rows, changed, number)
                if number == 1:
                    again = self._verify(self.plan.to_confirm, changed, number) or again
                if rows is not self.plan.to_send:
                    rows.close()
            except BaseException:
                changed.close()
                raise
            rows = changed
            if not again:
                break
        rows.close()
        if self.stopped():
            raise KeyboardInterrupt

    def settle(self) -> None:
        """Make durable, and note in the journal, all that came over. Also after the connection is lost."""
        if not self.files_sent:
            return
        self._drain(0)
        self._checkpoint()

    def _send(self, rows: RowStore[Row], *, again: bool) -> None:
        flights: deque[_Flight] = deque()
        asked = self._asked(rows, flights)
        for stream in self.phone.read(asked):
            flight = _answer_to(flights, stream.path)
            try:
                pending = self.writer.put_file(self._pieces(stream))
            except FileReadError as error:
                self._unread(flight, reason_of(error.obstacle), str(error.details.get("detail", "")), again=again)
            else:
                self._pending.append((flight, pending))
                self.files_sent += 1
            self._tell(flight.path)
            if len(self._pending) > IN_FLIGHT:
                self._drain(IN_FLIGHT // 2)
            if self._checkpoint_due():
                self.settle()
        deque(asked, maxlen=0)  # what a phone that fell silent was never asked for is missing too
        for flight in flights:
            self._unread(flight, GapReason.READ_ERROR, "no answer", again=again)

    def _asked(self, rows: RowStore[Row], flights: "deque[_Flight]") -> Iterator[bytes]:
        for folder in rows.folders():
            place = self.folders.path(folder) + b"/"
            for row in rows.rows(folder):
                path = self.phone_path(place + row.name)
                flights.append(_Flight(folder, row, path))
                yield path

    def _pieces(self, stream: FileStream) -> Iterator[bytes]:
        if self.stopped():
            raise KeyboardInterrupt
        for piece in stream:
            self.bytes_sent += len(piece)
            yield piece
            if self.stopped():
                raise KeyboardInterrupt
            self._tell(stream.path)

    def _unread(self, flight: _Flight, reason: GapReason, detail: str, *, again: bool) -> None:
        if again:
            # An earlier round brought it over; only the confirmation is missing.
            reason = GapReason.GONE_WHILE_READ if reason is GapReason.VANISHED else GapReason.TORN
        place = self.folders.path(flight.folder) + b"/" + flight.row.name
        self.gaps.add(reason, flight.path, place, detail)
        self.listener(Notice(flight.path, gap_sentence(reason)))

    def _drain(self, leave: int) -> None:
        while len(self._pending) > leave:
            flight, pending = self._pending[0]
            stored = pending.result()
            self._pending.popleft()
            row = flight.row
            sent = Sent(row.name, stored.size, row.mode, row.mtime_ns, row.ctime_ns, b"".join(stored.ids))
            self.plan.sent.add(flight.folder, sent)
            if stored.size == row.size:
                self._unsaved.append((flight.folder, sent))

    def _checkpoint_due(self) -> bool:
        return (
            self.bytes_sent - self._saved_bytes >= CHECKPOINT_BYTES
            or len(self._unsaved) + len(self._pending) >= CHECKPOINT_FILES
            or self.clock() - self._saved_at >= CHECKPOINT_SECONDS
        )

    def _checkpoint(self) -> None:
        """Journal what is durable. Order: blobs in packs, packs in the index, only then the journal."""
        self.writer.flush()
        if self._unsaved:
            folders: dict[int, list[Sent]] = {}
            for folder, sent in self._unsaved:
                folders.setdefault(folder, []).append(sent)
            self.journal.append(self.moment, [(self.folders.path(number), rows) for number, rows in folders.items()])
            self.durable_files += len(self._unsaved)
            self._unsaved.clear()
        self._saved_at, self._saved_bytes = self.clock(), self.bytes_sent

    def _tell(self, path: bytes) -> None:
        now = self.clock()
        if now - self._told_at >= PROGRESS_SECONDS:
            self._told_at = now
            self.listener(Advanced("send", self.files_sent, self.bytes_sent, path))

    def _verify(self, rows: RowStore[Row], changed: RowStore[Row], number_of_round: int) -> bool:
        """Ask the phone again about each file that came over; `changed` gets those to be read once more.

        Rows of the first round may have come in whole seconds; the exact times come now. Later rows are exact.
        """
        last = number_of_round == ROUNDS
        flights: deque[_Flight] = deque()
        again = False
        number, fresh = -1, dict[bytes, Sent]()
        asked = self._asked_again(rows, flights)
        for item in self.phone.stat(asked):
            flight = _answer_to(flights, item.path)
            if self.stopped():
                raise KeyboardInterrupt
            if flight.folder != number:
                number, fresh = flight.folder, self.plan.fresh(flight.folder)
            if flight.row.kind == DIRECTORY:
                self._note_folder(flight, item)
                continue
            coarse = number_of_round == 1 and self.is_coarse(flight.row)
            listed_ns = self.moment.listed_ns if coarse else None
            verdict = _verdict(flight.row, fresh[flight.row.name], item, listed_ns)
            if verdict is None and coarse:
                self._note_exact(flight.folder, item)
            elif isinstance(verdict, Row) and not last:
                changed.add(flight.folder, verdict)
                again = True
            elif verdict is not None:
                self._uncertain(flight, GapReason.TORN if isinstance(verdict, Row) else verdict)
        deque(asked, maxlen=0)
        for flight in flights:
            if flight.row.kind != DIRECTORY:
                self._uncertain(flight, GapReason.TORN)
        return again

    def _note_folder(self, flight: _Flight, item: ListingItem) -> None:
        """A folder's exact times; where it is gone meanwhile or is none, those that were listed must do."""
        if isinstance(item, Entry) and item.kind is FileKind.DIRECTORY:
            self._note_exact(flight.folder, item)

    def _note_exact(self, folder: int, item: ListingItem) -> None:
        row = row_of(item) if isinstance(item, Entry) else None
        if row is not None:
            self.plan.exact.add(folder, row)

    def _asked_again(self, rows: RowStore[Row], flights: "deque[_Flight]") -> Iterator[bytes]:
        for folder in rows.folders():
            place = self.folders.path(folder) + b"/"
            fresh = self.plan.fresh(folder)
            for row in rows.rows(folder):
                if row.name in fresh or row.kind == DIRECTORY:
                    path = self.phone_path(place + row.name)
                    flights.append(_Flight(folder, row, path))
                    yield path

    def _uncertain(self, flight: _Flight, reason: GapReason) -> None:
        self.gaps.add(reason, flight.path, self.folders.path(flight.folder) + b"/" + flight.row.name)
        self.listener(Notice(flight.path, gap_sentence(reason)))


def _answer_to(flights: "deque[_Flight]", path: bytes) -> _Flight:
    """Return the question that an answer of the phone is for: answers come in the order of the questions."""
    if not flights or flights[0].path != path:
        raise PhoneGoneError(detail="answers out of order")
    return flights.popleft()


def _verdict(row: Row, sent: Sent, item: ListingItem, listed_ns: int | None) -> Row | GapReason | None:
    """Return None where the content is certain, the file's new row where it changed, else why it stays uncertain.

    Args:
        row: what the phone said before it was read.
        sent: what came over.
        item: what the phone says now.
        listed_ns: when it was listed, where `row` has whole seconds only: equal seconds prove nothing for a file that
            was changed since then, and only for such a one.
    """
    if not isinstance(item, Entry):
        gone = item.obstacle is Obstacle.VANISHED and sent.size == row.size
        return GapReason.GONE_WHILE_READ if gone else GapReason.TORN
    now = row_of(item)
    if now is None or now.kind != FILE:
        return GapReason.TORN
    if listed_ns is None:
        same = (now.mtime_ns, now.ctime_ns) == (row.mtime_ns, row.ctime_ns)
    else:
        same = _seconds(now) == _seconds(row) and untouched_since(listed_ns, Seen(now.size, now.mtime_ns, now.ctime_ns))
    if same and now.size == row.size == sent.size:
        return None
    return Row(row.name, now.kind, now.size, now.mode, now.mtime_ns, now.ctime_ns)


def _seconds(row: Row) -> tuple[int, int | None]:
    return row.mtime_ns // SECOND_NS, None if row.ctime_ns is None else row.ctime_ns // SECOND_NS
