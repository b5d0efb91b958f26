"""What an account is called, what is in it and who gets in, in words: for findings, tables and pages."""

from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.inventory import Account
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Harm, Holding, System, rulebook
from phoneward.texts import N_, Listed, Named, Words, verbatim, words

MAX_NAME: Final = 60

GRADE_WORDS: Final[Mapping[Relation, str]] = {
    Relation.ACCOUNT: N_("account"),
    Relation.CUSTOMER: N_("customer"),
    Relation.WEAK: N_("perhaps"),
    Relation.NONE: N_("no"),
}

HARM_WORDS: Final[Mapping[Harm, str]] = {
    Harm.GRAVE: N_("grave"),
    Harm.SERIOUS: N_("serious"),
    Harm.SOME: N_("some"),
}

HOLDING_WORDS: Final[Mapping[Holding, str]] = {
    Holding.MONEY: N_("money"),
    Holding.CREDIT: N_("loans in your name"),
    Holding.IDENTITY: N_("your identity papers"),
    Holding.MESSAGES: N_("messages"),
    Holding.PHOTOS: N_("photos"),
    Holding.FILES: N_("files"),
    Holding.MAIL: N_("mail, and with it the passwords of other accounts"),
    Holding.CONTACTS: N_("contacts"),
    Holding.HEALTH: N_("health records"),
    Holding.PLACES: N_("where you live and go"),
    Holding.PURCHASES: N_("purchases"),
    Holding.HOME: N_("cameras, locks and devices at home"),
    Holding.WORK: N_("work"),
    Holding.OTHER_ACCOUNTS: N_("other accounts that it opens"),
    Holding.PUBLIC_NAME: N_("your public name"),
}


def account_name(account: Account) -> str:
    """Return what an account is called in the reader's language, readable; as it signs where nobody knows it."""
    return str(account_words(account))


def account_words(account: Account) -> Words:
    """Return the same for a sentence that is made once and read in any language."""
    system = rulebook().by_id(account.system or "")
    if system is None:
        return verbatim(readable(account.service)[:MAX_NAME])
    return system_words(system)


def system_words(system: System) -> Words:
    """Return what an account system is called."""
    return words("{name}", name=Named(system.names))


def holdings(system: System | None) -> Words | None:
    """Return what a stranger who gets in finds; None where nobody knows."""
    if system is None:
        return None
    return words("{things}", things=Listed(tuple(Words(HOLDING_WORDS[one]) for one in system.holds)))


def alone_words(account: Account) -> Words:
    """Return whether whoever has the number gets in with it alone, as far as the rulebook knows."""
    system = rulebook().by_id(account.system or "")
    claims = [] if system is None else [one for one in (system.sms_login, system.sms_reset, system.one_tap) if one]
    opening = [claim for claim in claims if claim.value]
    if any(claim.is_confirmed for claim in opening):
        return words("gets in")
    if opening:
        return words("probably gets in")
    return words("does not get in") if len(claims) == CLAIMS and all(c.is_confirmed for c in claims) else words("?")


CLAIMS: Final = 3
"""Ways in that the rulebook knows of: by a code, by a new password, by one tap."""


def harm_words(harm: Harm) -> Words:
    """Return how bad it is if a stranger gets in, in one word."""
    return Words(HARM_WORDS[harm])
