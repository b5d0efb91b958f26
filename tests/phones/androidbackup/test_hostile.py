"""Broken, cut off and malicious backup files: one sentence that says what is wrong, and nothing is taken."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.errors import ExitCode
from phoneward.phones import Obstacle, PhoneGoneError, Unreadable
from phoneward.phones.androidbackup import content as content_module
from phoneward.phones.androidbackup import contents as contents_module
from phoneward.phones.androidbackup.errors import (
    AndroidBackupAsTextError,
    AndroidBackupChangedError,
    AndroidBackupCutOffError,
    AndroidBackupDamagedError,
    AndroidBackupEmptyError,
    AndroidBackupError,
    AndroidBackupLockedError,
    AndroidBackupMissingError,
    AndroidBackupPasswordError,
    AndroidBackupTooLargeError,
    AndroidBackupUnknownKindError,
    NotAndroidBackupError,
)
from tests.phone import trees
from tests.phones.androidbackup.abwriter import Put, archive, header_block, manifest, member, padded, pax_record, tar
from tests.phones.androidbackup.benches import PASSWORD, contents, entries, opened, refused, written

GOOD = Put(b"apps/com.example/f/good.txt", b"good")
TAR = tar([manifest("com.example"), GOOD, Put(b"shared/0/b.bin", trees.content("b", 5000))])
PLAIN = archive(TAR, compressed=False)
PACKED = archive(TAR)
SEALED = archive(TAR, password=PASSWORD)


def encrypted_with(number: int, line: bytes) -> bytes:
    """The encrypted file with one line of its header replaced (5 is the user's salt, as AOSP counts)."""
    lines = SEALED.split(b"\n", 9)
    lines[number - 1] = line
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", AndroidBackupEmptyError),
        (bytes(1024), AndroidBackupEmptyError),
        (archive(bytes(1024)), AndroidBackupEmptyError),
        (archive(bytes(1024), compressed=False), AndroidBackupEmptyError),
        (archive(bytes(1024), password=PASSWORD), AndroidBackupEmptyError),
        (b"PK\x03\x04" + bytes(5000), NotAndroidBackupError),
        (bytes(5000), NotAndroidBackupError),
        (b"ANDROID BACKUPS\n5\n1\nnone\n", NotAndroidBackupError),
        (b"MIUI BACKUP\n2\n" + b"x" * 5000, NotAndroidBackupError),
        (b"ANDROID BA", AndroidBackupCutOffError),
        (b"MIUI BACKUP\n2\ncom.a A\n-1\n0\nANDROID", AndroidBackupCutOffError),
        (b"ANDROID BACKUP\n5\n1\nno", AndroidBackupCutOffError),
        (PACKED.replace(b"\n", b"\r\n"), AndroidBackupAsTextError),
        (b"MIUI BACKUP\r\n2\r\n" + PACKED.replace(b"\n", b"\r\n"), AndroidBackupAsTextError),
        (b"ANDROID BACKUP\n6\n1\nnone\n", AndroidBackupUnknownKindError),
        (b"ANDROID BACKUP\n0\n1\nnone\n", AndroidBackupUnknownKindError),
        (b"ANDROID BACKUP\n5\n1\nDES\n", AndroidBackupUnknownKindError),
        (b"ANDROID BACKUP\nfive\n1\nnone\n", AndroidBackupDamagedError),
        (b"ANDROID BACKUP\n5\nyes\nnone\n", AndroidBackupDamagedError),
        (b"ANDROID BACKUP\n" + b"9" * 20_000, AndroidBackupDamagedError),
        (b"ANDROID BACKUP\n5\n1\nnone\nno zlib stream at all", AndroidBackupDamagedError),
        (b"ANDROID BACKUP\n5\n0\nnone\n" + b"no tar stream at all".ljust(512), AndroidBackupDamagedError),
        (PACKED[:-4] + bytes(4), AndroidBackupDamagedError),
        (encrypted_with(5, b"no hex"), AndroidBackupDamagedError),
        (encrypted_with(7, b"0"), AndroidBackupDamagedError),
        (encrypted_with(7, b"999999999"), AndroidBackupDamagedError),
        (encrypted_with(7, b"9" * 400), AndroidBackupDamagedError),
        (encrypted_with(8, b"00" * 15), AndroidBackupDamagedError),
        (encrypted_with(9, b"00" * 95), AndroidBackupDamagedError),
        (encrypted_with(9, b"00" * 96), AndroidBackupPasswordError),
        (encrypted_with(6, b"00" * 64), AndroidBackupPasswordError),  # the key's checksum does not fit
        (SEALED[:-1], AndroidBackupCutOffError),
        (SEALED[:-16], AndroidBackupCutOffError),
    ],
)
def test_what_is_wrong_is_named(data: bytes, error: type[AndroidBackupError], tmp_path: Path) -> None:
    path = written(tmp_path, data)
    with pytest.raises(error) as caught, opened(path, PASSWORD):
        pass
    assert type(caught.value) is error
    assert "backup.ab" in caught.value.sentence()
    assert caught.value.advice()


