"""Streams files from the phone into the repository, checks afterwards that none changed, and keeps the journal.

The phone's stream, chunking, hashing, compressing, encrypting and the packs' writing overlap: nothing here waits for
one file. Results are collected in order, far behind the stream.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from phoneward.heap import give_back_memory
from phoneward.phones import Entry, FileKind, FileReadError, ListingItem, Phone, PhoneGoneError
from phoneward.phones.bulk import BulkPhone, as_bulk
from phoneward.phones.joined import owner_of
from phoneward.progress import Advanced, Listener, Notice
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.comparing import Plan
from phoneward.snapshots.confirming import Arrived, Follower
from phoneward.snapshots.gaps import GapReason, Gaps, reason_of
from phoneward.snapshots.interrupts import Interrupts
from phoneward.snapshots.journal import Journal, Part, Sent, blob_ids
from phoneward.snapshots.listing import DIRECTORY, Folders, Row, row_of
from phoneward.snapshots.reasons import gap_sentence
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.snapshots.streaming import Begun, EndlessFileError, Incoming
from phoneward.snapshots.sums_stream import ONE_BLOB, RunningDigest, StreamHasher
from phoneward.snapshots.verifying import certainly, verdict
from phoneward.texts import _
from phoneward.vault import BlobId

ROUNDS: Final = 3
"""How often a file is read that keeps changing."""

CHECKPOINT_SECONDS: Final = 60.0
CHECKPOINT_BYTES: Final = 1_000_000_000
CHECKPOINT_FILES: Final = 25_000
"""After so much a checkpoint is made, within a file too: at most this is sent again after a crash."""

MANY_FILES: Final = CHECKPOINT_FILES // 2
"""From so many in one checkpoint what was freed is given back to the system: it would grow from one to the next."""

WORTH_KEEPING: Final = 4 << 20
"""A file is noted when the connection breaks behind this byte of it; less is sent again sooner than asked for."""

SMALL_FILE: Final = 64 << 10
"""Files up to this many bytes are read and handed on some at a time, where the phone can do that."""

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
    """A file that was asked for, and what there is of it so far.

    Attributes:
        noted, noted_ids: how much of `begun` this run's journal has.
        digest: of a file of several blobs, computed while it comes.
    """

    folder: int
    row: Row
    path: bytes
    begun: Begun
    noted: int = 0
    noted_ids: int = 0
    digest: RunningDigest | None = None


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of sending and asking again; `changed` gets what is to be read once more."""

    number: int
    changed: RowStore[Row]


