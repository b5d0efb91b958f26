"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.numbers.sources.combining import combined
from phoneward.numbers.sources.files import read_mailbox_file, read_messages_file, read_passwords_file
from phoneward.numbers.sources.gathering import Gathered
from phoneward.numbers.sources.kept import forget_accounts, keep_accounts
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
    "forget_accounts",
    "grade_words",
    "inventory_of",
    "keep_accounts",
    "looked_words",
    "missed_words",
    "normalised",
    "not_asked",
    "own_words",
    "proof_words",
    "read_mailbox_file",
    "read_messages_file",
    "read_passwords_file",
    "told_region",
]
