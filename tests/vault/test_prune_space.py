"""Prune says how much free space it needs, never needs more, and gets by with little."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.vault import (
    BlobId,
    BlobType,
    CleaningSpaceError,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    MaxUnused,
    PruneFigures,
    PruneOptions,
    Repository,
    StorageFullError,
    open_repository,
    prune,
)
from phoneward.vault.blobs import BytesLike
from phoneward.vault.index import IndexedPack, encode_index
from phoneward.vault.packs import PackEntry
from phoneward.vault.prune_space import index_size
from phoneward.vault.storage.base import FreeSpace
from tests.vault import prunesuite as suite

QUICK = LockTiming(settle_s=0.0)
BLOCK = 512
ALL = PruneOptions(max_unused=MaxUnused(size=0), pack_size=suite.PACK_SIZE)


class Metered(LocalStorage):
    """A disk of a certain size, on which a file takes whole blocks; knows its peak."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self.capacity: int | None = None
        self.peak = self.used = 0

    def measure(self) -> int:
        """Add up what lies there."""
        self.used = sum(
            _blocks(file.size) for kind in FileType if kind is not FileType.CONFIG for file in self.list(kind)
        )
        return self.used

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        size = _blocks(sum(map(len, pieces)))
        if self.capacity is not None and self.used + size > self.capacity:
            raise StorageFullError(path=str(name), detail="full")
        super().save(file_type, name, pieces)
        self.used += size
        self.peak = max(self.peak, self.used)

    def remove(self, file_type: FileType, name: FileId) -> None:
        size = _blocks(self.size(file_type, name))
        super().remove(file_type, name)
        self.used -= size

    def free_space(self) -> FreeSpace | None:
        return None if self.capacity is None else FreeSpace(self.capacity - self.used, BLOCK)


def _blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def fill(path: Path, *, unused_too: bool = True) -> tuple[Repository, Metered]:
    """Half of every pack is not needed, a pack is not at all, and one has no index."""
    repo = suite.new_repository(path)
    names = list(map(str, range(300)))
    files = {name: [suite.noise(name, 700)] for name in names}
    first = suite.snapshot(repo, files, time=0)
    suite.snapshot(repo, {name: files[name] for name in names[::2]}, time=1)
    repo.remove_unpacked(FileType.SNAPSHOT, first)
    if unused_too:
        suite.put_pack(repo, [(BlobType.DATA, suite.noise("unused", 30_000))])
        suite.put_pack(repo, [(BlobType.DATA, suite.noise("orphan", 10_000))], indexed=False)
    storage = Metered(path)
    storage.measure()
    return open_repository(storage, suite.PASSWORD), storage


def run(repo: Repository) -> list[PruneFigures]:
    said: list[PruneFigures] = []
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        prune(repo, lock, options=ALL, on_plan=said.append)
    return said


@given(st.integers(0, 220_000))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_it_never_needs_more_than_it_says(tmp_path_factory: pytest.TempPathFactory, spare: int) -> None:
    repo, storage = fill(tmp_path_factory.mktemp("metered") / "vault")
    expected = suite.contents(repo)
    said: list[PruneFigures] = []
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        start = storage.peak = storage.used
        storage.capacity = start + spare
        refused: CleaningSpaceError | None = None
        try:
            prune(repo, lock, options=ALL, on_plan=said.append)
        except CleaningSpaceError as error:
            refused = error
        storage.capacity = None
    if refused is None:
        assert storage.peak - start <= said[0].needs_free_bytes <= spare
        suite.assert_sound(repo)
    else:
        assert storage.peak == start, "nothing was written"
        assert refused.details["needed"] == said[0].needs_free_bytes > spare
    assert suite.contents(repo) == expected


def test_an_almost_full_disk_is_cleaned_in_rounds(tmp_path: Path) -> None:
    repo, storage = fill(tmp_path / "vault")
    unbounded = prune(repo, None, options=ALL, dry_run=True).figures
    storage.capacity = storage.used + unbounded.needs_free_bytes // 2 + BLOCK  # for the lock
    (said,) = run(repo)
    assert said.needs_free_bytes <= unbounded.needs_free_bytes // 2
    suite.assert_sound(repo)
    assert prune(repo, None, options=ALL, dry_run=True).figures.nothing_to_do


