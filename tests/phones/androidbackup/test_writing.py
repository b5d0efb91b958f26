"""What is written for `adb restore` is read back alike: by our own reader, by Python's tarfile and by GNU tar."""

import io
import subprocess
import tarfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import FileKind
from phoneward.phones.androidbackup.content import Content, Stream
from phoneward.phones.androidbackup.header import Header
from phoneward.phones.androidbackup.members import members
from phoneward.phones.androidbackup.writing import HEADER, BackupWriter, manifest_fits, member_header
from tests.phones.androidbackup import abwriter
from tests.phones.androidbackup.abwriter import Put, manifest
from tests.phones.androidbackup.benches import as_tar_says, contents, entries, opened, refused, written

NOTES = b"com.example.notes"


def made(puts: list[Put]) -> bytes:
    """A whole backup file; paths as in the tar stream."""
    out = bytearray()
    writer = BackupWriter(out.extend)
    for put in puts:
        package, _slash, path = put.path.removeprefix(b"apps/").partition(b"/")
        if put.content is None:
            writer.folder(package, path, mode=put.mode, mtime_s=put.mtime)
            continue
        halves = put.content[: len(put.content) // 2], put.content[len(put.content) // 2 :]
        size = len(put.content)
        writer.file(package, path, mode=put.mode, mtime_s=put.mtime, size=size, pieces=halves)
    writer.finish()
    return bytes(out)


def stream_of(data: bytes) -> bytes:
    assert data.startswith(HEADER)
    return zlib.decompress(data[len(HEADER) :])


PUTS = [
    manifest("com.example.notes"),
    Put(b"apps/com.example.notes/f/notes.txt", b"a note", mode=0o644, mtime=1_400_000_000),
    Put(b"apps/com.example.notes/f/empty", b""),
    Put(b"apps/com.example.notes/f/folder", None, mode=0o2770),
    Put("apps/com.example.notes/f/folder/今天.txt".encode(), b"x" * 5000),
    Put(b"apps/com.example.notes/f/" + b"/".join([b"d" * 60] * 5), b"far down"),
    Put(b"apps/com.example.notes/db/" + b"n" * 75, b"100 bytes and more: the prefix field"),
]


def test_it_is_what_android_would_have_written() -> None:
    """Block by block as the writer of the tests, which follows AOSP's; only owners, which nobody reads, differ."""

    def without_owners(stream: bytes) -> bytes:
        found = bytearray(stream)
        for at in range(0, len(found), 512):
            if found[at + 257 : at + 262] == b"ustar":
                found[at + 108 : at + 124] = bytes(16)
                found[at + 148 : at + 156] = bytes(8)
        return bytes(found)

    assert without_owners(stream_of(made(PUTS))) == without_owners(abwriter.tar(PUTS))


def test_gnu_tar_takes_it(tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", "-", "-C", tmp_path], input=stream_of(made(PUTS)), check=True, capture_output=True)
    files = {bytes(p.relative_to(tmp_path)): p for p in tmp_path.rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in files.items()} == {
        put.path: put.content for put in PUTS if put.content is not None
    }
    note = files[b"apps/com.example.notes/f/notes.txt"].stat()
    assert (note.st_mode & 0o7777, note.st_mtime) == (0o644, 1_400_000_000)


names = st.one_of(
    st.binary(min_size=1, max_size=255), st.text(min_size=1, max_size=80).map(lambda t: t.encode("utf-8", "ignore"))
).filter(lambda name: not {0, ord("/")} & set(name) and name not in {b"", b".", b".."} and len(name) <= 255)
paths = st.lists(names, min_size=1, max_size=8).map(b"/".join)
packages = st.sampled_from([b"a.b", NOTES, b"p." + b"q" * 200])
files = st.dictionaries(paths, st.binary(max_size=1500), min_size=1, max_size=8).filter(
    lambda found: not any(one != other and other.startswith(one + b"/") for one in found for other in found)
)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(packages, st.sampled_from([b"f", b"d_db", b"k"])),
    files,
    st.integers(0, 2**33 - 1),
    st.integers(0, 0o7777),
)
def test_any_names_sizes_and_times(
    tmp_path_factory: pytest.TempPathFactory, top: tuple[bytes, bytes], found: dict[bytes, bytes], mtime: int, mode: int
) -> None:
    """Long names, Unicode, names of eight bits, control characters: two readers find each file as it was given."""
    puts = [Put(b"apps/%s/%s/%s" % (*top, p), text, mode=mode, mtime=mtime) for p, text in found.items()]
    data = made(puts)
    wanted = {b"/" + put.path: put.content for put in puts}
    with opened(written(tmp_path_factory.mktemp("any"), data)) as phone:
        assert contents(phone) == as_tar_says(stream_of(data)) == wanted
        assert refused(phone) == []
        assert {(e.mode, e.mtime_ns) for e in entries(phone).values() if e.kind is FileKind.FILE} == {
            (mode, mtime * 10**9)
        }


class Bytes:
    """A backup's bytes in memory."""

    name = "made.ab"

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def digest(self) -> bytes:
        return b""

    def close(self) -> None:
        return


@pytest.mark.parametrize("size", [8**11 - 1, 8**11, 9 << 30, 2**62])
def test_files_larger_than_a_header_can_say(size: int) -> None:
    """From 8 GiB on a pax header tells the size, as Android's own writer has it; nothing of that size is written."""
    head = member_header(NOTES, b"f/huge.db", is_folder=False, mode=0o600, mtime_s=1, size=size)
    assert len(head) == (512 if size < 8**11 else 3 * 512)
    stream = Stream(Content(Bytes(head), Header(5, False, 0), None), 0, 0, None)
    mine = next(members(stream))
    assert (mine.path, mine.size) == (b"apps/com.example.notes/f/huge.db", size)
    if size < 2**60:
        with tarfile.open(fileobj=io.BytesIO(head)) as tar:
            theirs = tar.next()
        assert theirs is not None
        assert (theirs.name, theirs.size) == ("apps/com.example.notes/f/huge.db", size)


@pytest.mark.parametrize(("mtime", "told"), [(-1, 0), (-(2**60), 0), (8**11, 8**11 - 1), (2**60, 8**11 - 1)])
def test_times_that_no_header_holds(mtime: int, told: int) -> None:
    data = made([Put(b"apps/a.b/f/x", b"", mtime=mtime)])
    with tarfile.open(fileobj=io.BytesIO(stream_of(data))) as tar:
        assert [one.mtime for one in tar] == [told]


def test_pieces_of_another_size_are_refused() -> None:
    """Else all that follows would be read from the wrong place."""
    for pieces in ([b"1234"], [b"123456"], []):
        with pytest.raises(ValueError, match="instead of 5"):
            BackupWriter(len).file(NOTES, b"f/x", mode=0o600, mtime_s=0, size=5, pieces=pieces)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12_000))
