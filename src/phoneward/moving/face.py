"""What others use of moves to a new phone; loaded name by name (`lazily`)."""

from phoneward.moving.apps import AppMove, AppState
from phoneward.moving.carrying import Mover
from phoneward.moving.errors import (
    MoveCutShortError,
    MoveNoteError,
    MoveRunningError,
    MovingError,
    NotOfAPhoneError,
    WhichOldPhoneError,
)
from phoneward.moving.findings import move_findings
from phoneward.moving.notes import MoveNotes, Noted, NotedPart, Pair, noted_move, noted_moves
from phoneward.moving.papers import html_report, pdf_report, refuse_place, save_report
from phoneward.moving.parts import Part, PartState, title
from phoneward.moving.phones import NewPhone, OldPhone, choose_old, look_at_new
from phoneward.moving.planning import MovePlan, MovePlanner, Wanted, wanted_of
from phoneward.moving.report import (
    MoveReport,
    PartRow,
    PlanRow,
    plan_document,
    plan_rows,
    plan_sentences,
    report_document,
    report_view,
    state_words,
)
from phoneward.moving.telling import (
    CODES,
    LeftBehind,
    ToDo,
    first_look,
    keep_the_old_phone,
    left_behind,
    room_sentences,
    to_do,
)

__all__ = [
    "CODES",
    "AppMove",
    "AppState",
    "LeftBehind",
    "MoveCutShortError",
    "MoveNoteError",
    "MoveNotes",
    "MovePlan",
    "MovePlanner",
    "MoveReport",
    "MoveRunningError",
    "Mover",
    "MovingError",
    "NewPhone",
    "NotOfAPhoneError",
    "Noted",
    "NotedPart",
    "OldPhone",
    "Pair",
    "Part",
    "PartRow",
    "PartState",
    "PlanRow",
    "ToDo",
    "Wanted",
    "WhichOldPhoneError",
    "choose_old",
    "first_look",
    "html_report",
    "keep_the_old_phone",
    "left_behind",
    "look_at_new",
    "move_findings",
    "noted_move",
    "noted_moves",
    "pdf_report",
    "plan_document",
    "plan_rows",
    "plan_sentences",
    "refuse_place",
    "report_document",
    "report_view",
    "room_sentences",
    "save_report",
    "state_words",
    "title",
    "to_do",
    "wanted_of",
]
