"""The files of a case as a letter names them."""

from collections.abc import Iterable

from phoneward.cases.case import Case
from phoneward.cases.items import Item
from phoneward.cases.letters.model import Evidence, Letter
from phoneward.cases.letters.page import letter_html, letter_pdf
from phoneward.paper import PdfMissingError


def evidence_of(items: Iterable[Item]) -> tuple[Evidence, ...]:
    """Return the originals among the files of a case, in the order in which they came."""
    return tuple(Evidence(path=one.path, sha256=one.sha256, what=one.note) for one in items if one.is_original)


def keep_letter(case: Case, letter: Letter) -> str:
    """Put a letter into a case, as PDF or, where that part of Phoneward is missing, as a page; return its path there.

    Raises:
        CaseError: it could not be done; nothing was changed.
    """
    try:
        data, ending = letter_pdf(letter), "pdf"
    except PdfMissingError:
        data, ending = letter_html(letter), "html"
    name = f"{letter.day.isoformat()} {letter.kind} {letter.language}.{ending}"
    return case.add_bytes(name, data, folder="letters", note=letter.title).path
