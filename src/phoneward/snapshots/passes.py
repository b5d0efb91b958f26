"""One backup: list → compare → send → check again → store → say what is covered."""

import datetime as dt
import io
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import phoneward
from phoneward.errors import PhonewardError, readable
from phoneward.heap import give_back_memory
from phoneward.phones import ANDROID_BACKUP, Phone, PhoneGoneError
from phoneward.phones.joined import iphone_backup_facts
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted
from phoneward.snapshots.app_taking import Beside
from phoneward.snapshots.building import Trees
from phoneward.snapshots.compare import clock_went_back
from phoneward.snapshots.comparing import Comparison, JournalRows, Plan
from phoneward.snapshots.coverage import BackupFile, Coverage, Waiting, encode_coverage
from phoneward.snapshots.errors import BackupCutShortError, BackupStoppedError
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.interrupts import deferred_interrupt
from phoneward.snapshots.inventory import device_document, encode_document, packages_document
from phoneward.snapshots.journal import Journal
from phoneward.snapshots.judging import Judge
from phoneward.snapshots.layout import (
    BACKUP_FILE_PATHS,
    COVERAGE_DOCUMENT,
    DEVICE_DOCUMENT,
    FULL_PATHS,
    PACKAGES_DOCUMENT,
    PARTIAL_PATHS,
    PARTIAL_TAG,
    TAG,
    device_tag,
)
from phoneward.snapshots.listing import Row, walk_up
from phoneward.snapshots.matching_pass import QUESTION, Matching
from phoneward.snapshots.ownbackups import is_own_backup
from phoneward.snapshots.owners import take_owners
from phoneward.snapshots.parents import find_parent
from phoneward.snapshots.prints import PURPOSE, Memory, Stored
from phoneward.snapshots.proofs_building import BuiltProofs
from phoneward.snapshots.proofs_pass import close_book, open_book, proof_folders
from phoneward.snapshots.records.taking import TakenRecords, put_records, take_records
from phoneward.snapshots.results import BackupResult, BackupStats
from phoneward.snapshots.rows import RowStore
from phoneward.snapshots.sending import Sender
from phoneward.snapshots.stored_file import StoredFile
from phoneward.snapshots.sums_stream import StreamHasher
from phoneward.snapshots.taking import AskedAhead, Taken, take_listing
from phoneward.texts import _
from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    FileId,
    HeldLock,
    Node,
    Repository,
    SealedCache,
    Snapshot,
    SnapshotSummary,
    save_snapshot_held,
)

PROGRESS_EVERY = 5_000
MANY_FILES = 50_000
LONG_TREE = 4 << 20
"""Bytes of a folder's tree from which the next folder is not built before it is sealed: what is alive of both at once
would add up to far more than all the rest of a backup (50,000 names: 20 MB of text, read back once more)."""


@dataclass(slots=True)
class Backup:
    """A backup at work. One thread owns it.

    Args:
        phone: open.
        repo: open; its index need not be loaded.
        state_dir: where resume journals lie.
        label: a name for the phone instead of its own.
        cache_dir: where it is remembered how the last snapshot was listed; None remembers nothing.
        verify_all: compare every file with the phone's own checksum.
        beside: folders of this computer that stand beside the phone.
        verify_apps: packages whose every file is compared with the phone's own checksum.
    """

    phone: Phone
    repo: Repository
    listener: Listener
    state_dir: Path
    label: str
    verify_all: bool = False
    cache_dir: Path | None = None
    beside: Sequence[Beside] = ()
    verify_apps: frozenset[str] = frozenset()

    def run(self) -> BackupResult:
        """Take a snapshot. Raises as `phoneward.snapshots.backup`."""
        asked = AskedAhead(self.phone)
        with ExitStack() as stack:
            lock = stack.enter_context(self.repo.lock(exclusive=False))
            journal = stack.enter_context(self._journal())
            return _Pass(self, lock, journal, stack, asked).run()

    def rehearse(self) -> BackupResult:
        """List and compare, and write nothing."""
        with ExitStack() as stack:
            return _Pass(self, None, self._journal(), stack, AskedAhead(self.phone)).rehearse()

    def _journal(self) -> Journal:
        identity = self.phone.identity
        return Journal(self.state_dir, self.repo, repository=self.repo.config.id, device=identity.id)


