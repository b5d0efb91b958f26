"""What a letter needs and a case may not hold: named before the letter is written, and shown in it as a gap."""

import enum
from collections.abc import Mapping
from typing import Final

from phoneward.cases.facts import CaseFacts, Party, Role
from phoneward.texts import N_, _


class Need(enum.StrEnum):
    """Something that a letter or a form asks for; the values are for programs, and stable."""

    NAME = "claimant-name"
    ADDRESS = "claimant-address"
    PHONE = "claimant-phone"
    EMAIL = "claimant-email"
    CONTACT = "claimant-contact"
    IDENTITY = "claimant-identity"
    REGION = "claimant-region"
    RECIPIENT = "recipient-name"
    RECIPIENT_ADDRESS = "recipient-address"
    HAPPENED = "day-of-event"
    FACTS = "facts"
    LOSSES = "losses"
    AMOUNT = "amount"
    ACCOUNT = "account"
    APP = "app"
    ADDRESS_OF_SITE = "address-of-site"
    EVIDENCE = "evidence"
    PROBLEM_CLASS = "problem-class"
    TRIED = "company-was-asked"
    DEAD_NAME = "dead-person-name"
    KINSHIP = "kinship"
    INTEREST = "own-interest"
    ARRANGEMENT = "arrangement"
    COURT = "court"
    AUTHORITY = "authority"
    MEANS = "means"


NEED_WORDS: Final[Mapping[Need, str]] = {
    Need.NAME: N_("your name"),
    Need.ADDRESS: N_("your address"),
    Need.PHONE: N_("your phone number"),
    Need.EMAIL: N_("your e-mail address"),
    Need.CONTACT: N_("your address, phone number or e-mail address"),
    Need.IDENTITY: N_("number of your identity card, where the form asks for it"),
    Need.REGION: N_("your province and city"),
    Need.RECIPIENT: N_("name of the company"),
    Need.RECIPIENT_ADDRESS: N_("address of the company"),
    Need.HAPPENED: N_("day on which it happened"),
    Need.FACTS: N_("what happened, with its days"),
    Need.LOSSES: N_("what was lost or seen by others"),
    Need.AMOUNT: N_("amount that you ask for, and how it comes about"),
    Need.ACCOUNT: N_("your account, or the number of your order"),
    Need.APP: N_("name of the app"),
    Need.ADDRESS_OF_SITE: N_("web address of the site or of the app's download"),
    Need.EVIDENCE: N_("files that show it"),
    Need.PROBLEM_CLASS: N_("kind of problem, as the form lists it"),
    Need.TRIED: N_("when you asked the company, and what it answered"),
    Need.DEAD_NAME: N_("name of the person who died, and the day"),
    Need.KINSHIP: N_("how you are related, and what proves it"),
    Need.INTEREST: N_("your own lawful interest in the data"),
    Need.ARRANGEMENT: N_("whether the person had arranged otherwise"),
    Need.COURT: N_("court that you turn to"),
    Need.AUTHORITY: N_("authority that you turn to"),
    Need.MEANS: N_("your income and means, where the office asks for them"),
}
"""Each as it completes "Please fill in:", marked with `N_`."""


def gap_text(need: Need) -> str:
    """Return how a gap stands in a letter, in the language that is spoken."""
    return _("[Please fill in: {what}]").format(what=_(NEED_WORDS[need]))


def claimant(facts: CaseFacts) -> Party | None:
    """Return who writes; the first where several are named."""
    return next((one for one in facts.parties if one.role is Role.CLAIMANT), None)


def is_missing(need: Need, facts: CaseFacts, to: Party | None, *, has_evidence: bool = False) -> bool:
    """Tell whether the case lacks something. What a case never holds is always lacking.

    Args:
        need: what.
        facts: the case.
        to: whom the letter goes to, or whom it is about.
        has_evidence: whether there are files that show it.
    """
    one = claimant(facts)
    held: dict[Need, object] = {
        Need.NAME: one and one.name,
        Need.ADDRESS: one and one.address,
        Need.PHONE: one and one.phone,
        Need.EMAIL: one and one.email,
        Need.CONTACT: one and (one.address or one.phone or one.email),
        Need.RECIPIENT: to and to.name,
        Need.RECIPIENT_ADDRESS: to and to.address,
        Need.HAPPENED: facts.happened,
        Need.FACTS: facts.events,
        Need.LOSSES: facts.losses,
        Need.AMOUNT: any(loss.cost is not None for loss in facts.losses),
        Need.ACCOUNT: facts.account,
        Need.APP: facts.apps,
        Need.EVIDENCE: has_evidence,
    }
    value = held.get(need)
    return not (value.strip() if isinstance(value, str) else value)
