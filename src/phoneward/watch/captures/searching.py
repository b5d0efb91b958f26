"""Which of the person's pictures a picture that was sent is."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self

from phoneward.media import Kind, PicturesExtraMissingError, Verdict
from phoneward.watch.captures.own import OwnPicture, digests

if TYPE_CHECKING:
    from phoneward.watch.captures.changed import Changed

IDENTICAL: Final = Verdict(kind=Kind.IDENTICAL, is_distinguishable=True, confidence=1.0, width=0)
_MOST_WAITING: Final = 64
_WAITING_BYTES: Final = 32 << 20
_MOST_KNOWN: Final = 100_000
_SMALLEST: Final = 400
"""Bytes; tracking pixels and the like are not compared with anything."""

OnMatch = Callable[[str, Verdict], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    data: bytes
    on_match: OnMatch


class Searching(Protocol):
    """Finds what is looked for among the pictures that were sent."""

    uncompared: int
    """Pictures that were sent and could be compared only in part."""
    undecoded: int
    """Pictures that were sent and could not be decoded."""
    unreadable: int
    """Of the pictures that are looked for, how many could not be read."""

    @property
    def count(self) -> int:
        """How many pictures are looked for."""

    def look_for(self, data: bytes, on_match: OnMatch) -> None:
        """Look at a picture that was sent; see `Search.look_for`."""

    def finish(self) -> None:
        """Look at what waits."""


class Search:
    """The person's pictures, ready to be found. A context: it may hold workers.

    Args:
        pictures: each is read once; again where something looks like it.
    """

    def __init__(self, pictures: Iterable[OwnPicture]) -> None:
        self._pictures = list(pictures)
        self._exact: dict[bytes, list[str]] = {}
        for picture in self._pictures:
            for digest in picture.known or digests(picture.content()):
                self._exact.setdefault(digest, []).append(picture.name)
        # A file that is gone or damaged is empty; nothing that was sent is.
        self.unreadable = len(self._exact.pop(hashlib.sha256(b"").digest(), ()))
        """Of the person's pictures, how many could not be read."""
        self._stack = ExitStack()
        self._changed: Changed | None = None
        self._waiting: dict[bytes, list[_Waiting]] = {}
        self._waiting_bytes = 0
        self._known: dict[bytes, tuple[str, Verdict] | None] = {}
        self.uncompared = 0
        """Pictures that could be compared only byte by byte: the parts for more are not installed."""
        self.undecoded = 0
        """Pictures that could not be decoded, and were compared byte by byte."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def count(self) -> int:
        """How many pictures are looked for."""
        return len(self._pictures)

    def look_for(self, data: bytes, on_match: OnMatch) -> None:
        """Find out which of the person's pictures a picture is a copy of.

        Args:
            data: the picture that was sent.
            on_match: told each, and how; now, or when `finish` is called at the latest.
        """
        digest = hashlib.sha256(data).digest()
        if digest in self._exact:
            for name in self._exact[digest]:
                on_match(name, IDENTICAL)
        elif digest in self._known:
            _tell(self._known[digest], on_match)
        elif len(data) >= _SMALLEST and self._pictures:
            if digest not in self._waiting:
                self._waiting_bytes += len(data)
            self._waiting.setdefault(digest, []).append(_Waiting(data, on_match))
            if len(self._waiting) >= _MOST_WAITING or self._waiting_bytes >= _WAITING_BYTES:
                self.finish()

    def finish(self) -> None:
        """Compare what waits."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, {}, 0
        if not waiting:
            return
        changed = self._comparing()
        if changed is None:
            self.uncompared += len(waiting)
            return
        found, skipped = changed.matches({digest: ones[0].data for digest, ones in waiting.items()})
        self.undecoded += skipped
        for digest, ones in waiting.items():
            match = found.get(digest)
            if len(self._known) < _MOST_KNOWN:
                self._known[digest] = match
            for one in ones:
                _tell(match, one.on_match)

    def _comparing(self) -> "Changed | None":
        if self._changed is None:
            try:
                from phoneward.watch.captures.changed import Changed
            except PicturesExtraMissingError:
                return None
            self._changed = self._stack.enter_context(Changed(self._pictures))
        return self._changed


def _tell(match: tuple[str, Verdict] | None, on_match: OnMatch) -> None:
    if match is not None:
        on_match(*match)
