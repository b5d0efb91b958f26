"""For whoever got a number that was somebody else's: which services still mean that person, and what to ask of whom."""

from phoneward.numbers.newholder.asking import new_holder, told_past_day
from phoneward.numbers.newholder.finding import new_holder_finding
from phoneward.numbers.newholder.judging import NewHolder, Sign, Stranger
from phoneward.numbers.newholder.letters import letter, to_carrier, to_service
from phoneward.numbers.newholder.wording import (
    letter_action,
    new_holder_never,
    new_holder_steps,
    new_holder_unknown,
    reissue_words,
    sign_words,
    stranger_words,
)

__all__ = [
    "NewHolder",
    "Sign",
    "Stranger",
    "letter",
    "letter_action",
    "new_holder",
    "new_holder_finding",
    "new_holder_never",
    "new_holder_steps",
    "new_holder_unknown",
    "reissue_words",
    "sign_words",
    "stranger_words",
    "to_carrier",
    "to_service",
    "told_past_day",
]
