"""The rulebook: account systems, what they hold, and how a number is taken off them. Data, dated and with sources."""

from phoneward.numbers.rulebook.system import (
    Claim,
    Harm,
    Holding,
    Kind,
    OldNumber,
    Reissue,
    Steps,
    System,
)

__all__ = ["Claim", "Harm", "Holding", "Kind", "OldNumber", "Reissue", "Steps", "System"]