def test_the_known_sizes_of_an_empty_backup(tmp_path: Path) -> None:
    """`adb backup` of nothing leaves 0, 41 or 47 bytes, or two empty blocks."""
    flushed = zlib.compressobj(9)
    with_flush = flushed.compress(bytes(1024)) + flushed.flush(zlib.Z_SYNC_FLUSH) + flushed.flush()
    short, long = archive(bytes(1024)), b"ANDROID BACKUP\n5\n1\nnone\n" + with_flush
    assert (len(short), len(long)) == (41, 47)
    for data in (short, long):
        with (
            pytest.raises(AndroidBackupEmptyError, match="put nothing into this backup"),
            opened(written(tmp_path, data)),
        ):
            pass


def test_a_wrong_password_and_none(tmp_path: Path) -> None:
    path = written(tmp_path, SEALED)
    for wrong in ("", "密码", PASSWORD + " "):
        with pytest.raises(AndroidBackupPasswordError) as caught, opened(path, wrong):
            pass
        assert caught.value.exit_code is ExitCode.WRONG_PASSWORD
    with pytest.raises(AndroidBackupLockedError), opened(path):
        pass


def test_newer_files_never_fall_back_to_eight_bits(tmp_path: Path) -> None:
    path = written(tmp_path, archive(TAR, version=2, password="päss", eight_bit=True))
    with pytest.raises(AndroidBackupPasswordError), opened(path, "päss"):
        pass


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.ab", tmp_path, tmp_path / "pipe"):
        with pytest.raises(AndroidBackupMissingError), opened(path):
            pass


