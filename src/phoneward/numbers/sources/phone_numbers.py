"""Phone numbers as people and services write them, made the one form in which they can be compared (E.164)."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException

from phoneward.errors import UsageError, readable
from phoneward.texts import N_

_MAX: Final = 32
_CHINESE: Final = re.compile("1[3-9][0-9]{9}")
_MAJORITY: Final = 0.6


class NoRegionError(UsageError):
    """What a person gave as a country is none."""

    message = N_("There is no country with this code: {region}.")
    next_step = N_("Give the two letters of the country (ISO 3166), such as CN, TW, JP or DE.")


@functools.lru_cache(maxsize=4096)
def normalised(number: str, region: str = "") -> str | None:
    """Return a number in E.164, or None where it is none that can be.

    Args:
        number: as it stands somewhere.
        region: the country (ISO 3166) of numbers without a country code; empty where unknown: a Chinese mobile number
            is known by its form all the same.
    """
    if not 4 <= len(number) <= _MAX:
        return None
    try:
        parsed = phonenumbers.parse(number, region or ("CN" if _CHINESE.fullmatch(number) else None))
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def told_region(region: str) -> str:
    """Return the code of a country that a person gave.

    Raises:
        NoRegionError: there is none.
    """
    code = region.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise NoRegionError(region=readable(region[:60]))
    return code


def region_of(e164: str) -> str:
    """Return the country of a number; empty where it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except NumberParseException:
        return ""


def region_of_most(starts: Mapping[str, int]) -> str:
    """Return the country of most numbers, by their first three digits; empty where no country has most of them."""
    counts: dict[str, int] = {}
    for digits, count in starts.items():
        code = next(
            (
                region
                for n in (1, 2, 3)
                if (region := phonenumbers.region_code_for_country_code(int(digits[:n]))) != "ZZ"
            ),
            "",
        )
        if code:
            counts[code] = counts.get(code, 0) + count
    if not counts:
        return ""
    best = max(counts, key=lambda code: (counts[code], code))
    return best if counts[best] >= _MAJORITY * sum(counts.values()) else ""


def fits(hint: str, e164: str) -> bool:
    """Tell whether a number of which digits are hidden (`138*8000`, `*8000`) can be this one."""
    head, star, tail = hint.partition("*")
    if not star or len(tail) < 3 or not e164.endswith(tail):
        return False
    digits = head.lstrip("+")
    whole = e164.lstrip("+")
    national = _national(e164)
    return not digits or whole.startswith(digits) or national.startswith(digits)


def only_fit(hint: str, numbers: Iterable[str]) -> str | None:
    """Return the only one of the numbers that fits; None where none does, or several do."""
    fitting = [number for number in numbers if fits(hint, number)]
    return fitting[0] if len(fitting) == 1 else None


@functools.lru_cache(maxsize=256)
def _national(e164: str) -> str:
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(e164)))
    except NumberParseException:
        return ""
