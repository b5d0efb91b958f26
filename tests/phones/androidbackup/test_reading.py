"""What stands in an Android backup file comes out of it, byte by byte, whatever kind of file it is."""

import hashlib
import subprocess
import zlib
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import FileKind, FileReadError, HashPlace, Obstacle, VolumeKind
from phoneward.phones.androidbackup import content as content_module
from phoneward.phones.androidbackup import phone as phone_module
from tests.phone import trees
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.phones.androidbackup.benches import (
    PASSWORD,
    as_tar_says,
    contents,
    entries,
    listed,
    opened,
    refused,
    written,
)

LONG = b"apps/com.example.notes/f/" + b"/".join([b"d" * 60] * 5) + b"/note"
CHINESE = "apps/com.example.notes/f/笔记/今天.txt".encode()
MEMBERS = [
    manifest("com.example.notes", version=42, level=28),
    Put(b"apps/com.example.notes/a/split_config.de.apk", b"PK split"),
    Put(b"apps/com.example.notes/a/base.apk", b"PK base"),
    Put(b"apps/com.example.notes/f/notes.txt", b"a note", mode=0o644),
    Put(b"apps/com.example.notes/f/empty", b""),
    Put(b"apps/com.example.notes/f/folder", None, mode=0o771, mtime=1_400_000_000),
    Put(LONG, b"far down"),
    Put(CHINESE, b"\xe4\xbb\x8a"),
    Put(b"apps/com.example.notes/db/notes.db", trees.content("db", 3_000_000), mode=0o660),
    Put(b"apps/com.example.notes/sp/settings.xml", b"<map/>"),
    manifest("com.example.silent"),
    manifest("com.android.sharedstoragebackup"),
    Put(b"shared/0/DCIM", None),
    Put(b"shared/0/DCIM/one.jpg", trees.content("one", 700_000), mtime=1_234_567_890),
    Put(b"shared/1/card.txt", b"on the card"),
]
TAR = tar(MEMBERS)
WANTED = {b"/" + put.path: put.content for put in MEMBERS if put.content is not None}
MIUI = b"MIUI BACKUP\n2\ncom.example.notes Notizen \xe7\xac\x94\xe8\xae\xb0\n-1\n0\n"


@pytest.mark.parametrize(
    ("version", "compressed", "password"), list(product(range(1, 6), (False, True), (None, PASSWORD)))
)
def test_every_version_comes_out_as_it_was_put_in(
    version: int, compressed: bool, password: str | None, tmp_path: Path
) -> None:
    path = written(tmp_path, archive(TAR, version=version, compressed=compressed, password=password))
    with opened(path, password) as phone:
        assert contents(phone) == WANTED
        assert refused(phone) == []


def test_an_old_phones_key_of_eight_bit_characters(tmp_path: Path) -> None:
    """Before Android 4.4 a password's characters were cut to eight bits; such a file opens with what was typed then."""
    path = written(tmp_path, archive(TAR, version=1, password="päss密", eight_bit=True))
    with opened(path, "päss密") as phone:
        assert contents(phone) == WANTED


def test_xiaomis_backup_is_the_same_behind_its_own_lines(tmp_path: Path) -> None:
    path = written(tmp_path, archive(TAR, front=MIUI, version=2, compressed=False), "Notizen(com.example.notes).bak")
    with opened(path) as phone:
        assert contents(phone) == WANTED
        assert phone.identity.label == "Notizen-com.example.notes-.bak"


def test_what_it_says_of_itself(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR), "我的手机.ab")) as phone:
        assert (phone.identity.kind, phone.identity.label, phone.identity.api_level) == (
            "android-backup",
            "我的手机.ab",
            28,
        )
        found = [(volume.kind, volume.name, volume.root) for volume in phone.volumes()]
        assert found == [
            (VolumeKind.SHARED, "shared", b"/shared/0"),
            (VolumeKind.CARD, "1", b"/shared/1"),
            (VolumeKind.APP_DATA, "appdata", b"/apps"),
        ]
        inventory = phone.apps()
        notes, silent = inventory.apps
        assert (notes.package, notes.version_code, notes.installer) == ("com.example.notes", 42, "com.android.vending")
        base, split = notes.apk_paths
        assert (base.rpartition(b"/")[2], split.rpartition(b"/")[2]) == (b"base.apk", b"split_config.de.apk")
        assert silent.package == "com.example.silent"
        assert inventory.backed_up == {"com.example.notes": 6, "com.example.silent": 0}
        assert phone.hash_place is HashPlace.HERE


def test_the_same_backup_is_the_same_wherever_it_lies(tmp_path: Path) -> None:
    data = archive(TAR)
    (tmp_path / "other").mkdir()
    with opened(written(tmp_path, data)) as one, opened(written(tmp_path / "other", data, "copy.ab")) as other:
        assert one.identity.id == other.identity.id
    with opened(written(tmp_path, archive(tar(MEMBERS[:4])))) as newer:
        assert newer.identity.id != one.identity.id


def test_times_rights_and_folders(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR))) as phone:
        found = entries(phone)
        note, folder = found[b"/apps/com.example.notes/f/notes.txt"], found[b"/apps/com.example.notes/f/folder"]
        assert (note.mode, note.size, note.mtime_ns) == (0o644, 6, 1_500_000_000 * 10**9)
        assert (folder.kind, folder.mode, folder.mtime_ns) == (FileKind.DIRECTORY, 0o771, 1_400_000_000 * 10**9)
        implied = found[b"/apps/com.example.notes/db"]
        assert (implied.kind, implied.mtime_ns) == (FileKind.DIRECTORY, 1_500_000_000 * 10**9)
        assert list(phone.stat(found)) == list(found.values())


