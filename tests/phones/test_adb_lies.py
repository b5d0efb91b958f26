"""A phone or an adb server that lies: clear errors, bounded memory, no iterator that ends as though complete."""

import struct
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.base import Entry, Obstacle, Unreadable
from phoneward.phones.errors import AdbServerError, FileReadError, PhoneAnswerError, PhoneError, PhoneGoneError
from tests.phones.scriptedserver import DNT2_DONE, Peer, ScriptedServer, Service, dnt2, lst2, packet, pairs

DATA_64K = struct.pack("<4sI", b"DATA", 65536) + bytes(65536)
DONE = struct.pack("<4sI", b"DONE", 0)


@pytest.fixture
def bounded_memory() -> Iterator[None]:
    """Whatever comes, at most 40 MB are in use at once."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20


def receiving(content: Callable[[Peer, bytes], None]) -> Service:
    """A sync service that describes every path as a file (folders by name) and answers RECV as told."""

    def play(peer: Peer) -> None:
        for word, path in pairs(peer):
            if word == b"LST2":
                peer.send(lst2(0o40755 if path.endswith(b"folder") else 0o100644))
            else:
                content(peer, path)

    return play


def read_one(server: ScriptedServer, path: bytes = b"/a", idle: float = 5.0) -> bytes:
    with server, AdbPhone(server=server.adb(idle)) as phone:
        (content,) = [b"".join(stream) for stream in phone.read([path])]
        return content


@pytest.mark.parametrize(
    "lie",
    [
        struct.pack("<4sI", b"DATA", 65537) + bytes(65537),
        struct.pack("<4sI", b"DATA", 0),
        struct.pack("<4sI", b"DATA", 0xFFFFFFFF),
        struct.pack("<4sI", b"OKAY", 0),
        struct.pack("<4sI", b"FAIL", 0x7FFFFFFF),
        b"\0" * 64,
        b"LST2" + bytes(80),
    ],
)
@pytest.mark.parametrize("before", [b"", DATA_64K * 3])
def test_nonsense_in_a_file(lie: bytes, before: bytes) -> None:
    server = ScriptedServer(sync=receiving(lambda peer, _: peer.send(before + lie)))
    with pytest.raises(PhoneAnswerError) as raised:
        read_one(server)
    assert raised.value.sentence().isprintable()


def test_a_file_that_ends_early_is_no_whole_file() -> None:
    """The phone still answers on another connection: this file failed, the next ones come."""

    def cut(peer: Peer, path: bytes) -> None:
        if path == b"/next":
            peer.send(DONE)
            return
        peer.send(DATA_64K * 40 + DATA_64K[:1000])
        raise ConnectionError

    server = ScriptedServer(sync=receiving(cut))
    with server, AdbPhone(server=server.adb()) as phone:
        streams = phone.read([b"/a", b"/next"])
        with pytest.raises(FileReadError):
            list(next(streams))
        assert list(next(streams)) == []


def test_a_file_that_ends_with_the_phone_is_a_phone_that_left() -> None:
    def cut(peer: Peer, _path: bytes) -> None:
        peer.send(DATA_64K * 40 + DATA_64K[:1000])
        server.services[b"sync:"] = refuse
        raise ConnectionError

    def refuse(_peer: Peer) -> None:
        raise ConnectionError

    server = ScriptedServer(sync=receiving(cut))
    with pytest.raises(PhoneGoneError):
        read_one(server)


def test_a_file_that_stalls_is_a_phone_that_left() -> None:
    with pytest.raises(PhoneGoneError, match=r"not answered for 0\.2 seconds"):
        read_one(ScriptedServer(sync=receiving(lambda peer, _: peer.send(DATA_64K[:5000]))), idle=0.2)


@pytest.mark.usefixtures("bounded_memory")
def test_a_failure_in_the_middle_of_a_file_is_told_and_the_next_comes() -> None:
    def content(peer: Peer, path: bytes) -> None:
        if path == b"/bad":
            peer.send(DATA_64K * 20 + struct.pack("<4sI", b"FAIL", 22) + b"read failed: I/O error")
            raise ConnectionError  # as adbd does
        peer.send(struct.pack("<4sI", b"DATA", len(path)) + path + DONE)

    server = ScriptedServer(sync=receiving(content))
    with server, AdbPhone(server=server.adb()) as phone:
        found = []
        for stream in phone.read([b"/one", b"/bad", b"/two", b"/bad", b"/three"]):
            try:
                found.append(b"".join(stream))
            except FileReadError as error:
                found.append(str(error.obstacle.value).encode())
    assert found == [b"/one", b"read-error", b"/two", b"read-error", b"/three"]


def test_a_connection_that_always_ends_between_files_is_given_up() -> None:
    def hang_up(_peer: Peer, _path: bytes) -> None:
        raise ConnectionError

    with pytest.raises(PhoneGoneError):
        read_one(ScriptedServer(sync=receiving(hang_up)))


def test_a_connection_that_ends_between_files_is_made_anew() -> None:
    seen: list[bytes] = []

    def once(peer: Peer, path: bytes) -> None:
        seen.append(path)
        if len(seen) == 3:
            raise ConnectionError
        peer.send(struct.pack("<4sI", b"DATA", 2) + path + DONE)

    server = ScriptedServer(sync=receiving(once))
    with server, AdbPhone(server=server.adb()) as phone:
        paths = [b"/%d" % number for number in range(6)]
        assert [b"".join(stream) for stream in phone.read(paths)] == paths


@pytest.mark.usefixtures("bounded_memory")
def test_an_endless_file_takes_no_memory() -> None:
    server = ScriptedServer(sync=receiving(lambda peer, _: peer.endless(DATA_64K)))
    with server, AdbPhone(server=server.adb()) as phone:
        total = 0
        for piece in next(iter(phone.read([b"/a"]))):
            total += len(piece)
            assert len(piece) <= 1 << 20
            if total > 200 << 20:
                break


def listing(content: Callable[[Peer], None]) -> Service:
    def play(peer: Peer) -> None:
        for word, _path in pairs(peer):
            if word == b"LST2":
                peer.send(lst2(0o40755))
            else:
                content(peer)

    return play


def list_all(server: ScriptedServer, idle: float = 5.0) -> list[Entry | Unreadable]:
    with server, AdbPhone(server=server.adb(idle)) as phone:
        return list(phone.list(b"/root"))


@pytest.mark.parametrize(
    "lie",
    [
        dnt2(b"")[:76],
        struct.pack("<4sIQQIIIIQqqqI", b"DNT2", 0, 1, 2, 0o100644, 1, 0, 0, 5, 1, 2, 3, 0xFFFFFFFF),
        struct.pack("<4s72x", b"DENT"),
        struct.pack("<4s72x", b"FAIL"),
        b"\xff" * 76,
    ],
)
def test_nonsense_in_a_folder(lie: bytes) -> None:
    with pytest.raises(PhoneAnswerError):
        list_all(ScriptedServer(sync=listing(lambda peer: peer.send(dnt2(b"ok") + lie))))


def test_a_folder_that_ends_early_is_no_whole_folder() -> None:
    def cut(peer: Peer) -> None:
        peer.send(dnt2(b"ok") + dnt2(b"cut off")[:-2])
        raise ConnectionError

    with pytest.raises(PhoneGoneError):
        list_all(ScriptedServer(sync=listing(cut)))


def test_names_that_lead_elsewhere_are_refused() -> None:
    names = [b"..", b".", b"a/b", b"../../etc/passwd", b"/etc", b"nul\0nul", b"fine"]
    lies = b"".join(dnt2(name) for name in names)
    items = list_all(ScriptedServer(sync=listing(lambda peer: peer.send(lies + DNT2_DONE))))
    assert [item.path for item in items if isinstance(item, Entry)] == [b"/root/fine"]
    refused = [item for item in items if isinstance(item, Unreadable)]
    assert len(refused) == 4
    assert all(item == Unreadable(b"/root", Obstacle.BAD_NAME, item.detail) for item in refused)


def test_times_and_sizes_of_64_bits_do_not_break_a_listing() -> None:
    lies = dnt2(b"a", size=2**64 - 1, mtime=2**63 - 1) + dnt2(b"b", mtime=-(2**63)) + dnt2(b"c", mode=0xFFFFFFFF)
    items = list_all(ScriptedServer(sync=listing(lambda peer: peer.send(lies + DNT2_DONE))))
    assert len(items) == 3


@pytest.mark.usefixtures("bounded_memory")
def test_an_endless_folder_takes_no_memory() -> None:
    server = ScriptedServer(sync=listing(lambda peer: peer.endless(dnt2(b"name") * 500)))
    with server, AdbPhone(server=server.adb()) as phone:
        for count, _ in enumerate(phone.list(b"/root")):
            if count > 100_000:
                break


def test_a_tree_of_folders_without_end_stops_by_itself() -> None:
    items = list_all(ScriptedServer(sync=listing(lambda peer: peer.send(dnt2(b"n" * 250, 0o40755) + DNT2_DONE))))
    assert isinstance(items[-1], Unreadable)
    assert items[-1].obstacle is Obstacle.TOO_LONG


@pytest.mark.parametrize(
    "lie",
    [
        packet(7, b"what"),
        packet(3, b"long exit"),
        struct.pack("<BI", 1, 0xFFFFFFFF),
        struct.pack("<BI", 2, 1 << 21),
    ],
)
def test_nonsense_from_a_shell(lie: bytes) -> None:
    with pytest.raises(PhoneAnswerError), ScriptedServer(shell_service=lambda peer: peer.send(lie)) as server:
        AdbPhone(server=server.adb()).__enter__()


def test_a_shell_that_ends_without_an_exit_code_is_no_answer() -> None:
    with (
        pytest.raises(PhoneGoneError),
        ScriptedServer(shell_service=lambda peer: peer.send(packet(1, b"half"))) as server,
    ):
        AdbPhone(server=server.adb()).__enter__()


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.usefixtures("bounded_memory")
def test_a_shell_that_never_stops_printing(kind: int) -> None:
    flood = packet(kind, b"x" * 60_000)

    def flooding(peer: Peer) -> None:
        for _ in range(2_000 if kind == 2 else 100_000):
            peer.send(flood)

    server = ScriptedServer(shell_service=flooding)
    with pytest.raises((PhoneAnswerError, PhoneGoneError)), server:
        AdbPhone(server=server.adb()).__enter__()


def test_a_shell_that_says_nothing() -> None:
    with pytest.raises(PhoneGoneError), ScriptedServer(shell_service=Peer.silence) as server:
        AdbPhone(server=server.adb(0.2)).__enter__()


def test_an_old_shell_without_its_closing_word_is_no_answer() -> None:
    with (
        pytest.raises(PhoneGoneError),
        ScriptedServer(shell_service=lambda peer: peer.send(b"x\r\n"), features=b"") as server,
    ):
        AdbPhone(server=server.adb()).__enter__()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"OKAYzzzz", b"OKAY00", b"FAILffff", b"", b"FAIL0004nope"]
)
def test_something_else_listens_on_the_port(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ScriptedServer()
    monkeypatch.setattr(server, "_serve", lambda sock: (sock.recv(100), sock.sendall(answer), sock.close()))
    with server, pytest.raises(PhoneError) as raised:
        AdbPhone(server=server.adb()).__enter__()
    assert isinstance(raised.value, AdbServerError | PhoneGoneError)
