"""One direction of a TCP connection: segments in, bytes in their order out (RFC 9293, section 3.4).

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


class InOrder:
    """The bytes of one direction.

    Args:
        room: shared by all connections.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._next: int | None = None
        self._place = 0
        # Place (counted from the first byte, without turning over), running number, bytes, size as sent.
        self._waiting: list[tuple[int, int, bytes, int]] = []
        self._held = 0
        self._count = 0

    def start(self, sequence: int) -> None:
        """A SYN with this number opens the direction."""
        if self._next is None:
            self._next = (sequence + 1) % _RANGE

    def add(self, sequence: int, payload: bytes, size: int) -> Iterator[bytes | Lost]:
        """Take a segment; yield what is now in order.

        Args:
            sequence: of its first byte.
            payload: as far as captured.
            size: bytes it had.
        """
        if not size:
            return
        if self._next is None:
            self._next = sequence
        ahead = (sequence - self._next) % _RANGE
        if ahead >= _HALF:
            ahead -= _RANGE
        if ahead > 0:
            self._hold(self._place + ahead, payload, size)
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
        self._move(lost)
        yield Lost(lost)
        yield from self._ready()

    def _deliver(self, payload: bytes, size: int) -> Iterator[bytes | Lost]:
        self._move(size)
        if payload:
            yield payload
        if size > len(payload):
            yield Lost(size - len(payload))

    def _move(self, size: int) -> None:
        self._place += size
        self._next = ((self._next or 0) + size) % _RANGE
