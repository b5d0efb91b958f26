"""What carriers and states do about numbers: how long one rests, what they list, what they take off."""

from phoneward.numbers.carriers.comparing import Comparison, compare, comparison_words
from phoneward.numbers.carriers.country import country_of
from phoneward.numbers.carriers.offers import Answers, Counts, For, Offer, answers_words, offer, offers
from phoneward.numbers.carriers.quarantine import Quarantine, quarantine, quarantine_words

__all__ = [
    "Answers",
    "Comparison",
    "Counts",
    "For",
    "Offer",
    "Quarantine",
    "answers_words",
    "compare",
    "comparison_words",
    "country_of",
    "offer",
    "offers",
    "quarantine",
    "quarantine_words",
]
