"""Reads a capture step by step: packets to connections, what is clear to requests, what is encrypted to tshark.

Everything here is pure Python in bounded memory and writes nothing; it runs in a confined worker (`step`).
"""

import os
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from phoneward.watch.captures.pcap.accounts import UNKNOWN, Accounts
from phoneward.watch.captures.pcap.connection import Connection, TcpConnection
from phoneward.watch.captures.pcap.feeding import MAX_CONNECTIONS, Answer, Answers, Feed
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.packets import MAX_KEYS, NoPacketsError, Packet, PacketFile
from phoneward.watch.captures.pcap.requests import Sent
from phoneward.watch.captures.pcap.segments import TCP, Other, Segment, read_segment
from phoneward.watch.captures.pcap.sides import client_is_source, opens, phone_is_source
from phoneward.watch.captures.pcap.steps import Found, Opening, Step, Turn, with_connection
from phoneward.watch.captures.pcap.tls import key_log_randoms
from phoneward.watch.captures.pcap.udp import UdpConnection

ROOM = 160 << 20
"""Bytes that all bodies and waiting segments may hold together."""
MAX_OPEN = 16_384
"""Connections followed at once; the one that was silent longest is closed for another."""
_STEP_PACKETS = 20_000
_STEP_FEED = 512 << 10
_STEP_SENT = 16 << 20


@dataclass(slots=True)
class _Waiting:
    number: int
    connection: Connection
    size: int
    time_ns: int | None


