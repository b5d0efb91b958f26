"""Readable archives: conversations that a person can already read, as pages that any browser shows for decades."""

from phoneward.rescue.archive.making import make_archive, survey
from phoneward.rescue.archive.results import Archived, Conversation, SourceFile, SourceResult
from phoneward.rescue.archive.words import kind_title

__all__ = ["Archived", "Conversation", "SourceFile", "SourceResult", "kind_title", "make_archive", "survey"]