@pytest.mark.parametrize("whole", [PLAIN, PACKED, SEALED, b"MIUI BACKUP\n2\na.b L\n-1\n0\n" + PACKED])
def test_cut_off_anywhere_it_gives_nothing(whole: bytes, tmp_path: Path) -> None:
    """A copy that ended early is never taken for a whole backup, wherever it ended."""
    step = 1 if len(whole) < 1500 else 97
    password = PASSWORD if whole is SEALED else None
    if whole is SEALED:
        step = 331  # each costs two key derivations
    needed = len(whole) - (512 if whole is PLAIN else 0)  # the second of the two empty blocks says nothing new
    blocks = range(PLAIN.index(b"apps/"), needed, 512) if whole is PLAIN else ()
    for end in [*range(0, needed, step), *blocks, needed - 1]:
        path = written(tmp_path, whole[:end])
        with pytest.raises((AndroidBackupCutOffError, AndroidBackupEmptyError)) as caught, opened(path, password):
            pass
        assert end == 0 or isinstance(caught.value, AndroidBackupCutOffError)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PLAIN, PACKED]), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_whatever_is_written_over_it_there_is_one_answer(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, at: int, over: bytes
) -> None:
    at %= len(whole)
    damaged = whole[:at] + over + whole[at + len(over) :]
    path = written(tmp_path_factory.mktemp("damaged"), damaged)
    try:
        with opened(path) as phone:
            contents(phone)
            refused(phone)
    except AndroidBackupError:
        return


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (b"apps/com.example/f/../../../../etc/passwd", Obstacle.BAD_NAME),
        (b"../up", Obstacle.BAD_NAME),
        (b"/etc/passwd", Obstacle.BAD_NAME),
        (b"apps//x", Obstacle.BAD_NAME),
        (b"apps/com.example/./x", Obstacle.BAD_NAME),
        (b"", Obstacle.BAD_NAME),
        (b"etc/passwd", Obstacle.FOREIGN),
        (b"shared/secret", Obstacle.FOREIGN),
        (b"shared", Obstacle.FOREIGN),
        (b"shared/0", Obstacle.FOREIGN),
        (b"apps", Obstacle.FOREIGN),
        (b"apps/" + b"/".join([b"x" * 250] * 20), Obstacle.TOO_LONG),
    ],
)
def test_names_that_lead_elsewhere_are_named_and_left_out(path: bytes, why: Obstacle, tmp_path: Path) -> None:
    if path:
        evil = header_block(b"x", Put(b"x"), len(pax_record(b"path", path)), b"x") + padded(pax_record(b"path", path))
    else:
        evil = b""
    stream = evil + header_block(b"", Put(b""), 4, b"0") + padded(b"evil") + member(GOOD) + bytes(1024)
    with opened(written(tmp_path, archive(stream))) as phone:
        (item,) = refused(phone)
        assert item == Unreadable((b"/" + path)[:4096], why)
        assert contents(phone) == {b"/" + GOOD.path: b"good"}
        assert all(b".." not in entry for entry in entries(phone))


@pytest.mark.parametrize("kind", [b"1", b"3", b"4", b"6", b"S", b"Z"])
def test_what_is_no_file_is_named_and_left_out(kind: bytes, tmp_path: Path) -> None:
    """Hard links, devices, pipes and what nobody knows: nothing is made of them, and the next file comes."""
    stream = tar([Put(b"apps/com.example/f/odd", b"x" * 700, type=kind, link=b"/etc/passwd"), GOOD])
    with opened(written(tmp_path, archive(stream))) as phone:
        assert refused(phone) == [Unreadable(b"/apps/com.example/f/odd", Obstacle.SPECIAL)]
        assert contents(phone) == {b"/" + GOOD.path: b"good"}


def test_a_folder_that_says_it_has_content(tmp_path: Path) -> None:
    """Nothing follows a folder, whatever size it gives: so Android reads it too."""
    stream = header_block(b"shared/0/d", Put(b"d"), 700, b"5") + member(GOOD) + bytes(1024)
    with opened(written(tmp_path, archive(stream))) as phone:
        assert contents(phone) == {b"/" + GOOD.path: b"good"}
        assert entries(phone)[b"/shared/0/d"].size == 0


def test_a_name_that_is_there_twice(tmp_path: Path) -> None:
    """The later one counts, as when Android restores it; that there were two is said."""
    stream = tar([Put(GOOD.path, b"first, and longer"), GOOD])
    with opened(written(tmp_path, archive(stream))) as phone:
        assert refused(phone) == [Unreadable(b"/" + GOOD.path, Obstacle.TWICE)]
        assert contents(phone) == {b"/" + GOOD.path: b"good"}


def pax(data: bytes, size: int | None = None) -> bytes:
    return header_block(b"x", Put(b"x"), len(data) if size is None else size, b"x") + padded(data)


@pytest.mark.parametrize(
    "extra",
    [
        pax(b"", 33_000) + bytes(33_280),
        pax(b"12 path=abc"),
        pax(b"11 path=abc"),
        pax(b"no record"),
        pax(b"0 path=a\n"),
        pax(b"99999999999 path=a\n"),
        pax(b"9 path+a\n"),
        pax(pax_record(b"size", b"-1")),
        pax(pax_record(b"size", b"9" * 19)),
        pax(pax_record(b"size", b"1e3")),
        header_block(b"././@LongLink", Put(b"x"), 40_000, b"L") + bytes(40_448),
        header_block(b"bad sum", Put(b"x"), 0, b"0")[:-1] + b"!",
    ],
)
def test_headers_that_cannot_be(extra: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, archive(member(manifest("com.example")) + extra + member(GOOD) + bytes(1024)))
    with pytest.raises(AndroidBackupDamagedError), opened(path):
        pass


