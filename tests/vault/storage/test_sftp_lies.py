"""A server that lies costs no memory, no endless wait and no file of this computer: each lie ends in plain words."""

import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.vault import DamagedError, FileType, StorageError
from phoneward.vault.errors import (
    FileMissingError,
    NameTakenError,
    StorageFullError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage import ListedFile
from phoneward.vault.storage.sftp import SftpStorage, connecting, folders, transfers
from phoneward.vault.storage.sftp.packets import (
    CLOSE,
    EOF,
    EXTENDED,
    FAILURE,
    HARDLINK,
    LIMITS,
    LSTAT,
    NO_CONNECTION,
    NO_SUCH_FILE,
    OPEN,
    OPENDIR,
    READ,
    READDIR,
    REMOVE,
    RENAME,
    STATVFS,
    WRITE,
    Answer,
    SessionLostError,
    StatusError,
    WrongPacketError,
    text,
)
from phoneward.vault.storage.sftp.session import SftpSession
from phoneward.vaultplace import RemoteKind, RemotePlace
from tests.vault.storage.lyingsftp import (
    ATTRS,
    DATA,
    EXTENDED_REPLY,
    FOLDER_MODE,
    HANDLE,
    LINK_MODE,
    NAME,
    PIPE_MODE,
    Lie,
    LyingServer,
    attributes,
    names,
    packet,
    status,
)
from tests.vault.storage.suite import name_of

NAME_X = name_of(b"x")
Behind = Callable[[LyingServer], SftpStorage]


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Behind:
    """Return a storage whose server is the one given."""

    def storage(server: LyingServer) -> SftpStorage:
        monkeypatch.setattr(connecting, "_link", lambda *_about: server)
        return SftpStorage(RemotePlace(RemoteKind.SFTP, "host:/v"), timeout_s=0.3, connect_s=0.3)

    return storage


def test_an_honest_one_is_understood(behind: Behind) -> None:
    storage = behind(LyingServer(content=b"hello", listed=((NAME_X.encode(), attributes(7)),)))
    assert storage.load(FileType.INDEX, NAME_X) == b"hello"
    assert list(storage.list(FileType.INDEX)) == [ListedFile(NAME_X, 7)]
    with pytest.raises(NameTakenError):
        storage.save(FileType.INDEX, NAME_X, [b"x"])


@pytest.mark.parametrize(
    "first_words",
    [
        b"Welcome to my server!\r\n",
        packet(2, 2),  # version 2
        b"\xff\xff\xff\xff\x02\0\0\0\3",  # 4 GiB follow
        b"\0\0\0\0\x02\0\0\0\3",
        packet(101, 3),
        packet(2, 3, text(b"fsync@openssh.com")),  # an extension without its value
        packet(2, 3, b"\xff\xff\xff\xff"),
    ],
)
def test_what_is_no_sftp_says_so(behind: Behind, first_words: bytes) -> None:
    with pytest.raises(WrongAnswerError):
        behind(LyingServer(first_words=first_words)).exists(FileType.CONFIG, NAME_X)


@pytest.mark.parametrize("first_words", [b"", b"\0\0", packet(2, 3, bytes(100))[:50]])
def test_a_server_that_never_begins_is_given_up(behind: Behind, first_words: bytes) -> None:
    with pytest.raises(TransientStorageError):
        behind(LyingServer(first_words=first_words)).exists(FileType.CONFIG, NAME_X)


@pytest.mark.parametrize(
    "answer",
    [
        lambda number, _body: packet(ATTRS, number + 1, attributes()),  # of another question
        lambda number, _body: packet(ATTRS, number, attributes()[:-1]),
        lambda number, _body: packet(ATTRS, number, b"\x80\0\0\0\xff\xff\xff\xff"),  # 4,294,967,295 extensions
        lambda number, _body: packet(HANDLE, number, text(b"h")),
        lambda number, _body: packet(77, number),
        lambda _number, _body: packet(2, 3),  # it begins again
        lambda _number, _body: b"\x7f\xff\xff\xff\x69" + bytes(100),
    ],
)
def test_a_wrong_answer_is_named(behind: Behind, answer: Lie) -> None:
    with pytest.raises(WrongAnswerError):
        behind(LyingServer({LSTAT: answer})).size(FileType.INDEX, NAME_X)


def test_an_answer_that_comes_twice_ends_the_session() -> None:
    server = LyingServer({LSTAT: lambda number, _body: packet(ATTRS, number, attributes(5)) * 2})
    session = SftpSession(server, 0.3, 0.3)
    assert session.ask(LSTAT, text(b"/v")).attributes().size == 5
    deadline = time.monotonic() + 5
    while session.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(WrongPacketError, match="nobody asked for"):
        session.ask(LSTAT, text(b"/v"))


@pytest.mark.parametrize("kind", [LSTAT, OPEN, READ])
def test_silence_is_no_endless_wait(behind: Behind, kind: int) -> None:
    start = time.monotonic()
    with pytest.raises(TransientStorageError, match="silent"):
        behind(LyingServer({kind: lambda _number, _body: b""})).load(FileType.INDEX, NAME_X)
    assert time.monotonic() - start < 5


def test_names_that_are_none_of_ours_are_passed_over(behind: Behind) -> None:
    hostile = [b"..", b".", b"/etc/passwd", b"../" + NAME_X.encode(), NAME_X.encode() + b"\n", b"\xff" * 64, b"", b"\0"]
    hostile += [NAME_X.upper().encode(), NAME_X.encode() + b"/..", "٣".encode() * 64]
    listed = [(name, attributes(1)) for name in hostile]
    modes = (LINK_MODE, FOLDER_MODE, PIPE_MODE, 0)
    listed += [(name_of(bytes([mode % 251])).encode(), attributes(1, mode)) for mode in modes]
    listed += [(name_of(b"no mode").encode(), bytes(4)), (NAME_X.encode(), attributes(1))]
    storage = behind(LyingServer(listed=tuple(listed)))
    assert list(storage.list(FileType.INDEX)) == [ListedFile(NAME_X, 1)]
    assert [file.name for file in storage.list(FileType.PACK)] == [NAME_X], "once: in its own folder"


def test_leftovers_outside_are_not_removed(behind: Behind) -> None:
    old = attributes(1, mtime=1)
    marks = [b"-tmp-/../../victim", b"-tmp-..", b"-tmp-a/b", b"-tmp-\n", b"-tmp-"]
    listed = (*((NAME_X.encode() + mark, old) for mark in marks), (b"../config-tmp-1", old))
    server = LyingServer({8: lambda number, _body: packet(ATTRS, number, attributes(mtime=10**9))}, listed=listed)
    assert behind(server).remove_leftovers(60) == 0
    removed = [body for kind, body in server.asked if kind == REMOVE]
    assert len(removed) == 1, "only the file by which the server's clock was read"


def test_a_folder_without_end_ends(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_MOST_ITEMS", 1000)
    for count in (50, 0):

        def go_on(number: int, _body: bytes, count: int = count) -> bytes:
            return names(number, *[(b"junk", attributes())] * count)

        storage = behind(LyingServer({READDIR: go_on}))
        with pytest.raises(WrongAnswerError, match="does not end"):
            list(storage.list(FileType.SNAPSHOT))


def test_a_listing_whose_names_are_fewer_than_it_says(behind: Behind) -> None:
    storage = behind(LyingServer({READDIR: lambda number, _body: packet(NAME, number, b"\xff\xff\xff\xff")}))
    with pytest.raises(WrongAnswerError):
        list(storage.list(FileType.SNAPSHOT))


def test_a_lying_size_costs_no_memory(behind: Behind) -> None:
    def huge(number: int, _body: bytes) -> bytes:
        return packet(ATTRS, number, attributes(2**62))

    tracemalloc.start()
    try:
        with pytest.raises(WrongAnswerError, match="larger than any"):
            behind(LyingServer({LSTAT: huge})).load(FileType.INDEX, NAME_X)
        with pytest.raises(DamagedError):
            behind(LyingServer({LSTAT: huge})).load(FileType.INDEX, NAME_X, 0, 2**20)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "answer",
    [
        lambda number, _body: packet(DATA, number, text(b"")),
        lambda number, _body: packet(DATA, number, text(bytes(100))),  # more than asked
        lambda number, _body: packet(DATA, number, (100).to_bytes(4) + b"short"),
        lambda number, _body: packet(DATA, number, b"\0"),
    ],
)
def test_a_block_of_the_wrong_length_is_named(behind: Behind, answer: Lie) -> None:
    with pytest.raises(WrongAnswerError):
        behind(LyingServer({READ: answer})).load(FileType.INDEX, NAME_X, 0, 5)


def test_crumbs_are_put_together_up_to_a_bound(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(200))

    def crumb(number: int, body: bytes) -> bytes:
        offset = int.from_bytes(body[-12:-4])
        return packet(DATA, number, text(data[offset : offset + 1]))

    assert behind(LyingServer({READ: crumb}, content=data)).load(FileType.INDEX, NAME_X, 3, 150) == data[3:153]
    monkeypatch.setattr(transfers, "_MOST_CRUMBS", 50)
    with pytest.raises(WrongAnswerError):
        behind(LyingServer({READ: crumb}, content=data)).load(FileType.INDEX, NAME_X, 3, 150)


@pytest.mark.parametrize("mode", [LINK_MODE, PIPE_MODE, FOLDER_MODE, 0])
def test_what_is_no_plain_file_is_not_read(behind: Behind, mode: int) -> None:
    def described(number: int, _body: bytes) -> bytes:
        return packet(ATTRS, number, attributes(7, mode))

    server = LyingServer({LSTAT: described, OPEN: lambda _number, _body: b""})  # opening a pipe never ends
    start = time.monotonic()
    with pytest.raises(StorageError, match="not a regular file"):
        behind(server).load(FileType.INDEX, NAME_X)
    assert time.monotonic() - start < 0.25
    assert READ not in {kind for kind, _body in server.asked}


def test_what_a_server_says_cannot_harm_a_terminal(behind: Behind) -> None:
    storage = behind(LyingServer({LSTAT: lambda number, _body: status(number, FAILURE, b"\x1b[2J" + b"A" * 9000)}))
    with pytest.raises(StorageError) as caught:
        storage.size(FileType.INDEX, NAME_X)
    assert "\x1b" not in caught.value.sentence()
    assert len(caught.value.sentence()) < 2000


@pytest.mark.parametrize(
    ("code", "kind"),
    [(NO_SUCH_FILE, FileMissingError), (NO_CONNECTION, TransientStorageError), (99, StorageError), (EOF, StorageError)],
)
def test_each_refusal_has_its_error(behind: Behind, code: int, kind: type[Exception]) -> None:
    bare = LyingServer({LSTAT: lambda number, _body: packet(101, number, code.to_bytes(4))})  # without words
    with pytest.raises(kind):
        behind(bare).size(FileType.INDEX, NAME_X)


@pytest.mark.parametrize("limits", [(0, 0, 0), (1, 1, 1), (2**64 - 1,) * 3])
def test_strange_limits_are_bounded(behind: Behind, limits: tuple[int, int, int]) -> None:
    reply = b"".join(limit.to_bytes(8) for limit in limits) + bytes(8)
    server = LyingServer(
        {EXTENDED: lambda number, _body: packet(EXTENDED_REPLY, number, reply), LSTAT: _missing},
        extensions=(LIMITS,),
    )
    behind(server).save(FileType.INDEX, NAME_X, [bytes(100_000)])
    sizes = [len(body) for kind, body in server.asked if kind == WRITE]
    assert 1024 <= max(sizes) <= 256 * 1024


def test_a_name_that_is_taken_meanwhile_is_not_written_over(behind: Behind) -> None:
    looks = iter([False, True])

    def appears(number: int, body: bytes) -> bytes:
        return packet(ATTRS, number, attributes(3)) if next(looks) else _missing(number, body)

    server = LyingServer(
        {LSTAT: appears, EXTENDED: lambda number, _body: status(number, FAILURE)}, extensions=(HARDLINK,)
    )
    with pytest.raises(NameTakenError):
        behind(server).save(FileType.INDEX, NAME_X, [b"x"])
    assert RENAME not in {kind for kind, _body in server.asked}
    assert server.asked[-1][0] == REMOVE, "the temporary file is taken away"


def test_where_links_are_not_possible_the_file_is_renamed(behind: Behind) -> None:
    server = LyingServer(
        {LSTAT: _missing, EXTENDED: lambda number, _body: status(number, FAILURE)}, extensions=(HARDLINK,)
    )
    behind(server).save(FileType.INDEX, NAME_X, [b"x"])
    assert RENAME in {kind for kind, _body in server.asked}


@pytest.mark.parametrize("kind", [WRITE, CLOSE, RENAME])
def test_what_was_refused_is_not_taken_for_stored(behind: Behind, kind: int) -> None:
    server = LyingServer({LSTAT: _missing, kind: lambda number, _body: status(number, FAILURE)})
    with pytest.raises(StorageError):
        behind(server).save(FileType.PACK, NAME_X, [bytes(200_000)])
    assert server.asked[-1][0] == REMOVE, "the temporary file is taken away"


@pytest.mark.parametrize(("free", "kind"), [(0, StorageFullError), (10**9, StorageError)])
def test_a_full_disk_is_told_from_other_failures(behind: Behind, free: int, kind: type[Exception]) -> None:
    room = struct.pack(">11Q", 4096, 4096, *[free // 4096] * 9)
    server = LyingServer(
        {
            LSTAT: _missing,
            WRITE: lambda number, _body: status(number, FAILURE),
            EXTENDED: lambda number, _body: packet(EXTENDED_REPLY, number, room),
        },
        extensions=(STATVFS,),
    )
    with pytest.raises(StorageError) as caught:
        behind(server).save(FileType.PACK, NAME_X, [bytes(1000)])
    assert type(caught.value) is kind


def test_a_server_without_room_figures_has_none(behind: Behind) -> None:
    assert behind(LyingServer()).free_space() is None
    short = LyingServer(
        {EXTENDED: lambda number, _body: packet(EXTENDED_REPLY, number, bytes(8))}, extensions=(STATVFS,)
    )
    with pytest.raises(WrongAnswerError):
        behind(short).free_space()


def test_a_handle_without_end_is_not_kept(behind: Behind) -> None:
    def long(number: int, _body: bytes) -> bytes:
        return packet(HANDLE, number, text(bytes(60_000)))

    with pytest.raises(WrongAnswerError):
        behind(LyingServer({OPEN: long})).load(FileType.INDEX, NAME_X)
    with pytest.raises(WrongAnswerError):
        list(behind(LyingServer({OPENDIR: long})).list(FileType.INDEX))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=200))
def test_no_packet_breaks_the_reader(kind: int, body: bytes) -> None:
    for ask in ("status", "handle", "data", "attributes", "names", "file_system", "version", "succeeded"):
        answer = Answer()
        answer.settle(kind, body)
        try:
            getattr(answer, ask)()
        except (StatusError, WrongPacketError, SessionLostError):
            continue


def _missing(number: int, _body: bytes) -> bytes:
    return status(number, NO_SUCH_FILE)
