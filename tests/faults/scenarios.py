"""Real work on a real vault, with every change of the disk recorded: what the power cuts are put into."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.vault import (
    FileId,
    LocalStorage,
    Repository,
    init_repository,
    load_snapshots,
    open_repository,
    plan_copy,
    run_copy,
)
from phoneward.vault.forget import remove_snapshots
from phoneward.vault.keyring import add_key, change_password
from phoneward.vault.prune import prune
from phoneward.vault.prune_options import MaxUnused, PruneOptions
from phoneward.vault.repair import repair_index
from phoneward.vault.storage.durability import LinuxDurability
from tests.faults.disk import Image
from tests.faults.promises import PASSWORD, VAULT, Content, Passwords, Promise, content_of
from tests.phone import trees
from tests.vault.cheap import insecure_test_cost
from tests.vault.storage.recorder import Change, RecordedSystem

PRUNE_ALL = PruneOptions(max_unused=MaxUnused(size=0), pack_size=14_000)
LONG_AGO_NS = 1_600_000_000_123_456_789


@dataclass(frozen=True)
class Recording:
    """What one piece of work did to the disk.

    Attributes:
        start: the disk before, all of it for good.
        journals: the state folder at its furthest.
        later: a phone's folder for the next backup.
    """

    name: str
    start: Image
    changes: tuple[Change, ...]
    promise: Promise
    later: Path
    journals: Path | None


def fill_phone(folder: Path, stage: int) -> None:
    """Put files on a phone of folders: some of each stage, some that change with it, none compressible.

    Args:
        folder: the phone.
        stage: 0 for the first backup, then 1, 2, …
    """
    sizes = [0, 11, 3_000, 9_000, 20_000, 26_000, 44_000]
    for number, size in enumerate(sizes):
        version = stage if number % 3 == 2 else 0
        _put(folder / f"DCIM/{number % 2}/{number:02}.jpg", f"{number} {version}", size)
    for number in range(3):
        _put(folder / f"Documents/of {stage}/{number}.txt", f"new {stage} {number}", 2_000 + 100 * number)
    gone = folder / f"Documents/of {stage - 2}"
    if stage >= 2 and gone.is_dir():
        shutil.rmtree(gone)


def _put(path: Path, seed: str, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(trees.content(seed, size))
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS + len(seed)))


class Workshop:
    """A vault and a phone in a folder of their own, with what was put into the one from the other.

    Args:
        work: an empty folder.
    """

    def __init__(self, work: Path) -> None:
        self.place = work / "disk"
        self.phone = work / "phone"
        self.later = work / "later"
        self.state = work / "state"
        self.furthest = work / "furthest"
        for folder in (self.place, self.phone, self.later):
            folder.mkdir(parents=True)
        fill_phone(self.later, 7)
        self.system = RecordedSystem(str(self.place))
        self.storage = LocalStorage(self.place / VAULT, durability=LinuxDurability(), system=self.system)
        self.contents: dict[FileId, Content] = {}

    def init(self) -> Repository:
        """Make the vault."""
        return init_repository(self.storage, PASSWORD, kdf=insecure_test_cost())

    def open(self, password: str = PASSWORD) -> Repository:
        """Open it as a new process would."""
        repo = open_repository(self.storage, password)
        repo.load_index()
        return repo

    def back_up(self, stage: int) -> FileId:
        """Fill the phone and take a snapshot of it; its journal is kept aside as it was at its furthest."""
        fill_phone(self.phone, stage)
        from phoneward.snapshots.journal import Journal

        remove = Journal.remove

        def keep_aside(journal: Journal) -> None:
            shutil.rmtree(self.furthest, ignore_errors=True)
            shutil.copytree(self.state, self.furthest)
            remove(journal)

        Journal.remove = keep_aside  # type: ignore[method-assign,assignment]
        try:
            with open_folder(self.phone) as phone:
                result = backup(phone, self.open(), state_dir=self.state)
        finally:
            Journal.remove = remove  # type: ignore[method-assign]
        assert result.complete
        assert result.snapshot_id is not None
        self.contents[result.snapshot_id] = content_of(self.phone)
        return result.snapshot_id

    def image(self) -> Image:
        """Photograph the disk."""
        return Image.of(self.place)

    def record(self, name: str, work: Callable[[], Promise]) -> Recording:
        """Do some work and return what it did to the disk. The work returns what it promises."""
        start = self.image()
        self.system.changes.clear()
        promise = work()
        journals = self.furthest if self.furthest.is_dir() else None
        return Recording(name, start, tuple(self.system.changes), promise, self.later, journals)

    def mark(self, what: str) -> None:
        """Write down that something has returned."""
        self.system.mark(what)


def first_backup(work: Path) -> Recording:
    """`init` of a vault in a folder that is not there yet, and its first backup."""
    shop = Workshop(work)

    def run() -> Promise:
        shop.init()
        shop.mark("init")
        made = shop.back_up(0)
        shop.mark("backup")
        return Promise(shop.contents, after={"backup": frozenset({made})}, exists_after="init")

    return shop.record("first-backup", run)


def second_backup(work: Path) -> Recording:
    """A backup of what changed."""
    shop = Workshop(work)
    shop.init()
    old = shop.back_up(0)

    def run() -> Promise:
        made = shop.back_up(1)
        shop.mark("backup")
        return Promise(shop.contents, always=frozenset({old}), after={"backup": frozenset({made})})

    return shop.record("second-backup", run)


def backup_without_folders(work: Path) -> Recording:
    """A backup into a vault whose folders for packs another program has not made beforehand."""
    shop = Workshop(work)
    shop.init()
    for folder in (shop.place / VAULT / "data").iterdir():
        folder.rmdir()

    def run() -> Promise:
        made = shop.back_up(0)
        shop.mark("backup")
        return Promise(shop.contents, after={"backup": frozenset({made})})

    return shop.record("backup-without-folders", run)


def _three_backups(work: Path) -> tuple[Workshop, list[FileId]]:
    shop = Workshop(work)
    shop.init()
    return shop, [shop.back_up(stage) for stage in range(3)]


def _forget(shop: Workshop, names: list[FileId]) -> None:
    repo = shop.open()
    with repo.lock(exclusive=True) as lock:
        assert remove_snapshots(repo, names, lock).removed == names


def _prune(shop: Workshop) -> None:
    repo = shop.open()
    with repo.lock(exclusive=True) as lock:
        report = prune(repo, lock, options=PRUNE_ALL)
    assert report.packs_written
    assert report.packs_removed > 2


def forget(work: Path) -> Recording:
    """Two snapshots go."""
    shop, made = _three_backups(work)

    def run() -> Promise:
        _forget(shop, made[:2])
        shop.mark("forget")
        return Promise(shop.contents, always=frozenset(made[2:]), gone_after={"forget": frozenset(made[:2])})

    return shop.record("forget", run)


def prune_repacking(work: Path) -> Recording:
    """What only removed snapshots used goes; packs that hold both are packed anew."""
    shop, made = _three_backups(work)
    _forget(shop, made[:1])

    def run() -> Promise:
        _prune(shop)
        shop.mark("prune")
        return Promise(shop.contents, always=frozenset(made[1:]), gone_after={"": frozenset(made[:1])})

    return shop.record("prune", run)


def forget_and_prune(work: Path) -> Recording:
    """`forget --prune`: the removal of a snapshot's name must be for good before its packs go."""
    shop, made = _three_backups(work)

    def run() -> Promise:
        _forget(shop, made[:2])
        shop.mark("forget")
        _prune(shop)
        shop.mark("prune")
        return Promise(shop.contents, always=frozenset(made[2:]), gone_after={"forget": frozenset(made[:2])})

    return shop.record("forget-and-prune", run)


