"""Of which country a number is."""

import re
from typing import Final

import phonenumbers

_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")


def country_of(number_or_country: str) -> str | None:
    """Return the country of a number, ISO 3166; None where the number tells none.

    Args:
        number_or_country: a number in E.164, or a country's two letters, which are returned in capitals.
    """
    if _COUNTRY.fullmatch(number_or_country):
        return number_or_country.upper()
    try:
        number = phonenumbers.parse(number_or_country)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    # +1 and +7 are shared: a number of no known range says which countries it can be of, and no more.
    if region is None:
        regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
        region = regions[0] if len(regions) == 1 else None
    return region if region is not None and _COUNTRY.fullmatch(region) else None
