"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.rescue.searching.asked import Asked, told_app, told_day, told_incident
from phoneward.rescue.searching.document import (
    completeness_words,
    remnant_document,
    result_document,
    source_words,
)
from phoneward.rescue.searching.on_computer import apps_backups, makers_backups
from phoneward.rescue.searching.on_phone import OnPhone
from phoneward.rescue.searching.result import HINTS, SearchResult, expires_soon
from phoneward.rescue.searching.search import Search

__all__ = [
    "HINTS",
    "Asked",
    "OnPhone",
    "Search",
    "SearchResult",
    "apps_backups",
    "completeness_words",
    "expires_soon",
    "makers_backups",
    "remnant_document",
    "result_document",
    "source_words",
    "told_app",
    "told_day",
    "told_incident",
]
