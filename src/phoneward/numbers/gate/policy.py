"""What follows from an answer: a plain table, by purpose and word, and by reasons that make it stricter.

    [policy.reset]
    SAME = "allow"
    CHANGED = "cut-loose"
    UNKNOWN = "step-up"

    [policy.reset.reasons]
    sim-swapped = "step-up"

What is left out is the default's. CHANGED can never be allowed: a gate that lets the next holder in is none.
"""

import enum
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.gate.asking import Word
from phoneward.numbers.gate.bindings.ledger import compact
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.reasons import Code
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

    @property
    def strictness(self) -> int:
        """0 for the mildest; for comparing."""
        return list(Step).index(self)


DEFAULT: Final = MappingProxyType({Word.SAME: Step.ALLOW, Word.CHANGED: Step.CUT_LOOSE, Word.UNKNOWN: Step.STEP_UP})
DEFAULT_REASONS: Final = MappingProxyType({Code.SIM_SWAPPED: Step.STEP_UP})
"""A SIM that changed since the owner last verified may have been talked out of the carrier by somebody. One step-up by
another factor moves "since"; then it is no reason any more."""
_LOUD: Final = N_(
    "Careful: policy.{purpose}.UNKNOWN is “allow”. Whoever gets a number that no provider knows opens the old owner's "
    "account with it. Write “step-up”."
)
_QUIET: Final = N_(
    "Careful: policy.{purpose}.reasons.sim-swapped is “allow”. Whoever talks the carrier into a new SIM gets the "
    "owner's codes. Write “step-up”."
)
_REASONS: Final = "reasons"


@dataclass(frozen=True, slots=True)
class Policy:
    """The table.

    Attributes:
        steps: for every purpose and word.
        reasons: what a reason asks for at least, whatever the word.
        version: what the audit log calls it: the same for the same table.
    """

    steps: Mapping[tuple[Purpose, Word], Step]
    reasons: Mapping[tuple[Purpose, Code], Step]
    version: str

    def step(self, purpose: Purpose, word: Word, codes: Iterable[str] = ()) -> Step:
        """Return what follows: what the word asks for, or a reason that asks for more."""
        return max(self._asked(purpose, word, codes), key=lambda step: step.strictness)

    def cuts_loose(self, purpose: Purpose, word: Word, codes: Iterable[str] = ()) -> bool:
        """Return whether the word or a reason asks for it, also where another one asks for a refusal on top."""
        return Step.CUT_LOOSE in self._asked(purpose, word, codes)

    def _asked(self, purpose: Purpose, word: Word, codes: Iterable[str]) -> list[Step]:
        found = set(codes)
        reasons = (step for (asking, code), step in self.reasons.items() if asking is purpose and code in found)
        return [self.steps[purpose, word], *reasons]

    def warnings(self) -> list[Words]:
        """Return what whoever wrote it should hear."""
        loud = [p for p in Purpose if self.steps[p, Word.UNKNOWN] is Step.ALLOW]
        quiet = [p for p in Purpose if self.reasons[p, Code.SIM_SWAPPED] is Step.ALLOW]
        return [
            *(words(_LOUD, purpose=purpose.value) for purpose in loud),
            *(words(_QUIET, purpose=purpose.value) for purpose in quiet),
        ]


def read(table: object) -> Policy:
    """Return the policy of a configuration's `[policy]`.

    Args:
        table: as the TOML has it; None where there is none.

    Raises:
        GateConfigError: it names a field that is none, or a step that is none.
    """
    steps = {(purpose, word): DEFAULT[word] for purpose in Purpose for word in Word}
    reasons = {(purpose, code): step for purpose in Purpose for code, step in DEFAULT_REASONS.items()}
    for name, row in _table("policy", {} if table is None else table).items():
        field = f"policy.{readable(name)}"
        purpose = Purpose(_one_of(Purpose, field, name))
        for which, step in _table(field, row).items():
            if which == _REASONS:
                for code, least in _table(f"{field}.{_REASONS}", step).items():
                    place = f"{field}.{_REASONS}.{readable(code)}"
                    reasons[purpose, Code(_one_of(Code, place, code))] = Step(_one_of(Step, place, least))
                continue
            place = f"{field}.{readable(which)}"
            word = Word(_one_of(Word, place, which))
            steps[purpose, word] = Step(_one_of(Step, place, step))
            if (word, steps[purpose, word]) == (Word.CHANGED, Step.ALLOW):
                raise GateConfigError(field=place, problem=words("a number that changed hands must never be allowed"))
    rows = [*steps.items(), *reasons.items()]
    named = {f"{purpose.value}.{which.value}": step.value for (purpose, which), step in rows}
    version = hashlib.sha256(compact(named).encode()).hexdigest()[:12]
    return Policy(MappingProxyType(steps), MappingProxyType(reasons), version)


def _table(field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise GateConfigError(field=field, problem=words("it is no table"))
    return value


def _one_of(kind: type[enum.StrEnum], field: str, value: object) -> str:
    if not isinstance(value, str) or value not in set(kind):
        raise GateConfigError(field=field, problem=words("it must be one of: {choices}", choices=", ".join(kind)))
    return value
