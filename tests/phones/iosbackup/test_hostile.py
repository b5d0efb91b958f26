"""Lists that somebody made to do harm: a named error, little time, little memory."""

import plistlib
import sqlite3
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.phones import open_iphone_backup
from phoneward.phones.iosbackup import index as index_module
from phoneward.phones.iosbackup import manifest as manifest_module
from phoneward.phones.iosbackup.errors import IphoneBackupDamagedError, IphoneBackupTooLargeError
from phoneward.phones.iosbackup.facts import read_facts
from phoneward.phones.iosbackup.mbfile import read_mbfile
from phoneward.phones.iosbackup.plists import BinaryPlist, PlistError, read_plist
from tests.phones.iosbackup.test_reading import WANTED, contents, refused, small
from tests.phones.iosbackup.writer import BackupWriter, mbfile

plain = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.binary(max_size=40),
    st.integers(0, 2**31).map(plistlib.UID),
)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5), max_leaves=8
)


def as_ours(value: object) -> object:
    """What plistlib reads, as our reader tells it."""
    if isinstance(value, plistlib.UID):
        return value.data
    if isinstance(value, list):
        return [as_ours(one) for one in value]
    return {name: as_ours(one) for name, one in value.items()} if isinstance(value, dict) else value


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(names, values, max_size=6))
def test_any_list_is_read_as_plistlib_reads_it(value: dict[str, object]) -> None:
    data = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
    assert read_plist(data) == as_ours(plistlib.loads(data))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_bytes_for_a_list(data: st.DataObject) -> None:
    whole = bytearray(mbfile("a/b", size=5, mode=0o100644, mtime_s=7, key=bytes(44), target="x"))
    for _ in range(data.draw(st.integers(0, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for read in (read_plist, read_mbfile):
        try:
            read(bytes(whole))
        except PlistError:
            continue


def test_an_honest_description_of_a_file() -> None:
    said = read_mbfile(mbfile("a", size=5, mode=0o100600, mtime_s=7, ctime_s=8, key=b"k" * 44, target="t"))
    assert (said.size, said.mode, said.mtime_s, said.ctime_s, said.key, said.target) == (
        5,
        0o100600,
        7,
        8,
        b"k" * 44,
        b"t",
    )


def bomb(lists: int, length: int) -> bytes:
    """A list of lists that all lie over the same bytes: each as long as the others."""
    reference = 3
    many = b"\xaf\x12" + struct.pack(">I", length) + (lists + 1).to_bytes(reference, "big") * length
    top = (
        b"\xaf\x12" + struct.pack(">I", lists) + b"".join((one + 1).to_bytes(reference, "big") for one in range(lists))
    )
    body = b"bplist00" + many
    offsets = [len(body), *[8] * lists, len(body) + len(top)]
    body += top + b"\0"
    table = b"".join(offset.to_bytes(4, "big") for offset in offsets)
    return body + table + struct.pack(">6xBBQQQ", 4, reference, len(offsets), 0, len(body))


def test_lists_that_lie_over_each_other() -> None:
    """In plistlib half a megabyte of this takes gigabytes."""
    data = bomb(40_000, 40_000)
    tracemalloc.start()
    with pytest.raises(PlistError, match="over each other"):
        read_plist(data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(data) < 500_000
    assert peak < 64 << 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"bplist00",
        b"bplist00" + bytes(32),
        b"bplist00" + b"\xff" * 32,
        b"<plist>" * 100_000,
        b"<!DOCTYPE p [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><plist><string>&b;</string></plist>",
        b"<plist><dict><key>a</key><integer>" + b"9" * 100_000 + b"</integer></dict></plist>",
        b"<plist><dict><key>a</key><date>9999999-99-99T99:99:99Z</date></dict></plist>",
        b"<plist>" + b"<array>" * 50_000 + b"</array>" * 50_000 + b"</plist>",
        b"<plist><dict>" + b"<key/><true/>" * 1_100_000 + b"</dict></plist>",
        plistlib.dumps(["no dict"], fmt=plistlib.FMT_BINARY),
    ],
    ids=range(11),
)
def test_lists_that_make_no_sense(data: bytes) -> None:
    with pytest.raises(PlistError):
        read_plist(data)


def test_a_list_within_itself_and_a_deep_one() -> None:
    loop = b"bplist00" + b"\xa1\x00" + b"\x08" + struct.pack(">6xBBQQQ", 1, 1, 1, 0, 10)
    with pytest.raises(PlistError, match="within itself"):
        BinaryPlist(loop).whole()
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(PlistError, match="deep"):
        BinaryPlist(plistlib.dumps(deep, fmt=plistlib.FMT_BINARY)).whole()


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["Device Name", "Applications", "Last Backup Date", "Unique Identifier"]), values),
    st.dictionaries(st.sampled_from(["IsEncrypted", "Lockdown", "Date", "Applications", "BackupKeyBag"]), values),
    st.dictionaries(st.sampled_from(["SnapshotState", "Date"]), values),
)
def test_any_facts(info: dict[str, object], manifest: dict[str, object], status: dict[str, object]) -> None:
    facts = read_facts(info, manifest, status, "folder")
    assert isinstance(facts.name, str)
    assert facts.is_encrypted in {None, True, False}


