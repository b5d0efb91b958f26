"""What the tests of snapshots share: a real repository on disk, trees of files, a walker of their own."""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from phoneward.phones import Phone
from phoneward.phones.base import FileStream, ListingItem
from phoneward.phones.bulk import FolderRows, SmallFile
from phoneward.phones.folder import FolderPhone
from phoneward.phones.folder.bulk import FolderBulk
from phoneward.progress import Event, Listener, silent
from phoneward.snapshots import BackupResult, backup, list_path
from phoneward.vault import LocalStorage, Repository, init_repository, open_repository
from tests.tools.restic import Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
LONG_AGO_NS = 1_600_000_000_123_456_789


@dataclass
class Vault:
    """A repository, the place of journals, and restic to judge it."""

    folder: Path
    repo: Repository

    @classmethod
    def make(cls, folder: Path) -> "Vault":
        repo = init_repository(LocalStorage(folder / "repo"), PASSWORD, kdf=insecure_test_cost())
        return cls(folder, repo)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def reopen(self) -> Repository:
        self.repo = open_repository(LocalStorage(self.folder / "repo"), PASSWORD)
        self.repo.load_index()
        return self.repo

    def backup(self, phone: Phone, *, dry_run: bool = False, listener: Listener = silent) -> BackupResult:
        self.reopen()
        with phone:
            return backup(phone, self.repo, state_dir=self.state, dry_run=dry_run, listener=listener)

    def restic(self, version: str = "0.19") -> Restic:
        return Restic(restic(version), self.folder / "repo", PASSWORD, self.folder / "restic-cache")

    def check(self) -> None:
        """Real restic reads every byte of the repository and finds nothing wrong."""
        self.restic().run("check", "--read-data")

    def restored_by_restic(self, snapshot: str, version: str = "0.19") -> Path:
        target = self.folder / f"restored-{version}-{time.monotonic_ns()}"
        self.restic(version).run("restore", snapshot, "--target", target)
        return target

    def subtree(self, ref: str, path: bytes) -> bytes:
        """The tree id of a folder in a snapshot."""
        above, _, name = path.rpartition(b"/")
        self.reopen()
        for entry in list_path(self.repo, ref, above or b"/"):
            if entry.node.name == name:
                assert entry.node.subtree is not None
                return entry.node.subtree
        raise AssertionError(path)

    @property
    def journals(self) -> list[Path]:
        return list(self.state.rglob("*.journal"))


def write(path: Path | bytes, content: bytes, mtime_ns: int = LONG_AGO_NS) -> None:
    """Make a file with a time long ago. Its change time is now: wait with `settle` before relying on it."""
    os.makedirs(os.path.dirname(os.fsencode(path)), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))


def settle(seconds: float = 2.2) -> None:
    """Wait until what was just written is no longer 'racily clean': two seconds, the coarsest clock step of a card."""
    time.sleep(seconds)


def photograph(top: Path) -> dict[bytes, tuple[str, int, int, bytes]]:
    """Every name below a folder with kind, permissions, mtime_ns and content, by os calls alone."""
    found: dict[bytes, tuple[str, int, int, bytes]] = {}
    base = os.fsencode(top)
    for path in _walk(base):
        status = os.lstat(path)
        name = os.path.relpath(path, base)
        if stat.S_ISLNK(status.st_mode):
            found[name] = ("link", 0, status.st_mtime_ns, os.readlink(path))
        elif stat.S_ISDIR(status.st_mode):
            found[name] = ("dir", status.st_mode & 0o777, status.st_mtime_ns, b"")
        else:
            with open(path, "rb") as stream:
                found[name] = ("file", status.st_mode & 0o777, status.st_mtime_ns, stream.read())
    return found


def _walk(folder: bytes) -> Iterator[bytes]:
    for item in os.scandir(folder):
        yield item.path
        if item.is_dir(follow_symlinks=False):
            yield from _walk(item.path)


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)


def _nothing(_path: bytes) -> None:
    return None


class MeddledPhone(FolderPhone):
    """A folder in which something happens at the very moment a file is read.

    Args:
        before, after: called with the path of each file just before and just after it is read.
        clock_behind_ns: how far the phone's clock is behind this computer's.
    """

    def __init__(
        self,
        path: Path,
        *,
        before: Callable[[bytes], None] = _nothing,
        after: Callable[[bytes], None] = _nothing,
        clock_behind_ns: int = 0,
    ) -> None:
        super().__init__(path)
        self._before = before
        self._after = after
        self._clock_behind_ns = clock_behind_ns

    def now_ns(self) -> int:
        return super().now_ns() - self._clock_behind_ns

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        for stream in super().read(paths):
            self._before(stream.path)
            yield stream
            self._after(stream.path)

    @property
    def bulk(self) -> FolderBulk | None:
        return _MeddledBulk(super().bulk, self._before, self._after)


class _MeddledBulk(FolderBulk):
    """The same, where many files are read at once: each comes by itself."""

    def __init__(
        self, real: FolderBulk | None, before: Callable[[bytes], None], after: Callable[[bytes], None]
    ) -> None:
        assert real is not None
        self._real = real
        self._before = before
        self._after = after

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        return self._real.list_rows(root)

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        for path in paths:
            self._before(path)
            yield from self._real.read_small([path], limit)
            self._after(path)

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        return self._real.stat_many(groups)
