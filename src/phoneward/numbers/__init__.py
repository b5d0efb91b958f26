"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what stands here. Services that want to know whether a number has changed hands use
`phoneward.numbers.gate`, which needs nothing of the person's side.
"""

from phoneward.numbers.errors import NumbersError
from phoneward.numbers.inventory import Account, Evidence, Inventory, LookedAt, OwnNumber, SourceKind, What
from phoneward.numbers.message import Message
from phoneward.numbers.recognition import Purpose, Recognition, Relation
from phoneward.numbers.rulebook import Claim, Harm, Holding, Kind, OldNumber, Reissue, Rulebook, Steps, System, rulebook

__all__ = [
    "Account",
    "Claim",
    "Evidence",
    "Harm",
    "Holding",
    "Inventory",
    "Kind",
    "LookedAt",
    "Message",
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
    "rulebook",
]