class _Pass:
    """What one backup knows while it runs."""

    def __init__(
        self, backup: Backup, lock: HeldLock | None, journal: Journal, stack: ExitStack, asked: AskedAhead
    ) -> None:
        self.started_ns = time.time_ns()
        self.clock = time.monotonic_ns()
        self.backup = backup
        self.phone, self.repo, self.listener = backup.phone, backup.repo, backup.listener
        self.lock, self.journal = lock, journal
        self.stack = stack
        self.gaps = Gaps()
        self.records: list[TakenRecords] = []
        self.repo.load_index()
        self.parent = find_parent(self.repo, self.phone.identity.id, self._damaged_snapshot)
        self.taken: Taken = take_listing(
            self.phone,
            self.gaps,
            self.repo,
            self.listener,
            last_listed_ns=self.parent.moment.listed_ns if self.parent else None,
            asked=asked,
        )
        stack.callback(self.taken.listing.close)
        self.plan = Plan.empty(self.repo)
        stack.callback(self.plan.close)
        self.started = dt.datetime.fromtimestamp(self.started_ns // 1_000_000_000, dt.UTC)
        self.book = open_book(self.repo, self.parent, self.taken.listing, self.started, self.listener)
        stack.callback(self.book.close)
        self.children = self.taken.listing.folders.children()
        self.matching = Matching(
            phone=self.phone,
            book=self.book,
            plan=self.plan,
            taken=self.taken,
            children=self.children,
            gaps=self.gaps,
            listener=self.listener,
            sealer=self.repo,
            everything=backup.verify_all,
            apps=backup.verify_apps,
        )
        cache = backup.cache_dir
        self.memory = Memory(SealedCache(cache, self.repo, purpose=PURPOSE), self.repo) if cache is not None else None
        self.clock_went_back = self.parent is not None and clock_went_back(self.parent.moment, self.taken.moment)
        self._warn_of_clocks()

    # -- what comes before the sending ---------------------------------------------------------------------------

    def _damaged_snapshot(self, snapshot: str, error: PhonewardError) -> None:
        sentence = _("Snapshot {snapshot} cannot be read and is not compared with: {detail}")
        self.listener(Notice(None, sentence.format(snapshot=snapshot[:8], detail=error.sentence())))

    def _warn_of_clocks(self) -> None:
        if self.clock_went_back:
            sentence = _(
                "The phone's clock shows an earlier time than at the last backup, so more files are read again."
            )
            self.listener(Notice(None, sentence))
        if self.parent is not None and self.parent.snapshot.time_ns > self.started_ns:
            sentence = _(
                "This computer's clock shows an earlier time than at the last backup: until it is set right, that"
                " older backup counts as the latest."
            )
            self.listener(Notice(None, sentence))

    def _compare(self, put: Callable[[bytes], None]) -> Trees:
        listing, moment = self.taken.listing, self.taken.moment
        self.listener(PhaseStarted("compare", listing.files, listing.size))
        precision = max(moment.precision_ns, self.parent.moment.precision_ns if self.parent else 1)
        note = self.book.note if self.lock else None
        trees = Trees(
            listing, put, self._has_tree, precision, note=note, owners=take_owners(self.phone, self.taken.roots)
        )
        resumable = JournalRows(listing, moment, self.repo)
        try:
            for batch in self.journal.load():
                resumable.add(batch)
            comparison = Comparison(
                listing=listing,
                children=self.children,
                phone_path=self.taken.phone_path,
                now=moment,
                parent=self.parent,
                journal=resumable,
                has_blob=self._has_blob,
                trees=trees,
                gaps=self.gaps,
                plan=self.plan,
                remembered=self._remembered(),
                proves=self.taken.proves,
            )
            told = 0
            for looked in comparison.run():
                if looked - told >= PROGRESS_EVERY:
                    told = looked
                    self.listener(Advanced("compare", looked, 0))
        finally:
            resumable.close()
        self.listener(PhaseDone("compare", listing.files, listing.size))
        return trees

    def _remembered(self) -> dict[bytes, Stored]:
        """Return what this computer remembers of the snapshot before; nothing where every file must be looked at."""
        if self.memory is None or self.parent is None or self.book.anew:
            return {}
        return self.memory.load(self.parent.snapshot)

    def _remember(self, snapshot_id: FileId, trees: Trees) -> None:
        if self.memory is None:
            return
        folders = self.taken.listing.folders
        stored = ((folders.path(n), Stored(trees.ids[n], found)) for n, found in trees.prints.items() if n in trees.ids)
        self.memory.save(snapshot_id, stored, self.parent.snapshot.id if self.parent else None)

    def _has_blob(self, blob_id: BlobId) -> bool:
        return self.repo.has_blob(BlobType.DATA, blob_id)

    def _has_tree(self, tree_id: BlobId) -> bool:
        return self.repo.has_blob(BlobType.TREE, tree_id)

    def rehearse(self) -> BackupResult:
        trees = self._compare(lambda _text: None)
        return self._result(None, None, self._stats(trees, None, None))

    # -- sending and storing -------------------------------------------------------------------------------------

    def run(self) -> BackupResult:
        # First, since it is little and most precious: a cable that is pulled later takes none of it.
        self.records = take_records(
            self.phone,
            self.repo,
            self.gaps,
            self.listener,
            self.stack,
            earlier=self._earlier_file,
            folder=self.journal.path.parent,
        )
        with StreamHasher() as hasher, self.repo.writer() as writer:
            trees = self._compare(lambda text: _put_tree(writer, text))
            sender = self._sender(writer, hasher, self.plan)
            self.listener(PhaseStarted("send", self.plan.files, self.plan.size))
            self.matching.begin()
            try:
                with deferred_interrupt() as interrupts:
                    sender.interrupts = interrupts
                    sender.run()
                    self.listener(PhaseDone("send", sender.files_sent, sender.bytes_sent))
                    sender.settle()
                    self._match(trees, sender)
            except (PhoneGoneError, KeyboardInterrupt) as error:
                self.matching.abandon()
                if not sender.interrupts.forced:
                    self._keep_what_came(writer, trees, sender)
                raise _explained(error, self.plan.resumed_files + sender.durable_files) from error
            finally:
                self.matching.abandon()
            return self._finish(writer, trees, sender, partial=False)

    def _match(self, trees: Trees, sender: Sender) -> None:
        """Compare with what the phone computes itself; files that differ are read again, into the same plan."""

        def send_again(rows: RowStore[Row]) -> None:
            with closing(Plan.empty(self.repo)) as again:
                again.to_send.close()
                again.to_send = rows
                second = replace(sender, plan=again, files_sent=0, bytes_sent=0, durable_files=0)
                try:
                    second.run()
                finally:
                    second.settle()
                    sender.files_sent += second.files_sent
                    sender.bytes_sent += second.bytes_sent
                    self.plan.take_over(again)
                self._reopen(trees, list(again.sent.folders()))

        def stop_if_asked() -> None:
            if sender.interrupts.stopped:
                raise KeyboardInterrupt

        self.matching.finish((time.monotonic_ns() - self.clock) / 1e9, stop_if_asked, send_again)

    def _reopen(self, trees: Trees, numbers: list[int]) -> None:
        """Have folders built once more, and all above them: something in them was read after all."""
        dirty = set(self.plan.dirty)
        folders = self.taken.listing.folders
        for number in numbers:
            place = folders.path(number)
            while place:
                above = folders.number(place)
                if above not in dirty:
                    dirty.add(above)
                    trees.forget(above, self.taken.listing.folder(above, self.children.get(above, [])))
                    before = self.parent.trees.find(self.parent.snapshot.tree, place) if self.parent else None
                    if before is not None and before.subtree is not None:
                        self.plan.before[above] = before.subtree
                place = place[: place.rindex(b"/")]
        self.plan.dirty = [number for number, done in walk_up(self.children) if done and number in dirty]

    def _sender(self, writer: BlobWriter, hasher: StreamHasher, plan: Plan) -> Sender:
        return Sender(
            phone=self.phone,
            writer=writer,
            folders=self.taken.listing.folders,
            phone_path=self.taken.phone_path,
            is_coarse=self.taken.listing.is_coarse,
            plan=plan,
            gaps=self.gaps,
            journal=self.journal,
            hasher=hasher,
            load=self.book.load,
            moment=self.taken.moment,
            listener=self.listener,
            sealer=self.repo,
        )

    def _keep_what_came(self, writer: BlobWriter, trees: Trees, sender: Sender) -> None:
        """Keep what came over: in the journal, and in a partial snapshot that anybody can restore from."""
        sender.settle()
        if sender.durable_files or self.plan.resumed_files:
            self._finish(writer, trees, sender, partial=True)

    def _finish(self, writer: BlobWriter, trees: Trees, sender: Sender, *, partial: bool) -> BackupResult:
        self.listener(PhaseStarted("store"))
        data_blobs = max(0, writer.stats.blobs_new - trees.new_trees)
        waiting = self._build_rest(trees)
        top = self._top_folders(trees)
        self.plan.close()  # of a million files both take tens of megabytes, and nobody asks for names any more
        self.taken.listing.close()
        if self.taken.listing.files >= MANY_FILES:
            give_back_memory()
        proofs = close_book(self.book, self.parent, top, writer, self.started_ns)
        if self.matching.not_asked:
            self.taken.inventory.not_asked.setdefault(QUESTION, self.matching.not_asked)
        records = [one for taken in self.records for one in taken.coverage] or None
        waits = waiting if partial else None
        beside = self.backup.beside
        files = self._backup_files(trees)
        iphone = iphone_backup_facts(self.phone)
        judge = Judge(self.taken, trees, self.gaps, self.parent, waits, proofs.levels, records, beside, files, iphone)
        coverage = judge.coverage(
            self.phone.identity.id, self.backup.label, self.started, clock_went_back=self.clock_went_back
        )
        tree = trees.store(top + self._our_nodes(writer, trees, coverage, proofs))
        writer.flush()
        content = self._stats(trees, sender, writer, data_blobs)
        if self.lock is None:
            raise ValueError("a rehearsal writes no snapshot")
        snapshot = self._snapshot(tree, trees, writer, content, partial=partial)
        snapshot_id = save_snapshot_held(self.repo, self.lock, snapshot)
        if not partial:
            self.journal.remove()
            self._remember(snapshot_id, trees)
        self.listener(PhaseDone("store", content.files_listed, content.bytes_listed))
        return self._result(snapshot_id, coverage, content)

    def _build_rest(self, trees: Trees) -> Waiting:
        """Build the folders that waited for files; returns what did not come over."""
        files = size = 0
        listing = self.taken.listing
        for number in self.plan.dirty:
            if number == 0:
                continue
            fresh = self.plan.fresh(number)
            missing = set()
            for row in self.plan.to_send.each(number):
                if row.name not in fresh:
                    missing.add(row.name)
                    files += 1
                    begun = self.plan.begun.get((number, row.name))
                    size += row.size - (begun.received if begun else 0)
            before_id = self.plan.before.get(number)
            trees.build(
                number,
                listing.folder(number, self.children.get(number, [])),
                before=self.parent.nodes(before_id) if self.parent else [],
                before_id=before_id if self.parent and before_id not in self.parent.damaged else None,
                fresh=fresh,
                missing=frozenset(missing),
                exact=self.plan.exact_folders(number),
            )
        return Waiting(files, size)

    def _top_folders(self, trees: Trees) -> list[Node]:
        folder = self.taken.listing.folder(0, self.children.get(0, []))
        return trees.nodes(0, folder, before=[], fresh={}, exact=self.plan.exact_folders(0))

    def _our_nodes(self, writer: BlobWriter, trees: Trees, coverage: Coverage, proofs: BuiltProofs) -> list[Node]:
        """Store our own documents, and return their nodes."""
        device = device_document(
            self.phone.identity, self.backup.label, self.started, self.taken.record, self.taken.volumes
        )
        packages = packages_document(self.taken.inventory, self.taken.apk_places)
        texts = {
            DEVICE_DOCUMENT: encode_document(device),
            PACKAGES_DOCUMENT: encode_document(packages),
            COVERAGE_DOCUMENT: encode_coverage(coverage),
        }
        stored = {name: writer.put_file([text]) for name, text in texts.items()}
        documents = {}
        for name, pending in stored.items():
            done = pending.result()
            documents[name] = document_node(name, self.started_ns, done.size, done.ids)
        records = put_records(self.records, writer, self._before, self.started_ns)
        return [*documents.values(), *proof_folders(proofs, trees, writer, documents, texts, records=records)]

    def _backup_files(self, trees: Trees) -> dict[bytes, BackupFile]:
        """Look into Android's backup files, as they lie in the vault."""
        before = self.parent.coverage.backup_files if self.parent and self.parent.coverage else []
        return trees.own_backups.files.look(self.book.load, before, is_own_backup)

    def _before(self, path: bytes) -> Node | None:
        return self.parent.trees.find(self.parent.snapshot.tree, path) if self.parent else None

    def _earlier_file(self, path: bytes) -> IO[bytes] | None:
        """Return a file of the snapshot before; None where everything is to be read anew."""
        node = None if self.backup.verify_all else self._before(path)
        if node is None or not node.content:
            return None
        return io.BufferedReader(StoredFile(self.repo, node.content))

    def _snapshot(
        self, tree: BlobId, trees: Trees, writer: BlobWriter, content: BackupStats, *, partial: bool
    ) -> Snapshot:
        now = time.time_ns()
        stats = writer.stats
        tags = (TAG, device_tag(self.phone.identity.id), *((PARTIAL_TAG,) if partial else ()))
        summary = SnapshotSummary(
            backup_start_ns=self.started_ns,
            backup_end_ns=now,
            files_new=content.files_new,
            files_changed=content.files_changed,
            files_unmodified=content.files_unmodified,
            dirs_new=content.dirs_new,
            dirs_changed=content.dirs_changed,
            dirs_unmodified=content.dirs_unmodified,
            data_blobs=max(0, stats.blobs_new - trees.new_trees),
            tree_blobs=trees.new_trees,
            data_added=stats.bytes_new,
            data_added_packed=stats.bytes_packed,
            total_files_processed=trees.held(0).files,
            total_bytes_processed=trees.held(0).size,
        )
        return Snapshot(
            time_ns=now,
            utc_offset=_utc_offset(),
            tree=tree,
            paths=PARTIAL_PATHS if partial else self._whole_paths(),
            parent=self.parent.snapshot.id if self.parent else None,
            hostname=self.backup.label,
            tags=tags,
            program_version=f"phoneward {phoneward.__version__}",
            summary=summary,
        )

    def _whole_paths(self) -> tuple[str, ...]:
        return BACKUP_FILE_PATHS if self.phone.identity.kind == ANDROID_BACKUP else FULL_PATHS

    def _stats(
        self, trees: Trees, sender: Sender | None, writer: BlobWriter | None, data_blobs: int = 0
    ) -> BackupStats:
        counts, listing, plan = trees.counts, self.taken.listing, self.plan
        return BackupStats(
            files_new=counts.files_new,
            files_changed=counts.files_changed,
            files_unmodified=counts.files_unmodified,
            dirs_new=counts.dirs_new,
            dirs_changed=counts.dirs_changed,
            dirs_unmodified=counts.dirs_unmodified,
            files_listed=listing.files,
            bytes_listed=listing.size,
            files_to_send=plan.files,
            bytes_to_send=plan.size,
            files_sent=sender.files_sent if sender else 0,
            bytes_sent=sender.bytes_sent if sender else 0,
            files_resumed=plan.resumed_files,
            bytes_resumed=plan.resumed_size,
            data_blobs=data_blobs,
            tree_blobs=trees.new_trees if writer else 0,
            data_added=writer.stats.bytes_new if writer else 0,
            data_added_packed=writer.stats.bytes_packed if writer else 0,
            duration_ns=time.monotonic_ns() - self.clock,
        )

    def _result(self, snapshot_id: FileId | None, coverage: Coverage | None, stats: BackupStats) -> BackupResult:
        return BackupResult(
            snapshot_id=snapshot_id,
            complete=not self.gaps.total,
            coverage=coverage,
            stats=stats,
            parent=self.parent.snapshot.id if self.parent else None,
            resumed=self.plan.resumed_files > 0 or self.plan.resumed_size > 0,
            dry_run=snapshot_id is None,
            matching=self.matching.counts,
        )


def _put_tree(writer: BlobWriter, text: bytes) -> None:
    pending = writer.put(BlobType.TREE, text)
    if len(text) >= LONG_TREE:
        pending.result()
        give_back_memory()


def _explained(error: BaseException, files: int) -> PhonewardError:
    if isinstance(error, PhonewardError):
        return BackupCutShortError(detail=error.sentence(), files=files)
    return BackupStoppedError(files=files)


def _utc_offset() -> int:
    """Minutes east of UTC, now and here."""
    offset = dt.datetime.now(dt.UTC).astimezone().utcoffset() or dt.timedelta()
    return int(offset.total_seconds() // 60)


def default_label(phone: Phone) -> str:
    """Return the phone's own name, fit for a terminal."""
    return readable(phone.identity.label) or phone.identity.id
