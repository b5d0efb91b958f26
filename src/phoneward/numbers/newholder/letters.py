"""What to say to a service or a carrier about a number that was somebody else's: plain text, to be copied or printed.

A letter says what the sender knows: since when the number is theirs and that messages for somebody else come. It names
no code, no text of a message and nobody.
"""

from typing import Final

from phoneward.errors import readable
from phoneward.numbers.errors import NoLetterError
from phoneward.numbers.newholder.judging import NewHolder, Sign, Stranger
from phoneward.numbers.newholder.wording import day, stranger_words
from phoneward.texts import Words, counted, words


def to_service(found: NewHolder, stranger: Stranger) -> tuple[Words, ...]:
    """Return a letter to a service, a paragraph each."""
    return (
        words("To the support and the data protection officer of {service}", service=stranger_words(stranger)),
        words("Subject: the phone number {number} belongs to somebody else now", number=found.number),
        _mine(found),
        _what_came(stranger),
        words("I am not that person, have not signed in to their account and will not."),
        words("Please take the number off that account: for signing in, for setting a new password, and for messages."),
        words("Please tell the owner of the account by another way that the number is not theirs any more."),
        words(
            "Please keep no data of mine with that account, and tell me in writing what you have done and when, and "
            "from which day on no message for that account goes to my number."
        ),
        words("On request I show my contract with the carrier. I will not send you codes."),
        words("Date, name, address for your answer:"),
    )


def to_carrier(found: NewHolder) -> tuple[Words, ...]:
    """Return a letter to the carrier, a paragraph each."""
    return (
        words("To my carrier"),
        words("Subject: messages for an earlier holder of the number {number}", number=found.number),
        _mine(found),
        counted(
            "Since then {count} service takes me for somebody else.",
            "Since then {count} services take me for somebody else.",
            len(found.theirs),
        ),
        words("Please tell me on which day the number was last given up, and how long it rested before I got it."),
        words(
            "Please have the number taken off the accounts of earlier holders, where you offer that, or pass it on to "
            "the services as re-issued."
        ),
        words("If that is not possible, please give me another number free of charge, one that rested longer."),
        words("Date, name, customer number:"),
    )


def _mine(found: NewHolder) -> Words:
    if found.since is None:
        return words("The phone number {number} was issued to me by my carrier.", number=found.number)
    return words(
        "The phone number {number} was issued to me by my carrier on {day}.", number=found.number, day=day(found.since)
    )


def _what_came(stranger: Stranger) -> Words:
    if Sign.NAME in stranger.signs:
        return words("You send messages to it that greet somebody else by name.")
    if Sign.CODES in stranger.signs and len(stranger.signs) == 1:
        return words("You send one-time codes to it that I did not ask for.")
    return words("You send messages to it that are meant for the owner of an account that is not mine.")


CARRIER: Final = "carrier"


def letter(found: NewHolder, to: str) -> tuple[Words, ...]:
    """Return the letter to the carrier, or to a service that was found.

    Args:
        found: what was found.
        to: `carrier`, or an account's key.

    Raises:
        NoLetterError: no such service writes to the number.
    """
    if to == CARRIER:
        return to_carrier(found)
    for stranger in (*found.theirs, *found.maybe):
        if stranger.key == to:
            return to_service(found, stranger)
    keys = [stranger.key for stranger in (*found.theirs, *found.maybe)]
    raise NoLetterError(service=readable(to[:60]), keys=readable(", ".join([CARRIER, *keys[:20]])))
