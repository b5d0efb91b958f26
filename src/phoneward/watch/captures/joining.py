"""Uploads that went in pieces, put together again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from phoneward.watch.captures.exchange import Exchange
from phoneward.watch.captures.unwrapping import Piece

MOST_BYTES: Final = 96 << 20
"""Held of pieces at a time; where it is more the largest upload (a film, mostly) is given up, and counted."""
MOST_UPLOADS: Final = 2_000
"""At a time; of more the oldest is given up."""
UNMARKED_BYTES: Final = 24 << 20
"""Of an upload whose pieces nothing marks: no picture is larger, and what comes after it belongs to something else."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The pieces of one upload, one after the other.

    Attributes:
        data: the bytes.
        way: by what the pieces were known, and their number, and how each was wrapped; to be shown.
        exchanges: that carried them, in the capture's order.
    """

    data: bytes
    way: tuple[str, ...]
    exchanges: tuple[Exchange, ...]


@dataclass(slots=True)
class _Upload:
    how: str
    is_offset: bool
    form: tuple[str, ...]
    pieces: dict[int, bytes] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    size: int = 0

    def add(self, place: int, data: bytes, exchange: Exchange) -> None:
        self.size += len(data) - len(self.pieces.get(place, b""))
        self.pieces[place] = data
        self.exchanges.append(exchange)

    def joined(self) -> Joined:
        found = bytearray()
        for place in sorted(self.pieces):
            data = self.pieces[place]
            # An offset that was sent twice, or a piece that was sent again from its middle.
            if self.is_offset and min(self.pieces) <= place < min(self.pieces) + len(found):
                del found[place - min(self.pieces) :]
            found += data
        way = self.form or ("body",)
        if len(self.pieces) > 1:
            way = (f"{len(self.pieces)} pieces by {self.how}", *self.form)
        return Joined(bytes(found), way, tuple(self.exchanges))


class Joins:
    """The pieces that were seen and not yet put together."""

    def __init__(self) -> None:
        self._uploads: OrderedDict[str, list[_Upload]] = OrderedDict()
        self._size = 0
        self._dropped: set[str] = set()
        self.given_up = 0
        """Uploads whose pieces were too many to be kept."""

    def goes_on(self, exchange: Exchange) -> bool:
        """Tell whether an exchange may go on with what an earlier one began, though nothing marks it."""
        if exchange.connection:
            return True
        known = self._uploads.get(_unmarked(exchange))
        return known is not None and known[-1].size < UNMARKED_BYTES

    def add(self, exchange: Exchange, piece: Piece) -> None:
        """Keep a piece."""
        mark = piece.mark
        key = mark.upload if mark else exchange.connection or _unmarked(exchange)
        if key in self._dropped:
            return
        known = self._uploads.setdefault(key, [])
        self._uploads.move_to_end(key)
        if mark is None:
            how = "order of sending"
            upload = known[-1] if known else _Upload(how, is_offset=False, form=piece.form)
            place = len(upload.pieces)
        else:
            place = mark.place
            # The same place again is the same piece sent again, or the beginning of another upload.
            fitting = [one for one in known if one.pieces.get(place, piece.data) == piece.data]
            upload = fitting[-1] if fitting else _Upload(mark.how, mark.is_offset, piece.form)
        if upload not in known:
            known.append(upload)
        before = upload.size
        upload.add(place, piece.data, exchange)
        self._size += upload.size - before
        self._keep_bounds()

    def _keep_bounds(self) -> None:
        if len(self._uploads) > MOST_UPLOADS:
            self._drop(next(iter(self._uploads)))
        while self._size > MOST_BYTES:
            self._drop(max(self._uploads, key=lambda key: sum(upload.size for upload in self._uploads[key])))

    def _drop(self, key: str) -> None:
        lost = self._uploads.pop(key)
        self._size -= sum(upload.size for upload in lost)
        self.given_up += len(lost)
        if len(self._dropped) < MOST_UPLOADS:
            self._dropped.add(key)

    def uploads(self) -> Iterator[Joined]:
        """Yield each upload, also one of which no more than one piece was seen. Once."""
        while self._uploads:
            _key, uploads = self._uploads.popitem(last=False)
            for upload in uploads:
                yield upload.joined()


def _unmarked(exchange: Exchange) -> str:
    """Return what requests that may belong together have in common: to where they go, numbers in it aside."""
    address = exchange.url.partition("?")[0]
    plain = "".join("0" if character.isdigit() else character for character in address)
    return f"{exchange.method} {plain}"
