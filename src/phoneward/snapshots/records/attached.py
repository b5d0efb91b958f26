"""What belongs to multimedia messages and is no row of their list: parts, addresses, the bytes of pictures.

All of it waits in sealed pages (`snapshots/rows.py`) until the file is written: what lies in memory does not grow
with the pictures, only by some hundred bytes for each message.
"""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from phoneward.phones import Record, RecordObstacle
from phoneward.snapshots.rows import RowStore, Sealer

PIECE_BYTES = 96 << 10
"""A multiple of three, so that base64 of the pieces is base64 of the whole."""


class _Piece(msgspec.Struct, array_like=True, frozen=True, gc=False):
    data: bytes


class Attached:
    """By the number of the message, and of the part. Threads may add at the same time.

    Args:
        sealer: seals what does not fit in memory.
        part_columns: of the parts' values.
        folder: on a disk: all pictures of a phone may be gigabytes.

    Attributes:
        part_columns: of the parts' values.
        missing_parts: why a message's parts could not be had at all.
        missing_addresses, missing_bytes: why those of a message, of a part, could not be had.
    """

    def __init__(self, sealer: Sealer, part_columns: tuple[str, ...], folder: Path | None = None) -> None:
        self.part_columns = part_columns
        self.missing_parts: RecordObstacle | None = None
        self.missing_addresses: dict[int, RecordObstacle] = {}
        self.missing_bytes: dict[int, RecordObstacle] = {}
        self._parts = RowStore(Record, sealer)
        self._addresses = RowStore(Record, sealer)
        self._pieces = RowStore(_Piece, sealer, folder=folder)
        self._encoder = msgspec.msgpack.Encoder()
        self._serial = itertools.count()
        self._places: dict[int, int] = {}
        self._known_addresses: set[int] = set()

    def add_part(self, message: int, part: Record) -> None:
        """Keep a part's row."""
        self._parts.add(message, part)

    def parts(self, message: int) -> list[Record]:
        """Return a message's parts in the order of their numbers."""
        return self._parts.rows(message)

    def set_addresses(self, message: int, addresses: Iterable[Record]) -> None:
        """Keep a message's addresses, all of them."""
        self._addresses.add_all(message, addresses)
        self._known_addresses.add(message)

    def addresses(self, message: int) -> list[Record]:
        """Return them."""
        return self._addresses.rows(message)

    def has_addresses(self, message: int) -> bool:
        """Tell whether they came."""
        return message in self._known_addresses

    def set_bytes(self, part: int, pieces: Iterable[bytes]) -> None:
        """Keep a part's bytes. Where `pieces` ends with an error, it is as though none had come."""
        place = next(self._serial)  # what came before an error stays there, and nobody asks for it
        waiting = bytearray()
        for piece in pieces:
            waiting += piece
            while len(waiting) >= PIECE_BYTES:
                self._keep(place, bytes(waiting[:PIECE_BYTES]))
                del waiting[:PIECE_BYTES]
        if waiting:
            self._keep(place, bytes(waiting))
        self._places[part] = place

    def _keep(self, place: int, piece: bytes) -> None:
        self._pieces.add_packed(place, self._encoder.encode([_Piece(piece)]))

    def bytes_of(self, part: int) -> Iterator[bytes] | None:
        """Return a part's bytes in pieces of `PIECE_BYTES`, the last one shorter; None where they did not come."""
        place = self._places.get(part)
        return None if place is None else (piece.data for piece in self._pieces.each(place))

    def has_bytes(self, part: int) -> bool:
        """Tell whether they came."""
        return part in self._places

    @property
    def is_lacking(self) -> bool:
        """Whether anything did not come."""
        return bool(self.missing_parts or self.missing_addresses or self.missing_bytes)

    def words_for(self, message: int) -> str:
        """Return what a message lacks; nothing where it is whole."""
        lacks = [f"parts: {self.missing_parts}"] if self.missing_parts else []
        if message in self.missing_addresses:
            lacks.append(f"addresses: {self.missing_addresses[message]}")
        parts = (part.id for part in self.parts(message)) if self.missing_bytes else ()
        lacks += [f"part {part}: {self.missing_bytes[part]}" for part in parts if part in self.missing_bytes]
        return "; ".join(lacks)

    def close(self) -> None:
        """Forget all."""
        self._parts.close()
        self._addresses.close()
        self._pieces.close()
