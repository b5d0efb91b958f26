"""Copies of the person's pictures that were changed on the way: smaller, cropped, written anew. Needs `watch`."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np

from phoneward.media import Verdict
from phoneward.media.comparing import Gray, Looker, Print, nearest, verify
from phoneward.media.skipped import Skipped
from phoneward.watch.captures.own import OwnPicture

_CANDIDATES: Final = 8
_WIDTH: Final = 1080
_KEPT: Final = 32


class Changed:
    """The person's pictures, ready to be compared with what was sent. A context: it holds workers.

    Args:
        pictures: each is read once to be known, and again when something looks like it.
    """

    def __init__(self, pictures: Sequence[OwnPicture]) -> None:
        self._looker = Looker()
        self._pictures: dict[str, OwnPicture] = {picture.name: picture for picture in pictures}
        self._grays: OrderedDict[str, Gray] = OrderedDict()
        self._names: list[str] = []
        hashes: list[bytes] = []
        for name, seen in self._looker.prints((picture.name, picture.load()) for picture in pictures):
            if isinstance(seen, Print):
                self._names.append(name)
                hashes.append(seen.pdq)
        self._hashes = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._looker.close()

    def matches(self, pictures: Mapping[bytes, bytes]) -> dict[bytes, list[tuple[str, Verdict]]]:
        """Return, for each picture that was sent, which of the person's it is a copy of, and how.

        Args:
            pictures: the bytes of each by a key.
        """
        found: dict[bytes, list[tuple[str, Verdict]]] = {}
        prints = dict(self._looker.prints(pictures.items()))
        for key, gray in self._looker.grays(pictures.items(), width=_WIDTH):
            seen = prints[key]
            if isinstance(gray, Skipped) or isinstance(seen, Skipped) or not self._names:
                continue
            query = np.frombuffer(seen.pdq, np.uint8).reshape(1, 32)
            for _query, number, _distance in nearest(query, self._hashes, _CANDIDATES):
                name = self._names[number]
                own = self._gray(name)
                verdict = None if own is None else verify(own, gray)
                if verdict is not None:
                    found.setdefault(key, []).append((name, verdict))
        return found

    def _gray(self, name: str) -> Gray | None:
        if name not in self._grays:
            ((_name, gray),) = self._looker.grays([(name, self._pictures[name].load())], width=_WIDTH)
            if isinstance(gray, Skipped):
                return None
            self._grays[name] = gray
            if len(self._grays) > _KEPT:
                self._grays.popitem(last=False)
        return self._grays[name]
