"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.cases.answering import answer as room_answer
from phoneward.cases.answering import sentence
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
    EvidenceInCaseError,
    EvidenceRefusedError,
    EvidenceUnreadableError,
    ExportTooLargeError,
    FactsDamagedError,
    NoFolderError,
    NoSuchItemError,
    NotACaseError,
    NotAFingerprintError,
    NotExportedError,
    NothingRedactedError,
    NotRedactableError,
    NotToldError,
    OpenTimestampsMissingError,
    ScreenshotGoneError,
    ScreenshotTooLargeError,
)
from phoneward.cases.exporting import Exported, export
from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role, decode_facts, encode_facts
from phoneward.cases.finding_codes import CODES as FINDING_CODES
from phoneward.cases.findings import called
from phoneward.cases.fingerprint import MARK as FINGERPRINT_MARK
from phoneward.cases.fingerprint import (
    Fingerprint,
    Pattern,
    encode_fingerprint,
    fingerprint_of,
    patterns,
    read_fingerprint,
)
from phoneward.cases.from_snapshot import from_snapshot
from phoneward.cases.glance import Glance, glance
from phoneward.cases.items import Incoming, Item
from phoneward.cases.known import case_key, forget_case, known_cases, note_case
from phoneward.cases.logreading import FACTS
from phoneward.cases.parts import MIN_PART, Part
from phoneward.cases.past import Break, breaks_of
from phoneward.cases.redacting import Box, redact_picture, redact_text
from phoneward.cases.screens import (
    Screenshot,
    Screenshots,
    attach_screenshots,
    newest_screenshots,
    picked,
    read_screenshot,
)
from phoneward.cases.sealing import Seal, Wish
from phoneward.cases.statements import write_statement
from phoneward.cases.told import Told, gone_words, told_by, with_told
from phoneward.cases.verdict import Result, Stamped, Verdict, result_words
from phoneward.cases.verifying import verify
from phoneward.cases.whole import last_snapshot, with_whole_phone

__all__ = [
    "FACTS",
    "FINDING_CODES",
    "FINGERPRINT_MARK",
    "LOG",
    "MIN_PART",
    "Action",
    "App",
    "Box",
    "Break",
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
    "EvidenceInCaseError",
    "EvidenceRefusedError",
    "EvidenceUnreadableError",
    "ExportTooLargeError",
    "Exported",
    "FactsDamagedError",
    "Filed",
    "Fingerprint",
    "Glance",
    "Hand",
    "Incoming",
    "Item",
    "Line",
    "Loss",
    "NoFolderError",
    "NoSuchItemError",
    "NotACaseError",
    "NotAFingerprintError",
    "NotExportedError",
    "NotRedactableError",
    "NotToldError",
    "NothingRedactedError",
    "OpenTimestampsMissingError",
    "Part",
    "Party",
    "Pattern",
    "Result",
    "Role",
    "Screenshot",
    "ScreenshotGoneError",
    "ScreenshotTooLargeError",
    "Screenshots",
    "Seal",
    "Source",
    "Stamped",
    "Told",
    "Verdict",
    "Wish",
    "attach_screenshots",
    "breaks_of",
    "called",
    "case_key",
    "decode_facts",
    "encode_facts",
    "encode_fingerprint",
    "export",
    "fingerprint_of",
    "forget_case",
    "from_snapshot",
    "glance",
    "gone_words",
    "known_cases",
    "last_snapshot",
    "newest_screenshots",
    "note_case",
    "patterns",
    "picked",
    "read_fingerprint",
    "read_screenshot",
    "redact_picture",
    "redact_text",
    "result_words",
    "room_answer",
    "sentence",
    "told_by",
    "verify",
    "with_told",
    "with_whole_phone",
    "write_statement",
]
