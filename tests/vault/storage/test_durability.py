"""The steps that make a file survive a power cut, per system, recorded on any system.

Expected orders are those of restic's `backend/local/local.go` (temporary file, write, fsync, close, rename, fsync of
the folder), Apple's fsync(2) page (F_FULLFSYNC) and Microsoft's documentation (no flush of folders; read-only files
cannot be removed).
"""

import errno
import os
from pathlib import Path

import pytest

from phoneward.vault import FileType, StorageError
from phoneward.vault.storage import NO_NAME, LocalStorage
from phoneward.vault.storage.durability import (
    Durability,
    LinuxDurability,
    MacDurability,
    WindowsDurability,
    durability_of,
)
from tests.vault.storage.recorder import RecordedSystem
from tests.vault.storage.suite import name_of

NAME = name_of(b"x")
PACK = f"data/{NAME[:2]}/{NAME}"


def recorded(path: Path, rules: Durability) -> tuple[LocalStorage, RecordedSystem]:
    system = RecordedSystem(str(path))
    storage = LocalStorage(path, durability=rules, system=system)
    storage.create()
    system.records.clear()
    return storage, system


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            LinuxDurability(),
            ["create_file", "write", "flush", "close", "guard", "rename", "flush_dir"],
        ),
        (
            MacDurability(),
            ["create_file", "write", "full_flush", "close", "guard", "rename", "flush_dir"],
        ),
        (
            WindowsDurability(),
            ["create_file", "write", "flush", "close", "rename", "guard"],
        ),
    ],
)
def test_saving(tmp_path: Path, rules: Durability, expected: list[str]) -> None:
    storage, system = recorded(tmp_path, rules)
    storage.save(FileType.PACK, NAME, [b"x"])
    assert [record[0] for record in system.records] == expected
    assert system.records[0] == ("create_file", f"{PACK}.tmp")
    assert ("rename", f"{PACK}.tmp", PACK) in system.records
    assert all(record[1] == f"data/{NAME[:2]}" for record in system.records if record[0] == "flush_dir")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (LinuxDurability(), [("unlink", PACK), ("flush_dir", f"data/{NAME[:2]}")]),
        (MacDurability(), [("unlink", PACK), ("flush_dir", f"data/{NAME[:2]}")]),
        (WindowsDurability(), [("unguard", PACK), ("unlink", PACK)]),
    ],
)
def test_removing(tmp_path: Path, rules: Durability, expected: list[tuple[str, ...]]) -> None:
    storage, system = recorded(tmp_path, rules)
    storage.save(FileType.PACK, NAME, [b"x"])
    system.records.clear()
    storage.remove(FileType.PACK, NAME)
    assert system.records == expected


def test_config_flushes_the_repository_folder(tmp_path: Path) -> None:
    storage, system = recorded(tmp_path, LinuxDurability())
    storage.save(FileType.CONFIG, NO_NAME, [b"x"])
    assert system.records[-2:] == [("rename", "config.tmp", "config"), ("flush_dir", ".")]


def test_new_folders_are_durable_before_anything_lies_in_them(tmp_path: Path) -> None:
    system = RecordedSystem(str(tmp_path))
    LocalStorage(tmp_path / "a" / "b", durability=LinuxDurability(), system=system).create()
    made = [record[1] for record in system.records if record[0] == "make_dir"]
    assert made[:2] == ["a", "a/b"]
    assert len([path for path in made if path.startswith("a/b/data/")]) == 256
    for position, record in enumerate(system.records):
        if record[0] == "make_dir":
            parent = str(Path(record[1]).parent)
            assert ("flush_dir", parent) in system.records[position:], f"{record[1]} could be lost"


def test_a_pack_folder_made_on_demand_is_durable_too(tmp_path: Path) -> None:
    storage, system = recorded(tmp_path, LinuxDurability())
    (tmp_path / "data" / NAME[:2]).rmdir()  # restic itself would not have made it
    storage.save(FileType.PACK, NAME, [b"x"])
    assert ("make_dir", f"data/{NAME[:2]}") in system.records
    assert system.records.index(("flush_dir", "data")) < system.records.index(("write", f"{PACK}.tmp"))


def test_each_system_gets_its_own_rules() -> None:
    assert type(durability_of("linux")) is LinuxDurability
    assert type(durability_of("darwin")) is MacDurability
    assert type(durability_of("win32")) is WindowsDurability
    assert type(durability_of("freebsd14")) is LinuxDurability


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EINVAL, errno.ENOSYS])
def test_a_file_system_without_such_operations_still_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    # exFAT cards, SMB shares: restic's local.go goes on in the same cases.
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, "no such thing here")

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(os, "chmod", refuse)
    monkeypatch.setattr("fcntl.fcntl", refuse)
    for rules in (LinuxDurability(), MacDurability()):
        storage = LocalStorage(tmp_path / type(rules).__name__, durability=rules)
        storage.create()
        storage.save(FileType.PACK, NAME, [b"x"])
        assert storage.load(FileType.PACK, NAME) == b"x"
        storage.remove(FileType.PACK, NAME)


@pytest.mark.parametrize("call", ["fsync", "chmod"])
def test_a_disk_that_fails_to_flush_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    storage = LocalStorage(tmp_path, durability=LinuxDurability())
    storage.create()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageError):
        storage.save(FileType.PACK, NAME, [b"x"])


def test_macos_asks_for_more_than_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("fcntl.fcntl", lambda _handle, command: asked.append(command))
    storage = LocalStorage(tmp_path, durability=MacDurability())
    storage.create()
    storage.save(FileType.PACK, NAME, [b"x"])
    assert asked == [51], "F_FULLFSYNC in macOS's <sys/fcntl.h>"
