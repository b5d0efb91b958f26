"""One file on its way from the phone: in segments, so that a checkpoint can be made within it, and not without end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones import PhoneGoneError
from phoneward.snapshots.listing import Row

GROWTH_BYTES: Final = 64 << 20
GROWTH_SHARE: Final = 8
"""A file may be longer than it was listed by 64 MiB, or by an eighth of its size where that is more: a video that is
being recorded, a log that is written to. What never ends is no file."""

WRAPS: Final = 16
"""Where a phone tells sizes in 32 bits, a file may be so many times 4 GiB longer than listed: up to 64 GiB."""

EMPTY_PIECE: Final = 4096
"""Bytes that a piece without content counts for, so that a phone cannot send nothing for ever."""


class EndlessFileError(Exception):
    """The phone sends more of a file than can be true. Never shown to a person as it is."""


@dataclass(slots=True)
class Begun:
    """The beginning of a file that is in the repository.

    Attributes:
        row: what the phone said of the file.
        received: bytes from its start.
        ids: the blobs that hold them, 32 bytes each, one after the other.
    """

    row: Row
    received: int = 0
    ids: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Incoming:
    """The rest of a file, piece by piece.

    Args:
        pieces: what the phone sends.
        size: the whole file's, as listed.
        received: what there is of it already.
        size_modulus: see `Phone.size_modulus`.

    Attributes:
        received: from the file's start on.
        whole: whether the phone said that this was all.
        trouble: what cut the stream off. What was received until then stands.
    """

    pieces: Iterator[bytes]
    size: int
    received: int
    size_modulus: int | None = None
    whole: bool = False
    trouble: PhoneGoneError | KeyboardInterrupt | None = None
    _spent: int = 0

    def segment(self, pause: Callable[[int], bool]) -> Iterator[bytes]:
        """Yield pieces up to the file's end, to the connection's end, or until `pause`.

        Args:
            pause: called with the length of each piece after it was taken in; True ends the segment,
                KeyboardInterrupt the file.

        Raises:
            EndlessFileError: more than the file can hold.
            FileReadError: it cannot be read to its end.
        """
        limit = self.size + max(GROWTH_BYTES, self.size // GROWTH_SHARE) + WRAPS * (self.size_modulus or 0)
        try:
            for piece in self.pieces:
                self._spent += 0 if piece else EMPTY_PIECE
                if self.received + self._spent + len(piece) > limit:
                    raise EndlessFileError
                self.received += len(piece)
                yield piece
                if pause(len(piece)):
                    return
        except (PhoneGoneError, KeyboardInterrupt) as error:
            self.trouble = error
            return
        self.whole = True
