"""Which language a request is answered in: the person's choice, else the browser's, else the system's."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from phoneward.texts import SOURCE_LANGUAGE, available_languages, preferred_languages

COOKIE: Final = "phoneward-language"
NAMES: Final[Mapping[str, str]] = {SOURCE_LANGUAGE: "English", "zh_CN": "简体中文", "zh_TW": "繁體中文"}
"""Each language in its own words, so that who reads only that one finds it."""

_MAX_HEADER: Final = 200


def offered() -> list[tuple[str, str]]:
    """Return (code, own name) of the languages there are catalogues of."""
    return [(code, NAMES.get(code, code)) for code in available_languages()]


def wanted(request: Request, setting: str | None) -> list[str]:
    """Return the languages to try for a request, most wanted first.

    Args:
        request: its cookie holds what the person chose on the page.
        setting: what the person chose when starting Phoneward (`--lang`, PHONEWARD_LANG).
    """
    chosen = request.cookies.get(COOKIE, "")
    if chosen in available_languages():
        return [chosen]
    if setting:
        return [setting]
    return accepted(request.headers.get("accept-language", "")) + preferred_languages()


def accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, most wanted first (RFC 9110, 12.5.4)."""
    weighed = []
    for position, item in enumerate(header[:_MAX_HEADER].split(",")):
        name, _, parameter = item.partition(";")
        name = name.strip()
        if name and all(c.isascii() and (c.isalnum() or c == "-") for c in name):
            weighed.append((-_weight(parameter), position, name))
    return [name for weight, _position, name in sorted(weighed) if weight < 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