def test_what_nobody_needs_goes_first_with_room_for_one_index_only(tmp_path: Path) -> None:
    repo, storage = fill(tmp_path / "vault")
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        storage.capacity = storage.used
        nothing_anew = PruneOptions(max_repack_bytes=0, pack_size=suite.PACK_SIZE)
        needs = prune(repo, None, options=nothing_anew, dry_run=True).figures.needs_free_bytes
        assert needs < 40_000
        storage.capacity = storage.used + needs
        report = prune(repo, lock, options=nothing_anew)
    assert report.packs_written == 0
    assert report.freed_bytes > 40_000
    suite.assert_sound(repo)


def test_a_disk_that_fills_up_meanwhile_leaves_a_sound_vault(tmp_path: Path) -> None:
    """Another program takes the room that was there when prune asked."""
    repo, storage = fill(tmp_path / "vault", unused_too=False)
    expected = suite.contents(repo)
    packs = suite.files_of(repo, FileType.PACK)
    honest = storage.used
    storage.free_space = lambda: FreeSpace(10**9, BLOCK)  # type: ignore[method-assign]
    for room in range(0, 160_000, 12_000):
        storage.measure()
        storage.capacity = max(honest, storage.used) + room + BLOCK
        try:
            run(repo)
        except StorageFullError:
            suite.assert_sound(repo)
            assert suite.files_of(repo, FileType.PACK).keys() >= packs.keys()
        assert suite.contents(repo) == expected
    suite.assert_sound(repo)


@pytest.mark.parametrize("version", [1, 2])
def test_an_index_file_is_never_larger_than_counted(version: int, tmp_path: Path) -> None:
    """The worst case: random ids, and numbers of as many digits as there are."""
    repo = suite.new_repository(tmp_path / "vault")
    noise = memoryview(os.urandom(20_000 * 44))
    entries = [
        PackEntry(
            BlobType.DATA if noise[start] & 1 else BlobType.TREE,
            BlobId(bytes(noise[start : start + 32])),
            10**9 + int.from_bytes(noise[start + 32 : start + 35], "little"),
            10**9 + int.from_bytes(noise[start + 36 : start + 39], "little"),
            4 * 10**9 + int.from_bytes(noise[start + 40 : start + 43], "little"),
        )
        for start in range(0, len(noise), 44)
    ]
    packs = [IndexedPack(FileId(os.urandom(32).hex()), entries[start : start + 20]) for start in range(0, 20_000, 20)]
    repo.config = msgspec.structs.replace(repo.config, version=version)
    name = repo.save_unpacked(FileType.INDEX, encode_index(packs))
    size = suite.files_of(repo, FileType.INDEX)[name]
    assert size <= index_size(repo, 20_000, 1000, 4096)
    assert size > index_size(repo, 20_000, 1000, 4096) * 0.6


def _on_tmpfs(vault: Path, mount: Path, spare: int, lie: int = 0) -> dict[str, Any]:
    mount.mkdir(exist_ok=True)
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    script = [sys.executable, "-m", "tests.vault.prune_on_tmpfs", str(vault), str(mount), str(spare), str(lie)]
    done = subprocess.run([*namespace, *script], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_on_a_small_tmpfs(tmp_path: Path) -> None:
    fill(tmp_path / "vault")
    vault, mount = tmp_path / "vault", tmp_path / "mount"
    roomy = _on_tmpfs(vault, mount, 40_000_000)
    assert (roomy["ended"], roomy["sound"], roomy["hints"]) == ("done", True, 0)
    assert roomy["used"] <= roomy["needs"]
    tight = _on_tmpfs(vault, mount, roomy["needs"] + 8192)  # the lock takes a page, too
    assert (tight["ended"], tight["packs"]) == ("done", roomy["packs"])
    assert tight["used"] <= tight["needs"] <= tight["free"]
    none = _on_tmpfs(vault, mount, 12_288)
    assert (none["ended"], none["sound"]) == ("cleaning-space", True)
    assert none["used"] == 0
    full = _on_tmpfs(vault, mount, 65_536, lie=10**9)
    assert (full["ended"], full["sound"]) == ("storage-full", True)
