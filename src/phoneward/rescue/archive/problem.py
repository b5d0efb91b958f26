"""What of a source could not be read, counted and named: nothing is left out in silence."""

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from phoneward.texts import Words, counted, words

MOST_NAMES: Final = 2_000


class Problem(enum.StrEnum):
    """Why something is not in the archive as it was. The value is for programs."""

    DAMAGED_FROM = "damaged"
    MESSAGE_ODD = "message-odd"
    TOO_LONG = "too-long"
    KIND_UNKNOWN = "kind-unknown"
    CHANGED_MEANWHILE = "changed-meanwhile"
    ZIP_PART = "zip-part"


@dataclass(slots=True)
class Problems:
    """What could not be read of one source.

    Attributes:
        counts: how often each.
        details: the machine's own words for damage, readable.
    """

    counts: Counter[Problem] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    def add(self, problem: Problem, detail: str = "") -> None:
        """Count one."""
        self.counts[problem] += 1
        if detail and len(self.details) < 20:
            self.details.append(detail)

    def damaged(self, words: str) -> None:
        """Count a place from which on a database cannot be read; see `databases.Damages`."""
        self.add(Problem.DAMAGED_FROM, words)

    def sentences(self) -> list[Words]:
        """Say what is missing, and what to do where there is something to do."""
        return [_sentence(problem, count) for problem, count in sorted(self.counts.items())]


def _sentence(problem: Problem, count: int) -> Words:
    match problem:
        case Problem.DAMAGED_FROM:
            return words(
                "The file is damaged. What could be read before the damage is here; what comes after it is not. For a "
                "database, `phoneward rescue sqlite` may find more."
            )
        case Problem.MESSAGE_ODD:
            return counted(
                "{count} message contradicts the format and was left out.",
                "{count} messages contradict the format and were left out.",
                count,
            )
        case Problem.TOO_LONG:
            return counted(
                "{count} text was longer than any message can be and was cut.",
                "{count} texts were longer than any message can be and were cut.",
                count,
            )
        case Problem.KIND_UNKNOWN:
            return counted(
                "{count} message is of a kind that is not known here; its place is marked.",
                "{count} messages are of a kind that is not known here; their places are marked.",
                count,
            )
        case Problem.ZIP_PART:
            return counted(
                "{count} file in the zip is damaged, locked or named to do harm, and was left out.",
                "{count} files in the zip are damaged, locked or named to do harm, and were left out.",
                count,
            )
        case Problem.CHANGED_MEANWHILE:
            return words("The file changed while it was read. Close the program that writes to it, and repeat this.")