def prune_after_a_cut(work: Path) -> Recording:
    """Prune clears away what a backup left that was cut off: packs and index files that no snapshot uses."""
    shop, made = _three_backups(work)
    fill_phone(shop.phone, 5)
    cut = RuntimeError("the plug")

    class Cut(RecordedSystem):
        def rename(self, source: str, target: str) -> None:
            if "/snapshots/" in target:
                raise cut
            super().rename(source, target)

    whole = shop.storage
    shop.storage = LocalStorage(shop.place / VAULT, durability=LinuxDurability(), system=Cut(str(shop.place)))
    try:
        shop.back_up(5)
    except RuntimeError as error:
        assert error is cut  # noqa: PT017 - anything else is a failure of the test itself
    shop.storage = whole

    def run() -> Promise:
        repo = shop.open()
        with repo.lock(exclusive=True) as lock:
            prune(repo, lock, options=PRUNE_ALL)
        shop.mark("prune")
        return Promise(shop.contents, always=frozenset(made))

    return shop.record("prune-after-a-cut", run)


def keys(work: Path) -> Recording:
    """A second password, then another one instead of the first."""
    shop = Workshop(work)
    shop.init()
    made = shop.back_up(0)

    def passwords(marks: frozenset[str]) -> Passwords:
        first = frozenset({PASSWORD} if "changed" not in marks else {"third"})
        if "added" in marks and "changed" not in marks:
            return Passwords((frozenset({PASSWORD, "third"}), frozenset({"second"})))
        if "changed" in marks:
            return Passwords((first, frozenset({"second"})), frozenset({PASSWORD}))
        return Passwords((first,))

    def run() -> Promise:
        repo = shop.open()
        add_key(repo, "second", kdf=insecure_test_cost())
        shop.mark("added")
        with repo.lock(exclusive=True) as lock:
            change_password(repo, "third", lock, kdf=insecure_test_cost())
            shop.mark("changed")
        return Promise(shop.contents, always=frozenset({made}), passwords=passwords)

    return shop.record("keys", run)