# -- the list of files -----------------------------------------------------------------------------------------------


def test_more_names_than_a_phone_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small(tmp_path / "b").finish()
    for module, name, bound in (
        (index_module, "MAX_NAMES", 5),
        (index_module, "MAX_NAME_BYTES", 50),
        (manifest_module, "MAX_DOMAINS", 2),
    ):
        with monkeypatch.context() as context:
            context.setattr(module, name, bound)
            with pytest.raises(IphoneBackupTooLargeError), open_iphone_backup(folder):
                pass


def test_deep_folders_that_are_only_implied_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = BackupWriter(tmp_path / "b")
    for number in range(5):
        writer.file("HomeDomain", "/".join([str(number), *"d" * 300]), b"")
    folder = writer.finish()
    with open_iphone_backup(folder) as phone:
        assert len(list(phone.list(b"/domains"))) == 5 * 301 + 1
    monkeypatch.setattr(index_module, "MAX_NAMES", 500)
    with pytest.raises(IphoneBackupTooLargeError), open_iphone_backup(folder):
        pass


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE VIEW Files AS SELECT 'a' AS fileID, 'b' AS domain, 'c' AS relativePath, 1 AS flags, x'00' AS file",
        "CREATE TABLE Files (fileID, domain)",
        "CREATE TABLE Files (fileID, relativePath, flags, file, domain AS (zeroblob(1000000000)))",
        "CREATE TABLE other (a)",
    ],
)
def test_other_tables_in_place_of_the_list(tmp_path: Path, schema: str) -> None:
    folder = small(tmp_path / "b").finish()
    (folder / "Manifest.db").unlink()
    connection = sqlite3.connect(folder / "Manifest.db")
    connection.execute(schema)
    connection.commit()
    connection.close()
    with pytest.raises(IphoneBackupDamagedError), open_iphone_backup(folder):
        pass


def test_a_list_without_indexes_is_as_fast(tmp_path: Path) -> None:
    writer = small(tmp_path / "b")
    writer._database.executescript("DROP INDEX FilesDomainIdx; DROP INDEX FilesRelativePathIdx;")
    for number in range(400):
        writer.file("HomeDomain", f"many/{number}", b"")
    with open_iphone_backup(writer.finish()) as phone:
        assert len(contents(phone)) == len(WANTED) + 400


def test_contents_and_names_are_only_bytes(tmp_path: Path) -> None:
    """What looks like a page or a program in a name is a name."""
    writer = small(tmp_path / "b")
    evil = "<script>alert(1)</script>\n$(reboot)\u202e"
    writer.info["Device Name"] = evil
    writer.file("HomeDomain", evil, b"<html>")
    with open_iphone_backup(writer.finish()) as phone:
        assert not set(phone.identity.label) & set("<>\n\u202e$()/")
        assert contents(phone)[b"/domains/HomeDomain/" + evil.encode()] == b"<html>"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_rows(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever the list says, the backup opens or is refused by name, and nothing stands outside its places."""
    writer = small(tmp_path / f"b{data.draw(st.integers(0, 10**9))}")
    odd = st.one_of(st.none(), st.integers(-5, 5), st.text(max_size=12), st.binary(max_size=12), st.floats())
    paths = st.one_of(odd, st.lists(st.sampled_from(["..", ".", "", "a", "b", "Media"]), max_size=5).map("/".join))
    domains = st.one_of(odd, st.sampled_from(["HomeDomain", "CameraRollDomain", "AppDomain-a", "AppDomain-../x", ".."]))
    for number in range(data.draw(st.integers(1, 6))):
        said = data.draw(st.one_of(st.none(), st.binary(max_size=60), st.just(mbfile("x", size=1, mode=1, mtime_s=1))))
        name = data.draw(st.one_of(st.just(f"{number:040x}"), st.text(max_size=5)))
        flags = data.draw(st.one_of(st.sampled_from([1, 2, 4]), odd))
        writer.row(name, data.draw(domains), data.draw(paths), flags, said)
    try:
        with open_iphone_backup(writer.finish()) as phone:
            assert WANTED.items() <= contents(phone).items() or refused(phone)
            for volume in phone.volumes():
                for item in phone.list(volume.root):
                    assert item.path.startswith(volume.root)
            phone.apps()
    except PhonewardError:
        return
