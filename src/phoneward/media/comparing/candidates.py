"""Which of many originals may a suspect be a copy of: a few to look at closely, the likeliest first.

A hash finds copies of the whole picture. Of crops the hash says nothing; these are found by their strips: small
versions of both pictures, laid over each other at every height.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.nearest import nearest
from phoneward.media.comparing.prints import STRIP_WIDTH, Print
from phoneward.media.verdict import Region

_FAR: Final = 70
"""Bits: further away a hash proposes nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An original worth a closer look.

    Attributes:
        number: which one.
        near: about which part of it the suspect may show; None where nothing suggests one.
    """

    number: int
    near: Region | None = None


class Candidates:
    """Proposes originals.

    Args:
        originals: their fingerprints.
    """

    def __init__(self, originals: Sequence[Print]) -> None:
        self._hashes = _hashes(originals)
        self._strips = [_strip(one) for one in originals]

    def whole(self, suspects: Sequence[Print], count: int) -> list[list[Candidate]]:
        """Return for each suspect up to `count` originals that it may show as a whole."""
        found: list[list[Candidate]] = [[] for _one in suspects]
        for query, number, distance in nearest(_hashes(suspects), self._hashes, count):
            if distance <= _FAR:
                found[query].append(Candidate(int(number)))
        return found

    def parts(self, suspect: Print, count: int) -> list[Candidate]:
        """Return up to `count` originals of which the suspect may show a part."""
        seen = _strip(suspect)
        scores = np.array([_likeness(strip, seen) for strip in self._strips])
        return [Candidate(int(number)) for number in np.argsort(-scores, kind="stable")[:count]]


def _hashes(prints: Sequence[Print]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(one.pdq for one in prints), np.uint8).reshape(-1, 32)


def _strip(of: Print) -> npt.NDArray[np.float32]:
    return np.frombuffer(of.strip, np.uint8).reshape(-1, STRIP_WIDTH).astype(np.float32)


def _likeness(original: npt.NDArray[np.float32], suspect: npt.NDArray[np.float32]) -> float:
    if suspect.shape[0] > original.shape[0]:
        original, suspect = suspect, original
    return float(cv2.matchTemplate(original, suspect, cv2.TM_CCOEFF_NORMED).max())
