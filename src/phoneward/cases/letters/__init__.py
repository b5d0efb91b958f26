"""Letters of a case, in Chinese and English. They say nothing beyond the case. Information, not legal advice."""

from phoneward.cases.letters.demands import DEMAND_WORDS, Demand, fitting
from phoneward.cases.letters.gaps import NEED_WORDS, Need
from phoneward.cases.letters.kinds import Kind, letter_kinds
from phoneward.cases.letters.matter import ROLE_WORDS
from phoneward.cases.letters.model import (
    Blanks,
    Block,
    Evidence,
    Gap,
    Items,
    Letter,
    Paragraph,
    Section,
    Table,
)
from phoneward.cases.letters.of_case import evidence_of, keep_letter
from phoneward.cases.letters.page import MARK, letter_html, letter_pdf, letter_text, refuse_others, save_letter
from phoneward.cases.letters.writing import LIMITATION_YEARS, REPLY_DAYS, missing_fields, write_letter

__all__ = [
    "DEMAND_WORDS",
    "LIMITATION_YEARS",
    "MARK",
    "NEED_WORDS",
    "REPLY_DAYS",
    "ROLE_WORDS",
    "Blanks",
    "Block",
    "Demand",
    "Evidence",
    "Gap",
    "Items",
    "Kind",
    "Letter",
    "Need",
    "Paragraph",
    "Section",
    "Table",
    "evidence_of",
    "fitting",
    "keep_letter",
    "letter_html",
    "letter_kinds",
    "letter_pdf",
    "letter_text",
    "missing_fields",
    "refuse_others",
    "save_letter",
    "write_letter",
]
