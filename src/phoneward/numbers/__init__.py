"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what stands here. Services that want to know whether a number has changed hands use
`phoneward.numbers.gate`, which needs nothing of the person's side.
"""

from phoneward.numbers.errors import NumbersError
from phoneward.numbers.inventory import (
    Account,
    Evidence,
    Inventory,
    LookedAt,
    NotLookedAt,
    OwnNumber,
    SourceKind,
    What,
)
from phoneward.numbers.message import Message
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.rulebook import Claim, Harm, Holding, Kind, OldNumber, Reissue, Rulebook, Steps, System, rulebook
from phoneward.numbers.sources import (
    CACHE,
    Gathered,
    account_key,
    account_name,
    combined,
    grade_words,
    inventory_of,
    looked_words,
    missed_words,
    normalised,
    not_asked,
    own_numbers,
    own_words,
    proof_words,
    read_messages_file,
    told_number,
    told_region,
)

__all__ = [
    "CACHE",
    "Account",
    "Claim",
    "Evidence",
    "Gathered",
    "Harm",
    "Holding",
    "Inventory",
    "Kind",
    "LookedAt",
    "Message",
    "NotLookedAt",
    "NumbersError",
    "OldNumber",
    "OwnNumber",
    "Purpose",
    "Recognition",
    "Reissue",
    "Relation",
    "Rulebook",
    "SourceKind",
    "Steps",
    "System",
    "What",
    "account_key",
    "account_name",
    "combined",
    "grade_words",
    "inventory_of",
    "looked_words",
    "missed_words",
    "normalised",
    "not_asked",
    "own_numbers",
    "own_words",
    "proof_words",
    "read_messages_file",
    "rulebook",
    "told_number",
    "told_region",
]
