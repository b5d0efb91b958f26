"""What a rooted phone prints, read as bytes that may be anything; and what is sent to one."""

import contextlib
import io
import socket
import tarfile
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.phones.adb import owners, rooted, rooted_bulk
from phoneward.phones.adb.rooted_writer import PrivateFile, tar_stream
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.walk import find_command
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import FileKind
from phoneward.phones.errors import PhoneAnswerError, RootedWriteError
from phoneward.phones.owning import Owner
from phoneward.phones.paths import is_clean

CONTEXT = b"u:object_r:app_data_file:s0:c141,c256,c512,c768"


@pytest.mark.parametrize(
    ("record", "owner"),
    [
        (b"W|10141|10141|" + CONTEXT + b"|/data/a", Owner(10141, 10141, CONTEXT)),
        (b"W|0|1078|?|/data/a|b\nc", Owner(0, 1078)),
        (b"W|1|2|u:object_r:x:s0; rm -rf /|/data/a", Owner(1, 2)),
        (b"W|4294967295|4294967295|?|/a", Owner(4294967295, 4294967295)),
        (b"W|4294967296|1|?|/a", None),
        (b"X|1|1|?|/a", None),
        (b"W|-1|1|?|/a", None),
        (b"W|1|1|?|/a/../b", None),
        (b"W|1|1|?", None),
    ],
)
def test_a_record_of_an_owner(record: bytes, owner: Owner | None) -> None:
    found = owners.parse_owner(record, b"W")
    assert (found.owner if found else None) == owner


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from([b"W", b"|", b"1", b"10141", CONTEXT, b"?", b"/", b"/data/user/0/a", b"..", b"\n", b"UID\n"]),
    ),
    max_size=20,
).map(b"".join)


@given(PIECES)
def test_any_bytes_are_an_owner_or_none(record: bytes) -> None:
    found = owners.parse_owner(record, b"W")
    if found is not None:
        assert is_clean(found.path)
        assert 0 <= found.owner.uid < 2**32
        assert 0 <= found.owner.gid < 2**32
        assert b" " not in found.owner.context


@given(PIECES)
def test_any_bytes_are_running_users_or_an_error(answer: bytes) -> None:
    with contextlib.suppress(PhoneAnswerError):
        assert all(uid >= 0 for uid in rooted.parse_uids(answer))


def test_running_users() -> None:
    assert rooted.parse_uids(b"  UID\n    0\n10141\n") == {0, 10141}
    for nonsense in (b"", b"UID\n", b"ps: bad -o\n", b"UID\nroot\n"):
        with pytest.raises(PhoneAnswerError):
            rooted.parse_uids(nonsense)


@given(PIECES)
def test_any_bytes_are_sizes(answer: bytes) -> None:
    for sizes in rooted.parse_measured(answer, ["a.b"]).values():
        assert len(sizes) == 2
        assert all(size is None or size >= 0 for size in sizes)


def test_sizes() -> None:
    told = rooted.parse_measured(b"a.b 12 -\nc.d 0 -3\ne.f 1\nevil 1 1\n", ["a.b", "c.d", "e.f"])
    assert told == {"a.b": (12288, None), "c.d": (0, 0), "e.f": (None, None)}


class Says:
    """Answers every command with these bytes and hangs up."""

    def __init__(self, says: bytes) -> None:
        self._says = says
        self.asked: list[bytes] = []

    def open_service(self, service: bytes) -> Channel:
        self.asked.append(service)
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.send(self._says)
        return Channel(ours, 1.0)


@given(st.binary(max_size=300))
def test_files_of_a_phone_that_says_anything(says: bytes) -> None:
    shell = Shell(Says(says), protocol=True)
    try:
        for stream in rooted_bulk.read_files(shell, [b"/a", b"/b", b"bad/", b"/c"]):
            for piece in stream:
                assert piece
    except PhonewardError:
        pass


@given(st.binary(max_size=300))
def test_owners_of_a_phone_that_says_anything(says: bytes) -> None:
    try:
        for path, _owner in owners.owners(Shell(Says(says), protocol=True), b"/data/a"):
            assert path == b"/data/a" or path.startswith(b"/data/a/")
    except PhonewardError:
        pass


def test_what_find_is_told() -> None:
    assert find_command(b"/a b") == b"find '/a b' -mindepth 1 -print0"
    assert find_command(b"/a", (b"c", b"lib"), top=True) == (
        b"find '/a' \\( \\( -path '/a/c' -o -path '/a/lib' \\) -prune -o -print0 \\)"
    )


def file(name: bytes, content: bytes = b"", **more: object) -> PrivateFile:
    def pieces() -> Iterator[bytes]:
        yield content

    made = PrivateFile(name, FileKind.FILE, 0o600, 10**18, Owner(10141, 10141), len(content), pieces)
    return made if not more else PrivateFile(**{**{f: getattr(made, f) for f in made.__slots__}, **more})


NAMES = st.lists(
    st.binary(min_size=1, max_size=255).filter(lambda n: b"/" not in n and b"\0" not in n and n not in {b".", b".."}),
    min_size=1,
    max_size=4,
).map(b"/".join)


@given(st.dictionaries(NAMES, st.binary(max_size=1200), max_size=6))
def test_python_reads_the_archive_that_is_sent(files: dict[bytes, bytes]) -> None:
    stream = b"".join(tar_stream(file(name, content) for name, content in files.items()))
    with tarfile.open(fileobj=io.BytesIO(stream), encoding="utf-8", errors="surrogateescape") as archive:
        found = {}
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            assert (member.uid, member.gid, member.mode, member.mtime) == (10141, 10141, 0o600, 10**9)
            found[member.name.encode("utf-8", "surrogateescape").removeprefix(b"./")] = content.read()
    # A name that ends with blanks of its own stays as it is; a file's slash at its end cannot be.
    assert found == files


@pytest.mark.parametrize("size", [2, 4])
def test_a_content_of_another_length_ends_the_work(size: int) -> None:
    with pytest.raises(RootedWriteError):
        list(tar_stream([file(b"a", b"abc", size=size)]))
