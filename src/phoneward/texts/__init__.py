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
    labelled,
    ngettext,
    preferred_languages,
    sentences,
    speaking,
)
from phoneward.texts.words import Ago, Day, Listed, Moment, Size, Words, counted, running, verbatim, words

__all__ = [
    "DOMAIN",
    "LOCALE_DIR",
    "N_",
    "SOURCE_LANGUAGE",
    "Ago",
    "Day",
    "Listed",
    "Moment",
    "Size",
    "Words",
    "_",
    "activate",
    "available_languages",
    "counted",
    "current_language",
    "enumeration",
    "labelled",
    "ngettext",
    "preferred_languages",
    "running",
    "sentences",
    "speaking",
    "verbatim",
    "words",
]
DOMAIN = "phoneward"
LOCALE_DIR = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"

_current: _gettext.NullTranslations | None = None


def available_languages() -> list[str]:
    """Return the language codes a person may choose, the source language first."""
    return [SOURCE_LANGUAGE, *sorted(path.parents[1].name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))]


def preferred_languages() -> list[str]:
    """Return the languages of this person, most wanted first: `PHONEWARD_LANG`, then what the system says.

    The order of the variables is that of GNU gettext (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`). On systems
    that set none of them (Windows, programs started from the macOS Finder) the C library's locale is asked.
    """
    chosen = os.environ.get("PHONEWARD_LANG")
    if chosen:
        return [chosen]
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return value.split(":")
    system = _locale.getlocale()[0]
    return [system] if system else []


def activate(languages: list[str] | None = None) -> None:
    """Choose the language of every later sentence; without an argument, the person's own.

    A language that has no catalogue falls back to the next, and at last to English.
    """
    global _current  # noqa: PLW0603 - the language is one setting of the whole process, as in gettext itself
    wanted: list[str] = []
    for language in preferred_languages() if languages is None else languages:
        if language.split(".")[0].replace("-", "_").split("_")[0] == SOURCE_LANGUAGE:
            break
        wanted.extend(_catalogue_names(language))
    _current = (
        _gettext.translation(DOMAIN, LOCALE_DIR, wanted, fallback=True) if wanted else _gettext.NullTranslations()
    )


def current_language() -> str:
    """Return the code of the language that sentences are shown in: "en", "zh_CN". For data that has its own texts."""
    return _translations().info().get("language") or SOURCE_LANGUAGE


def _catalogue_names(language: str) -> list[str]:
    """Map the names systems use for Chinese onto the catalogues there are (`zh`, `zh-Hans`, `Chinese_China`).

    A reader of traditional characters reads simplified ones more easily than English.
    """
    name = language.split(".", maxsplit=1)[0].replace("-", "_")
    traditional = ("zh_TW", "zh_HK", "zh_MO", "zh_Hant", "Chinese_Taiwan", "Chinese_Hong", "Chinese (Traditional)")
    if name.startswith(traditional):
        return ["zh_TW", "zh_CN"]
    return ["zh_CN"] if name.startswith(("zh", "Chinese")) else [name]


def _translations() -> _gettext.NullTranslations:
    if _current is None:
        activate()
    assert _current is not None  # noqa: S101 - set by activate()
    return _current


def _(message: str) -> str:
    """Return the sentence in the reader's language."""
    return _translations().gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the sentence for this count in the reader's language."""
    return _translations().ngettext(singular, plural, count)


def N_(message: str) -> str:  # noqa: N802 - gettext's established name for "mark, translate later"
    """Mark a sentence for translation and return it unchanged."""
    return message


def sentences(*parts: str) -> str:
    """Return sentences as one running text; empty ones are left out. Chinese puts no space between sentences."""
    return _between(_("{earlier} {later}")).join(part for part in parts if part)


def enumeration(items: Iterable[str]) -> str:
    """Return words as one list, as "a, b, c" in English."""
    return _between(_("{earlier}, {later}")).join(items)


def labelled(label: str, text: str) -> str:
    """Return a name and what is said about it: "label: text" in English."""
    return _("{label}: {text}").format(label=label, text=text)


def _between(pattern: str) -> str:
    return pattern.format(earlier="", later="")
