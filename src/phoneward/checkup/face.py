"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.checkup.asking import checkup, expected_durations
from phoneward.checkup.document import command_line, finding_document, room_document, summary_document
from phoneward.checkup.errors import RoomFailedError
from phoneward.checkup.html import html_report
from phoneward.checkup.pdf import pdf_report
from phoneward.checkup.report import CheckupReport, RoomReport
from phoneward.checkup.rooms import ROOMS, Room, room
from phoneward.checkup.saving import refuse_other_files, save_report
from phoneward.checkup.view import how_known, not_looked_at, report_view, subtitle, title, verdict, worst_first

__all__ = [
    "ROOMS",
    "CheckupReport",
    "Room",
    "RoomFailedError",
    "RoomReport",
    "checkup",
    "command_line",
    "expected_durations",
    "finding_document",
    "how_known",
    "html_report",
    "not_looked_at",
    "pdf_report",
    "refuse_other_files",
    "report_view",
    "room",
    "room_document",
    "save_report",
    "subtitle",
    "summary_document",
    "title",
    "verdict",
    "worst_first",
]
