"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.rescue.answering import answer as room_answer
from phoneward.rescue.cards import Card, Kind, Step, card_document, card_of, html_card, pdf_card, save_card
from phoneward.rescue.collecting import Collected, Collector, CollectReport, collect
from phoneward.rescue.errors import NoCaseFolderError, NotADayError, RemnantGoneError, RescueError, WhatHappenedError
from phoneward.rescue.remnant import Completeness, Part, Remnant, Source
from phoneward.rescue.searching import (
    HINTS,
    Asked,
    OnPhone,
    Search,
    SearchResult,
    apps_backups,
    completeness_words,
    expires_soon,
    makers_backups,
    remnant_document,
    result_document,
    source_words,
    told_app,
    told_day,
    told_incident,
)

__all__ = [
    "HINTS",
    "Asked",
    "Card",
    "CollectReport",
    "Collected",
    "Collector",
    "Completeness",
    "Kind",
    "NoCaseFolderError",
    "NotADayError",
    "OnPhone",
    "Part",
    "Remnant",
    "RemnantGoneError",
    "RescueError",
    "Search",
    "SearchResult",
    "Source",
    "Step",
    "WhatHappenedError",
    "apps_backups",
    "card_document",
    "card_of",
    "collect",
    "completeness_words",
    "expires_soon",
    "html_card",
    "makers_backups",
    "pdf_card",
    "remnant_document",
    "result_document",
    "room_answer",
    "save_card",
    "source_words",
    "told_app",
    "told_day",
    "told_incident",
]
