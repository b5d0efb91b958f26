"""An encrypted iPhone backup opens with its password, and with nothing else."""

import os
import plistlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.errors import ExitCode
from phoneward.phones import Entry, FileReadError, Obstacle, open_iphone_backup
from phoneward.phones.iosbackup import IphoneBackupPhone
from phoneward.phones.iosbackup.errors import (
    IphoneBackupDamagedError,
    IphoneBackupError,
    IphoneBackupLockedError,
    IphoneBackupPasswordError,
    IphoneBackupUnknownKindError,
)
from phoneward.phones.iosbackup.keys import Keys
from phoneward.phones.words import CUT_OFF_IN_BACKUP, NO_KEY
from tests.phones.iosbackup.test_reading import WANTED, contents, refused, small
from tests.phones.iosbackup.writer import PASSWORD, Keybag, mbfile, sealed


def opened(folder: Path, password: str = PASSWORD) -> IphoneBackupPhone:
    return open_iphone_backup(folder, lambda: password)


def test_every_file_comes_out_as_it_was_put_in(tmp_path: Path) -> None:
    folder = small(tmp_path / "b", PASSWORD).finish()
    assert b"SQLite" not in (folder / "Manifest.db").read_bytes()
    with opened(folder) as phone:
        assert contents(phone) == WANTED
        assert refused(phone) == []
        assert phone.iphone_backup.is_encrypted is True


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 5])
def test_contents_of_every_size(tmp_path: Path, size: int) -> None:
    writer = small(tmp_path / "b", PASSWORD)
    content = os.urandom(size)
    writer.file("HomeDomain", "file", content)
    path = b"/domains/HomeDomain/file"
    with opened(writer.finish()) as phone:
        (item,) = phone.stat([path])
        assert isinstance(item, Entry)
        assert item.size == size
        (stream,) = phone.read([path])
        pieces = list(stream)
        assert b"".join(pieces) == content
        assert all(0 < len(piece) <= 1 << 20 for piece in pieces)
        for offset in (0, 1, 15, 16, 17, (1 << 20) - 1, 1 << 20, 2 << 20, size - 1, size, size + 1, 2**40):
            if offset >= 0:
                assert b"".join(phone.read_from(path, offset)) == content[offset:], offset
        assert refused(phone) == []


@pytest.mark.parametrize("told", [0, 1, 31, 33, 5000])
def test_the_padding_tells_the_size_not_the_list(tmp_path: Path, told: int) -> None:
    """iPhones often list a database with another size than it has in the backup."""
    writer = small(tmp_path / "b", PASSWORD)
    content = os.urandom(32)
    writer.file("HomeDomain", "database", content, size=told)
    with opened(writer.finish()) as phone:
        (item,) = phone.stat([b"/domains/HomeDomain/database"])
        assert isinstance(item, Entry)
        assert item.size == 32
        assert contents(phone)[b"/domains/HomeDomain/database"] == content
        assert refused(phone) == []


