"""One connection of the phone, and what of it could not be read."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from phoneward.watch.captures.pcap.feeding import MAX_PAYLOAD, Answer
from phoneward.watch.captures.pcap.inorder import InOrder, Lost, Room
from phoneward.watch.captures.pcap.requests import Sent
from phoneward.watch.captures.pcap.segments import SYN, Segment
from phoneward.watch.captures.pcap.stream import StreamReader, UnknownReader
from phoneward.watch.captures.pcap.tls import CHANGE, DATA, HANDSHAKE, HelloReader, Records


class Decrypter(Protocol):
    """Takes what is encrypted and answers later, by `Connection.answered`."""

    def decrypts(self) -> bool:
        """Tell whether anything can be decrypted."""
        ...

    def has_keys_for(self, random: bytes) -> bool:
        """Tell whether a key log names a TLS connection."""
        ...

    def send(self, connection: "Connection", payload: bytes, *, size: int, time_ns: int | None, is_udp: bool) -> None:
        """Hand over what the phone sent; `size` bytes count as not read unless it is understood."""
        ...

    def overhear(self, connection: "Connection", payload: bytes, *, is_udp: bool) -> None:
        """Hand over what the server sent."""
        ...


@dataclass
class Tally:
    """What a connection did not reveal.

    Attributes:
        unread: bytes sent that nobody could read.
        lost: bytes sent that the capture does not hold.
    """

    unread: int = 0
    lost: int = 0


@dataclass
class Connection(ABC):
    """What all kinds of connections have in common.

    Attributes:
        number: its own, in this capture.
        host: the name asked for, else the address.
        uid, label: the app, as the capture says.
        waiting: packets of it that tshark has not answered yet.
        is_over: no more of it comes.
        tally: what was not read.
        is_encrypted: what is read of it was under TLS.
    """

    number: int
    server: tuple[bytes, int]
    host: str
    uid: int | None = None
    label: str = ""
    waiting: int = 0
    is_over: bool = False
    tally: Tally = field(default_factory=Tally)
    is_encrypted: bool = False

    @abstractmethod
    def answered(self, answer: Answer | None, size: int, time_ns: int | None) -> Iterator[Sent]:
        """Take what a packet held; None where there was no answer."""

    @abstractmethod
    def close(self) -> Iterator[Sent]:
        """Nothing comes any more, of packets and answers: yield what was begun."""


class TcpConnection(Connection):
    """A TCP connection.

    Args:
        phone_is_client: the phone opened it. Where it did not, what it sends is an answer: counted, not read.
    """

    def __init__(self, number: int, server: tuple[bytes, int], host: str, room: Room, *, phone_is_client: bool) -> None:
        super().__init__(number, server, host)
        self._room = room
        self._out, self._back = InOrder(room), InOrder(room)
        self._clear: StreamReader | UnknownReader = (
            StreamReader(room, "TCP") if phone_is_client else UnknownReader(room, "TCP")
        )
        self._tls: _Tls | None = None
        self._inner: StreamReader | None = None
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Bytes were sent: another SYN opens another connection."""
        return self._has_begun

    def segment(
        self, segment: Segment, time_ns: int | None, decrypter: Decrypter, *, from_phone: bool
    ) -> Iterator[Sent]:
        """Take the next segment, in the capture's order."""
        self._has_begun = self._has_begun or segment.size > 0
        direction = self._out if from_phone else self._back
        if segment.flags & SYN:
            direction.start(segment.sequence)
            return
        if not from_phone and self._tls is None:
            # Nothing of the server is needed before TLS begins; its place in the sequence is.
            self._back = InOrder(self._room)
        for piece in direction.add(segment.sequence, segment.payload, segment.size):
            yield from self._piece(piece, time_ns, decrypter, from_phone=from_phone)

    def flush(self, decrypter: Decrypter) -> Iterator[Sent]:
        """No more packets come: what waited for lost ones is used."""
        for piece in self._out.end():
            yield from self._piece(piece, None, decrypter, from_phone=True)
        for _piece in self._back.end():
            pass
        self.is_over = True

    def _piece(
        self, piece: bytes | Lost, time_ns: int | None, decrypter: Decrypter, *, from_phone: bool
    ) -> Iterator[Sent]:
        if not from_phone:
            if self._tls is not None:
                self._tls.overhear(piece, decrypter)
            return
        if isinstance(piece, Lost):
            self.tally.lost += piece.size
        if self._tls is not None:
            self._tls.send(piece, time_ns, decrypter)
            return
        if isinstance(piece, Lost):
            yield from self._clear.lose(piece.size)
            return
        yield from self._clear.feed(piece, time_ns)
        if isinstance(self._clear, StreamReader) and self._clear.tls is not None:
            self._tls = _Tls(self)
            self.is_encrypted = True
            self._tls.send(self._clear.tls, time_ns, decrypter)

    def answered(self, answer: Answer | None, size: int, time_ns: int | None) -> Iterator[Sent]:
        """Take what a record held."""
        if answer is None or not answer.is_understood:
            self.tally.unread += size
            if size and self._inner is not None:
                yield from self._inner.lose(size)
            return
        for content in answer.contents:
            if self._inner is None:
                self._inner = StreamReader(self._room, "TLS")
            yield from self._inner.feed(content, time_ns)

    def close(self) -> Iterator[Sent]:
        """Yield what was begun."""
        yield from self._clear.end()
        if self._inner is not None:
            yield from self._inner.end()
            self.tally.unread += self._inner.unread
        self.tally.unread += self._clear.unread
        if self._tls is not None:
            self.tally.unread += self._tls.unread


