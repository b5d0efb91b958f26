"""The sealed cache: a dictionary that forgets, and never lies."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import phoneward
from phoneward.vault.cache import SealedCache
from phoneward.vault.crypto import SealingKey
from phoneward.vault.errors import StorageError
from phoneward.vault.repository import Repository, init_repository
from phoneward.vault.storage.local import LocalStorage
from tests.vault.cheap import insecure_test_cost


class OneKey:
    """A repository as far as the cache knows one."""

    def __init__(self) -> None:
        self.key = SealingKey.from_bytes(bytes(range(64)))

    def seal(self, plaintext: bytes) -> bytes:
        return self.key.seal(plaintext)

    def open_sealed(self, sealed: bytes) -> bytes:
        return self.key.open(sealed)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return init_repository(LocalStorage(tmp_path_factory.mktemp("vault")), "password", kdf=insecure_test_cost())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "some" / "cache"


@pytest.fixture
def cache(folder: Path, repository: Repository) -> SealedCache:
    return SealedCache(folder, repository, purpose="thumbnails 1")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


class TestEntries:
    def test_what_was_put_is_got(self, cache: SealedCache) -> None:
        assert cache.get(b"a") is None
        assert cache.put(b"a", b"one")
        assert cache.put(b"", b"")
        assert cache.get(b"a") == b"one"
        assert cache.get(b"") == b""
        assert cache.put(b"a", b"two")
        assert cache.get(b"a") == b"two"
        cache.delete(b"a")
        cache.delete(b"a")
        assert cache.get(b"a") is None

    def test_it_outlives_the_object(self, cache: SealedCache, folder: Path, repository: Repository) -> None:
        cache.put(b"a", b"one")
        assert SealedCache(folder, repository, purpose="thumbnails 1").get(b"a") == b"one"

    def test_purposes_and_repositories_share_a_folder_and_nothing_else(
        self, cache: SealedCache, folder: Path, repository: Repository
    ) -> None:
        cache.put(b"a", b"one")
        newer = SealedCache(folder, repository, purpose="thumbnails 2")
        stranger = SealedCache(folder, OneKey(), purpose="thumbnails 1")
        assert newer.get(b"a") is None
        assert stranger.get(b"a") is None
        assert newer.put(b"a", b"two")
        assert stranger.put(b"a", b"three")
        assert (cache.get(b"a"), newer.get(b"a"), stranger.get(b"a")) == (b"one", b"two", b"three")

    def test_deleting_the_folder_at_any_time_loses_nothing_else(self, cache: SealedCache, folder: Path) -> None:
        cache.put(b"a", b"one")
        shutil.rmtree(folder)
        assert cache.get(b"a") is None
        assert cache.put(b"a", b"one")
        assert cache.get(b"a") == b"one"

    def test_clear_removes_every_entry(self, cache: SealedCache, folder: Path) -> None:
        for number in range(5):
            cache.put(bytes([number]), b"x")
        cache.clear()
        assert files(folder) == []
        assert cache.get(b"\1") is None


class TestSecrecy:
    def test_neither_key_nor_value_can_be_seen(self, cache: SealedCache, folder: Path) -> None:
        key, value = b"DCIM/Camera/secret-name.jpg", b"what is in the picture " * 10
        cache.put(key, value)
        (path,) = files(folder)
        content = path.read_bytes()
        assert b"secret" not in os.fsencode(path)
        assert b"picture" not in content
        for digest in (hashlib.sha256(key), hashlib.sha256(value), hashlib.sha256(content)):
            assert digest.hexdigest() != path.name

    def test_the_names_differ_between_repositories(self, folder: Path, repository: Repository) -> None:
        SealedCache(folder / "0", repository, purpose="p").put(b"a", b"x")
        SealedCache(folder / "1", OneKey(), purpose="p").put(b"a", b"x")
        first, second = (files(folder / str(number))[0].name for number in range(2))
        assert first != second

    def test_the_folder_is_its_owners_alone(self, cache: SealedCache, folder: Path) -> None:
        folder.mkdir(parents=True, mode=0o755)
        folder.chmod(0o755)
        cache.put(b"a", b"x")
        for path in (folder, *folder.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


class TestDamage:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    @given(value=st.binary(max_size=300), data=st.data())
    def test_a_changed_byte_anywhere_is_a_miss(
        self, cache: SealedCache, folder: Path, value: bytes, data: st.DataObject
    ) -> None:
        cache.put(b"key", value)
        (path,) = files(folder)
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        assert cache.get(b"key") is None
        assert files(folder) == []

    def test_each_byte_of_one_entry(self, cache: SealedCache, folder: Path) -> None:
        cache.put(b"key", b"value")
        (path,) = files(folder)
        whole = path.read_bytes()
        for position in range(len(whole)):
            changed = bytearray(whole)
            changed[position] ^= 0x40
            path.write_bytes(changed)
            assert cache.get(b"key") is None
            path.write_bytes(whole[:position])
            assert cache.get(b"key") is None
        path.write_bytes(whole + b"\0")
        assert cache.get(b"key") is None
        path.write_bytes(whole)
        assert cache.get(b"key") == b"value"

    def test_swapped_files_are_misses(self, cache: SealedCache, folder: Path, repository: Repository) -> None:
        cache.put(b"a", b"one")
        (a,) = files(folder)
        cache.put(b"b", b"two")
        (b,) = set(files(folder)) - {a}
        one, two = a.read_bytes(), b.read_bytes()
        a.write_bytes(two)
        b.write_bytes(one)
        assert cache.get(b"a") is None
        assert cache.get(b"b") is None
        # Sealed under the right key, and still no entry: something else that this program sealed.
        cache.put(b"a", b"one")
        a.write_bytes(repository.seal(b"a journal"))
        assert cache.get(b"a") is None

    def test_what_is_no_plain_file_is_never_read(self, cache: SealedCache, folder: Path, tmp_path: Path) -> None:
        cache.put(b"a", b"one")
        (path,) = files(folder)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(elsewhere)
        assert cache.get(b"a") is None
        assert elsewhere.exists()
        os.mkfifo(path)
        assert cache.get(b"a") is None
        path.mkdir()
        assert cache.get(b"a") is None
        assert not cache.put(b"a", b"two")
        with pytest.raises(StorageError):
            cache.delete(b"a")

    def test_a_huge_file_is_not_read_into_memory(self, folder: Path, repository: Repository) -> None:
        cache = SealedCache(folder, repository, purpose="p", max_bytes=4000)
        cache.put(b"a", b"one")
        (path,) = files(folder)
        with path.open("r+b") as file:
            file.truncate(1 << 40)
        assert cache.get(b"a") is None
        assert not path.exists()


class TestBounds:
    def test_the_folder_stays_within_its_bound_and_keeps_what_was_used_last(
        self, folder: Path, repository: Repository
    ) -> None:
        cache = SealedCache(folder, repository, purpose="p", max_bytes=100_000)
        cache.put(b"0", bytes(4000))
        (favourite,) = files(folder)
        for number in range(1, 100):
            assert cache.put(b"%d" % number, bytes(4000))
            # Used all the time, so never among the oldest. File times tick coarser than this loop runs.
            later = time.time() + number
            os.utime(favourite, (later, later))
            assert sum(path.stat().st_size for path in files(folder)) <= 100_000
        assert cache.get(b"0") is not None
        assert cache.get(b"99") is not None
        assert cache.get(b"1") is None

    def test_reading_counts_as_use(self, cache: SealedCache, folder: Path) -> None:
        cache.put(b"a", b"one")
        (path,) = files(folder)
        os.utime(path, (1000, 1000))
        cache.get(b"a")
        assert path.stat().st_mtime > 1_000_000

    def test_an_entry_too_large_for_the_cache_is_not_kept_nor_is_the_older_one(
        self, folder: Path, repository: Repository
    ) -> None:
        cache = SealedCache(folder, repository, purpose="p", max_bytes=100_000)
        assert cache.put(b"a", b"small")
        assert not cache.put(b"a", bytes(30_000))
        assert cache.get(b"a") is None

    def test_a_write_that_fails_leaves_no_older_value_and_no_litter(
        self, cache: SealedCache, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache.put(b"a", b"old")

        def full(_from: str, _to: Path) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("os.replace", full)
            assert not cache.put(b"a", b"new")
        assert files(folder) == []
        assert cache.get(b"a") is None

    def test_files_that_are_not_the_caches_are_never_touched(self, folder: Path, repository: Repository) -> None:
        own = [folder / "notes", folder / "go" / "main", folder / "ab" / "thesis.txt", folder / "ab" / ("cd" * 32)]
        for path in own:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(5000))
            os.utime(path, (1000, 1000))
        cache = SealedCache(folder, repository, purpose="p", max_bytes=8000)
        for number in range(20):
            assert cache.put(b"%d" % number, bytes(1000))
        cache.clear()
        assert files(folder) == sorted(own)

    def test_what_a_killed_process_left_goes_after_a_while(self, folder: Path, repository: Repository) -> None:
        cache = SealedCache(folder, repository, purpose="p")
        cache.put(b"a", b"one")
        shard = files(folder)[0].parent
        old, young = shard / ".new-old", shard / ".new-young"
        old.write_bytes(b"x")
        young.write_bytes(b"x")
        os.utime(old, (1000, 1000))
        SealedCache(folder, repository, purpose="p").put(b"b", b"two")
        assert not old.exists()
        assert young.exists()

    def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(self, tmp_path: Path, repository: Repository) -> None:
        (tmp_path / "file").write_bytes(b"")
        cache = SealedCache(tmp_path / "file" / "cache", repository, purpose="p")
        assert not cache.put(b"a", b"one")
        assert cache.get(b"a") is None


WRITER = """
import sys, time
from pathlib import Path
sys.path[:0] = {paths!r}
from phoneward.vault.cache import SealedCache
from tests.vault.test_cache import OneKey, content_of
cache = SealedCache(Path({folder!r}), OneKey(), purpose="p", max_bytes=200_000)
seed, end, hits = {seed}, time.monotonic() + 3, 0
while time.monotonic() < end:
    seed = seed * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
    number = (seed >> 33) % 60
    if seed >> 62 == 0:
        cache.put(b"%d" % number, content_of(number))
    elif seed >> 58 == 63:
        cache.delete(b"%d" % number)
    else:
        found = cache.get(b"%d" % number)
        assert found is None or found == content_of(number), number
        hits += found is not None