@pytest.mark.parametrize("length", [0, 5, 16, 100, 4096])
def test_a_content_that_is_cut_off_is_named(tmp_path: Path, length: int) -> None:
    writer = small(tmp_path / "b", PASSWORD)
    content = os.urandom(5000)
    name = writer.file("HomeDomain", "file", content)
    folder = writer.finish()
    whole = len(content) + 16 - len(content) % 16
    assert length < whole
    os.truncate(folder / name[:2] / name, length)
    with opened(folder) as phone:
        assert [(item.path, item.detail) for item in refused(phone)] == [
            (b"/domains/HomeDomain/file", CUT_OFF_IN_BACKUP)
        ]
        assert contents(phone)[b"/domains/HomeDomain/file"] == content[: length // 16 * 16]


def test_a_key_of_a_class_that_is_not_there(tmp_path: Path) -> None:
    writer = small(tmp_path / "b", PASSWORD)
    assert writer.keybag is not None
    wrapped = struct.pack("<I", 99) + writer.keybag.wrapped(bytes(32))[4:]
    broken = writer.keybag.wrapped(bytes(32))[:-1] + b"\0"
    for name, key in (("aa" * 20, wrapped), ("bb" * 20, broken)):
        writer.row(name, "HomeDomain", name, 1, mbfile("x", size=4, mode=0o100644, mtime_s=0, key=key))
        writer.content(name, sealed(b"text", bytes(32)))
    with opened(writer.finish()) as phone:
        for name in ("aa" * 20, "bb" * 20):
            (stream,) = phone.read([f"/domains/HomeDomain/{name}".encode()])
            with pytest.raises(FileReadError) as raised:
                list(stream)
            assert raised.value.obstacle is Obstacle.DENIED
            assert NO_KEY in str(raised.value.details)


# -- passwords ---------------------------------------------------------------------------------------------------------


def test_the_password_is_asked_for_only_where_it_is_needed(tmp_path: Path) -> None:
    def never() -> str:
        raise AssertionError

    with open_iphone_backup(small(tmp_path / "plain").finish(), never) as phone:
        assert contents(phone) == WANTED
    asked = []

    def once() -> str:
        asked.append(1)
        return PASSWORD

    with open_iphone_backup(small(tmp_path / "sealed", PASSWORD).finish(), once):
        pass
    assert asked == [1]


def test_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(IphoneBackupLockedError) as raised:
        open_iphone_backup(small(tmp_path / "b", PASSWORD).finish()).__enter__()
    assert raised.value.exit_code is ExitCode.WRONG_PASSWORD


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\udcff"])
def test_with_another_password(tmp_path: Path, password: str) -> None:
    with pytest.raises(IphoneBackupPasswordError) as raised:
        opened(small(tmp_path / "b", PASSWORD).finish(), password).__enter__()
    assert raised.value.exit_code is ExitCode.WRONG_PASSWORD
    assert PASSWORD not in raised.value.sentence()


def test_nothing_of_it_stays_on_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with opened(small(tmp_path / "b", PASSWORD).finish()) as phone:
        assert contents(phone) == WANTED
        assert list((tmp_path / "tmp").rglob("*")) == []


# -- keybags that somebody made ----------------------------------------------------------------------------------------


def test_an_old_kind_of_keybag_is_named(tmp_path: Path) -> None:
    """Before iOS 10.2 there was no second round of salt."""
    writer = small(tmp_path / "b", PASSWORD)
    folder = writer.finish()
    manifest = plistlib.loads((folder / "Manifest.plist").read_bytes())
    bag: bytes = manifest["BackupKeyBag"]
    manifest["BackupKeyBag"] = bag.replace(b"DPIC", b"XXXX").replace(b"DPSL", b"YYYY")
    (folder / "Manifest.plist").write_bytes(plistlib.dumps(manifest))
    with pytest.raises(IphoneBackupUnknownKindError):
        opened(folder).__enter__()


def rounds(bag: bytes, tag: bytes, value: int) -> bytes:
    at = bag.index(tag) + 8
    return bag[:at] + struct.pack(">I", value) + bag[at + 4 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _bag: b"",
        lambda bag: bag[:-1],
        lambda bag: bag[:100],
        lambda bag: b"TYPE\xff\xff\xff\xff" + bag,
        lambda bag: rounds(bag, b"DPIC", 0),
        lambda bag: rounds(bag, b"DPIC", 2**32 - 1),
        lambda bag: rounds(bag, b"ITER", 2**31),
        lambda bag: bag.replace(b"WPKY", b"XPKY"),
        lambda bag: bag.replace(b"SALT", b"SALZ"),
        lambda bag: bag + (b"UUID" + struct.pack(">I", 16) + bytes(16)) * 100,
        lambda bag: bag + bytes(2 << 20),
    ],
)
def test_a_keybag_that_makes_no_sense_is_refused_quickly(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    folder = small(tmp_path / "b", PASSWORD).finish()
    manifest = plistlib.loads((folder / "Manifest.plist").read_bytes())
    manifest["BackupKeyBag"] = spoil(manifest["BackupKeyBag"])
    (folder / "Manifest.plist").write_bytes(plistlib.dumps(manifest))
    with pytest.raises(IphoneBackupError):
        opened(folder).__enter__()


@pytest.mark.parametrize("key", [b"", b"x" * 43, b"\4\0\0\0" + b"x" * 40])
def test_a_list_of_files_that_no_key_opens(tmp_path: Path, key: bytes) -> None:
    folder = small(tmp_path / "b", PASSWORD).finish()
    manifest = plistlib.loads((folder / "Manifest.plist").read_bytes())
    manifest["ManifestKey"] = key
    (folder / "Manifest.plist").write_bytes(plistlib.dumps(manifest))
    with pytest.raises(IphoneBackupDamagedError):
        opened(folder).__enter__()


def test_a_list_of_files_that_is_another_ones(tmp_path: Path) -> None:
    folder = small(tmp_path / "b", PASSWORD).finish()
    (folder / "Manifest.db").write_bytes(os.urandom(4096))
    with pytest.raises(IphoneBackupDamagedError):
        opened(folder).__enter__()


def test_a_list_of_files_that_is_not_encrypted_in_an_encrypted_backup(tmp_path: Path) -> None:
    """So it was from iOS 10.0 to 10.1."""
    writer = small(tmp_path / "b", PASSWORD)
    folder = writer.finish()
    plain = writer.keybag
    writer.keybag = None
    kept = (folder / "Manifest.plist").read_bytes()
    writer.finish()
    (folder / "Manifest.plist").write_bytes(kept)
    assert plain is not None
    with opened(folder) as phone:
        assert contents(phone) == WANTED


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_for_a_keybag(data: st.DataObject) -> None:
    bag = bytearray(KEYBAG)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(bag) - 1))
        bag[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(bag), data.draw(st.integers(0, len(bag)))]))
    # Rounds stay few: that millions take long is not what is tested.
    whole = bytes(bag[:cut])
    for tag in (b"DPIC", b"ITER"):
        at = whole.find(tag)
        if 0 <= at <= len(whole) - 12:
            whole = whole[: at + 8] + struct.pack(">I", 2) + whole[at + 12 :]
    try:
        keys = Keys(whole, lambda: "x", "fuzz")
    except IphoneBackupError:
        return
    assert keys.file_key(b"\3\0\0\0" + bytes(40)) is None


KEYBAG = Keybag("x").blob()


def test_an_unreadable_is_told_before_it_is_read(tmp_path: Path) -> None:
    writer = small(tmp_path / "b", PASSWORD)
    name = writer.file("HomeDomain", "file", b"content")
    folder = writer.finish()
    (folder / name[:2] / name).unlink()
    with opened(folder) as phone:
        assert [item.path for item in refused(phone)] == [b"/domains/HomeDomain/file"]
