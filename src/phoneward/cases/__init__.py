"""How do I prove it, and what may I demand? Information, not legal advice. The room never writes to a phone."""

from phoneward.cases.case import FACTS, Case
from phoneward.cases.custody import LOG, Action, Filed, Hand, Line, Source
from phoneward.cases.errors import (
    CaseDamagedError,
    CaseError,
    CaseExistsError,
    CaseInUseError,
    CaseTextError,
    CaseUnwritableError,
    EvidenceChangedError,
    EvidenceRefusedError,
    EvidenceUnreadableError,
    FactsDamagedError,
    NotACaseError,
)
from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role, decode_facts, encode_facts
from phoneward.cases.from_snapshot import from_snapshot
from phoneward.cases.items import Incoming, Item

__all__ = [
    "FACTS",
    "LOG",
    "Action",
    "App",
    "Case",
    "CaseDamagedError",
    "CaseError",
    "CaseExistsError",
    "CaseFacts",
    "CaseInUseError",
    "CaseTextError",
    "CaseUnwritableError",
    "Device",
    "Event",
    "EvidenceChangedError",
    "EvidenceRefusedError",
    "EvidenceUnreadableError",
    "FactsDamagedError",
    "Filed",
    "Hand",
    "Incoming",
    "Item",
    "Line",
    "Loss",
    "NotACaseError",
    "Party",
    "Role",
    "Source",
    "decode_facts",
    "encode_facts",
    "from_snapshot",
]