def _repair(repo: Repository) -> None:
    with repo.lock(exclusive=True) as lock:
        repair_index(repo, lock, read_all_packs=True)


def repairing_the_index(work: Path) -> Recording:
    """One index file is gone, another is torn: the packs are asked, and no state is beyond a second repair."""
    shop, made = _three_backups(work)
    gone, torn, *_rest = sorted((shop.place / VAULT / "index").iterdir())
    gone.unlink()
    torn.chmod(0o600)
    torn.write_bytes(torn.read_bytes()[:-9])

    def run() -> Promise:
        _repair(open_repository(shop.storage, PASSWORD))
        shop.mark("repaired")
        return Promise(shop.contents, always=frozenset(made), mend=(_repair, "repaired"))

    return shop.record("repair-index", run)


def lock_refresh(work: Path) -> Recording:
    """A lock is taken, renewed twice and given back."""
    shop = Workshop(work)
    shop.init()
    made = shop.back_up(0)

    def run() -> Promise:
        with shop.open().lock(exclusive=False) as lock:
            lock.refresh()
            lock.refresh()
        shop.mark("unlocked")
        return Promise(shop.contents, always=frozenset({made}))

    return shop.record("lock-refresh", run)


def copying(work: Path) -> Recording:
    """Another vault's snapshots are copied into this one, in several goes."""
    first = Workshop(work / "first")
    first.init()
    old, new = first.back_up(0), first.back_up(1)
    shop = Workshop(work / "second")
    shop.init()

    def run() -> Promise:
        source, destination = first.open(), shop.open()
        with destination.lock(exclusive=False) as lock, mock.patch("phoneward.vault.copy.FLUSH_BYTES", 50_000):
            report = run_copy(source, destination, lock, plan_copy(source, destination, load_snapshots(source), ()))
        shop.mark("copied")
        assert report.ok
        for name in (old, new):
            shop.contents[report.copied[name]] = first.contents[name]
        return Promise(shop.contents, after={"copied": frozenset(report.copied.values())})

    return shop.record("copy", run)


SCENARIOS: dict[str, Callable[[Path], Recording]] = {
    "first-backup": first_backup,
    "second-backup": second_backup,
    "backup-without-folders": backup_without_folders,
    "forget": forget,
    "prune": prune_repacking,
    "forget-and-prune": forget_and_prune,
    "prune-after-a-cut": prune_after_a_cut,
    "repair-index": repairing_the_index,
    "keys": keys,
    "lock-refresh": lock_refresh,
    "copy": copying,
}
