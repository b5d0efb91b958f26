"""What a step says to a person: who gets in, what they find, how it is done, what is final, what is not known."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.account_words import MAX_NAME, holdings, system_words
from phoneward.numbers.inventory import SourceKind
from phoneward.numbers.leaving.planning import Group, Plan, Step
from phoneward.numbers.leaving.standings import State
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Claim, OldNumber, Steps, System
from phoneward.texts import N_, Day, Listed, Words, _, counted, in_language, running, sentences, verbatim, words


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take the number off an account.

    Attributes:
        title: what it does, in words.
        sentences: what to do, in the reader's language.
        link: where it begins; empty where it begins in the app.
        is_confirmed: a source describes it.
        source: the page that does; empty where none.
        checked: the day somebody read it there.
    """

    title: Words
    sentences: tuple[str, ...]
    link: str = ""
    is_confirmed: bool = False
    source: str = ""
    checked: dt.date | None = None


def service_words(step: Step) -> Words:
    """Return what the account is called; as it signs where the rulebook does not know it."""
    if step.system is None:
        return verbatim(readable(step.account.service)[:MAX_NAME])
    return system_words(step.system)


def day_words(date: dt.date) -> Day:
    """Return a day as a detail of a sentence."""
    return Day(dt.datetime.combine(date, dt.time(12)).astimezone())


# -- who gets in, and what they find -------------------------------------------------------------------------------


def holds(step: Step) -> Words | None:
    """Return what a stranger who gets in finds; None where nobody knows."""
    things = holdings(step.system)
    return None if things is None else words("Who gets in has: {things}.", things=things)


_OPENERS: Final = (
    ("sms_login", N_("a code by text message is enough to sign in")),
    ("sms_reset", N_("a code by text message is enough to set a new password")),
    ("one_tap", N_("whoever has the SIM signs in with one tap, and no message warns you")),
)


def opened_by(step: Step) -> Words | None:
    """Return who gets in with nothing but the number; None where that is not known."""
    if step.system is None:
        return None
    claims = [(_claim(step.system, name), said) for name, said in _OPENERS]
    found = [(claim, Words(said)) for claim, said in claims if claim is not None and claim.value]
    if found:
        said = words("The number alone opens it: {ways}.", ways=Listed(tuple(way for _claimed, way in found)))
        return said if all(claim.is_confirmed for claim, _way in found) else _unconfirmed(said)
    if all(claim is not None and claim.is_confirmed for claim, _said in claims):
        return words("The number alone does not open it.")
    return None


def _claim(system: System, name: str) -> Claim[bool] | None:
    claims = {"sms_login": system.sms_login, "sms_reset": system.sms_reset, "one_tap": system.one_tap}
    return claims[name]


def _unconfirmed(sentence: Words) -> Words:
    return running(sentence, words("(Not confirmed.)"))


def shown_by(step: Step) -> Words:
    """Return how it is known that the account hangs on the number."""
    last = step.account.last
    when = words("the last time on {day}", day=Day(last)) if last is not None else words("without a date")
    if step.group is Group.MAYBE and step.account.numbers:
        return words("It showed on another number of yours ({when}); it may be on this one too.", when=when)
    if step.group is Group.MAYBE:
        return words("It shows ({when}), but not on which number. It may be on this one.", when=when)
    if step.account.grade is Relation.ACCOUNT:
        strong = {e.source for e in step.account.evidence if e.grade is Relation.ACCOUNT}
        if SourceKind.SMS in strong or not strong:
            return words("Messages show an account on this number ({when}).", when=when)
        if SourceKind.PASSWORDS in strong:
            return words("In your password manager this number is the user name there.")
        return words("A letter of theirs shows an account on this number ({when}).", when=when)
    return words("They know this number from something you bought or had sent ({when}).", when=when)


_GROUPS: Final[Mapping[Group, tuple[str, str]]] = {
    Group.OLD_NUMBER: (
        N_("First: while the old number still works"),
        N_("These send a code to the old number, or nobody knows whether they do. Later you can hardly do it alone."),
    ),
    Group.THEN: (
        N_("Then: these work without the old number too"),
        N_("Do them before the number is given up all the same: until then nobody else gets in."),
    ),
    Group.AFTER: (
        N_("Now: cut these loose without the old number"),
        N_("What would hurt most comes first."),
    ),
    Group.MAYBE: (
        N_("Look: these may be on this number"),
        N_("Nothing shows that they are on this number. Look into the settings of each; if it is this one, change it."),
    ),
}


def group_words(group: Group) -> tuple[Words, Words]:
    """Return a part's title, and what it is about."""
    title, about = _GROUPS[group]
    return Words(title), Words(about)


# -- how it stands, until when -------------------------------------------------------------------------------------


