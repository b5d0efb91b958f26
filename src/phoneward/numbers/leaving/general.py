"""What the whole plan says beside its steps: what to do first, what cannot be undone, what comes after."""

import datetime as dt
from typing import Final

from phoneward.findings import Action
from phoneward.numbers.leaving.planning import Plan, Step
from phoneward.numbers.leaving.wording import day_words, service_words
from phoneward.numbers.rulebook import Holding, OldNumber
from phoneward.texts import Words, counted, running, words

RECHECK_UNKNOWN: Final = 30
"""Days after which to look again, where nobody knows how long the carrier keeps the number back."""
_BEFORE_REISSUE: Final = 7
REVIEW_MONTHS: Final = 6


def recheck_day(plan: Plan) -> dt.date:
    """Return the day on which to look a last time: before somebody else may have the number."""
    least = plan.grace.least_days if plan.grace is not None else None
    return plan.on + dt.timedelta(days=RECHECK_UNKNOWN if least is None else max(1, least - _BEFORE_REISSUE))


def first_steps() -> tuple[Words, ...]:
    """Return what to do before all accounts, in this order."""
    return (
        words("Keep the SIM in a phone, and the contract alive, until every step is done. Rather put the day off."),
        words("Have your new number at work before you begin, and keep both phones or SIMs at hand."),
        words("Tell banks, brokers, insurers and pension offices first: some need a visit and days."),
        words(
            "Carriers and the state keep lists of their own, and some take accounts off: phoneward number offers. "
            "Compare what they count with this plan."
        ),
        words("Save your text messages and chats: phoneward backup. Some leave with the number."),
        words(
            "Where you can, set up a second way in that is not the number: an authenticator app, a passkey, recovery "
            "codes on paper. Then look whether such an app itself signs in with the number."
        ),
        words("Look at the recovery number of your mail and of the phone's own account (Apple, Google, Huawei)."),
        words("Tell family, friends, school, doctor and employer; correct the number in addresses for parcels."),
        words(
            "Think of what hangs on the SIM itself: voicemail, call forwarding, contacts stored on it, other SIMs and "
            "data plans in the same contract, money left on it, loyalty points."
        ),
        words("Never read a code out to anybody, and never type one on a page that a message led you to."),
    )  # fmt: skip


def first_steps_after() -> tuple[Words, ...]:
    """Return what to do first where the number is given up already."""
    return (
        words(
            "Ask the carrier today whether you can still have the number back. While it is kept back, some give it to "
            "its last owner again; then do all this with the number at hand."
        ),
        words("Begin with your mail and the phone's own account: they open the others."),
        words("Ring your banks (the number is on the back of the card) and tell them that the number is not yours."),
        words("Where you are still signed in on a phone or computer, do not sign out: from there it is easiest."),
        words("Tell the people you know that messages from the old number are not from you any more."),
        words("Never read a code out to anybody, and never type one on a page that a message led you to."),
    )


def not_undone() -> tuple[Words, ...]:
    """Return what cannot be undone, whatever the account."""
    return (
        words("Once the number is given up, no code reaches you there, and nobody can give you one that came."),
        words("The number is issued again. Its next holder gets the codes of every account that is still bound to it."),
        words("Some services let a number be changed only once in a while: put the right one in at once."),
        words("An account that is deleted is gone, with what is in it."),
    )


def grace_words(plan: Plan) -> Words:
    """Return how long the carrier keeps the number back. It is grace, and never the plan."""
    first = plan.first_reissue
    if first is None:
        return words(
            "How long the carrier keeps the number back before somebody else gets it is not known. Do not count on it."
        )
    days = plan.grace.least_days if plan.grace is not None and plan.grace.least_days is not None else 0
    if plan.is_past and first <= plan.today:
        return words("Since {day} somebody else may have the number.", day=day_words(first))
    kept = counted("{count} day", "{count} days", days)
    if plan.grace is not None and plan.grace.source:
        return words(
            "The carrier keeps the number back for at least {days}: nobody else has it before {day}. Take it as grace "
            "for what you forgot; codes do not reach you in that time either.",
            days=kept,
            day=day_words(first),
        )
    return words(
        "The carrier may keep the number back for {days}, until {day}; that is not confirmed. Do not count on it.",
        days=kept,
        day=day_words(first),
    )


# -- one account, after the number is gone -------------------------------------------------------------------------


def cut_loose(step: Step, plan: Plan) -> tuple[Words, ...]:
    """Return how to cut one account loose without the old number, in this order."""
    system = step.system
    need = step.old_number
    found = [_way_in(need)]
    found.append(words("End all other sessions and remove devices that you do not know."))
    if system is not None and {Holding.PHOTOS, Holding.FILES} & set(system.holds):
        found.append(words("Take back links and folders that are shared."))
    found.append(words("Set a new password, and a second way in that is not the number."))
    if system is not None and {Holding.MONEY, Holding.CREDIT} & set(system.holds):
        found.append(
            words(
                "Go through what was paid and lent since {day}, and report what is not yours.", day=day_words(plan.on)
            )
        )
    found.append(
        words("Demand the dated list of sign-ins since {day}: it shows who was there.", day=day_words(_since(plan)))
    )  # fmt: skip
    return tuple(found)


def _way_in(need: OldNumber | None) -> Words:
    if need is OldNumber.NOT_NEEDED:
        return words("Sign in with your password or another way, and put your new number there: the old is not needed.")
    if need is OldNumber.OR_ANOTHER_WAY:
        return words(
            "Sign in with your password, and choose the way without the old number when you change it: password, face, "
            "identity card, or an appeal."
        )
    return words(
        "Sign in with a password, a passkey or a device that is still signed in. Where the change asks for the old "
        "number, choose “number no longer in use” or ask their support: say that you gave the number up, and have your "
        "identity card ready."
    )


def _since(plan: Plan) -> dt.date:
    """Return the day from which somebody else may have got in: the first re-issue where it is known, else at once."""
    first = plan.first_reissue
    confirmed = plan.grace is not None and bool(plan.grace.source)
    return first if first is not None and confirmed and first <= plan.today else plan.on


def intruders_words(plan: Plan) -> Words:
    """Return who may have got in since."""
    first = plan.first_reissue
    if first is None:
        return words(
            "Somebody else may have the number since {day}: when it was issued again, only the carrier knows.",
            day=day_words(plan.on),
        )
    doubt = None if plan.grace is not None and plan.grace.source else words("(Not confirmed.)")
    if first > plan.today:
        said = words(
            "Before {day} nobody else should have the number. Whoever had the SIM or its codes on {given} still could "
            "get in.",
            day=day_words(first),
            given=day_words(plan.on),
        )
    else:
        said = words(
            "Since {day} somebody else may have the number; between {given} and that day nobody should have had it.",
            day=day_words(first),
            given=day_words(plan.on),
        )
    return running(said, doubt)


def log_demand(step: Step, plan: Plan) -> Action:
    """Return the Action that demands the dated list of sign-ins."""
    return Action(
        "cases",
        "demand-access-log",
        words("Demand the list of sign-ins of {service}", service=service_words(step)),
        {"account": step.account.key, "since": _since(plan).isoformat()},
    )
