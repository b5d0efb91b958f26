"""How a copy is told: what kind it is, when it was written, how long it has been there, why it may be."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.media import Kind, Verdict
from phoneward.texts import N_, Day, Words, counted, words
from phoneward.watch.copies import AppCopy, Cause

_KINDS: Final[Mapping[Kind, str]] = {
    Kind.IDENTICAL: N_("The very same picture"),
    Kind.RE_ENCODED: N_("The same picture, saved anew"),
    Kind.SMALLER: N_("The same picture, smaller"),
    Kind.CROPPED: N_("A part of your picture"),
    Kind.COVERED: N_("Your picture with something over a part of it"),
    Kind.SAME_SCREEN: N_("The same screen; what is written on it cannot be told apart at this size"),
}
_UNSURE_COVER: Final = N_("Probably your picture, with something over a part of it")
_CAUSES: Final[Mapping[Cause, str]] = {
    Cause.THUMBNAIL: N_("A small picture for a gallery's overview."),
    Cause.SENT: N_("You sent the picture in this app."),
    Cause.RECEIVED: N_("The app had it first: your picture came from there."),
    Cause.EDITED: N_("An editor's working copy."),
    Cause.BACKED_UP: N_("You back your pictures up with this app."),
    Cause.UNKNOWN: N_("No ordinary cause is known. That does not mean that there is none."),
}


def kind_words(verdict: Verdict) -> Words:
    """Return what a copy has in common with its original."""
    is_unsure_cover = verdict.kind is Kind.COVERED and not verdict.is_distinguishable
    return Words(_UNSURE_COVER if is_unsure_cover else _KINDS[verdict.kind])


def cause_words(cause: Cause) -> Words:
    """Return the ordinary cause of a copy."""
    return Words(_CAUSES[cause])


def original_name(copy: AppCopy) -> str:
    """Return the name of the person's picture, without its folders, readable."""
    return readable(copy.original.rpartition("/")[2])


def gap_words(copy: AppCopy) -> Words:
    """Return how long after the picture was taken the copy was written."""
    gap = copy.gap
    if gap is None:
        return words("when it was written is not known")
    if gap < dt.timedelta(0):
        return words("written before your picture")
    seconds = round(gap.total_seconds())
    if seconds < 120:
        return counted("written {count} second later", "written {count} seconds later", seconds)
    if seconds < 2 * 3600:
        return counted("written {count} minute later", "written {count} minutes later", seconds // 60)
    if seconds < 2 * 86_400:
        return counted("written {count} hour later", "written {count} hours later", seconds // 3600)
    return counted("written {count} day later", "written {count} days later", seconds // 86_400)


def since_words(copy: AppCopy) -> Words | None:
    """Return since when the copy is known to lie there; None where only this snapshot has it."""
    return None if copy.since is None else words("It already lay there on {day}.", day=Day(copy.since))