def standing_words(step: Step) -> Words | None:
    """Return how a step stands; None where it is simply open."""
    found = step.standing
    if found.state is State.OPEN or found.since is None:
        return None
    if found.state is State.REOPENED:
        days = Listed(tuple(dict.fromkeys(Day(when) for when in found.still)))
        return words(
            "It was done on {day}, but messages of theirs still came to the old number: {days}. Look again.",
            day=Day(found.since),
            days=days,
        )
    if found.state is State.DONE:
        return words("Done on {day}, as you said.", day=Day(found.since))
    if found.is_sure:
        return words("Closed by proof: a message of theirs of {day} says so.", day=Day(found.since))
    return words(
        "Closed by proof: on {day} a message of theirs came to another number of yours. Make sure that it is your old "
        "account there, and not a new, empty one.",
        day=Day(found.since),
    )


def until_words(step: Step, plan: Plan) -> Words:
    """Return until when a step is to be done."""
    if plan.is_past:
        return words("Now: the number is given up already.")
    if step.by is None:
        return words("Now, before the number is given up.")
    if step.by < plan.today:
        return words("Overdue: it should have been done by {day}.", day=day_words(step.by))
    return words("Today.") if step.by == plan.today else words("By {day}.", day=day_words(step.by))


# -- how -----------------------------------------------------------------------------------------------------------


def ways(step: Step) -> tuple[Way, ...]:
    """Return how the number is taken off the account, the best way first; general advice where nobody knows."""
    system = step.system
    if system is None or not (system.rebind or system.unbind or system.delete):
        return (Way(words("Put your new number there"), tuple(map(str, _general(step)))),)
    found = [
        _way(words("Put your new number there"), system.rebind),
        _way(words("Or take the number off"), system.unbind),
        _way(words("Or delete the account, where you do not need it any more"), system.delete),
    ]
    kept = [way for way in found if way is not None]
    if system.rebind is None:
        kept.insert(0, Way(words("Put your new number there"), tuple(map(str, _general(step)))))
    return tuple(kept)


def _way(title: Words, steps: Steps | None) -> Way | None:
    if steps is None:
        return None
    return Way(title, tuple(in_language(steps.steps)), steps.link, steps.is_confirmed, steps.source, steps.checked)


def _general(step: Step) -> tuple[Words, ...]:
    return (
        words(
            "Sign in to {service} with its own app or page, and open the settings: “Account and security”, or your "
            "profile.",
            service=service_words(step),
        ),
        words("Change the phone number to your new one. Where it asks for codes, both phones must be at hand."),
        words(
            "If there is no such setting, ask their support from inside the app. Nobody honest asks you to read a code "
            "out to them."
        ),
    )


def needs_old(step: Step) -> Words:
    """Return whether the old number is needed for the change."""
    claim = step.system.old_number if step.system is not None else None
    if claim is None:
        return words("Whether it needs a code to the old number is not known: do it while that still works.")
    said = words(
        {
            OldNumber.NEEDED: N_("It needs a code to the old number: later you can hardly do it alone."),
            OldNumber.OR_ANOTHER_WAY: N_(
                "It needs a code to the old number, or another way: a password, your face, your identity card."
            ),
            OldNumber.NOT_NEEDED: N_("It does not need the old number."),
        }[claim.value]
    )
    return said if claim.is_confirmed else _unconfirmed(said)


def irreversible(step: Step) -> tuple[Words, ...]:
    """Return what cannot be undone."""
    system = step.system
    if system is None or system.delete is None:
        return ()
    return (words("Deleting the account cannot be undone: first save what is in it, and take out what it owes you."),)


def unknown(step: Step) -> tuple[Words, ...]:
    """Return what nobody knows about this account."""
    system = step.system
    if system is None:
        return (
            words("This service is not in our rulebook: what it holds, and whether the number alone opens it, is not "
                  "known. Take it that it does."),
        )  # fmt: skip
    found = []
    if opened_by(step) is None:
        found.append(words("Whether the number alone opens it is not known. Take it that it does."))
    if system.rebind is None:
        found.append(words("How its number is changed is not known here."))
    if system.reissue is None:
        found.append(words("What happens there once somebody else has the number is not known."))
    return tuple(found)


def after_reissue(step: Step) -> str:
    """Return what is known to happen once somebody else has the number; empty where nothing is."""
    reissue = step.system.reissue if step.system is not None else None
    if reissue is None:
        return ""
    text = in_language(reissue.text)
    return text if reissue.is_confirmed or not text else sentences(text, _("(Not confirmed.)"))


def step_sentences(step: Step, plan: Plan) -> tuple[Words, ...]:
    """Return what is said about a step beside how it is done, in this order."""
    after = after_reissue(step)
    said = (
        standing_words(step),
        shown_by(step),
        opened_by(step),
        holds(step),
        *(() if plan.is_past else (needs_old(step), *irreversible(step))),
        verbatim(after) if after else None,
        *unknown(step),
    )
    return tuple(one for one in said if one is not None)


def left_words(plan: Plan) -> Words:
    """Return how many accounts are left."""
    return counted("{count} account is left to do.", "{count} accounts are left to do.", len(plan.open_steps))
