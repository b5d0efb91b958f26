"""A phone or an adb server that lies: clear errors, bounded memory, no iterator that ends as though complete."""

import itertools
import struct
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from phoneward.phones.adb.apps import inventory
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.stats import StatStream
from phoneward.phones.adb.walk import unlistable
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import Entry, FileKind, Obstacle, Unreadable
from phoneward.phones.errors import AdbServerError, FileReadError, PhoneAnswerError, PhoneError, PhoneGoneError
from phoneward.phones.numbers import EARLIEST_NS, LATEST_NS
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
    a, b, c = items
    assert isinstance(a, Unreadable)
    assert a.obstacle is Obstacle.READ_ERROR
    assert isinstance(b, Entry)
    assert b.mtime_ns == EARLIEST_NS
    assert isinstance(c, Entry)
    (late,) = list_all(ScriptedServer(sync=listing(lambda peer: peer.send(dnt2(b"a", mtime=2**62) + DNT2_DONE))))
    assert isinstance(late, Entry)
    assert late.mtime_ns == LATEST_NS


@pytest.mark.parametrize("word", [b"shell_v2,stat_v2", b""])
def test_times_by_the_oldest_listing(word: bytes) -> None:
    """Version 1 of the sync service has 32 bits for everything; nothing is out of reach there."""
    lies = struct.pack("<4sIIII", b"DENT", 0o100644, 2**32 - 1, 2**32 - 1, 1) + b"a"
    done = struct.pack("<4s16x", b"DONE")

    def play(peer: Peer) -> None:
        for asked, _path in pairs(peer):
            if asked == b"LST2":
                peer.send(lst2(0o40755))
            elif asked == b"STAT":
                peer.send(struct.pack("<4sIII", b"STAT", 0o40755, 0, 1))
            else:
                peer.send(lies + done)

    shell = _old_shell if not word else None
    items = list_all(ScriptedServer(sync=play, shell_service=shell, features=word))
    assert items == [Entry(b"/root/a", FileKind.FILE, 2**32 - 1, 0o644, (2**32 - 1) * 10**9)]


def _old_shell(peer: Peer) -> None:
    """Print nothing and succeed, as `Shell` reads it over plain `shell:`."""
    peer.send(peer.command.rpartition(b"echo ")[2].replace(b"$?", b"0") + b"\n")


@pytest.mark.parametrize("name", [b".", b".."])
def test_a_folder_that_holds_itself_for_ever(name: bytes) -> None:
    with pytest.raises(PhoneAnswerError):
        list_all(ScriptedServer(sync=listing(lambda peer: peer.endless(dnt2(name, 0o40755) * 500))))


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


@pytest.mark.parametrize(
    "flood", [packet(1, b"x" * 60_000), packet(2, b"x" * 60_000), packet(1, b"") * 9000, packet(2, b"") * 9000]
)
@pytest.mark.usefixtures("bounded_memory")
def test_a_shell_that_never_stops(flood: bytes) -> None:
    server = ScriptedServer(shell_service=lambda peer: peer.endless(flood))
    with pytest.raises(PhoneAnswerError), server:
        AdbPhone(server=server.adb()).__enter__()


def test_an_answer_in_tiny_pieces_takes_no_more_than_its_limit() -> None:
    tiny = packet(1, b"xy") * 10_000
    server = ScriptedServer(shell_service=lambda peer: peer.endless(tiny))
    with server:
        shell = Shell(_Scripted(server), protocol=True)
        tracemalloc.start()
        with pytest.raises(PhoneAnswerError):
            shell.run(b"getprop", limit=300_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 << 20


class _Scripted:
    """A phone of which nothing is asked but services."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server.adb()

    def open_service(self, service: bytes) -> Channel:
        return self._server.service("scripted", service)


JUNK = (b"junk", b"WORD|81a4|1|x|x|/elsewhere", b"WORD|81a4|1|2024", b"WORD|41ed|0|x|x|/b")


@pytest.mark.parametrize("junk", JUNK)
def test_descriptions_that_describe_nothing_for_ever(junk: bytes) -> None:
    def play(peer: Peer) -> None:
        word = peer.command.partition(b"stat -c '")[2].partition(b"|")[0]
        peer.endless(packet(1, (junk.replace(b"WORD", word) + b"|" + word + b"\n") * 500))

    server = ScriptedServer(shell_service=play)
    with server:
        stream = StatStream(Shell(_Scripted(server), protocol=True))
        stream.send([b"/a", b"/c"], last=True)
        with pytest.raises(PhoneAnswerError):
            stream.receive()
        stream.close()


def test_a_pm_that_refuses_another_option_every_time() -> None:
    """It is asked once for each option of ours, then given up."""
    count = itertools.count()
    server = ScriptedServer(
        shell_service=lambda peer: peer.send(packet(1, b"Unknown option: -x%d\n" % next(count)) + packet(3, b"\0"))
    )
    with server:
        found = inventory(Shell(_Scripted(server), protocol=True), {})
    assert found.apps == ()
    assert len(server.commands) < 20


def test_folders_without_a_word_and_with_long_names_are_asked_about_in_small_commands() -> None:
    """All together would be longer than the protocol can say."""
    folders = [b"/" + b"'" * 1000 + b"%d" % number for number in range(64)] + [b"/" + b"'" * 60_000]
    with ScriptedServer() as server:
        found = list(unlistable(Shell(_Scripted(server), protocol=True), folders))
        assert [(item.path, item.obstacle) for item in found] == [(folders[-1], Obstacle.TOO_LONG)]
        assert all(len(command) < 20_000 for command in server.commands)
        assert sum(command.count(b"%d'" % 63) for command in server.commands) == 1


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
