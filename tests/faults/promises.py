"""What must hold of a vault whatever happened to it, and who looks whether it does: our own code, and real restic."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias
from unittest import mock

from phoneward.errors import PhonewardError
from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.vault import (
    BlobType,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    NodeType,
    Repository,
    WrongPasswordError,
    check,
    find_node,
    init_repository,
    iter_tree,
    load_snapshots,
    open_repository,
    repository_exists,
)
from phoneward.vault.locks import HeldLock
from tests.faults.disk import Image, MemoryDisk, State
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
VAULT = "vault"
"""The repository's folder in an image."""
_MEMORY = "/phoneward-disk-in-memory"
Content: TypeAlias = Mapping[bytes, tuple[int, bytes]]
"""A phone's files: mtime_ns and SHA-256 by path."""


class BrokenPromiseError(AssertionError):
    """A state in which something that must hold does not."""


class Passwords(NamedTuple):
    """Which passwords count: at least one of each of `one_of`, and none of `none_of`."""

    one_of: tuple[frozenset[str], ...] = (frozenset({PASSWORD}),)
    none_of: frozenset[str] = frozenset()


def _always(_marks: frozenset[str]) -> Passwords:
    return Passwords()


@dataclass(frozen=True)
class Promise:
    """What a scenario promises.

    Attributes:
        contents: every snapshot that may ever be seen, and what it holds.
        always: snapshots that are there in every state.
        after: snapshots that are there once this mark is passed.
        gone_after: snapshots that are gone once this mark is passed.
        exists_after: the mark from which on there is a vault; "" from the start.
        passwords: by the marks passed.
        mend: what a person runs first, where the work began with a fault; and from which mark on that is not needed.
    """

    contents: Mapping[FileId, Content]
    always: frozenset[FileId] = frozenset()
    after: Mapping[str, frozenset[FileId]] = field(default_factory=dict)
    gone_after: Mapping[str, frozenset[FileId]] = field(default_factory=dict)
    exists_after: str = ""
    passwords: Callable[[frozenset[str]], Passwords] = _always
    mend: tuple[Callable[[Repository], None], str] | None = None


def content_of(folder: Path) -> Content:
    """Read a phone's folder, by calls of the operating system alone."""
    found: dict[bytes, tuple[int, bytes]] = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            name = os.fsencode(path.relative_to(folder))
            found[name] = status.st_mtime_ns, hashlib.sha256(path.read_bytes()).digest()
    return found


@contextmanager
def small_constants(
    *, pack_size: int = 14_000, index_blobs: int = 6, checkpoint_files: int = 6, settle: bool = False
) -> Iterator[None]:
    """Let the real code make several packs, index files and checkpoints of little data.

    Args:
        pack_size: bytes; index_blobs: blobs of an index file; checkpoint_files: files between two checkpoints.
        settle: whether a lock is looked at again after a moment, as it is in earnest.
    """

    def lock(files: Repository, *, exclusive: bool, timing: LockTiming | None = None) -> HeldLock:
        usual = LockTiming() if settle else LockTiming(settle_s=0)
        return HeldLock(files, exclusive=exclusive, timing=timing or usual)

    from phoneward.vault.writer import BlobWriter

    defaults = BlobWriter.__init__.__kwdefaults__
    assert defaults is not None
    with (
        mock.patch.dict(defaults, {"pack_size": pack_size}),
        mock.patch("phoneward.vault.writer.FLUSH_BLOBS", index_blobs),
        mock.patch("phoneward.snapshots.sending.CHECKPOINT_FILES", checkpoint_files),
        mock.patch("phoneward.vault.repository.HeldLock", lock),
    ):
        yield


@contextmanager
def everybody_else_is_dead() -> Iterator[None]:
    """A minute after a power cut: no process of before runs, though this one, which made the locks, does."""
    with (
        mock.patch("phoneward.vault.locks._process_runs", return_value=False),
        mock.patch("phoneward.vault.repository.UNFINISHED_AFTER_S", 0),
    ):
        yield


