"""A copy in one sentence after the other, as a person reads it."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from phoneward.media import Kind
from phoneward.snapshots import app_words
from phoneward.texts import N_, Day, Words, counted, running, verbatim, words
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.copy_words import cause_words, gap_words, original_name

_FORMS: Final[Mapping[Kind, str]] = {
    Kind.IDENTICAL: N_("an exact copy"),
    Kind.RE_ENCODED: N_("a copy, saved anew,"),
    Kind.SMALLER: N_("a smaller copy"),
    Kind.CROPPED: N_("a part"),
    Kind.COVERED: N_("a copy with something over a part of it"),
    Kind.SAME_SCREEN: N_("a picture of the same screen, too small to tell what is written on it,"),
}
_SCREENSHOTS: Final = ("screenshot", "screencapture", "截屏", "截图")


def copy_sentences(copy: AppCopy, taken: dt.datetime) -> Words:
    """Return what there is to say of a copy.

    Args:
        copy: what was found.
        taken: when the snapshot was taken.
    """
    return running(_what(copy), _label(copy), _since(copy, taken), _cause(copy))


def _what(copy: AppCopy) -> Words:
    form = Words(_FORMS[copy.verdict.kind])
    if copy.package:
        return words(
            "{app} keeps {form} of {picture}, {gap}.",
            app=app_words(copy.package),
            form=form,
            picture=_picture(copy),
            gap=gap_words(copy),
        )
    return words(
        "In a folder of which nobody can tell whose it is lies {form} of {picture}, {gap}.",
        form=form,
        picture=_picture(copy),
        gap=gap_words(copy),
    )


def _picture(copy: AppCopy) -> Words:
    name = verbatim(original_name(copy))
    is_screenshot = any(word in copy.original.casefold() for word in _SCREENSHOTS)
    if copy.taken is None:
        return words("your screenshot {name}", name=name) if is_screenshot else words("your picture {name}", name=name)
    day = Day(copy.taken)
    if is_screenshot:
        return words("your screenshot of {day} ({name})", day=day, name=name)
    return words("your picture of {day} ({name})", day=day, name=name)


def _label(copy: AppCopy) -> Words | None:
    return words("You said of it: {label}.", label=verbatim(copy.label)) if copy.label else None


def _since(copy: AppCopy, taken: dt.datetime) -> Words | None:
    if copy.since is None:
        return None
    days = (taken - copy.since).days
    return counted("It has lain there for {count} day.", "It has lain there for {count} days.", days) if days else None


def _cause(copy: AppCopy) -> Words | None:
    return cause_words(copy.cause) if copy.cause is not Cause.UNKNOWN else None