def test_the_length_of_a_pax_record_counts_itself(length: int) -> None:
    path = b"f/" + b"x" * 200 + b"y" * length
    head = member_header(NOTES, path, is_folder=True, mode=0, mtime_s=0, size=0)
    records = head[512:]
    size_end = int(records[: records.index(b" ")])
    record = records[size_end:]
    told = int(record[: record.index(b" ")])
    assert record[:told].endswith(path + b"\n")
    assert not records[size_end + told : -512].strip(b"\0"), "only zeros up to the header itself"
    assert -(size_end + told) % 512 == len(records) - 512 - size_end - told


GOOD = b"1\ncom.example.notes\n7\n28\ncom.android.vending\n0\n1\n3082aa\n"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (GOOD, True),
        (GOOD.replace(b"vending", b""), True),
        (GOOD.replace(b"\n1\n3082aa\n", b"\n2\n3082aa\n3082bb\n"), True),
        (GOOD.replace(b"notes", b"other"), False),
        (b"2" + GOOD[1:], False),
        (GOOD.replace(b"\n7\n", b"\nseven\n"), False),
        (GOOD.replace(b"\n28\n", b"\n\n"), False),
        (GOOD.replace(b"\n7\n", b"\n%d\n" % 2**31), False),
        (GOOD.replace(b"\n1\n3082", b"\n0\n3082"), False),
        (GOOD.replace(b"\n1\n3082", b"\n9\n3082"), False),
        (GOOD.replace(b"\n7\n", b"\n" + b"9" * 5000 + b"\n"), False),
        (GOOD + b"x" * (64 << 10), False),
        (b"", False),
        (b"\xff\n" * 20, False),
    ],
)
def test_which_manifests_android_takes(text: bytes, fits: bool) -> None:
    """AOSP `TarBackupReader`: the format's number, the app's own package, numbers where numbers belong, a signature."""
    assert manifest_fits(text, "com.example.notes") is fits


@given(st.binary(max_size=300), st.integers(0, len(GOOD)))
def test_whatever_a_manifest_holds_something_is_said(garbage: bytes, at: int) -> None:
    assert manifest_fits(GOOD[:at] + garbage, "com.example.notes") in {True, False}
