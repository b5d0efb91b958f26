"""One backup's comparing with the phone's own SHA-256 sums: which files are asked for, and what the answers mean.

Equal sums prove a match whenever they were computed. Different ones prove something only of a file that did not change
between the reading and now: the phone is asked once more what the file looks like. A file that truly differs is read
again, once, and compared again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final, NamedTuple

from phoneward.errors import PhonewardError
from phoneward.phones import Entry, HashPlace, Phone
from phoneward.phones.joined import owner_of
from phoneward.progress import Listener, Notice, PhaseDone, PhaseStarted
from phoneward.snapshots.app_parts import app_of
from phoneward.snapshots.compare import SECOND_NS
from phoneward.snapshots.comparing import Plan
from phoneward.snapshots.gaps import GapReason, Gaps
from phoneward.snapshots.journal import Sent
from phoneward.snapshots.listing import FILE, Row, row_of
from phoneward.snapshots.matching import SAMPLE_BYTES, SAMPLE_FILES, Asking, Told, Wanted, can_compare
from phoneward.snapshots.ownbackups import own_folders
from phoneward.snapshots.proofs import MISMATCH, Proven
from phoneward.snapshots.proofs_building import ProofBook
from phoneward.snapshots.reasons import gap_sentence
from phoneward.snapshots.results import MatchCounts
from phoneward.snapshots.rows import RowStore, Sealer
from phoneward.snapshots.sums import shard_of
from phoneward.snapshots.taking import Taken
from phoneward.texts import _

MAX_DIFFERENT: Final = 10_000
"""Files that differ and are read again; a phone of which more differ does not compute SHA-256."""

QUESTION: Final = "checksums"
"""What a phone without sha256sum cannot answer (`Coverage.not_checked`)."""


class _Differs(NamedTuple):
    """A file of which the phone told another sum. `known`: what the phone said of the file that the vault has."""

    folder: int
    known: Row
    path: bytes
    old: bool


SendAgain = Callable[[RowStore[Row]], None]
"""Reads these files again; what came over is in the plan then."""


@dataclass(slots=True)
class Matching:
    """Asks and judges. One thread owns it.

    Args:
        children: of the listing's folders.
        everything: every file of the snapshot, not only what is new and a sample of the rest.
        apps: packages of which every file is compared, instead of that sample.
    """

    phone: Phone
    book: ProofBook
    plan: Plan
    taken: Taken
    children: dict[int, list[int]]
    gaps: Gaps
    listener: Listener
    sealer: Sealer
    everything: bool
    apps: frozenset[str] = frozenset()
    counts: MatchCounts = field(default_factory=MatchCounts)
    not_asked: str = ""
    _asking: Asking | None = None

    def begin(self) -> None:
        """Begin to ask, beside the sending."""
        place = self.phone.hash_place
        if place is HashPlace.NOWHERE:
            self.not_asked = "sha256sum"
            sentence = _(
                "This phone's tools cannot compute SHA-256, so nothing of it could be compared with the phone itself."
            )
            self.listener(Notice(None, sentence))
            return
        new = can_compare(self.phone, everything=self.everything)
        rows = (self.plan.to_send, self.plan.resumed) if new else ()
        self._asking = Asking(
            self.phone,
            self._wanted(rows),
            self.sealer,
            patient=self.everything or bool(self.apps),
            files_left=self.plan.files + self.plan.resumed_files if new else 0,
            bytes_left=self.plan.size + self.plan.resumed_size if new else 0,
        )
        self._asking.start()

    def abandon(self) -> None:
        """End the questions; nothing is judged."""
        if self._asking is not None:
            self._asking.close()
            self._asking = None

    def finish(self, elapsed: float, check: Callable[[], None], send_again: SendAgain) -> None:
        """Wait for the answers, as long as it is worth, and judge them.

        Args:
            elapsed: seconds that the backup took until now.
            check: called while waiting; what it raises ends it.
            send_again: reads files again that differ.

        Raises:
            PhoneGoneError: the connection is lost while it is asked what a file looks like.
        """
        asking = self._asking
        if asking is None:
            return
        if self.everything:  # else it is over by now, or nearly
            self.listener(PhaseStarted("match"))
        try:
            asking.wait(elapsed, check)
            different = self._judge(asking)
            self._say_trouble(asking)
        finally:
            self.abandon()
        if different:
            self._again(different, check, send_again)
        if self.everything:
            self.listener(PhaseDone("match", self.counts.matched_files, self.counts.matched_bytes))

    def _say_trouble(self, asking: Asking) -> None:
        if isinstance(asking.trouble, PhonewardError):
            sentence = _("The phone stopped computing checksums: {detail} What was not compared stays stored.")
            self.listener(Notice(None, sentence.format(detail=asking.trouble.sentence())))

    # -- which files ---------------------------------------------------------------------------------------------------

    def _wanted(self, stores: tuple[RowStore[Row], ...]) -> Iterator[Wanted]:
        for store in stores:
            for number in store.folders():
                place = self.taken.listing.folders.path(number)
                for row in store.each(number):
                    if row.kind != FILE:
                        continue
                    path = self._path(place, row.name)
                    if self._can_ask(path):
                        yield Wanted(number, row.name, path, row.size)
                    elif self._asking is not None:  # nobody is waited for
                        self._asking.files_left -= 1
                        self._asking.bytes_left -= row.size
        if self.everything:
            yield from self._all_old(range(1, len(self.taken.listing.folders)))
        elif self.apps:
            yield from self._all_old(self._folders_of_apps())
        else:
            yield from self._sample()

    def _path(self, place: bytes, name: bytes) -> bytes:
        return self.taken.phone_path(place + b"/" + name)

    def _can_ask(self, path: bytes) -> bool:
        """Tell whether a file's sum comes from where the phone's come from; a file of this computer's does not."""
        return owner_of(self.phone, path).hash_place is self.phone.hash_place

    def _folders_of_apps(self) -> list[int]:
        """Return the folders of the apps whose every file is compared, and all folders in them."""
        folders = self.taken.listing.folders
        tops = [root.place for root, _volume in self.taken.roots]
        own = {top + b"/" + folder for top in tops for app in self.apps for folder in own_folders(app)}
        found: set[int] = set()
        waiting = [n for n in range(1, len(folders)) if folders.path(n) in own or app_of(folders.path(n)) in self.apps]
        while waiting:
            found.update(waiting)
            waiting = [below for number in waiting for below in self.children.get(number, []) if below not in found]
        return sorted(found)

    def _all_old(self, numbers: Iterable[int]) -> Iterator[Wanted]:
        folders, digits = self.taken.listing.folders, self.book.digits
        for number in sorted(numbers, key=lambda n: (shard_of(folders.path(n), digits), folders.path(n))):
            yield from self._old(number, self.book.expected(number))

    def _sample(self) -> Iterator[Wanted]:
        found = self.book.oldest_shard()
        if found is None:
            return
        name, shard = found
        self.book.sampled = name.decode("ascii")
        asked = ((place, some) for place, some in shard.items() if self._can_ask(self.taken.phone_path(place)))
        rows = ((row, place) for place, some in asked for row in some)
        chosen: dict[bytes, list[Proven]] = {}
        for row, place in nsmallest(SAMPLE_FILES, rows, key=lambda pair: pair[0].matched):
            chosen.setdefault(place, []).append(row)
        room = SAMPLE_BYTES
        for place, some in chosen.items():
            number = self.taken.listing.folders.find(place)
            for wanted in self._old(number, {row.name: row.digest for row in some}) if number else ():
                if wanted.size <= room:
                    room -= wanted.size
                    yield wanted

    def _old(self, number: int, expected: dict[bytes, bytes]) -> Iterator[Wanted]:
        """Yield the files of a folder that this run takes as they were."""
        if not expected:
            return
        sent = {row.name for row in self.plan.to_send.each(number)} | {r.name for r in self.plan.resumed.each(number)}
        place = self.taken.listing.folders.path(number)
        if not self._can_ask(self.taken.phone_path(place)):
            return
        for row in self.taken.listing.folder(number, self.children.get(number, [])).files:
            digest = expected.get(row.name)
            if row.kind == FILE and digest is not None and row.name not in sent:
                yield Wanted(number, row.name, self._path(place, row.name), row.size, digest)

    # -- what the answers mean -----------------------------------------------------------------------------------------

    def _judge(self, asking: Asking) -> list[_Differs]:
        different: list[_Differs] = []
        self.counts.unanswered_files += max(0, asking.files_left)
        for number in asking.told.folders():
            fresh = self.plan.fresh(number)
            for told in asking.told.each(number):
                sent = fresh.get(told.name)
                ours = self._ours(told, sent)
                if not told.digest or not ours:
                    self.counts.unanswered_files += not told.expected
                elif told.digest == ours:
                    self._equal(number, told, sent)
                elif len(different) < MAX_DIFFERENT:
                    different.append(self._differs(number, told, sent))
                else:
                    self.counts.unanswered_files += 1
        return different

    def _ours(self, told: Told, sent: Sent | None) -> bytes:
        if sent is None:
            return told.expected
        try:
            return sent.digest or self.book.digest(sent.blobs)
        except PhonewardError:  # it has no sum then; building the sums names it
            return b""

    def _equal(self, number: int, told: Told, sent: Sent | None) -> None:
        self.counts.matched_files += 1
        self.counts.matched_bytes += told.size if sent is None else sent.size
        self.book.compared(number, told.name)

    def _differs(self, number: int, told: Told, sent: Sent | None) -> _Differs:
        place = self.taken.listing.folders.path(number)
        if sent is not None:
            known = Row(sent.name, FILE, sent.size, sent.mode, sent.mtime_ns, sent.ctime_ns)
        else:
            files = self.taken.listing.folder(number, self.children.get(number, [])).files
            known = next(row for row in files if row.name == told.name)
        return _Differs(number, known, self._path(place, told.name), sent is None)

    def _unchanged(self, different: list[_Differs]) -> list[_Differs]:
        """Return those that are as they were when they were read, with exact times; count the others as changed."""
        same = []
        answers = iter(self.phone.stat([file.path for file in different]))
        for file in different:
            item = next(answers, None)
            now = row_of(item) if isinstance(item, Entry) and item.path == file.path else None
            if now is not None and _alike(file.known, now):
                same.append(file._replace(known=now))
            else:
                self.counts.changed_files += 1
        return same

    def _again(self, different: list[_Differs], check: Callable[[], None], send_again: SendAgain) -> None:
        """Read files again that truly differ, and compare again."""
        truly = self._unchanged(different)
        if not truly:
            return
        self._say_old(truly)
        rows: RowStore[Row] = RowStore(Row, self.sealer)
        try:
            for file in truly:
                rows.add(file.folder, file.known)
            self.counts.resent_files += len(truly)
            asking = Asking(self.phone, self._once_more(truly), self.sealer, patient=True)
            try:
                asking.start()
                send_again(rows)
                asking.wait(0.0, check)
                still = self._unchanged(self._judge(asking))
            finally:
                asking.close()
        finally:
            rows.close()
        for file in still:
            self._mismatch(file)

    def _once_more(self, files: list[_Differs]) -> Iterator[Wanted]:
        for file in files:
            yield Wanted(file.folder, file.known.name, file.path, file.known.size)

    def _say_old(self, files: list[_Differs]) -> None:
        for file in files:
            if file.old:
                sentence = _(
                    "Its content on the phone is not what it was at the last backup, though its size and times are the"
                    " same. It is read again and kept as a new version; the older snapshots keep the older one."
                )
                self.listener(Notice(file.path, sentence))
                self.counts.silently_changed_files += 1

    def _mismatch(self, file: _Differs) -> None:
        place = self.taken.listing.folders.path(file.folder) + b"/" + file.known.name
        self.counts.mismatched_files += 1
        self.book.compared(file.folder, file.known.name, MISMATCH)
        self.gaps.add(GapReason.MISMATCH, file.path, place)
        self.listener(Notice(file.path, gap_sentence(GapReason.MISMATCH)))


def _alike(known: Row, now: Row) -> bool:
    """Compare what the phone said then and says now; times at the coarser precision of both."""
    if now.kind != FILE or known.size != now.size:
        return False
    return _same(known.mtime_ns, now.mtime_ns) and (
        known.ctime_ns is None or now.ctime_ns is None or _same(known.ctime_ns, now.ctime_ns)
    )


def _same(then_ns: int, now_ns: int) -> bool:
    unit = 1 if then_ns % SECOND_NS and now_ns % SECOND_NS else SECOND_NS
    return then_ns // unit == now_ns // unit
