"""Which language a person reads, and looking sentences up in it (GNU gettext)."""

import contextlib
import contextvars
import functools
import gettext as _gettext
import locale as _locale
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

DOMAIN = "phoneward"
DATA_DOMAIN = "phoneward-data"
"""Sentences of data files in traditional characters, by what they are in simplified ones."""
LOCALE_DIR = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"

TextsT = TypeVar("TextsT", str, tuple[str, ...], list[str])
SIMPLIFIED, TRADITIONAL = "zh_CN", "zh_TW"

_current: _gettext.NullTranslations | None = None
"""The language of the process."""

_spoken: contextvars.ContextVar[_gettext.NullTranslations | None] = contextvars.ContextVar("spoken", default=None)
"""The language of one reader among several (a page served to them), before that of the process."""


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
    _current = _catalogue(preferred_languages() if languages is None else languages)


@contextlib.contextmanager
def speaking(languages: Sequence[str]) -> Iterator[None]:
    """Speak another language inside the block, in this thread or task only (and what it starts with its context)."""
    token = _spoken.set(_catalogue(languages))
    try:
        yield
    finally:
        _spoken.reset(token)


def current_language() -> str:
    """Return the code of the language that is spoken now, as `available_languages` gives it."""
    return _translations().info().get("language", "") or SOURCE_LANGUAGE


def in_language(texts: Mapping[str, TextsT], language: str | None = None) -> TextsT:
    """Return the text of a data file that a reader understands: in their language, in one near to it, or in English.

    Args:
        texts: by language; English at least. Chinese ones stand there in simplified characters, and are read in
            traditional ones by who prefers those.
        language: as `current_language` gives it; None takes the reader's.
    """
    chosen = language or current_language()
    near = nearest(texts, chosen)
    return _traditional(texts[near]) if chosen == TRADITIONAL and near == SIMPLIFIED else texts[near]


def nearest(texts: Mapping[str, object], language: str) -> str:
    """Return the language among those of a text that a reader of another understands best."""
    near = (language, SIMPLIFIED) if language.startswith("zh") else (language,)
    return next((one for one in near if texts.get(one)), SOURCE_LANGUAGE)


def _traditional(texts: TextsT) -> TextsT:
    translate = _data_catalogue().gettext
    if isinstance(texts, str):
        return translate(texts) if texts else texts
    if isinstance(texts, tuple):
        return tuple(translate(text) if text else text for text in texts)
    return [translate(text) if text else text for text in texts]


@functools.cache
def _data_catalogue() -> _gettext.NullTranslations:
    return _gettext.translation(DATA_DOMAIN, LOCALE_DIR, [TRADITIONAL], fallback=True)


def _catalogue(languages: Sequence[str]) -> _gettext.NullTranslations:
    wanted: list[str] = []
    for language in languages:
        if language.split(".")[0].replace("-", "_").split("_")[0] == SOURCE_LANGUAGE:
            break
        wanted.extend(_catalogue_names(language))
    return _gettext.translation(DOMAIN, LOCALE_DIR, wanted, fallback=True) if wanted else _gettext.NullTranslations()


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
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
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