print(hits)
"""


def content_of(number: int) -> bytes:
    return b"%d|" % number * (number * 50)


def test_several_processes_share_a_folder(tmp_path: Path) -> None:
    paths = [str(Path(phoneward.__file__).parents[1]), str(Path(__file__).parents[2])]
    scripts = [WRITER.format(paths=paths, folder=str(tmp_path / "cache"), seed=seed) for seed in (1, 2, 3)]
    writers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for script in scripts
    ]
    results = [writer.communicate(timeout=60) for writer in writers]
    assert [(writer.returncode, error) for writer, (_out, error) in zip(writers, results, strict=True)] == [(0, "")] * 3
    assert all(int(out) > 100 for out, _error in results)
    assert not [path for path in files(tmp_path / "cache") if path.name.startswith(".new-")]


KEYS = st.sampled_from([b"", b"a", b"b", b"\xff" * 100, b"long " * 50])


class AgainstADictionary(RuleBasedStateMachine):
    """The cache may forget; it may never say anything that a dictionary would not say."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="phoneward-test-"))
        self.model: dict[bytes, bytes] = {}
        self.forgot: set[bytes] = set()
        self.open_again()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule()
    def open_again(self) -> None:
        self.cache = SealedCache(self.folder, OneKey(), purpose="p", max_bytes=8000)

    @rule(key=KEYS, value=st.binary(max_size=600))
    def put(self, key: bytes, value: bytes) -> None:
        assert self.cache.put(key, value)
        self.model[key] = value
        self.forgot.discard(key)

    @rule(key=KEYS)
    def put_too_much(self, key: bytes) -> None:
        assert not self.cache.put(key, bytes(2001))
        self.model.pop(key, None)

    @rule(key=KEYS)
    def delete(self, key: bytes) -> None:
        self.cache.delete(key)
        self.model.pop(key, None)

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.model.clear()

    @precondition(lambda self: bool(files(self.folder)))
    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(files(self.folder)))
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1
        path.write_bytes(content)
        self.forgot |= set(self.model)

    @precondition(lambda self: len(files(self.folder)) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        first, second = data.draw(st.permutations(files(self.folder)))[:2]
        aside = first.with_name("aside")
        first.rename(aside)
        second.rename(first)
        aside.rename(second)
        self.forgot |= set(self.model)

    @rule(key=KEYS)
    def get(self, key: bytes) -> None:
        found = self.cache.get(key)
        if found is None and key in self.forgot:
            self.model.pop(key, None)
        assert found == self.model.get(key)

    @invariant()
    def it_is_bounded(self) -> None:
        assert sum(path.stat().st_size for path in files(self.folder)) <= 8000


TestAgainstADictionary = AgainstADictionary.TestCase
TestAgainstADictionary.settings = settings(deadline=None, max_examples=40, stateful_step_count=30)
