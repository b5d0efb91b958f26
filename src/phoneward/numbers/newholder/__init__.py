"""For whoever got a number that was somebody else's: which services still mean that person, and what to ask of whom."""

from phoneward.numbers.newholder.asking import new_holder, told_past_day
from phoneward.numbers.newholder.judging import NewHolder, Sign, Stranger
from phoneward.numbers.newholder.letters import letter, to_carrier, to_service
from phoneward.numbers.newholder.wording import (
    letter_action,
    never,
    service_words,
    sign_words,
    unknown_words,
    what_to_do,
)

__all__ = [
    "NewHolder",
    "Sign",
    "Stranger",
    "letter",
    "letter_action",
    "never",
    "new_holder",
    "service_words",
    "sign_words",
    "to_carrier",
    "to_service",
    "told_past_day",
    "unknown_words",
    "what_to_do",
]
