"""Deleted and damaged content of SQLite databases, with where each row was found. Knows no vault and no phone."""

from phoneward.rescue.sqlite.errors import EncryptedDatabaseError, NotADatabaseError, UnreadableDatabaseError
from phoneward.rescue.sqlite.recovered import RecoveredRow
from phoneward.rescue.sqlite.report import Report, Trouble
from phoneward.rescue.sqlite.searching import SURE, recover

__all__ = [
    "SURE",
    "EncryptedDatabaseError",
    "NotADatabaseError",
    "RecoveredRow",
    "Report",
    "Trouble",
    "UnreadableDatabaseError",
    "recover",
]
