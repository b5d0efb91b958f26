"""Deleted and damaged content of SQLite databases, with where each row was found. Knows no vault and no phone."""

from phoneward.rescue.sqlite.documents import CsvFolder, RowsDatabase, column_names, json_line
from phoneward.rescue.sqlite.errors import (
    DatabaseLeftOutError,
    EncryptedDatabaseError,
    NotADatabaseError,
    PartlyReadError,
    UnreadableDatabaseError,
    WhereToError,
)
from phoneward.rescue.sqlite.recovered import RecoveredRow
from phoneward.rescue.sqlite.report import Report, Trouble
from phoneward.rescue.sqlite.saying import trouble_sentence
from phoneward.rescue.sqlite.searching import SURE, recover

__all__ = [
    "SURE",
    "CsvFolder",
    "DatabaseLeftOutError",
    "EncryptedDatabaseError",
    "NotADatabaseError",
    "PartlyReadError",
    "RecoveredRow",
    "Report",
    "RowsDatabase",
    "Trouble",
    "UnreadableDatabaseError",
    "WhereToError",
    "column_names",
    "json_line",
    "recover",
    "trouble_sentence",
]
