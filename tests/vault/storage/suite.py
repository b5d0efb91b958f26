"""What every storage must do: the MUSTs of `Storage`, as tests. A backend's test file derives from `StorageSuite`."""

import hashlib
import threading

import pytest

from phoneward.vault import DamagedError, FileId, FileMissingError, FileType, Storage
from phoneward.vault.errors import NameTakenError
from phoneward.vault.storage import NO_NAME, ListedFile

NAMED = [kind for kind in FileType if kind is not FileType.CONFIG]
HOSTILE_NAMES = [
    "",
    "..",
    "../../etc/passwd",
    "a" * 63,
    "a" * 65,
    "A" * 64,
    "g" * 64,
    "a" * 64 + "\n",
    "a" * 63 + "/",
    "a" * 63 + "\0",
    "/" + "a" * 63,
    "٣" * 64,
]


def name_of(data: bytes) -> FileId:
    return FileId(hashlib.sha256(data).hexdigest())


class StorageSuite:
    """Derive, and give a fixture `storage` that returns a new, created storage."""

    @pytest.mark.parametrize("kind", NAMED)
    def test_a_saved_file_comes_back_whole(self, storage: Storage, kind: FileType) -> None:
        data = b"hello" * 1000
        assert not storage.exists(kind, name_of(data))
        storage.save(kind, name_of(data), [b"", data[:7], bytearray(data[7:9]), memoryview(data)[9:]])
        assert storage.exists(kind, name_of(data))
        assert storage.load(kind, name_of(data)) == data
        assert storage.size(kind, name_of(data)) == len(data)
        assert list(storage.list(kind)) == [ListedFile(name_of(data), len(data))]

    def test_config_stands_alone(self, storage: Storage) -> None:
        assert not storage.exists(FileType.CONFIG, NO_NAME)
        storage.save(FileType.CONFIG, NO_NAME, [b"x"])
        assert storage.load(FileType.CONFIG, NO_NAME) == b"x"
        assert storage.exists(FileType.CONFIG, NO_NAME)
        with pytest.raises(NameTakenError):
            storage.save(FileType.CONFIG, NO_NAME, [b"y"])
        with pytest.raises(ValueError, match="config"):
            list(storage.list(FileType.CONFIG))

    def test_many_pieces(self, storage: Storage) -> None:
        pieces = [bytes([n % 256]) * (n % 7) for n in range(5000)]
        data = b"".join(pieces)
        storage.save(FileType.PACK, name_of(data), pieces)
        assert storage.load(FileType.PACK, name_of(data)) == data

    def test_a_part_is_exactly_the_part_or_an_error(self, storage: Storage) -> None:
        data = bytes(range(256))
        name = name_of(data)
        storage.save(FileType.PACK, name, [data])
        assert storage.load(FileType.PACK, name, 10, 20) == data[10:30]
        assert storage.load(FileType.PACK, name, 250) == data[250:]
        assert storage.load(FileType.PACK, name, 256) == b""
        assert storage.load(FileType.PACK, name, 256, 0) == b""
        for offset, length in ((250, 7), (256, 1), (10_000, 1), (2**40, 5), (0, 2**40)):
            with pytest.raises(DamagedError):
                storage.load(FileType.PACK, name, offset, length)

    def test_a_taken_name_stays_as_it_was(self, storage: Storage) -> None:
        name = name_of(b"old")
        storage.save(FileType.INDEX, name, [b"old"])
        with pytest.raises(NameTakenError):
            storage.save(FileType.INDEX, name, [b"new"])
        assert storage.load(FileType.INDEX, name) == b"old"

    def test_missing_files_are_missing(self, storage: Storage) -> None:
        name = name_of(b"none")
        for call in (storage.load, storage.size, storage.remove):
            with pytest.raises(FileMissingError):
                call(FileType.SNAPSHOT, name)

    def test_a_removed_file_is_gone(self, storage: Storage) -> None:
        for kind in NAMED:
            storage.save(kind, name_of(b"x"), [b"x"])
            storage.remove(kind, name_of(b"x"))
            assert not storage.exists(kind, name_of(b"x"))
            assert list(storage.list(kind)) == []
            storage.save(kind, name_of(b"x"), [b"x"])

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_a_hostile_name_never_becomes_a_path(self, storage: Storage, name: str) -> None:
        for kind in NAMED:
            with pytest.raises(ValueError, match="not a file name"):
                storage.save(kind, FileId(name), [b"x"])
            with pytest.raises(ValueError, match="not a file name"):
                storage.load(kind, FileId(name))
            with pytest.raises(ValueError, match="not a file name"):
                storage.remove(kind, FileId(name))
            assert list(storage.list(kind)) == []

    def test_create_twice_keeps_everything(self, storage: Storage) -> None:
        storage.save(FileType.KEY, name_of(b"k"), [b"k"])
        storage.create()
        assert storage.load(FileType.KEY, name_of(b"k")) == b"k"

    def test_several_threads_at_once(self, storage: Storage) -> None:
        blocks = [bytes([n]) * 10_000 for n in range(40)]
        failures: list[BaseException] = []

        def save(part: list[bytes]) -> None:
            try:
                for block in part:
                    storage.save(FileType.PACK, name_of(block), [block])
            except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
                failures.append(error)

        threads = [threading.Thread(target=save, args=(blocks[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
        assert {file.name for file in storage.list(FileType.PACK)} == {name_of(block) for block in blocks}
        assert all(storage.load(FileType.PACK, name_of(block)) == block for block in blocks)
