"""Where accounts show: messages, apps, password managers' exports, mailboxes."""

from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.files import read_messages_file
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.naming import account_key
from phoneward.numbers.sources.phone_numbers import normalised, told_region
from phoneward.numbers.sources.taking import CACHE, inventory_of, not_asked
from phoneward.numbers.sources.words import (
    grade_words,
    looked_words,
    missed_words,
    own_words,
    proof_words,
)

__all__ = [
    "CACHE",
    "Gathered",
    "account_key",
    "combined",
    "grade_words",
    "inventory_of",
    "looked_words",
    "missed_words",
    "normalised",
    "not_asked",
    "own_words",
    "proof_words",
    "read_messages_file",
    "told_region",
]
