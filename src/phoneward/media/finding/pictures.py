"""Pictures that lie in one run of bytes, at any place: whole ones after one another, one with something before it."""

from collections.abc import Iterator
from typing import Final

from phoneward.media.finding.limits import MAX_PICTURE, Limits
from phoneward.media.finding.source import Source
from phoneward.media.finding.starts import REACH, Starts
from phoneward.media.headers import end_of, read_header
from phoneward.media.picture import Format, FoundPicture, Header

_HEAD: Final = 64 << 10
"""Bytes in which a header is looked for first."""
_LONG_HEAD: Final = 1 << 20
"""A picture's own data may stand before the header's end: profiles, thumbnails, a maker's notes."""
_LONG_HEADS: Final = 64
"""So many places of a file are looked at as if they had such a header."""
_STEP: Final = 4
"""Each look for a picture's end reads so many times what the last one did."""
_ENDLESS: Final = 256 << 20
"""Bytes of pictures without an end that are handed on of one file; of those after them only `_HEAD` each."""


def pictures_in(source: Source, limits: Limits, via: tuple[str, ...] = ()) -> Iterator[FoundPicture]:
    """Yield the pictures in a source, in their order. What lies within one (its EXIF thumbnail) is none of its own.

    A picture without an end (cut off, or damaged) reaches to the next one's beginning.

    Args:
        source: what is searched.
        limits: of the file that it lies in; counted down.
        via: the way to the source.
    """
    heads = _Heads(source, limits)
    found = heads.next(0)
    endless = _ENDLESS
    while found is not None and limits.may_find():
        offset, header = found
        data, is_whole = _read(source, offset, header, min(MAX_PICTURE, max(_HEAD, endless)))
        if is_whole:
            found = heads.next(offset + max(1, len(data)))
        else:
            endless -= len(data)
            found = heads.next(offset + _past_header(data, header))
            data = data if found is None else data[: found[0] - offset]
            if len(data) < REACH:
                continue
        yield FoundPicture(data=data, header=header, offset=offset, via=via)


class _Heads:
    """The places at which a picture does begin: its header can be read."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._starts = Starts(source)
        self._long = _LONG_HEADS

    def next(self, offset: int) -> tuple[int, Header] | None:
        """Return the first at or after `offset`, and its header; None where there is no more, or too many are none."""
        while (found := self._starts.next(offset)) is not None:
            header = self._header(found[0])
            if header is not None:
                return found[0], header
            if not self._limits.may_go_on():
                break
            offset = found[0] + 1
        return None

    def _header(self, offset: int) -> Header | None:
        header = read_header(self._source.at(offset, _HEAD))
        if header is None and self._long and self._source.size - offset > _HEAD:
            self._long -= 1
            header = read_header(self._source.at(offset, _LONG_HEAD))
        return header


def _read(source: Source, offset: int, header: Header, most: int) -> tuple[bytes, bool]:
    """Return a picture's bytes, and whether they are whole; otherwise as many as may be its own."""
    length = min(_HEAD, most)
    while True:
        data = source.at(offset, length)
        end = end_of(data, header)
        if end is not None:
            # Pixels hold no such bytes (T.81 F.1.2.3): this one was cut off, and another begins.
            is_cut = header.format is Format.JPEG and data.find(b"\xff\xd8\xff", _past_header(data, header), end) >= 0
            return data[:end], not is_cut
        if len(data) < length or length >= most:
            return data, False
        length = min(length * _STEP, most)


def _past_header(data: bytes, header: Header) -> int:
    """Return from where on another picture is one of its own: behind a JPEG's segments, where thumbnails lie."""
    if header.format is not Format.JPEG:
        return 1
    place = 2
    while data[place : place + 1] == b"\xff" and place + 4 <= len(data):
        length = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if place + length > len(data) or data[place + 1] == 0xDA:  # start of scan
            break
        place += length
    return place