class _Tls:
    """TLS on a TCP connection: records of both sides, and whether there are keys."""

    def __init__(self, connection: TcpConnection) -> None:
        self._connection = connection
        self._out, self._back = Records(), Records()
        self._hello = HelloReader()
        self._held: list[tuple[bytes, int | None]] = []
        self._has_keys: bool | None = None
        self.unread = 0

    def send(self, piece: bytes | Lost, time_ns: int | None, decrypter: Decrypter) -> None:
        """Take what the phone sent."""
        if isinstance(piece, Lost):
            # Where the next record begins is not known, nor its number, without which no key fits.
            self._out.is_lost = True
            self.unread += self._out.pending
            return
        if self._out.is_lost:
            self.unread += len(piece)
            return
        for record in self._out.feed(piece):
            self._record(record, time_ns, decrypter)
        if self._out.is_lost:
            self.unread += self._out.pending

    def _record(self, record: bytes, time_ns: int | None, decrypter: Decrypter) -> None:
        if self._has_keys is None:
            self._held.append((record, time_ns))
            if not self._hello.feed(record):
                return
            hello = self._hello.hello
            if hello is not None and hello.server_name:
                self._connection.host = hello.server_name
            self._has_keys = hello is not None and decrypter.has_keys_for(hello.random)
            held, self._held = self._held, []
            for one, when in held:
                self._pass_on(one, when, decrypter)
            return
        self._pass_on(record, time_ns, decrypter)

    def _pass_on(self, record: bytes, time_ns: int | None, decrypter: Decrypter) -> None:
        size = len(record) - 5 if record[0] == DATA else 0
        if self._has_keys and len(record) <= MAX_PAYLOAD:
            decrypter.send(self._connection, record, size=size, time_ns=time_ns, is_udp=False)
        else:
            self.unread += size

    def overhear(self, piece: bytes | Lost, decrypter: Decrypter) -> None:
        """Take what the server sent: of it only what is needed to know the keys' use."""
        if isinstance(piece, Lost):
            self._back.is_lost = True
        if not self._has_keys or self._back.is_lost or isinstance(piece, Lost):
            return
        for record in self._back.feed(piece):
            if record[0] in {HANDSHAKE, CHANGE}:
                decrypter.overhear(self._connection, record, is_udp=False)


def is_opening(segment: Segment) -> bool:
    """Tell whether a TCP segment opens a connection."""
    return segment.flags & SYN != 0
