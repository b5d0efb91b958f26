"""Contacts as vCards: written as 4.0, read in every version, turned into what Android's importers take best."""

from phoneward.snapshots.records.vcard.android import for_android
from phoneward.snapshots.records.vcard.contact import Contact, Photo, contact_in, group_titles
from phoneward.snapshots.records.vcard.errors import VCardFileError
from phoneward.snapshots.records.vcard.properties import Property
from phoneward.snapshots.records.vcard.reading import Card, cards_at_once, cards_in, read_cards
from phoneward.snapshots.records.vcard.rows import BYTES, Row, rows_in
from phoneward.snapshots.records.vcard.writing import card_lines

__all__ = [
    "BYTES",
    "Card",
    "Contact",
    "Photo",
    "Property",
    "Row",
    "VCardFileError",
    "card_lines",
    "cards_at_once",
    "cards_in",
    "contact_in",
    "for_android",
    "group_titles",
    "read_cards",
    "rows_in",
]