class Judge:
    """Looks whether a promise holds in a state; the same state is looked at once.

    Args:
        promise: what is to hold.
        later: a phone's folder that the next backup is taken of.
        journals: the state folder that the cut-off run left, at its furthest; None for none.
    """

    def __init__(self, promise: Promise, later: Path, journals: Path | None = None) -> None:
        self.promise = promise
        self._later = later
        self._later_content = content_of(later)
        self._journals = journals
        self._marks: frozenset[str] = frozenset()
        self._seen: set[tuple[Image, frozenset[str]]] = set()
        self._seen_leftovers: set[Image] = set()
        self._went_on: set[Image] = set()
        self.vaults: dict[Image, str] = {}
        """The states in which there is a vault, without what does not count, and a password that opens each."""

    def check(self, state: State) -> None:
        """Look at one state.

        Raises:
            BrokenPromiseError: something does not hold; the text says what.
        """
        visible, self._marks = state.image.visible, state.marks
        if (visible, state.marks) not in self._seen:
            self._seen.add((visible, state.marks))
            self._check_visible(visible, state.marks)
        if state.image not in self._seen_leftovers:
            self._seen_leftovers.add(state.image)
            _check_leftovers(state.image)

    def _check_visible(self, image: Image, marks: frozenset[str]) -> None:
        try:
            image = self._mended(image, marks)
            self.check_promises(image, marks)
            if (start := _as_a_start(image)) not in self._went_on:
                self._went_on.add(start)
                self._check_next_run(image)
        except PhonewardError as error:
            raise BrokenPromiseError(f"{type(error).__name__}: {error.sentence()}") from error

    def check_promises(self, image: Image, marks: frozenset[str] = frozenset()) -> None:
        """Look at a vault as it lies there, and do nothing to it.

        Raises:
            BrokenPromiseError, PhonewardError: something does not hold.
        """
        storage = storage_of(MemoryDisk(_MEMORY, image))
        if not repository_exists(storage):
            _require(self.promise.exists_after not in {"", *marks}, "there is no vault any more")
            return
        wanted = self.promise.passwords(marks)
        opened = None
        for group in wanted.one_of:
            opens = {word: repo for word in sorted(group) if (repo := _try_open(storage, word)) is not None}
            _require(bool(opens), f"none of {sorted(group)} opens it")
            self.vaults[image], opened = next(iter(opens.items()))
        for word in wanted.none_of:
            _require(_try_open(storage, word) is None, f"{word!r} still opens it")
        assert opened is not None
        self._check_snapshots(opened, marks)

    def _mended(self, image: Image, marks: frozenset[str]) -> Image:
        if self.promise.mend is None or self.promise.mend[1] in marks:
            return image
        disk = MemoryDisk(_MEMORY, image)
        with everybody_else_is_dead():
            self.promise.mend[0](open_repository(storage_of(disk), PASSWORD))
        return disk.image

    def _check_snapshots(self, repo: Repository, marks: frozenset[str]) -> None:
        report = check(repo, read_data=True)
        _require(report.ok, "; ".join(problem.sentence for problem in report.errors[:3]))
        repo.load_index()
        found = {snapshot.id or "": snapshot for snapshot in load_snapshots(repo)}
        required = set(self.promise.always)
        for mark in marks:
            required |= self.promise.after.get(mark, frozenset())
            gone = self.promise.gone_after.get(mark, frozenset()) & set(found)
            _require(not gone, f"{gone} came back")
            required -= self.promise.gone_after.get(mark, frozenset())
        _require(required <= set(found), "a finished snapshot is lost")
        for name, snapshot in found.items():
            _require(name in self.promise.contents, "a snapshot that nobody made")
            _require(
                held_by(repo, snapshot.tree) == self.promise.contents[FileId(name)], "a snapshot holds other files"
            )

    def _check_next_run(self, image: Image) -> None:
        """Go on from this state: `init` where there is no vault yet, then a backup; all from before must stay."""
        disk = MemoryDisk(_MEMORY, image)
        storage = storage_of(disk)
        with everybody_else_is_dead():
            if not repository_exists(storage):
                init_repository(storage, PASSWORD, kdf=insecure_test_cost())
            opened = [r for word in self._all_passwords() if (r := _try_open(storage, word)) is not None]
            repo = opened[0]
            repo.load_index()
            before = {s.id: held_by(repo, s.tree) for s in load_snapshots(repo)}
            with tempfile.TemporaryDirectory() as folder:
                state = Path(folder) / "state"
                if self._journals is not None and self._journals.is_dir():
                    shutil.copytree(self._journals, state)
                with open_folder(self._later) as phone:
                    made = backup(phone, repo, state_dir=state)
            again = open_again(storage, repo)
            report = check(again, read_data=True)
            _require(report.ok, f"after the next backup: {[p.sentence for p in report.errors[:3]]}")
            again.load_index()
            after = {s.id: held_by(again, s.tree) for s in load_snapshots(again)}
            _require(after.pop(made.snapshot_id) == self._later_content, "the next backup holds other files")
            _require(after == before, "the next backup changed an earlier snapshot")
        _check_leftovers(disk.image)

    def _all_passwords(self) -> list[str]:
        return sorted({word for group in self.promise.passwords(self._marks).one_of for word in group} | {PASSWORD})


