"""What follows from an answer: a plain table, by purpose and word.

    [policy.reset]
    SAME = "allow"
    CHANGED = "cut-loose"
    UNKNOWN = "step-up"

What is left out is the default's. CHANGED can never be allowed: a gate that lets the next holder in is none.
"""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings.ledger import compact
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.texts import N_, Words, words


class Purpose(enum.StrEnum):
    """What the service is about to do by the number."""

    LOGIN = "login"
    RESET = "reset"
    """Give a new password, or change another factor."""
    SEND_PERSONAL_DATA = "send-personal-data"
    """Send something that only the owner may read, by text message or call."""


class Step(enum.StrEnum):
    """What the service does next, mildest first."""

    ALLOW = "allow"
    STEP_UP = "step-up"
    """The number is not enough: ask for another factor."""
    CUT_LOOSE = "cut-loose"
    """As step-up; and the number stops being a factor, its sessions end, the data is closed, the owner is told."""
    REFUSE = "refuse"
    """Not by this way, whatever else is shown; nothing is changed."""


DEFAULT: Final = MappingProxyType({Word.SAME: Step.ALLOW, Word.CHANGED: Step.CUT_LOOSE, Word.UNKNOWN: Step.STEP_UP})
_LOUD: Final = N_(
    "Careful: policy.{purpose}.UNKNOWN is “allow”. Whoever gets a number that no provider knows opens the old owner's "
    "account with it. Write “step-up”."
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The table.

    Attributes:
        steps: for every purpose and word.
    """

    steps: Mapping[tuple[Purpose, Word], Step]

    @property
    def version(self) -> str:
        """What the audit log calls it: the same for the same table."""
        table = {f"{purpose.value}.{word.value}": step.value for (purpose, word), step in self.steps.items()}
        return hashlib.sha256(compact(table).encode()).hexdigest()[:12]

    def step(self, purpose: Purpose, word: Word) -> Step:
        """Return what follows."""
        return self.steps[purpose, word]

    def warnings(self) -> list[Words]:
        """Return what whoever wrote it should hear."""
        loud = [p for p in Purpose if self.steps[p, Word.UNKNOWN] is Step.ALLOW]
        return [words(_LOUD, purpose=purpose.value) for purpose in loud]


def read(table: object) -> Policy:
    """Return the policy of a configuration's `[policy]`.

    Args:
        table: as the TOML has it; None where there is none.

    Raises:
        GateConfigError: it names a field that is none, or a step that is none.
    """
    steps = {(purpose, word): DEFAULT[word] for purpose in Purpose for word in Word}
    if table is None:
        table = {}
    if not isinstance(table, Mapping):
        raise GateConfigError(field="policy", problem=words("it is no table"))
    for name, row in table.items():
        field = f"policy.{name}"
        if name not in set(Purpose):
            raise GateConfigError(field=field, problem=_one_of(Purpose))
        if not isinstance(row, Mapping):
            raise GateConfigError(field=field, problem=words("it is no table"))
        for word, step in row.items():
            if word not in set(Word):
                raise GateConfigError(field=f"{field}.{word}", problem=_one_of(Word))
            if not isinstance(step, str) or step not in set(Step):
                raise GateConfigError(field=f"{field}.{word}", problem=_one_of(Step))
            if (word, step) == (Word.CHANGED, Step.ALLOW):
                raise GateConfigError(
                    field=f"{field}.{word}", problem=words("a number that changed hands must never be allowed")
                )
            steps[Purpose(name), Word(word)] = Step(step)
    return Policy(MappingProxyType(steps))


def _one_of(kind: type[enum.StrEnum]) -> Words:
    return words("it must be one of: {choices}", choices=", ".join(kind))
