"""What others may use of the package, loaded name by name (see `lazily`)."""

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
