"""The room's public face."""

from phoneward.rescue.cards import Card, Kind, Step, card_document, card_of, html_card, pdf_card, save_card
from phoneward.rescue.errors import NotADayError, RemnantGoneError, RescueError, WhatHappenedError
from phoneward.rescue.remnant import Completeness, Part, Remnant, Source
from phoneward.rescue.searching import (
    Asked,
    OnPhone,
    Search,
    SearchResult,
    completeness_words,
    expires_soon,
    remnant_document,
    result_document,
    source_words,
    told_app,
    told_day,
    told_incident,
)

__all__ = [
    "Asked",
    "Card",
    "Completeness",
    "Kind",
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
    "card_document",
    "card_of",
    "completeness_words",
    "expires_soon",
    "html_card",
    "pdf_card",
    "remnant_document",
    "result_document",
    "save_card",
    "source_words",
    "told_app",
    "told_day",
    "told_incident",
]
