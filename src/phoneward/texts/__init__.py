"""Every sentence a person sees, in the reader's language (GNU gettext; English is the source language).

Code marks a sentence with `_("…")` where it is shown at once and with `N_("…")` where it is only declared (an error
class, a table) and translated when shown. `words("…", …)` and `counted("…", "…", n, …)` are sentences with their
details that are put into the reader's language when they are shown: findings are made once and read in any language.
Placeholders are named: `_("{count} files").format(count=3)`.
"""

from phoneward.texts.languages import (
    DOMAIN,
    LOCALE_DIR,
    N_,
    SOURCE_LANGUAGE,
    _,
    activate,
    available_languages,
    current_language,
    enumeration,
    in_language,
    labelled,
    nearest,
    ngettext,
    preferred_languages,
    sentences,
    speaking,
)
from phoneward.texts.words import Ago, Day, Listed, Moment, Named, Size, Words, counted, running, verbatim, words

__all__ = [
    "DOMAIN",
    "LOCALE_DIR",
    "N_",
    "SOURCE_LANGUAGE",
    "Ago",
    "Day",
    "Listed",
    "Moment",
    "Named",
    "Size",
    "Words",
    "_",
    "activate",
    "available_languages",
    "counted",
    "current_language",
    "enumeration",
    "in_language",
    "labelled",
    "nearest",
    "ngettext",
    "preferred_languages",
    "running",
    "sentences",
    "speaking",
    "verbatim",
    "words",
]
