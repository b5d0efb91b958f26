"""The catalogue of a vault: quick answers about all of its snapshots, from what was prepared and is kept, sealed.

One object for each open vault; any number of threads may ask it. Who owns what:
- the list of snapshots, coverages, folders, comparisons: each guards itself;
- which books are open: `_lock`, held for a few microseconds, or while new manifests are read;
- building: `_building`, held by the one thread in `build`; it never holds `_lock` while it works, so that questions are
  answered from the books as they were last saved;
- loading the index: `_indexing`.

Deleting the cache's folder loses nothing but the time to prepare it again.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.catalogue.book import (
    Book,
    Damaged,
    GoneError,
    Manifest,
    Shelf,
    load_manifest,
    manifest_key,
)
from phoneward.snapshots.catalogue.building import Builder, StoppedError, drop_entries
from phoneward.snapshots.catalogue.changes import ChangeCounts, ChangeRow, Differences
from phoneward.snapshots.catalogue.coverages import Coverages, CoverageSummary, CoverageView
from phoneward.snapshots.catalogue.folders import Folders, FolderView
from phoneward.snapshots.catalogue.folding import Query
from phoneward.snapshots.catalogue.gone import find_gone, load_gone
from phoneward.snapshots.catalogue.history import LINE
from phoneward.snapshots.catalogue.kept import MAX_BYTES, Kept
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page
from phoneward.snapshots.catalogue.saving import Pace
from phoneward.snapshots.catalogue.searching import FileHistory, Found, OpenBook, Searcher, history_of
from phoneward.snapshots.catalogue.snapshot_list import Listed, SnapshotList
from phoneward.snapshots.catalogue.standing import Shelved, Standing, by_book, line_of
from phoneward.vault import BlobId, BlobMissingError, FileId, FileMissingError, Repository, Snapshot

T = TypeVar("T")

SEARCH_PAGE: Final = 50
_DEAD_ENOUGH: Final = 64
"""A book is made anew when more of its columns than this, and more than half, have no snapshot any more."""
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class DamagedFolder:
    """A folder that could not be read while a snapshot was taken into the catalogue.

    Attributes:
        snapshot: the oldest snapshot it was met in; None where that is gone.
        code: of the error.
    """

    device: str
    path: bytes
    snapshot: FileId | None
    code: str


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the catalogue is.

    Attributes:
        indexed, snapshots: how many snapshots can be searched, and how many there are.
        building: somebody is at it.
        names: distinct paths.
        left_out: names and folders that are not in it because there are more than any phone holds, or longer ones.
        damaged: folders that cannot be read.
    """

    indexed: int
    snapshots: int
    building: bool
    names: int
    left_out: int
    damaged: int

    @property
    def is_whole(self) -> bool:
        """Whether every snapshot can be searched."""
        return self.indexed == self.snapshots


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search found, and how much of the vault was searched."""

    page: Page[Found]
    state: IndexState


@dataclass(frozen=True, slots=True)
class _Open:
    """The books that are open, for one state of the list of snapshots."""

    version: int
    books: dict[str, OpenBook]
    shelved: dict[str, Shelved]


class Catalogue:
    """Quick answers about the snapshots of one vault.

    Args:
        repo: open. Its index is loaded when something has to be read from the vault, unless it was before.
        directory: a folder of the catalogue's own, in the cache folder.
        max_bytes: bound of that folder.
    """

    def __init__(self, repo: Repository, directory: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._repo = repo
        self._kept = Kept(directory, repo, max_bytes=max_bytes)
        self._list = SnapshotList(repo, self._kept)
        self._coverages = Coverages(repo, self._kept)
        self._folders = Folders(repo, self._kept)
        self._differences = Differences(repo, self._kept)
        self._searcher = Searcher()
        self._shelf = Shelf(self._kept)
        self._lock = threading.Lock()
        self._indexing = threading.Lock()
        self._building = threading.Lock()
        self._opened: _Open | None = None
        self._books: dict[str, Book] = {}

    # -- lists and single snapshots ------------------------------------------------------------------------------

    def snapshots(self) -> Listed:
        """Return the snapshots as they are now. Raises NoRepositoryError, StorageError."""
        return self._list.look()

    def coverage_summary(self, snapshot: Snapshot) -> CoverageSummary:
        """Return what the home page says of a snapshot. Raises as `coverage`."""
        return self._from_vault(lambda: self._coverages.summary(snapshot))

    def coverage(self, snapshot: Snapshot) -> CoverageView:
        """Return a snapshot's coverage, to ask for pages of its apps, storages and gaps.

        Raises:
            CoverageMissingError: the snapshot holds no coverage document that can be understood.
            PhonewardError: it is damaged, or the vault cannot be read.
        """
        return self._from_vault(lambda: self._coverages.view(snapshot))

    def browse(self, snapshot: Snapshot, path: bytes = b"/", number: int = 1, size: int = PAGE_SIZE) -> FolderView:
        """Return a page of a folder of a snapshot; see `Folders.browse`."""
        return self._from_vault(lambda: self._folders.browse(snapshot.tree, path, number, size))

    def differences_are_ready(self, before: Snapshot, after: Snapshot) -> bool:
        """Tell whether `differences` answers at once; else it compares first, which may take many seconds."""
        return self._differences.are_ready(before, after)

    def differences(
        self, before: Snapshot, after: Snapshot, number: int = 1, size: int = PAGE_SIZE, *, group: str | None = None
    ) -> tuple[ChangeCounts, Page[ChangeRow]]:
        """Return how much differs between two snapshots, and a page of it; see `Differences.page`."""
        if not self.differences_are_ready(before, after):
            self.load_index()
        return self._differences.page(before, after, number, size, group=group)

    def load_index(self) -> None:
        """Load what is new in the vault's index. Raises DamagedError, StorageError."""
        with self._indexing:
            self._repo.load_index()

    def _from_vault(self, ask: Callable[[], T]) -> T:
        """Ask; where a piece is unknown, the index may be older than the snapshot: load what is new and ask again."""
        try:
            return ask()
        except (BlobMissingError, FileMissingError):
            self.load_index()
            return ask()

    # -- across snapshots ----------------------------------------------------------------------------------------

    def search(self, text: str, number: int = 1, size: int = SEARCH_PAGE, *, device: str | None = None) -> SearchAnswer:
        """Return a page of the paths whose last name holds this text, or matches it where it has `*` or `?`.

        Each path of a phone comes once, what changed last first. Searches what is prepared; see `SearchAnswer.state`.

        Args:
            text: as a person typed it; upper and lower case, wide and narrow letters are the same.
            number: of the page, from 1.
            size: rows on a page.
            device: only on the phone with this id.

        Raises:
            StorageError: the vault cannot be listed.
        """
        query = Query(text)
        return self._with_books(
            lambda opened: SearchAnswer(
                self._searcher.page(
                    [book for book in opened.books.values() if device is None or book.device == device],
                    query,
                    number,
                    size,
                ),
                self._state(opened, device),
            )
        )

    def versions(self, path: bytes, *, device: str | None = None) -> list[FileHistory]:
        """Return all versions of one path, for each phone that has it; from what is prepared (see `state`).

        Args:
            path: in the snapshots, raw bytes.
            device: only on the phone with this id.
        """
        wanted = b"/" + path.strip(b"/")

        def ask(opened: _Open) -> list[FileHistory]:
            found = []
            for name, book in opened.books.items():
                if device is None or book.device == device:
                    whole = [info for info in opened.shelved[name].infos if not info.partial]
                    history = history_of(book, wanted, whole)
                    found += [history] if history is not None else []
            return found

        return self._with_books(ask)

    def state(self, device: str | None = None) -> IndexState:
        """Return how far the catalogue is, of one phone or of all."""
        return self._with_books(lambda opened: self._state(opened, device))

    def damaged_folders(self) -> list[DamagedFolder]:
        """Return the folders that could not be read, at most 1,000 of each phone."""

        def ask(opened: _Open) -> list[DamagedFolder]:
            return [
                DamagedFolder(book.device, damaged.path, _snapshot_at(book, damaged), damaged.code)
                for book in opened.books.values()
                for damaged in book.book.manifest.damaged
            ]

        return self._with_books(ask)

    def _state(self, opened: _Open, device: str | None) -> IndexState:
        some = [name for name, shelved in opened.shelved.items() if device is None or shelved.device == device]
        books = [opened.books[name] for name in some if name in opened.books]
        manifests = [book.book.manifest for book in books]
        return IndexState(
            sum(book.standing.done for book in books),
            sum(len(opened.shelved[name].infos) for name in some),
            self._building.locked(),
            sum(manifest.names for manifest in manifests),
            sum(manifest.left_out for manifest in manifests),
            sum(manifest.damaged_count for manifest in manifests),
        )

    # -- books ---------------------------------------------------------------------------------------------------

    def _with_books(self, ask: Callable[[_Open], T]) -> T:
        """Ask the open books. Where a part is gone, another process wrote newer ones, or somebody cleared the cache."""
        for _try in range(_TRIES):
            try:
                return ask(self._open())
            except GoneError:
                self._reopen()
        self._discard()
        return ask(self._open())

    def _open(self) -> _Open:
        listed = self._list.look()
        with self._lock:
            if self._opened is None or self._opened.version != listed.version:
                shelved = by_book(listed.infos)
                for name in shelved:
                    if name not in self._books:
                        manifest = load_manifest(self._kept, name)
                        if manifest is not None:
                            self._books[name] = Book(name, manifest, self._shelf)
                books = {
                    name: self._opened_book(book, some)
                    for name, some in shelved.items()
                    if (book := self._books.get(name)) is not None
                }
                self._opened = _Open(listed.version, books, shelved)
                self._searcher.forget()
            return self._opened

    def _opened_book(self, book: Book, shelved: Shelved) -> OpenBook:
        standing = Standing(book.manifest, shelved.infos)
        return OpenBook(book, standing, load_gone(self._kept, book, standing), shelved.device, shelved.label)

    def _reopen(self) -> None:
        with self._lock:
            self._books.clear()
            self._opened = None

    def _discard(self) -> None:
        """Let go of books that are not whole: they are made again."""
        for name in by_book(self._list.look().infos):
            self._kept.drop(manifest_key(name))
        self._reopen()

    def _publish(self, name: str, manifest: Manifest) -> None:
        with self._lock:
            self._books[name] = Book(name, manifest, self._shelf)
            self._opened = None
            self._shelf.keep_only({digest for book in self._books.values() for digest in book.manifest.digests})

    # -- building ------------------------------------------------------------------------------------------------

    def build(self, listener: Listener = silent, *, stop: threading.Event | None = None) -> bool:
        """Prepare what is missing: take every snapshot that is not in it yet into the catalogue.

        Questions are answered meanwhile, from what is saved: at least every 20 seconds. A kill costs what came after
        the last save. Only one thread builds; another one that asks returns at once. Afterwards the names are in
        memory, so that the first search is as quick as any: call it when a vault was unlocked, whatever is new.

        Args:
            listener: hears the phase `catalogue`; its files are snapshots.
            stop: set it to have this return soon.

        Returns:
            Whether every snapshot is in it now.

        Raises:
            CatalogueNotKeptError: the cache cannot be written.
            StorageError: the vault cannot be read.
        """
        if not self._building.acquire(blocking=False):
            return False
        try:
            whole = self._build(listener, stop or threading.Event())
            self._make_quick()
        except StoppedError:
            return False
        except GoneError:  # somebody cleared the cache meanwhile: from the beginning, next time
            self._discard()
            return False
        else:
            return whole
        finally:
            self._building.release()

    def rebuild(self, listener: Listener = silent, *, stop: threading.Event | None = None) -> bool:
        """Make it all anew, such as after a repair of the vault; see `build`."""
        self._discard()
        return self.build(listener, stop=stop)

    def _build(self, listener: Listener, stop: threading.Event) -> bool:
        opened = self._open()
        missing = sum(
            len(opened.books[name].standing.missing if name in opened.books else shelved.infos)
            for name, shelved in opened.shelved.items()
        )
        if missing == 0 and not any(_is_outdated(book.standing) for book in opened.books.values()):
            return True
        self.load_index()
        self._prepare_coverages(opened)
        listener(PhaseStarted("catalogue", total_files=missing))
        done = 0

        def advanced() -> None:
            nonlocal done
            done += 1
            listener(Advanced("catalogue", done, 0))

        for name, shelved in opened.shelved.items():
            self._build_book(name, shelved, opened.books.get(name), stop, advanced)
        listener(PhaseDone("catalogue", done, 0))
        return self.state().is_whole

    def _build_book(
        self, name: str, shelved: Shelved, known: OpenBook | None, stop: threading.Event, advanced: Callable[[], None]
    ) -> None:
        manifest = None if known is None or _is_outdated(known.standing) else load_manifest(self._kept, name)
        if manifest is None:
            manifest = Manifest.new(secrets.token_bytes(32))
        builder = Builder(self._repo, self._kept, name, manifest, stop)
        pace = Pace()
        missing = Standing(manifest, shelved.infos).missing
        if not missing:
            return
        for info in missing:
            line = line_of(info)
            if info.snapshot.tree not in manifest.lines[line] and len(manifest.lines[line]) < LINE - 1:
                builder.take_in(line, info.snapshot.tree)
            advanced()
            if pace.is_due() or stop.is_set():
                self._publish(name, builder.save())
                pace.saved()
            if stop.is_set():
                raise StoppedError
        self._publish(name, builder.save())
        if known is not None:
            self._drop_outdated(known.book.manifest, manifest)
        self._prepare(manifest)

    def _drop_outdated(self, before: Manifest, after: Manifest) -> None:
        drop_entries(self._kept, before.digests - after.digests)

    def _make_quick(self) -> None:
        """Load the names, and find out which of them no snapshot holds any more."""
        found = False
        for opened in self._open().books.values():
            opened.book.load_names()
            if opened.gone is None:
                find_gone(self._kept, opened.book, opened.standing)
                found = True
        if found:
            with self._lock:
                self._opened = None

    def _prepare_coverages(self, opened: _Open) -> None:
        """Read what the newest snapshot of each phone covers, so that the home page does not wait for it."""
        for shelved in opened.shelved.values():
            whole = [info for info in shelved.infos if not info.partial]
            with contextlib.suppress(PhonewardError):  # whoever asks is told
                if whole:
                    self._coverages.summary(whole[-1].snapshot)

    def _prepare(self, manifest: Manifest) -> None:
        """Put the largest folders in order, so that nobody waits for them."""
        for tree in manifest.large.values():
            with contextlib.suppress(PhonewardError):  # whoever opens it is told
                self._folders.prepare(BlobId(tree))


def _is_outdated(standing: Standing) -> bool:
    return standing.dead > max(_DEAD_ENOUGH, standing.done)


def _snapshot_at(opened: OpenBook, damaged: Damaged) -> FileId | None:
    infos = opened.standing.at(damaged.column)
    return infos[0].snapshot.id if infos else None