@dataclass(slots=True)
class Sender:
    """Sends what a plan asks for.

    Args:
        hasher: computes the SHA-256 of files of several blobs while they come.
        load: a blob of the repository: the beginning of a file that an earlier run brought over.
        interrupts: asked between pieces whether the person wants to stop.
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
    hasher: StreamHasher | None = None
    load: Callable[[BlobId], bytes] | None = None
    interrupts: Interrupts = field(default_factory=Interrupts)
    clock: Callable[[], float] = time.monotonic
    files_sent: int = 0
    bytes_sent: int = 0
    durable_files: int = 0
    _pending: "deque[tuple[_Flight, PendingLike]]" = field(default_factory=deque)
    _unsaved: list[tuple[int, Sent]] = field(default_factory=list)
    _unsaved_parts: list[tuple[int, Part]] = field(default_factory=list)
    _went_on: set[tuple[int, bytes]] = field(default_factory=set)
    _follower: Follower | None = None
    _round: _Round = field(init=False)
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
        bulk = as_bulk(self.phone)
        for number in range(1, ROUNDS + 1):
            changed: RowStore[Row] = RowStore(Row, self.sealer)
            self._round = _Round(number, changed)
            try:
                self._one_round(bulk, rows)
                if rows is not self.plan.to_send:
                    rows.close()
            except BaseException:  # an interrupt too must not leave the spooled rows behind
                changed.close()
                raise
            rows = changed
            if changed.is_empty:
                break
        rows.close()
        self._stop_if_asked()

    def _one_round(self, bulk: BulkPhone | None, rows: RowStore[Row]) -> None:
        """Send, and ask again: a phone that can do several things at once is asked while it sends."""
        first = self._round.number == 1
        self._follower = Follower(bulk) if bulk is not None else None
        left: RowStore[Row] = RowStore(Row, self.sealer)
        try:
            if first:
                self._go_on()
            if bulk is not None:
                self._send_small(bulk, rows, left)
            self._send(rows if bulk is None else left, again=not first)
            self._went_on.clear()
            self._drain(0)
            if self._follower is None:
                self._verify(rows)
            else:
                for files, items in self.interrupts.waiting_for(self._follower.rest()):
                    self._stop_if_asked()
                    self._judge_all(files, items)
            if first:
                self._verify(self.plan.to_confirm)
        finally:
            left.close()
            if self._follower is not None:
                self._follower.close()

    def settle(self) -> None:
        """Make durable, and note in the journal, all that came over. Also after the connection is lost."""
        if not self.files_sent and not self._unsaved_parts:
            return
        self._drain(0)
        self._checkpoint()

    def _send(self, rows: RowStore[Row], *, again: bool) -> None:
        flights: deque[_Flight] = deque()
        asked = self._asked(rows, flights)
        for stream in self.interrupts.waiting_for(self.phone.read(asked)):
            flight = _answer_to(flights, stream.path)
            try:
                self._bring(flight, stream)
            except FileReadError as error:
                self._unread(flight, reason_of(error.obstacle), str(error.details.get("detail", "")), again=again)
            except EndlessFileError:
                self._unread(flight, GapReason.ENDLESS, "", again=again)
            self._after_a_file(flight.path)
        deque(asked, maxlen=0)  # what a phone that fell silent was never asked for is missing too
        for flight in flights:
            self._unread(flight, GapReason.READ_ERROR, "no answer", again=again)

    def _send_small(self, bulk: BulkPhone, rows: RowStore[Row], left: RowStore[Row]) -> None:
        """Send the small files, many in a go; `left` gets all others, and what must be looked at one by one."""
        asked: deque[tuple[int, Row, bytes]] = deque()
        for files in self.interrupts.waiting_for(bulk.read_small(self._small(rows, left, asked), SMALL_FILE)):
            self._stop_if_asked()
            arrived = []
            for path, content in files:
                folder, row, expected = asked.popleft() if asked else (0, None, b"")
                if row is None or path != expected:
                    raise PhoneGoneError(detail=_("answers out of order"))
                if content is None:
                    left.add(folder, row)
                    continue
                self.bytes_sent += len(content)
                self._pending.append((_Flight(folder, row, path, Begun(row)), self.writer.put_file([content])))
                arrived.append(Arrived(folder, row, path, len(content)))
            self.files_sent += len(arrived)
            self._arrived(arrived)
            self._after_a_file(files[-1][0])
        if asked:
            raise PhoneGoneError(detail=_("answers out of order"))

    def _small(
        self, rows: RowStore[Row], left: RowStore[Row], asked: "deque[tuple[int, Row, bytes]]"
    ) -> Iterator[bytes]:
        for folder in rows.folders():
            place = self.folders.path(folder)
            above = self.phone_path(place)
            alike = above not in {place, b"/"}  # else its files stand elsewhere on the phone, each for itself
            for row in rows.each(folder):
                if row.size > SMALL_FILE or (folder, row.name) in self._went_on:
                    left.add(folder, row)
                    continue
                path = above + b"/" + row.name if alike else self.phone_path(place + b"/" + row.name)
                asked.append((folder, row, path))
                yield path

    def _arrived(self, files: list[Arrived]) -> None:
        """Have the phone asked again about files that came over, where that goes beside; see what it said."""
        if self._follower is not None:
            self._follower.add(files)
            for some, items in self.interrupts.waiting_for(self._follower.told()):
                self._judge_all(some, items)

    def _asked(self, rows: RowStore[Row], flights: "deque[_Flight]") -> Iterator[bytes]:
        for folder in rows.folders():
            place = self.folders.path(folder) + b"/"
            for row in rows.each(folder):
                if (folder, row.name) in self._went_on:
                    continue
                path = self.phone_path(place + row.name)
                flights.append(_Flight(folder, row, path, Begun(row)))
                yield path

    def _go_on(self) -> None:
        """Bring the rest of the files that an earlier run had begun. What does not work is read whole afterwards."""
        for key, begun in list(self.plan.begun.items()):
            folder, name = key
            flight = _Flight(folder, begun.row, self.phone_path(self.folders.path(folder) + b"/" + name), begun)
            had = begun.received
            try:
                self._bring(flight, self.phone.read_from(flight.path, had))
            except (FileReadError, EndlessFileError):
                self.plan.start_over(key, had)
            else:
                self._went_on.add(key)
            self._after_a_file(flight.path)

    def _bring(self, flight: _Flight, stream: Iterable[bytes]) -> None:
        """Take in one file, in one go or, where a checkpoint comes due within it, in parts."""
        self._stop_if_asked()
        with closing(self.interrupts.waiting_for(stream)) as pieces:
            self._take_in(flight, self._incoming(flight, pieces))

    def _incoming(self, flight: _Flight, pieces: Iterator[bytes]) -> Incoming:
        """Return the rest of a file; its SHA-256 is computed on the way, where its blobs will not tell it."""
        size, had = flight.row.size, flight.begun.received
        if self.hasher is not None and self.load is not None and max(size, had) > ONE_BLOB:
            flight.digest = self.hasher.digest()
            if had:
                flight.digest.begin_with(partial(map, self.load, blob_ids(flight.begun.ids)))
            pieces = flight.digest.through(pieces)
        return Incoming(pieces, size, had, owner_of(self.phone, flight.path).size_modulus)

    def _take_in(self, flight: _Flight, incoming: Incoming) -> None:
        def pause(length: int) -> bool:
            self.bytes_sent += length
            self._stop_if_asked()
            self._tell(flight.path)
            return incoming.received < incoming.size and self._checkpoint_due()

        while True:
            pending = self.writer.put_file(incoming.segment(pause))
            if incoming.whole:
                if flight.digest is not None:
                    flight.digest.finish()
                self._pending.append((flight, pending))
                self.files_sent += 1
                self._arrived([Arrived(flight.folder, flight.row, flight.path, incoming.received)])
                return
            if incoming.trouble is None or incoming.received >= WORTH_KEEPING:
                self._keep_part(flight, pending)
            if incoming.trouble is not None:
                raise incoming.trouble
            self._checkpoint()

    def _keep_part(self, flight: _Flight, pending: PendingLike) -> None:
        """Note what there is of a file that is not whole yet. The first part of a run begins at the file's start."""
        self._drain(0)
        stored = pending.result()
        begun, row = flight.begun, flight.row
        begun.received += stored.size
        begun.ids += b"".join(stored.ids)
        ids = bytes(begun.ids[flight.noted_ids :])
        part = Part(row.name, row.size, row.mode, row.mtime_ns, row.ctime_ns, flight.noted, begun.received, ids)
        self._unsaved_parts.append((flight.folder, part))
        flight.noted, flight.noted_ids = begun.received, len(begun.ids)
        self.plan.begun[flight.folder, row.name] = begun

    def _after_a_file(self, path: bytes) -> None:
        self._tell(path)
        if len(self._pending) > IN_FLIGHT:
            self._drain(IN_FLIGHT // 2)
        if self._checkpoint_due():
            self.settle()

    def _stop_if_asked(self) -> None:
        if self.interrupts.stopped:
            raise KeyboardInterrupt

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
            row, begun = flight.row, flight.begun
            size = begun.received + stored.size
            ids = bytes(begun.ids) + b"".join(stored.ids)
            digest = flight.digest.result() if flight.digest is not None else None
            sent = Sent(row.name, size, row.mode, row.mtime_ns, row.ctime_ns, ids, digest or b"")
            self.plan.sent.add(flight.folder, sent)
            if size == row.size:
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
        if self._unsaved or self._unsaved_parts:
            folders: dict[int, list[Sent]] = {}
            for folder, sent in self._unsaved:
                folders.setdefault(folder, []).append(sent)
            files = [(self.folders.path(number), rows) for number, rows in folders.items()]
            parts = [(self.folders.path(number), part) for number, part in self._unsaved_parts]
            self.journal.append(self.moment, files, parts)
            self.durable_files += len(self._unsaved)
            if len(self._unsaved) >= MANY_FILES:
                give_back_memory()
            self._unsaved.clear()
            self._unsaved_parts.clear()
        self._saved_at, self._saved_bytes = self.clock(), self.bytes_sent

    def _tell(self, path: bytes) -> None:
        now = self.clock()
        if now - self._told_at >= PROGRESS_SECONDS:
            self._told_at = now
            self.listener(Advanced("send", self.files_sent, self.bytes_sent, path))

    def _verify(self, rows: RowStore[Row]) -> None:
        """Ask the phone again about each file that came over."""
        flights: deque[_Flight] = deque()
        number, fresh = -1, dict[bytes, Sent]()
        asked = self._asked_again(rows, flights)
        for item in self.interrupts.waiting_for(self.phone.stat(asked)):
            flight = _answer_to(flights, item.path)
            self._stop_if_asked()
            if flight.folder != number:
                number, fresh = flight.folder, self.plan.fresh(flight.folder)
            if flight.row.kind == DIRECTORY:
                self._note_folder(flight, item)
                continue
            self._judge(Arrived(flight.folder, flight.row, flight.path, fresh[flight.row.name].size), item)
        deque(asked, maxlen=0)
        for flight in flights:
            if flight.row.kind != DIRECTORY:
                self._uncertain(flight.folder, flight.row, flight.path, GapReason.TORN)

    def _judge_all(self, files: list[Arrived], items: list[ListingItem]) -> None:
        """Judge files by what the phone says of them now. Nearly all are as they were."""
        certain: dict[int, list[Row]] = {}
        coarse = self._round.number == 1
        for file, item in zip(files, items, strict=True):
            exact = certainly(file.row, file.size, item, self.moment.listed_ns) if coarse else None
            if exact is not None and item.path == file.path and self.is_coarse(file.row):
                certain.setdefault(file.folder, []).append(exact)
            else:
                self._judge(file, item)
        for folder, rows in certain.items():
            self.plan.exact.add_all(folder, rows)

    def _judge(self, file: Arrived, item: ListingItem) -> None:
        """Judge one file: certain, to be read once more, or uncertain.

        Rows of the first round may have come in whole seconds; the exact times come now. Later rows are exact.
        """
        if item.path != file.path:
            raise PhoneGoneError(detail=_("answers out of order"))
        coarse = self._round.number == 1 and self.is_coarse(file.row)
        listed_ns = self.moment.listed_ns if coarse else None
        found = verdict(file.row, file.size, item, listed_ns, owner_of(self.phone, file.path).size_modulus)
        if found is None and coarse:
            self._note_exact(file.folder, item)
        elif isinstance(found, Row) and self._round.number < ROUNDS:
            self._round.changed.add(file.folder, found)
        elif found is not None:
            self._uncertain(file.folder, file.row, file.path, GapReason.TORN if isinstance(found, Row) else found)

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
            for row in rows.each(folder):
                if row.name in fresh or row.kind == DIRECTORY:
                    path = self.phone_path(place + row.name)
                    flights.append(_Flight(folder, row, path, Begun(row)))
                    yield path

    def _uncertain(self, folder: int, row: Row, path: bytes, reason: GapReason) -> None:
        self.gaps.add(reason, path, self.folders.path(folder) + b"/" + row.name)
        self.listener(Notice(path, gap_sentence(reason)))


def _answer_to(flights: "deque[_Flight]", path: bytes) -> _Flight:
    """Return the question that an answer of the phone is for: answers come in the order of the questions."""
    if not flights or flights[0].path != path:
        raise PhoneGoneError(detail=_("answers out of order"))
    return flights.popleft()
