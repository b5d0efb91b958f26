"""What was computed of one file's content: it is read once, however many Android versions are asked about."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from phoneward.apk.signing.algorithms import ContentDigest
from phoneward.apk.signing.facts import Problem


@dataclass(frozen=True, slots=True)
class Remembered:
    """Of one opened file.

    Attributes:
        digests: content digests (v2 and later).
        entries: what was wrong with entries (v1), by the digests that they were held against.
    """

    digests: dict[ContentDigest, bytes] = field(default_factory=dict)
    entries: dict[Hashable, tuple[Problem, ...]] = field(default_factory=dict)
