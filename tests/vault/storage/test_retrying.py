"""A remote place fails now and then: what a person gets is the truth, after a wait."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from phoneward.vault import FileId, FileMissingError, FileType, LocalStorage
from phoneward.vault.blobs import BytesLike
from phoneward.vault.errors import (
    AppendOnlyError,
    NameTakenError,
    StorageAccessError,
    StorageUnreachableError,
    TransientStorageError,
    UnclearSaveError,
    WrongAnswerError,
)
from phoneward.vault.storage import NO_NAME, ListedFile
from phoneward.vault.storage.retrying import RetryingStorage, under_new_names
from tests.vault.storage.suite import StorageSuite


def name_of(data: bytes) -> FileId:
    return FileId(hashlib.sha256(data).hexdigest())


class Flaky(LocalStorage):
    """A folder that fails before or after it has done what it was asked, as often as it was told."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.before: list[Exception] = []
        self.after: list[Exception] = []
        self.saves = 0
        self.at_save: Callable[[], None] = lambda: None
        self.keeps_all = False

    def _fail(self, planned: list[Exception]) -> None:
        if planned:
            raise planned.pop(0)

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        self.saves += 1
        self.at_save()
        self._fail(self.before)
        super().save(file_type, name, pieces)
        self._fail(self.after)

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        self._fail(self.before)
        return super().load(file_type, name, offset, length)

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        yield from super().list(file_type)
        self._fail(self.before)

    def remove(self, file_type: FileType, name: FileId) -> None:
        if self.keeps_all:
            raise AppendOnlyError(path=self.location, detail="")
        self._fail(self.before)
        super().remove(file_type, name)
        self._fail(self.after)


def passing(retry_after_s: float | None = None) -> TransientStorageError:
    return TransientStorageError(path="there", detail="busy", retry_after_s=retry_after_s)


class Clock:
    """Waits without waiting."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds

    def now(self) -> float:
        return self.now_s


@pytest.fixture
def flaky(tmp_path: Path) -> Flaky:
    storage = Flaky(tmp_path / "vault")
    storage.create()
    return storage


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage(flaky: Flaky, clock: Clock) -> RetryingStorage:
    return RetryingStorage(flaky, sleep=clock.sleep, now=clock.now)


class TestRetryingStorage(StorageSuite):
    pass


def test_what_passes_is_waited_out(flaky: Flaky, storage: RetryingStorage, clock: Clock) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    flaky.before = [passing(), passing(), passing()]
    assert storage.load(FileType.PACK, name_of(b"x")) == b"x"
    assert [0.25, 0.5, 1.0] <= clock.waits <= [0.5, 1.0, 2.0]
    flaky.before = [passing()]
    assert list(storage.list(FileType.PACK)) == [ListedFile(name_of(b"x"), 1)]


def test_a_server_that_asks_for_time_gets_it_within_reason(
    flaky: Flaky, storage: RetryingStorage, clock: Clock
) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    flaky.before = [passing(12.0), passing(86_400.0)]
    storage.load(FileType.PACK, name_of(b"x"))
    assert clock.waits == [12.0, 30.0]


def test_patience_ends_sooner_where_nobody_ever_answered(flaky: Flaky, storage: RetryingStorage, clock: Clock) -> None:
    flaky.before = [passing() for _ in range(1000)]
    with pytest.raises(StorageUnreachableError, match="busy"):
        storage.load(FileType.PACK, name_of(b"x"))
    assert 5 < clock.now_s <= 15
    assert not storage.exists(FileType.PACK, name_of(b"x"))
    with pytest.raises(StorageUnreachableError):
        storage.load(FileType.PACK, name_of(b"x"))
    assert 200 < clock.now_s <= 315


def test_a_long_wait_is_told_once_a_minute(flaky: Flaky, clock: Clock) -> None:
    told: list[tuple[float, str]] = []
    storage = RetryingStorage(
        flaky, sleep=clock.sleep, now=clock.now, on_wait=lambda error: told.append((clock.now_s, str(error)))
    )
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    flaky.before = [passing(), passing()]
    storage.load(FileType.PACK, name_of(b"x"))
    assert not told, "a short hiccup is nobody's business"
    flaky.before = [passing() for _ in range(1000)]
    with pytest.raises(StorageUnreachableError):
        storage.load(FileType.PACK, name_of(b"x"))
    assert 3 <= len(told) <= 5
    assert all("busy" in sentence for _when, sentence in told)
    assert all(later - sooner >= 60 for (sooner, _a), (later, _b) in itertools.pairwise(told))


def test_a_wrong_answer_is_asked_for_again_but_not_for_ever(flaky: Flaky, storage: RetryingStorage) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    flaky.before = [WrongAnswerError(path="there", detail="?") for _ in range(2)]
    assert storage.load(FileType.PACK, name_of(b"x")) == b"x"
    flaky.before = [WrongAnswerError(path="there", detail="?") for _ in range(5)]
    with pytest.raises(WrongAnswerError):
        storage.load(FileType.PACK, name_of(b"x"))
    assert len(flaky.before) == 2


def test_what_does_not_pass_is_said_at_once(flaky: Flaky, storage: RetryingStorage, clock: Clock) -> None:
    flaky.before = [StorageAccessError(path="there", detail="401")]
    with pytest.raises(StorageAccessError):
        storage.load(FileType.PACK, name_of(b"x"))
    assert not clock.waits


def test_an_upload_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    flaky: Flaky, storage: RetryingStorage
) -> None:
    flaky.after = [passing()]
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    assert flaky.saves == 1
    assert storage.load(FileType.PACK, name_of(b"x")) == b"x"


@pytest.mark.parametrize("kind", [FileType.PACK, FileType.INDEX, FileType.SNAPSHOT, FileType.LOCK, FileType.KEY])
def test_half_a_file_is_never_taken_for_it(flaky: Flaky, storage: RetryingStorage, kind: FileType) -> None:
    def half() -> None:
        if flaky.saves == 1:
            LocalStorage.save(flaky, kind, name_of(b"whole"), [b"wh"])

    flaky.at_save = half
    flaky.before = [passing()]
    storage.save(kind, name_of(b"whole"), [b"who", b"le"])
    assert flaky.load(kind, name_of(b"whole")) == b"whole"


def test_another_ones_config_is_never_removed(flaky: Flaky, storage: RetryingStorage) -> None:
    """Two that make a vault at once: the one whose answer was lost must not throw away the other's vault."""

    def other() -> None:
        if flaky.saves == 1:
            LocalStorage.save(flaky, FileType.CONFIG, NO_NAME, [b"the other's"])

    flaky.at_save = other
    flaky.before = [passing()]
    with pytest.raises(NameTakenError):
        storage.save(FileType.CONFIG, NO_NAME, [b"mine"])
    assert flaky.load(FileType.CONFIG, NO_NAME) == b"the other's"


