"""What a new holder is told: what shows it, what to do, what never to do."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.findings import Action
from phoneward.numbers.account_words import MAX_NAME, system_words
from phoneward.numbers.carriers import For, offers
from phoneward.numbers.newholder.judging import NewHolder, Sign, Stranger
from phoneward.texts import N_, Day, Named, Words, counted, running, verbatim, words

_SIGNS: Final[Mapping[Sign, str]] = {
    Sign.NAME: N_("It greets somebody else by name: {initial}"),
    Sign.BEFORE: N_("It wrote before the number was yours."),
    Sign.NOT_BEGUN: N_("It writes as to the owner of an account, and nothing shows that you opened one."),
    Sign.CUSTOMER: N_("It writes of an order or a parcel. It may be yours."),
    Sign.CODES: N_("It sends codes. If you did not ask for them, somebody else tries to sign in."),
}


def stranger_words(stranger: Stranger) -> Words:
    """Return what a service is called."""
    if stranger.system is not None:
        return system_words(stranger.system)
    return verbatim(readable(stranger.service)[:MAX_NAME])


def sign_words(stranger: Stranger) -> tuple[Words, ...]:
    """Return what shows that a service means somebody else, the surest first."""
    return tuple(
        Words(_SIGNS[sign], details={"initial": readable(stranger.initial)} if sign is Sign.NAME else {})
        for sign in stranger.signs
    )


def reissue_words(stranger: Stranger) -> Words | None:
    """Return what is known of a service and re-issued numbers; None where nothing is."""
    known = stranger.system.reissue if stranger.system is not None else None
    if known is None:
        return None
    said = words("{service}: {what}", service=stranger_words(stranger), what=Named(known.text))
    return running(said, None if known.is_confirmed else words("This is not confirmed."))


def new_holder_never() -> tuple[Words, ...]:
    """Return what a new holder does not do, however easy it is."""
    return (
        words(
            "Do not sign in to these accounts, and do not use “forgotten password” in them: a code that comes to you "
            "opens somebody else's account, and that may be a crime."
        ),
        words("Do not read a code out to whoever asks for it, also not to somebody who says it is their account."),
        words("Delete what came for somebody else once you no longer need it as proof."),
    )


def new_holder_steps(found: NewHolder) -> tuple[Words, ...]:
    """Return what a new holder does, in this order."""
    refresh = [one for one in offers(found.number) if For.NEW in one.for_whom and one.id == "number-refresh"]
    steps = [
        words("Keep the contract or the carrier's message that shows from which day the number is yours."),
        words(
            "Ask your carrier when the number was last somebody else's, and for another number if too much comes for "
            "that person."
        ),
    ]
    if refresh:
        steps.append(
            words(
                "Have the number taken off the earlier accounts: your carrier's app, “二次号码焕新” (see phoneward "
                "number offers). It is for accounts from before the number was yours."
            )
        )
    steps += [
        words(
            "Write to each service above that it takes you for somebody else: phoneward number new {number} --letter "
            "SERVICE prints what to say. They can ask the owner by mail, and take the number off.",
            number=found.number,
        ),
        words(
            "Where you want an account of your own and the number is taken, choose “not my account” or “register "
            "anew” where the service has it, else its support. Check afterwards that nothing of the other person's "
            "is in it."
        ),
        words("Debts, summonses and calls for somebody else: say once in writing that the number is yours since then."),
    ]
    return tuple(steps)


def letter_action(found: NewHolder, stranger: Stranger) -> Action:
    """Return the action that leads to a letter to a service."""
    return Action(
        room="cases",
        verb="letter",
        label=words("Write to {service}", service=stranger_words(stranger)),
        arguments={"kind": "new-holder", "number": found.number, "account": stranger.key},
        command=("phoneward", "number", "new", found.number, "--letter", stranger.key),
    )


def new_holder_unknown(found: NewHolder) -> tuple[Words, ...]:
    """Return what this does not show."""
    said = [
        words(
            "A service that never wrote is not listed; accounts of the earlier holder can hang on the number all the "
            "same."
        )
    ]
    if found.earlier:
        said.append(
            counted(
                "{count} message from before that day was passed over: it came to another number of yours, as a rule.",
                "{count} messages from before that day were passed over: they came to another number of yours, as a "
                "rule.",
                found.earlier,
            )
        )
    if found.since is None:
        said.append(words("Say since when the number is yours (--since): what came before is surely not for you."))
    if not found.has_names:
        said.append(
            words("Say what you are called (--name): a message that greets somebody else is surely not for you.")
        )
    return tuple(said)


def day(date: dt.date) -> Day:
    """Return a day as it is shown."""
    return Day(dt.datetime(date.year, date.month, date.day, 12).astimezone())
