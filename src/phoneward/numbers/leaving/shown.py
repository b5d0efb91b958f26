"""How a number is shown to a person."""

from phoneward.errors import readable


def shown_number(e164: str) -> str:
    """Return a number as a person in its country writes it; as it is where it is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return readable(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