def test_a_size_that_the_file_does_not_have(tmp_path: Path) -> None:
    """A member that says it is larger than all that follows: the backup is cut off, and nothing is promised."""
    large = pax(pax_record(b"size", b"%d" % 2**62)) + header_block(b"apps/a.b/f/x", Put(b"x"), 0, b"0")
    for compressed in (False, True):
        path = written(tmp_path, archive(large + bytes(1024), compressed=compressed))
        with pytest.raises(AndroidBackupCutOffError), opened(path):
            pass


def test_a_bomb_is_not_unfolded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 100 KB that unfolds to 100 MB ends with one sentence where a bomb begins (16 GiB; here 1 MiB)."""
    stream = tar([Put(b"apps/a.b/f/zeros", bytes(100 << 20))])
    path = written(tmp_path, archive(stream))
    with opened(path) as phone:
        assert len(entries(phone)) == 3, "as such it is nothing to complain of"
    monkeypatch.setattr(content_module, "MAX_UNQUESTIONED", 1 << 20)
    with pytest.raises(AndroidBackupTooLargeError), opened(path):
        pass


def test_more_names_than_any_phone_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, archive(tar([Put(b"shared/0/%d" % number) for number in range(50)])))
    monkeypatch.setattr(contents_module, "MAX_NAMES", 49)
    with pytest.raises(AndroidBackupTooLargeError), opened(path):
        pass
    monkeypatch.setattr(contents_module, "MAX_NAMES", 50)
    monkeypatch.setattr(contents_module, "MAX_NAME_BYTES", 400)
    with pytest.raises(AndroidBackupTooLargeError), opened(path):
        pass


def test_many_folders_that_are_only_implied_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short name of two thousand folders within each other stands for megabytes of paths."""
    deep = Put(b"shared/0/" + b"/".join([b"d"] * 1000))
    path = written(tmp_path, archive(tar([deep])))
    monkeypatch.setattr(contents_module, "MAX_NAME_BYTES", 500_000)
    with pytest.raises(AndroidBackupTooLargeError), opened(path):
        pass


def test_a_manifest_may_say_anything(tmp_path: Path) -> None:
    """What cannot be understood of an app's facts is left open; its files are kept."""
    odd = [b"", b"1\n", b"2\na\n1\n1\n\n", b"1\na\nx\n-1\n\x1b[2J\n1\n", b"\xff" * 2000, b"1\n" + b"9\n" * 30_000]
    puts = [Put(b"apps/a.b%d/_manifest" % number, text) for number, text in enumerate(odd)]
    puts.append(Put(b"apps/a.huge/_manifest", b"1\na\n1\n1\n\n" + b"0" * 70_000))
    puts.append(Put(b"apps/a.ok/_manifest", b"1\na\n5\n30\nstore\n1\n"))
    with opened(written(tmp_path, archive(tar(puts)))) as phone:
        apps = {app.package: app for app in phone.apps().apps}
        assert len(apps) == 8
        assert (apps["a.b3"].version_code, apps["a.b3"].installer, apps["a.huge"].version_code) == (None, "", None)
        assert (apps["a.ok"].version_code, apps["a.ok"].installer, phone.identity.api_level) == (5, "store", 30)
        assert len(contents(phone)) == 8


def test_a_file_that_is_written_to_meanwhile(tmp_path: Path) -> None:
    """A copy that is still being made is noticed; what was read of it counts for nothing."""
    path = written(tmp_path, archive(tar([Put(b"shared/0/big", trees.content("big", 3_000_000))])))
    with opened(path) as phone:
        with path.open("ab") as file:
            file.write(b"more")
        with pytest.raises(AndroidBackupChangedError) as caught:
            list(phone.read_from(b"/shared/0/big", 0))
        assert isinstance(caught.value, PhoneGoneError)
