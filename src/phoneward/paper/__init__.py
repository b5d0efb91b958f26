"""Documents for people: pages made from templates, and PDF. Knows no room; templates lie beside those who use them."""

from phoneward.paper.errors import PdfMissingError, PdfNotMadeError
from phoneward.paper.html import environment
from phoneward.paper.pdf import make_pdf

__all__ = ["PdfMissingError", "PdfNotMadeError", "environment", "make_pdf"]