def _as_a_start(image: Image) -> Image:
    """Return what a next run depends on: without a vault yet, it matters little which pack folders there are."""
    packs = {folder for folder in image.folders if folder.startswith(f"{VAULT}/data/")}
    if (f"{VAULT}/config") in dict(image.files) or len(packs) in {0, 256}:
        return image
    return Image(image.files, image.folders - packs | {f"{VAULT}/data/?"})


def _check_leftovers(image: Image) -> None:
    """Temporary files count for nothing, and are cleared away without touching anything else."""
    disk = MemoryDisk(_MEMORY, image)
    storage = storage_of(disk)
    for kind in FileType:
        if kind is not FileType.CONFIG:
            listed = {file.name for file in storage.list(kind)}
            there = {n.rpartition("/")[2] for n, _c in image.visible.files if n.startswith(f"{VAULT}/{kind.value}/")}
            _require(listed == there, f"{kind} lists {listed ^ there}")
    storage.remove_leftovers(0)
    _require(disk.image == image.visible, "what a cut-off run left is not cleared away, or more than that is")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BrokenPromiseError(otherwise)


def storage_of(disk: MemoryDisk) -> LocalStorage:
    """Return the storage of the vault on a disk in memory."""
    return LocalStorage(f"{_MEMORY}/{VAULT}", system=disk)


def open_again(storage: LocalStorage, repo: Repository) -> Repository:
    """Return a fresh object of an open repository."""
    return Repository(storage, repo.key, repo.config, repo.key_name)


def _try_open(storage: LocalStorage, password: str) -> Repository | None:
    with suppress(WrongPasswordError):
        return open_repository(storage, password)
    return None


def held_by(repo: Repository, tree: bytes) -> Content:
    """Return the files of the phone in a snapshot: every byte is read."""
    from phoneward.vault import BlobId

    found: dict[bytes, tuple[int, bytes]] = {}
    shared = find_node(repo, BlobId(tree), b"/shared").subtree
    assert shared is not None
    for entry in iter_tree(repo, shared):
        if entry.node.type == NodeType.FILE:
            digest = hashlib.sha256()
            for blob in entry.node.content or ():
                digest.update(repo.load_blob(BlobType.DATA, blob))
            found[entry.path[1:]] = entry.node.mtime_ns, digest.digest()
    return found


def restic_agrees(image: Image, promise: Promise, password: str = PASSWORD) -> None:
    """Let real restic read every byte of a state and restore every snapshot that it lists.

    Raises:
        ResticError: restic finds something wrong.
        BrokenPromiseError: it restores something else than was kept.
    """
    with tempfile.TemporaryDirectory(dir=_quick_place()) as folder:
        image.write_to(Path(folder) / "disk")
        restic_checks(Path(folder) / "disk" / VAULT, promise.contents, password, Path(folder))


def restic_checks(vault: Path, contents: Mapping[FileId, Content], password: str, work: Path) -> None:
    """Let real restic check a vault on disk and restore each of its snapshots. Raises as `restic_agrees`."""
    judge = Restic(restic(ALL_RESTICS[-1]), vault, password, work / "restic-cache")
    judge.run("check", "--read-data", "--no-lock", "--no-cache")
    for snapshot in judge.json("snapshots", "--no-lock", "--no-cache") or []:
        target = work / f"restored-{snapshot['short_id']}"
        judge.run("restore", snapshot["id"], "--target", target, "--no-lock", "--no-cache")
        held = content_of(target / "shared")
        shutil.rmtree(target)
        _require(held == contents[FileId(snapshot["id"])], "restic restores other files")


def _quick_place() -> str | None:
    """A folder in memory, where there is one: nothing here is about the real disk."""
    return "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else None