def test_half_a_file_that_stays_is_no_success(flaky: Flaky, storage: RetryingStorage) -> None:
    """An append-only server keeps also what a cut upload left: the next run gives its file another name."""

    def half() -> None:
        if flaky.saves == 1:
            LocalStorage.save(flaky, FileType.PACK, name_of(b"whole"), [b"wh"])

    flaky.at_save = half
    flaky.before = [passing()]
    flaky.keeps_all = True
    with pytest.raises(NameTakenError):
        storage.save(FileType.PACK, name_of(b"whole"), [b"whole"])


def test_a_taken_name_at_the_first_try_is_no_success(storage: RetryingStorage) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    with pytest.raises(NameTakenError):
        storage.save(FileType.PACK, name_of(b"x"), [b"x"])


def test_a_removal_whose_answer_was_lost_is_a_removal(flaky: Flaky, storage: RetryingStorage) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    flaky.after = [passing()]
    storage.remove(FileType.PACK, name_of(b"x"))
    with pytest.raises(FileMissingError):
        storage.remove(FileType.PACK, name_of(b"x"))


@pytest.mark.parametrize("kind", list(FileType))
def test_a_name_that_a_server_may_still_be_at_is_never_sent_to_again(
    flaky: Flaky, storage: RetryingStorage, kind: FileType
) -> None:
    name = NO_NAME if kind is FileType.CONFIG else name_of(b"whole")
    flaky.before = [TransientStorageError(path="there", detail="cut", is_unclear=True)]
    with pytest.raises(UnclearSaveError):
        storage.save(kind, name, [b"whole"])
    assert flaky.saves == 1
    assert not storage.exists(kind, name)


def test_a_part_that_a_server_may_still_be_at_is_left_to_it(flaky: Flaky, storage: RetryingStorage) -> None:
    flaky.at_save = lambda: LocalStorage.save(flaky, FileType.PACK, name_of(b"whole"), [b"wh"])
    flaky.before = [TransientStorageError(path="there", detail="cut", is_unclear=True)]
    with pytest.raises(UnclearSaveError):
        storage.save(FileType.PACK, name_of(b"whole"), [b"whole"])
    assert flaky.load(FileType.PACK, name_of(b"whole")) == b"wh"


def test_a_file_that_arrived_needs_no_other_name(flaky: Flaky, storage: RetryingStorage) -> None:
    flaky.after = [TransientStorageError(path="there", detail="cut", is_unclear=True)]
    storage.save(FileType.PACK, name_of(b"whole"), [b"whole"])
    assert flaky.saves == 1


def test_a_file_gets_another_name_a_few_times() -> None:
    tried: list[int] = []

    def save() -> int:
        tried.append(len(tried))
        if len(tried) < 4 or not clears_up:
            raise UnclearSaveError(path="there", detail="cut")
        return len(tried)

    clears_up = True
    assert under_new_names(save) == 4
    clears_up = False
    with pytest.raises(UnclearSaveError):
        under_new_names(save)
    assert len(tried) < 20


@pytest.mark.parametrize("kind", [FileType.INDEX, FileType.SNAPSHOT])
def test_a_pack_that_vanishes_after_an_unclear_upload_stops_what_relies_on_it(
    flaky: Flaky, storage: RetryingStorage, kind: FileType
) -> None:
    """A server that wakes up late removes what it takes for the rest of the first try."""
    flaky.before = [passing()]
    storage.save(FileType.PACK, name_of(b"pack"), [b"pack"])
    storage.save(kind, name_of(b"first"), [b"first"])
    LocalStorage.remove(flaky, FileType.PACK, name_of(b"pack"))
    with pytest.raises(FileMissingError):
        storage.save(kind, name_of(b"second"), [b"second"])
    assert not storage.exists(kind, name_of(b"second"))
