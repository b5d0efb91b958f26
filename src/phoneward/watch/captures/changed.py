"""Copies of the person's pictures that were changed on the way: smaller, cropped, written anew. Needs `watch`."""

from collections.abc import Mapping, Sequence
from typing import Self

from phoneward.media import Skipped, Verdict
from phoneward.media.comparing import Looker, Matcher, Print
from phoneward.watch.captures.own import OwnPicture

Key = str | bytes
"""The name of one of the person's pictures, or the SHA-256 of one that was sent."""


class Changed:
    """The person's pictures, ready to be compared with what was sent. A context: it holds workers.

    Args:
        pictures: each is read once to be known, and again when something looks like it.
    """

    def __init__(self, pictures: Sequence[OwnPicture]) -> None:
        self._pictures = {picture.name: picture for picture in pictures}
        self._sent: Mapping[bytes, bytes] = {}
        self._looker = Looker()
        known = [(picture.name, picture.seen) for picture in pictures if picture.seen is not None]
        unknown = ((picture.name, picture.content()) for picture in pictures if picture.seen is None)
        known += [(name, seen) for name, seen in self._looker.prints(unknown) if isinstance(seen, Print)]
        self._matcher = Matcher[Key](known, self._fetch, self._looker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._matcher.close()
        self._looker.close()

    def matches(self, pictures: Mapping[bytes, bytes]) -> tuple[dict[bytes, tuple[str, Verdict]], int]:
        """Return which of the person's pictures those that were sent are copies of, and how many cannot be decoded.

        Args:
            pictures: their bytes by their SHA-256.
        """
        self._sent = pictures
        skipped = 0
        prints: list[tuple[Key, Print]] = []
        for key, seen in self._looker.prints(pictures.items()):
            if isinstance(seen, Skipped):
                skipped += 1
            else:
                prints.append((key, seen))
        found: dict[bytes, tuple[str, Verdict]] = {}
        for match in self._matcher.match(prints):
            if isinstance(match.suspect, bytes) and isinstance(match.original, str):
                found[match.suspect] = match.original, match.verdict
        return found, skipped

    def _fetch(self, key: Key) -> bytes:
        return self._sent.get(key, b"") if isinstance(key, bytes) else self._pictures[key].content()
