"""A card on paper, in large type, as HTML and PDF. It needs nothing else: no script, no picture, no other file."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from phoneward.paper import make_pdf, save_document, standalone_page
from phoneward.rescue.cards.card import Card, Kind
from phoneward.texts import _

CARD_MARK: Final = "Phoneward first-response card"
"""In the page's `generator`: how an earlier card is told from a file that must not be replaced."""
_ROOM: Final = "phoneward.rescue"


def html_card(card: Card) -> bytes:
    """Return the card as a page in the reader's language, UTF-8."""
    return standalone_page(_ROOM, "card.html", "card.css", card=_view(card), mark=CARD_MARK)


def pdf_card(card: Card) -> bytes:
    """Return the card as a PDF in the reader's language.

    Raises:
        PdfMissingError: typst is not installed.
        PdfNotMadeError: it failed.
    """
    template = (files(_ROOM) / "templates" / "card.typ").read_text("utf-8")
    return make_pdf(template, {**_view(card), "mark": CARD_MARK})


def save_card(path: Path, data: bytes) -> None:
    """Write a card where no file is, or an earlier card.

    Raises:
        NotAReportError: something else is there.
        ReportUnwritableError: it cannot be written.
    """
    save_document(path, data, CARD_MARK)


def _view(card: Card) -> dict[str, object]:
    return {
        "title": str(card.title),
        "about": _("What to do first, in this order. Breathe. Most damage is done by trying things out."),
        "do": _("Do"),
        "dont": _("Stop"),
        "steps": [
            {
                "number": number,
                "is_do": step.kind is Kind.DO,
                "text": str(step.text),
                "why": str(step.why),
                "run": step.run,
            }
            for number, step in enumerate(card.steps, 1)
        ],
        "footer": _("This is information, not legal advice. Made by Phoneward."),
    }