def test_folders_come_before_what_is_in_them(tmp_path: Path) -> None:
    late = [Put(b"shared/0/a/b/c.txt", b"x"), Put(b"shared/0/a/b", None, mode=0o700), Put(b"shared/0/a", None)]
    with opened(written(tmp_path, archive(tar(late)))) as phone:
        found = [item.path for item in phone.list(b"/shared/0")]
        assert found == [b"/shared/0/a", b"/shared/0/a/b", b"/shared/0/a/b/c.txt"]
        assert entries(phone)[b"/shared/0/a/b"].mode == 0o700


def test_files_are_read_in_any_order_and_from_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places to begin at are remembered: few enough here that they are thinned out, many enough to be used."""
    monkeypatch.setattr(content_module, "FIRST_SPACING", 4096)
    monkeypatch.setattr(content_module, "PLACES", 8)
    monkeypatch.setattr(phone_module, "SMALL_BYTES", 1000)
    puts = [Put(b"shared/0/%03d" % n, trees.content(str(n), n * n * 13 % 40_000)) for n in range(120)]
    wanted = {b"/" + put.path: put.content or b"" for put in puts}
    for password, compressed in product((None, PASSWORD), (False, True)):
        path = written(tmp_path, archive(tar(puts), password=password, compressed=compressed))
        with opened(path, password) as phone:
            order = sorted(wanted, key=lambda name: hashlib.sha256(name).digest())
            assert {stream.path: b"".join(stream) for stream in phone.read(order)} == wanted
            for name in order[:20]:
                for offset in (0, 1, len(wanted[name]) // 2, len(wanted[name]), 10**9):
                    assert b"".join(phone.read_from(name, offset)) == wanted[name][offset:]


def test_what_is_not_consumed_is_skipped(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR))) as phone:
        big, small = b"/apps/com.example.notes/db/notes.db", b"/apps/com.example.notes/f/notes.txt"
        streams = phone.read([big, small, big, small])
        next(iter(next(streams)))
        assert b"".join(next(streams)) == b"a note"
        assert b"".join(next(streams)) == WANTED[big]
        assert b"".join(next(streams)) == b"a note"


def test_sums_of_files_read_again(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR))) as phone:
        found = list(phone.hash([*((path, len(text)) for path, text in WANTED.items()), (b"/apps/none", 1)]))
    assert [(one.path, one.digest) for one in found] == [
        *((path, hashlib.sha256(text).digest()) for path, text in WANTED.items()),
        (b"/apps/none", None),
    ]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR))) as phone:
        for path, why in (
            (b"/apps/com.example.notes/f", Obstacle.SPECIAL),
            (b"/apps/missing", Obstacle.VANISHED),
            (b"/apps/../x", Obstacle.BAD_NAME),
        ):
            with pytest.raises(FileReadError) as caught:
                list(phone.read_from(path, 0))
            assert caught.value.obstacle is why


names = st.binary(min_size=1, max_size=60).filter(
    lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."}
)
paths = st.lists(names, min_size=1, max_size=6).map(b"/".join)
files = st.dictionaries(paths, st.binary(max_size=2000), min_size=1, max_size=12).filter(
    lambda found: not any(one != other and other.startswith(one + b"/") for one in found for other in found)
)


@settings(max_examples=60, deadline=None)
@given(files, st.booleans(), st.integers(0, 2**33), st.integers(0, 0o7777))
def test_any_names_sizes_and_times(
    tmp_path_factory: pytest.TempPathFactory, found: dict[bytes, bytes], compressed: bool, mtime: int, mode: int
) -> None:
    """Whatever bytes names have, what comes out is what Python's own tar reader finds in the same stream."""
    puts = [Put(b"apps/a.b/f/" + path, text, mode=mode, mtime=mtime) for path, text in found.items()]
    stream = tar(puts)
    path = written(tmp_path_factory.mktemp("any"), archive(stream, compressed=compressed))
    with opened(path) as phone:
        assert contents(phone) == as_tar_says(stream) == {b"/" + put.path: put.content for put in puts}
        assert {(e.mode, e.mtime_ns) for e in entries(phone).values() if e.kind is FileKind.FILE} == {
            (mode, mtime * 10**9)
        }


@pytest.mark.parametrize("form", ["ustar", "gnu", "posix"])
def test_gnu_tars_own_archives(form: str, tmp_path: Path) -> None:
    """Backups that other tools put together hold GNU tar's long names, large sizes and links; they are read too."""
    top = tmp_path / "apps/com.example/f"
    long = top / "/".join(["long"] * 20)
    long.mkdir(parents=True)
    (long / ("n" * (60 if form == "ustar" else 200))).write_bytes(b"long")
    (top / "link").symlink_to("../elsewhere")
    made = tmp_path / "made.tar"
    subprocess.run(["tar", f"--format={form}", "-cf", made, "-C", tmp_path, "apps"], check=True)
    with opened(written(tmp_path, archive(made.read_bytes()))) as phone:
        assert contents(phone) == as_tar_says(made.read_bytes())
        link = entries(phone)[b"/apps/com.example/f/link"]
        assert (link.kind, link.link_target) == (FileKind.SYMLINK, b"../elsewhere")


def test_gnu_tar_finds_the_same_in_the_inflated_stream(tmp_path: Path) -> None:
    data = archive(TAR)
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", "-", "-C", tmp_path / "out"], input=zlib.decompress(data[24:]), check=True)
    found = {
        b"/" + bytes(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    with opened(written(tmp_path, data)) as phone:
        assert contents(phone) == found


def test_names_that_are_listed_are_listed_once(tmp_path: Path) -> None:
    with opened(written(tmp_path, archive(TAR))) as phone:
        told = [item.path for item in listed(phone)]
    assert len(told) == len(set(told))