class Reading:
    """One capture that is being read.

    Args:
        path: the file.
        key_logs: files with keys.
        packages: package of each UID, from a snapshot.
        decrypts: tshark is at hand: what there are keys for is given to it.
    """

    def __init__(self, path: Path, key_logs: Sequence[Path], packages: Mapping[int, str], *, decrypts: bool) -> None:
        self._file = PacketFile(path.open("rb"))
        for _packet in self._file.packets(only_beside=True):
            pass
        self._keys = [_read_keys(one) for one in key_logs] + self._file.secrets
        self._randoms = set().union(*(key_log_randoms(log) for log in self._keys))
        self.has_keys = bool(self._randoms)
        self._decrypts = decrypts and self.has_keys
        self._feed = Feed(self._keys if self._decrypts else [])
        self._packages = packages
        self._room = Room(ROOM)
        self._packets = PacketFile(path.open("rb"))
        self._apps = self._file.apps
        self._iterator = self._packets.packets()
        self._open: OrderedDict[tuple[object, ...], TcpConnection | UdpConnection] = OrderedDict()
        self._answers = Answers()
        self._waiting: deque[_Waiting] = deque()
        self._count = 0
        self._accounts = Accounts()
        self._at_hand: Iterator[Found] | None = None
        self._is_read = False

    def step(self, turn: Turn) -> Step:
        """Read on. Where a step says that it has more, the next turn brings no answers."""
        step = Step(has_keys=self.has_keys)
        work = self._at_hand or self._work(turn.answers, is_last=turn.is_last)
        self._at_hand = None
        size = 0
        for found in work:
            step.found.append(found)
            size += len(found.body)
            if size > _STEP_SENT:
                self._at_hand = work
                break
        step.has_more = self._at_hand is not None
        step.packets = self._feed.take() if self._decrypts else b""
        step.is_read = self._is_read
        if turn.is_last and self._is_read and not step.has_more:
            files = (self._file, self._packets)
            step.summary = self._accounts.summary(self._packets.problem, sum(one.skipped for one in files))
        return step

    def _work(self, answers: bytes, *, is_last: bool) -> Iterator[Found]:
        for answer in self._answers.feed(answers):
            while self._waiting and self._waiting[0].number < answer.number:
                yield from self._answered(None)
            if self._waiting and self._waiting[0].number == answer.number:
                yield from self._answered(answer)
        if not self._is_read:
            yield from self._read_on()
        if is_last and self._is_read:
            while self._waiting:
                yield from self._answered(None)

    def _answered(self, answer: Answer | None) -> Iterator[Found]:
        one = self._waiting.popleft()
        connection = one.connection
        connection.waiting -= 1
        for sent in connection.answered(answer, one.size, one.time_ns):
            yield self._found(connection, sent)
        if connection.is_over and not connection.waiting:
            yield from self._closed(connection)

    def _read_on(self) -> Iterator[Found]:
        for _count in range(_STEP_PACKETS):
            packet = next(self._iterator, None)
            if packet is None:
                while self._open:
                    yield from self._close_oldest()
                self._is_read = True
                return
            yield from self._packet(packet)
            if len(self._feed) > _STEP_FEED:
                return

    def _packet(self, packet: Packet) -> Iterator[Found]:
        segment = read_segment(packet)
        if isinstance(segment, Other):
            self._accounts.left_out(segment.why)
            return
        if len(segment.payload) < segment.size:
            self._accounts.left_out("truncated")
        ends = (segment.source, segment.target)
        key = (segment.protocol, *sorted(ends))
        connection = self._open.get(key)
        if connection is not None and opens(segment) and connection.has_begun:
            self._open.pop(key)
            yield from self._over(connection)
            connection = None
        if connection is None:
            if len(self._open) >= MAX_OPEN:
                yield from self._close_oldest()
            connection = self._begin(segment, packet)
            self._open[key] = connection
        else:
            self._open.move_to_end(key)
        self._attribute(connection, segment, packet)
        from_phone = segment.target == connection.server
        for sent in connection.segment(segment, packet.time_ns, self, from_phone=from_phone):
            yield self._found(connection, sent)

    def _begin(self, segment: Segment, packet: Packet) -> TcpConnection | UdpConnection:
        is_from_phone = phone_is_source(segment, packet)
        server = segment.target if is_from_phone else segment.source
        self._count = min(self._count + 1, MAX_CONNECTIONS - 1)
        host = str(ip_address(server[0]))
        if segment.protocol == TCP:
            phone_is_client = client_is_source(segment) == is_from_phone
            return TcpConnection(self._count, server, host, self._room, phone_is_client=phone_is_client)
        return UdpConnection(self._count, server, host, self._room)

    def _attribute(self, connection: Connection, segment: Segment, packet: Packet) -> None:
        uid = packet.uid if packet.uid is not None else segment.uid
        if connection.uid is None and uid is not None and uid >= 0:
            connection.uid = uid
            connection.label = segment.app

    def _app(self, connection: Connection) -> str | None:
        uid = connection.uid
        if uid is None:
            return None
        return self._apps.get(uid) or self._packages.get(uid) or connection.label or None

    def _found(self, connection: Connection, sent: Sent) -> Found:
        return with_connection(sent, connection, self._app(connection))

    def _close_oldest(self) -> Iterator[Found]:
        _key, connection = self._open.popitem(last=False)
        yield from self._over(connection)

    def _over(self, connection: TcpConnection | UdpConnection) -> Iterator[Found]:
        for sent in connection.flush(self):
            yield self._found(connection, sent)
        connection.is_over = True
        self._feed.forget(connection.number)
        if not connection.waiting:
            yield from self._closed(connection)

    def _closed(self, connection: Connection) -> Iterator[Found]:
        for sent in connection.close():
            yield self._found(connection, sent)
        self._accounts.close(self._app(connection) or UNKNOWN, connection.tally)

    # What `Decrypter` asks for.

    def has_keys_for(self, random: bytes) -> bool:
        """Tell whether a key log names a connection."""
        return self._decrypts and random in self._randoms

    def decrypts(self) -> bool:
        """Tell whether anything can be decrypted."""
        return self._decrypts

    def send(self, connection: Connection, payload: bytes, *, size: int, time_ns: int | None, is_udp: bool) -> None:
        """Hand over what the phone sent."""
        add = self._feed.udp if is_udp else self._feed.tcp
        number = add(connection.number, payload, from_phone=True)
        connection.waiting += 1
        self._waiting.append(_Waiting(number, connection, size, time_ns))

    def overhear(self, connection: Connection, payload: bytes, *, is_udp: bool) -> None:
        """Hand over what the server sent."""
        add = self._feed.udp if is_udp else self._feed.tcp
        add(connection.number, payload, from_phone=False)


def _read_keys(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_KEYS)


_reading: Reading | None = None


def step(opening: Opening, turn: Turn) -> Step:
    """Read on in the one capture of this process; the first call opens it.

    Args:
        opening: the same in every call.
        turn: what tshark said since the last.
    """
    global _reading  # noqa: PLW0603 - a worker process reads one capture
    try:
        if _reading is None:
            logs = [Path(os.fsdecode(one)) for one in opening.key_logs]
            path = Path(os.fsdecode(opening.path))
            _reading = Reading(path, logs, opening.packages, decrypts=opening.decrypts)
        return _reading.step(turn)
    except NoPacketsError as error:
        return Step(not_a_capture=str(error))
