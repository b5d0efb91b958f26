"""How do I prove it, and what may I demand? Information, not legal advice. The room never writes to a phone."""

from phoneward.cases.case import Case
from phoneward.cases.custody import LOG, Action, Filed, Hand, Line, Source
from phoneward.cases.errors import (
    CaseDamagedError,
    CaseError,
    CaseExistsError,
    CaseInUseError,
    CaseTextError,
    CaseUnwritableError,
    EvidenceAlteredError,
    EvidenceChangedError,
    EvidenceRefusedError,
    EvidenceUnreadableError,
    FactsDamagedError,
    NotACaseError,
    OpenTimestampsMissingError,
)
from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role, decode_facts, encode_facts
from phoneward.cases.from_snapshot import from_snapshot
from phoneward.cases.items import Incoming, Item
from phoneward.cases.logreading import FACTS
from phoneward.cases.sealing import Seal, Wish
from phoneward.cases.verdict import Result, Stamped, Verdict
from phoneward.cases.verifying import verify

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
    "EvidenceAlteredError",
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
    "OpenTimestampsMissingError",
    "Party",
    "Result",
    "Role",
    "Seal",
    "Source",
    "Stamped",
    "Verdict",
    "Wish",
    "decode_facts",
    "encode_facts",
    "from_snapshot",
    "verify",
]
