"""Deleted and damaged content of SQLite databases, with where each row was found. Knows no vault and no phone."""

from phoneward.rescue.sqlite.recovered import RecoveredRow

__all__ = ["RecoveredRow"]
