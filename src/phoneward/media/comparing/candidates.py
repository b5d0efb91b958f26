"""Which of many originals may a suspect be a copy of: a few to look at closely, the likeliest first.

A hash finds copies of the whole picture, turned ones too. What is cut or covered is found by windows of the strips
(`windows`), and put in order by laying the strips over each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.neighbours import Hashes, near
from phoneward.media.comparing.parts import Laid, Parts, same_ones
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print
from phoneward.media.comparing.skimming import Skimming
from phoneward.media.comparing.wholes import Wholes
from phoneward.media.verdict import Region

RADIUS: Final = 31
"""Bits: PDQ's own threshold."""
_LITTLE: Final = 0.2
"""Less likely by so much, the other way to lay a suspect is not looked into further."""
_TOGETHER: Final = 8
"""Suspects of one shape that are laid over originals at once."""
_LEAST_QUALITY: Final = 20
"""PDQ's quality below which a hash proposes nothing: a page that is all but empty is near to every other one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An original worth a closer look.

    Attributes:
        number: which one.
        near: about which part of it the suspect may show; None where nothing suggests one.
        likely: 0 to 1.
    """

    number: int
    near: Region | None = None
    likely: float = 1.0


class Candidates:
    """Proposes originals.

    Args:
        originals: their fingerprints.
    """

    def __init__(self, originals: Sequence[Print]) -> None:
        self._hashes = _hashes(originals)
        strips = [strip_of(one) for one in originals]
        # The longer side comes first: of a picture that is wider than high the strip is laid on its side.
        sides = [min(one.width, one.height) for one in originals]
        tall = [number for number, one in enumerate(strips) if one.shape[0] >= one.shape[1]]
        wide = [number for number, one in enumerate(strips) if one.shape[0] < one.shape[1]]
        self._tall = Parts([(number, strips[number], sides[number]) for number in tall])
        self._wholes = Wholes([(strip, one.width / one.height) for strip, one in zip(strips, originals, strict=True)])
        self._wide = Parts([(number, strips[number].T, sides[number]) for number in wide])
        self._skimming: tuple[Skimming, Skimming] | None = None

    def whole(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals that it may show as a whole, upright."""
        telling, hashes = _telling(suspects)
        found: list[list[Candidate]] = [[] for _one in suspects]
        for query, number, distance in near(hashes, self._hashes, RADIUS, most=most).tolist():
            found[telling[query]].append(Candidate(number, likely=1 - distance / 256))
        return found

    def covered(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals that it shows as a whole, turned or partly covered."""
        found: list[list[Candidate]] = [[] for _one in suspects]
        for quarters in range(4):
            turned = [
                (np.rot90(strip_of(one), quarters), (one.width / one.height) ** (1 - quarters % 2 * 2))
                for one in suspects
            ]
            for candidates, alike in zip(found, self._wholes.near(turned, most), strict=True):
                candidates += [Candidate(number, likely=likely) for number, likely in alike]
        return [sorted(one, key=lambda candidate: -candidate.likely)[:most] for one in found]

    def parts(self, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        """Return for each suspect up to `most` originals of which it may show a part, or all of it partly covered."""
        found: list[list[Candidate]] = [[] for _one in suspects]
        for group, ways in self._laid(suspects):
            least = np.max([laid.likely for _parts, laid in ways], axis=0) - np.float32(_LITTLE)
            for parts, laid in ways:
                region = _region if parts is self._tall else _region_aside
                for number, guesses in zip(group, laid.best(most, least), strict=True):
                    found[number] += [
                        Candidate(parts.numbers[one.place], region(one.edges), one.likely) for one in guesses
                    ]
        return [sorted(both, key=lambda candidate: -candidate.likely)[:most] for both in found]

    def glance(self, suspects: Sequence[Print]) -> list[float]:
        """Return about how likely each suspect shows any original, by any of the ways: a third of their work."""
        found = self._as_wholes(suspects)
        for group, ways in self._laid(suspects):
            for _parts, laid in ways:
                for number, likely in zip(group, laid.glance().tolist(), strict=True):
                    found[number] = max(found[number], likely)
        return found

    def skim(self, suspects: Sequence[Print]) -> tuple[list[float], list[float]]:
        """Return about how likely each suspect shows any original as a whole, and how alike their windows are.

        A tenth of the work of a glance. The two figures are not on one scale.
        """
        if self._skimming is None:
            self._skimming = Skimming(self._tall), Skimming(self._wide)
        upright = [strip_of(one) for one in suspects]
        tall, wide = self._skimming
        alike = np.maximum(tall.alike(upright), wide.alike([one.T for one in upright]))
        return self._as_wholes(suspects), alike.tolist()

    def _as_wholes(self, suspects: Sequence[Print]) -> list[float]:
        """Return how likely each suspect shows any original as a whole."""
        ways = zip(self.whole(suspects, 1), self.covered(suspects, 1), strict=True)
        return [max((one.likely for some in both for one in some), default=0.0) for both in ways]

    def _laid(self, suspects: Sequence[Print]) -> Iterator[tuple[list[int], list[tuple[Parts, Laid]]]]:
        """Yield the numbers of suspects of one shape, and them laid over the originals that there are of each kind."""
        upright = [strip_of(one) for one in suspects]
        aside = [np.ascontiguousarray(one.T) for one in upright] if self._wide.numbers else []
        sides = np.array([min(one.width, one.height) for one in suspects], np.float64)
        groups = same_ones([one.shape for one in upright], _TOGETHER)
        ways = [(parts, strips) for parts, strips in ((self._tall, upright), (self._wide, aside)) if parts.numbers]
        every = [parts.laid(strips, sides, groups) for parts, strips in ways]
        for group, *laid in zip(groups, *every, strict=True):
            if laid:
                yield group, [(parts, one) for (parts, _strips), one in zip(ways, laid, strict=True)]


def strip_of(of: Print) -> Gray:
    """Return a fingerprint's strip, as it stands upright."""
    pixels = np.frombuffer(of.strip, np.uint8)
    shape = (-1, STRIP_WIDTH) if of.width <= of.height else (STRIP_WIDTH, -1)
    return pixels.reshape(shape)


def _telling(suspects: Sequence[Print]) -> tuple[list[int], Hashes]:
    """Return the numbers of the suspects whose hash means something, and those hashes."""
    telling = [number for number, one in enumerate(suspects) if one.quality >= _LEAST_QUALITY]
    return telling, _hashes([suspects[number] for number in telling])


def _hashes(prints: Sequence[Print]) -> Hashes:
    joined: npt.NDArray[np.uint8] = np.frombuffer(b"".join(one.pdq for one in prints), np.uint8)
    return joined.reshape(-1, 32)


def _region(edges: tuple[float, float, float, float]) -> Region:
    return Region(*(min(1.0, max(0.0, edge)) for edge in edges))


def _region_aside(edges: tuple[float, float, float, float]) -> Region:
    """Return a part of a picture whose strip was laid on its side."""
    left, top, right, bottom = edges
    return _region((top, left, bottom, right))
