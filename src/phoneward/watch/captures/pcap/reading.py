"""Reads a capture step by step: packets to connections, what is clear to requests, what is encrypted to tshark.

Everything here is pure Python in bounded memory and writes nothing; it runs in a confined worker (`step`).
"""

import os
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from phoneward.texts import N_
from phoneward.watch.captures.pcap.connection import Connection, TcpConnection, is_opening
from phoneward.watch.captures.pcap.errors import NotACaptureError
from phoneward.watch.captures.pcap.feeding import MAX_CONNECTIONS, Answer, Answers, Feed
from phoneward.watch.captures.pcap.inorder import Room
from phoneward.watch.captures.pcap.packets import MAX_KEYS, Packet, PacketFile
from phoneward.watch.captures.pcap.pcapdroid import PHONE_ADDRESSES
from phoneward.watch.captures.pcap.requests import Sent
from phoneward.watch.captures.pcap.segments import ACK, TCP, Other, Segment, read_segment
from phoneward.watch.captures.pcap.tls import key_log_randoms
from phoneward.watch.captures.pcap.udp import UdpConnection

UNKNOWN = "unknown"
ROOM = 256 << 20
"""Bytes that all bodies and waiting segments may hold together."""
MAX_OPEN = 16_384
"""Connections followed at once; the one that was silent longest is closed for another."""
_STEP_PACKETS = 20_000
_STEP_FEED = 512 << 10
_STEP_SENT = 16 << 20
_MAX_NAMES = 100_000

Problem = tuple[str, dict[str, str]]
"""A sentence to be translated, and its values."""


@dataclass(slots=True)
class Found:
    """What was sent, with who and to whom: `Exchange` in plain data."""

    time_ns: int | None
    app: str | None
    host: str
    url: str
    method: str
    protocol: str
    headers: list[tuple[str, str]]
    body: bytes
    is_cut: bool


@dataclass(slots=True)
class Summary:
    """What was not read."""

    unread: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be read.

    Attributes:
        path, key_logs: files, absolute.
        packages: package of each UID.
        decrypts: tshark is at hand.
    """

    path: bytes
    key_logs: list[bytes]
    packages: dict[int, str]
    decrypts: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What tshark said since the last step.

    Attributes:
        answers: bytes of its output.
        is_last: it says no more.
    """

    answers: bytes = b""
    is_last: bool = False


