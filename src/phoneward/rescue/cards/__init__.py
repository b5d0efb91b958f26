"""First-response cards: what to do and what not to do in the first minutes, in order, each with its reason."""

from phoneward.rescue.cards.card import Card, Kind, Step, card_document, card_of
from phoneward.rescue.cards.page import CARD_MARK, html_card, pdf_card, save_card

__all__ = [
    "CARD_MARK",
    "Card",
    "Kind",
    "Step",
    "card_document",
    "card_of",
    "html_card",
    "pdf_card",
    "save_card",
]
