"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.numbers.rulebook.book import Rulebook, rulebook
from phoneward.numbers.rulebook.folding import folded
from phoneward.numbers.rulebook.stored import LANGUAGES, RulebookDefectError, read_systems
from phoneward.numbers.rulebook.system import (
    Claim,
    Harm,
    Holding,
    Kind,
    OldNumber,
    Reissue,
    Steps,
    System,
)

__all__ = [
    "LANGUAGES",
    "Claim",
    "Harm",
    "Holding",
    "Kind",
    "OldNumber",
    "Reissue",
    "Rulebook",
    "RulebookDefectError",
    "Steps",
    "System",
    "folded",
    "read_systems",
    "rulebook",
]
