"""Texts of a case put into a letter: one line, inert, bounded; days, amounts and numbers as people write them.

What a case holds was written by people, phones and apps. Line breaks become spaces; other control characters and
bidirectional overrides are shown by their numbers, so that nothing can pretend to be another line or another order.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

from phoneward.cases.facts import Loss
from phoneward.errors import readable
from phoneward.texts import _, enumeration, formats, ngettext

MOST_TEXT: Final = 2_000
"""Characters of one text of the case that a letter shows."""
MOST_ROWS: Final = 200
"""Events, losses and files that a letter lists; the rest is counted."""


def plain(text: str) -> str:
    """Return a text of the case fit for a letter."""
    line = readable(" ".join(text[: 2 * MOST_TEXT].split()))
    return line if len(line) <= MOST_TEXT else line[:MOST_TEXT] + "…"


def day_words(day: date) -> str:
    """Return a day in words."""
    return formats.date(datetime.combine(day, time(12)))


def moment_words(at: datetime | date) -> str:
    """Return a day, or a moment by its own clock with its offset from UTC."""
    if not isinstance(at, datetime):
        return day_words(at)
    offset = at.strftime("%z")
    zone = f" UTC{offset[:3]}:{offset[3:5]}" if offset else ""
    return f"{day_words(at.date())} {at:%H:%M}{zone}"


def amount_words(losses: Iterable[Loss]) -> str:
    """Return what is claimed in all, currency by currency; empty where nothing is."""
    sums: dict[str, float] = {}
    for one in losses:
        if one.cost is not None:
            currency = plain(one.currency)[:8]
            sums[currency] = sums.get(currency, 0.0) + one.cost
    return enumeration(money(total, currency) for currency, total in sums.items())


def money(amount: float, currency: str) -> str:
    """Return an amount with its currency."""
    return f"{plain(currency)[:8]} {amount:,.2f}"


def quantity(loss: Loss) -> str:
    """Return how much was lost; empty where nobody can tell."""
    parts = []
    if loss.count is not None:
        parts.append(ngettext("{count} item", "{count} items", loss.count).format(count=f"{loss.count:,}"))
    if loss.size is not None:
        parts.append(formats.size(loss.size))
    return enumeration(parts)


def and_more(count: int) -> str:
    """Return that a list goes on in the case."""
    return _("… and {count} more, which the case holds.").format(count=f"{count:,}")
