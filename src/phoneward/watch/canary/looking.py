"""Look for canaries in files of any kind: in a confined worker, since a picture that an app keeps is anybody's."""

import hashlib
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from phoneward.confined import ConfinedError, ConfinedWorker, Limits
from phoneward.media import Format, PicturesExtraMissingError, find_pictures
from phoneward.watch.canary.code import SeenCanary

if TYPE_CHECKING:
    from phoneward.media.comparing import Gray

LARGEST: Final = 64 << 20
"""Bytes of a file that is looked into; of larger ones that much."""
_LIMITS: Final = Limits(seconds=30.0, memory_bytes=1 << 30, output_bytes=1 << 20)


def find_canary(picture: "Gray", known: Collection[int] = ()) -> SeenCanary | None:
    """Return the canary a picture in gray shows; see `marks.find_canary`, which this calls.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
    """
    try:
        from phoneward.watch.canary import marks
    except ImportError as error:
        raise PicturesExtraMissingError from error
    return marks.find_canary(picture, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A canary in bytes.

    Attributes:
        number: which one.
        marks: so many of its nine marks were read.
        width, height: of the picture that shows it, pixels.
        format: of that picture.
        offset: where it begins in what it lay in.
        via: the way to it, outermost first, readable.
        size: of the picture, bytes.
        sha256: of these, hex.
    """

    number: int
    marks: int
    width: int
    height: int
    format: Format
    offset: int
    via: tuple[str, ...]
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What some bytes show.

    Attributes:
        sightings: canaries.
        pictures: so many pictures were looked at.
        unread: so many could not be decoded.
    """

    sightings: tuple[Sighting, ...] = ()
    pictures: int = 0
    unread: int = 0


class CanaryLooker:
    """Looks for canaries in bytes; use it as a context manager.

    Args:
        known: the numbers of the canaries made here.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
    """

    def __init__(self, known: Collection[int] = ()) -> None:
        self._known = sorted(known)
        self._stack = ExitStack()
        try:
            from phoneward.watch.canary.inside import look
        except ImportError as error:
            raise PicturesExtraMissingError from error
        self._worker = ConfinedWorker(look, limits=_LIMITS)

    def __enter__(self) -> Self:
        self._stack.enter_context(self._worker)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def look(self, data: bytes) -> Looked:
        """Return what these bytes show. What cannot be decoded counts as unread and stops nothing."""
        sightings: list[Sighting] = []
        pictures = unread = 0
        for found in find_pictures(data):
            pictures += 1
            try:
                seen = self._worker(found.data, self._known)
            except ConfinedError:
                unread += 1
                continue
            if seen is None:
                unread += 1
            elif seen.marks:
                sightings.append(
                    Sighting(
                        number=seen.number,
                        marks=seen.marks,
                        width=seen.width,
                        height=seen.height,
                        format=found.header.format,
                        offset=found.offset,
                        via=found.via,
                        size=len(found.data),
                        sha256=hashlib.sha256(found.data).hexdigest(),
                    )
                )
        return Looked(tuple(sightings), pictures, unread)
