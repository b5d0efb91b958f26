"""Which of the person's pictures a picture that was sent is."""

import hashlib
from collections.abc import Iterable, Iterator

from phoneward.media import Kind, Verdict
from phoneward.watch.captures.own import OwnPicture, digests
from phoneward.watch.captures.unwrapping import Found

IDENTICAL = Verdict(kind=Kind.IDENTICAL, is_distinguishable=True, confidence=1.0, width=0)


class Search:
    """The person's pictures, ready to be found.

    Args:
        pictures: each is read once.
    """

    def __init__(self, pictures: Iterable[OwnPicture]) -> None:
        self._exact: dict[bytes, list[str]] = {}
        self.count = 0
        for picture in pictures:
            self.count += 1
            for digest in digests(picture.load()):
                self._exact.setdefault(digest, []).append(picture.name)

    def matches(self, found: Found) -> Iterator[tuple[str, Verdict]]:
        """Yield the person's pictures that a found one is a copy of, and how."""
        for name in self._exact.get(hashlib.sha256(found.data).digest(), ()):
            yield name, IDENTICAL
