"""If I give up this number, who gets in where? Which accounts hang on a number, and how to leave it in good order.

Callers use what stands here. Services that want to know whether a number has changed hands use
`phoneward.numbers.gate`, which needs nothing of the person's side.
"""

from phoneward.numbers.errors import NumbersError
from phoneward.numbers.inventory import Account, Evidence, Inventory, LookedAt, OwnNumber, SourceKind, What
from phoneward.numbers.message import Message
from phoneward.numbers.recognition import Purpose, Recognition, Relation

__all__ = [
    "Account",
    "Evidence",
    "Inventory",
    "LookedAt",
    "Message",
    "NumbersError",
    "OwnNumber",
    "Purpose",
    "Recognition",
    "Relation",
    "SourceKind",
    "What",
]
