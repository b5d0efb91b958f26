"""The law as data: articles with their days, source and status. Information, not legal advice.

Only what was read (`Status.CONFIRMED`) is ever cited, and by the day of the event.
"""

from phoneward.cases.law.articles import Applies, Article, Law, LawDefectError, Status, Use, article, laws
from phoneward.cases.law.choosing import strongest
from phoneward.cases.law.citing import Citations, by_law, citation_words, cite, number_words

__all__ = [
    "Applies",
    "Article",
    "Citations",
    "Law",
    "LawDefectError",
    "Status",
    "Use",
    "article",
    "by_law",
    "citation_words",
    "cite",
    "laws",
    "number_words",
    "strongest",
]