@dataclass(slots=True)
class Step:
    """What one step gave.

    Attributes:
        found: in order.
        packets: for tshark, empty without one.
        summary: once everything is read.
        not_a_capture: why the file is none; empty otherwise.
        has_keys: the file or a key log holds keys.
    """

    found: list[Found] = field(default_factory=list)
    packets: bytes = b""
    is_read: bool = False
    summary: Summary | None = None
    not_a_capture: str = ""
    has_keys: bool = False


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
        self._labels: dict[int, str] = {}
        self._unread: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._others: dict[str, int] = {}
        self._truncated = 0
        self._is_read = False

    def step(self, answers: bytes, *, is_last: bool) -> Step:
        """Read on.

        Args:
            answers: what tshark said since the last step.
            is_last: it says no more.
        """
        step = Step(has_keys=self.has_keys)
        size = 0
        for found in self._work(answers, is_last=is_last):
            step.found.append(found)
            size += len(found.body)
        step.packets = self._feed.take() if self._decrypts else b""
        step.is_read = self._is_read
        if is_last and self._is_read:
            step.summary = self._summary()
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
        size = 0
        for _count in range(_STEP_PACKETS):
            packet = next(self._iterator, None)
            if packet is None:
                while self._open:
                    yield from self._close_oldest()
                self._is_read = True
                return
            for found in self._packet(packet):
                size += len(found.body)
                yield found
            if len(self._feed) > _STEP_FEED or size > _STEP_SENT:
                return

    def _packet(self, packet: Packet) -> Iterator[Found]:
        segment = read_segment(packet)
        if isinstance(segment, Other):
            self._others[segment.why] = self._others.get(segment.why, 0) + 1
            return
        if len(segment.payload) < segment.size:
            self._truncated += 1
        ends = (segment.source, segment.target)
        key = (segment.protocol, *sorted(ends))
        connection = self._open.get(key)
        if connection is not None and _opens_anew(segment) and connection.has_begun:
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
        client_is_source = _client_is_source(segment)
        phone_is_source = _phone_is_source(segment, packet)
        if phone_is_source is None:
            phone_is_source = client_is_source
        server = segment.target if phone_is_source else segment.source
        self._count = min(self._count + 1, MAX_CONNECTIONS - 1)
        host = str(ip_address(server[0]))
        if segment.protocol == TCP:
            return TcpConnection(
                self._count, server, host, self._room, phone_is_client=client_is_source == phone_is_source
            )
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
        scheme = "http" if sent.is_readable and connection.inner is None else "https"
        host = _host_name(sent.authority) or connection.host
        url = ""
        if sent.target.startswith("/"):
            url = f"{scheme}://{sent.authority or _bracketed(connection.host)}{sent.target}"
        elif "://" in sent.target:
            url = sent.target
        return Found(
            time_ns=sent.time_ns,
            app=self._app(connection),
            host=host,
            url=url,
            method=sent.method,
            protocol=sent.protocol,
            headers=list(sent.headers),
            body=sent.body,
            is_cut=sent.is_cut,
        )

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
        app = self._app(connection) or UNKNOWN
        tally = connection.tally
        for sums, size in ((self._unread, tally.unread), (self._lost, tally.lost)):
            if size:
                name = app if app in sums or len(sums) < _MAX_NAMES else UNKNOWN
                sums[name] = sums.get(name, 0) + size

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

    def _summary(self) -> Summary:
        summary = Summary(dict(sorted(self._unread.items())))
        if self._packets.problem:
            text, values = self._packets.problem
            summary.problems.append((text, {name: str(value) for name, value in values.items()}))
        for app, size in sorted(self._lost.items()):
            summary.problems.append((LOST, {"app": app, "size": str(size)}))
        counts = (
            (TRUNCATED, self._truncated),
            (FRAGMENTS, self._others.get("fragment", 0)),
            (LINKS, self._others.get("link", 0)),
            (SHORT, self._others.get("short", 0)),
            (SKIPPED, self._packets.skipped + self._file.skipped),
        )
        summary.problems += [(text, {"count": str(count)}) for text, count in counts if count]
        return summary


LOST = N_("Of what {app} sent, {size} bytes are missing in the capture.")
TRUNCATED = N_("{count} packets were captured only in part. Capture anew without a limit on the packet size (snaplen).")
FRAGMENTS = N_("{count} fragments of IP packets were not put together.")
LINKS = N_("{count} packets come from a kind of network link that is not understood.")
SHORT = N_("{count} packets are too short for what they claim to be.")
SKIPPED = N_("{count} blocks of the capture are damaged or far too large, and were left out.")


def _opens_anew(segment: Segment) -> bool:
    return segment.protocol == TCP and is_opening(segment) and not segment.flags & ACK


def _client_is_source(segment: Segment) -> bool:
    if segment.protocol == TCP and is_opening(segment):
        return not segment.flags & ACK
    # Without its beginning: servers have the known, low ports.
    return segment.source[1] >= segment.target[1]


def _phone_is_source(segment: Segment, packet: Packet) -> bool | None:
    if segment.source[0] in PHONE_ADDRESSES:
        return True
    if segment.target[0] in PHONE_ADDRESSES:
        return False
    return packet.is_outbound


def _host_name(authority: str) -> str:
    """Return the host of "host:port"."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


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
        return _reading.step(turn.answers, is_last=turn.is_last)
    except NotACaptureError as error:
        return Step(not_a_capture=str(error.details["problem"]))
