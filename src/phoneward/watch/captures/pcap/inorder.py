"""Pieces in any order in, bytes in their order out: one direction of TCP (RFC 9293, section 3.4), a stream of QUIC.

The first bytes seen for a place win, as a receiver that reads at once would have it; what comes again is dropped.
Segments that wait for an earlier one are bounded; beyond that the earlier one counts as lost.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

MAX_WAITING = 8 << 20
"""Bytes of one direction that may wait for an earlier segment. Larger than any window a phone uses."""
MAX_SEGMENTS = 8192
_RANGE = 1 << 32
_HALF = 1 << 31


@dataclass
class Room:
    """How much may be held in all connections together, bytes."""

    left: int

    def take(self, wanted: int) -> int:
        """Return how much of what is wanted may be held, and count it."""
        given = max(0, min(wanted, self.left))
        self.left -= given
        return given

    def give_back(self, size: int) -> None:
        """What was taken is held no more."""
        self.left += size


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes that the capture does not hold.

    Attributes:
        size: how many.
    """

    size: int


class Ordered:
    """Bytes whose places are counted from their first.

    Args:
        room: shared by all connections.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._place = 0
        # Place, running number, bytes, size as sent.
        self._waiting: list[tuple[int, int, bytes, int]] = []
        self._held = 0
        self._count = 0

    def put(self, place: int, payload: bytes, size: int) -> Iterator[bytes | Lost]:
        """Take a piece; yield what is now in order.

        Args:
            place: of its first byte.
            payload: as far as captured.
            size: bytes it had.
        """
        ahead = place - self._place
        if ahead > 0 and size:
            self._hold(place, payload, size)
        elif size + ahead > 0:
            yield from self._deliver(payload[-ahead:], size + ahead)
            yield from self._ready()
        while self._held > MAX_WAITING or len(self._waiting) > MAX_SEGMENTS or (self._waiting and self._room.left <= 0):
            yield from self._skip()

    def end(self) -> Iterator[bytes | Lost]:
        """Yield what still waits, with what is lost between."""
        while self._waiting:
            yield from self._skip()

    def _hold(self, place: int, payload: bytes, size: int) -> None:
        taken = self._room.take(len(payload))
        self._held += taken
        self._count += 1
        heapq.heappush(self._waiting, (place, self._count, payload[:taken], size))

    def _ready(self) -> Iterator[bytes | Lost]:
        while self._waiting and self._waiting[0][0] <= self._place:
            place, _count, payload, size = heapq.heappop(self._waiting)
            self._held -= len(payload)
            self._room.give_back(len(payload))
            over = self._place - place
            if over < size:
                yield from self._deliver(payload[over:], size - over)

    def _skip(self) -> Iterator[bytes | Lost]:
        lost = self._waiting[0][0] - self._place
        self._place += lost
        yield Lost(lost)
        yield from self._ready()

    def _deliver(self, payload: bytes, size: int) -> Iterator[bytes | Lost]:
        self._place += size
        if payload:
            yield payload
        if size > len(payload):
            yield Lost(size - len(payload))


class InOrder(Ordered):
    """One direction of a TCP connection, whose places turn over at 2³²."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self._first: int | None = None

    def start(self, sequence: int) -> None:
        """A SYN with this number opens the direction."""
        if self._first is None:
            self._first = (sequence + 1) % _RANGE

    def add(self, sequence: int, payload: bytes, size: int) -> Iterator[bytes | Lost]:
        """Take a segment; yield what is now in order.

        Args:
            sequence: of its first byte.
            payload: as far as captured.
            size: bytes it had.
        """
        if not size:
            return
        if self._first is None:
            self._first = sequence
        ahead = (sequence - self._first - self._place) % _RANGE
        yield from self.put(self._place + (ahead - _RANGE if ahead >= _HALF else ahead), payload, size)
