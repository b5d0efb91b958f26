"""What a person may ask of the other side, in the words of a letter."""

import enum
from collections.abc import Mapping
from typing import Final

from phoneward.cases.facts import CaseFacts
from phoneward.cases.law import Use
from phoneward.cases.letters.gaps import Need, gap_text, is_missing
from phoneward.cases.letters.saying import amount_words, day_words
from phoneward.incidents import Incident
from phoneward.texts import N_, _


class Demand(enum.StrEnum):
    """One thing that is asked; the values are for programs, and stable."""

    EXPLANATION = "explanation"
    RESTORATION = "restoration"
    DELETION = "deletion"
    COPY = "copy"
    COMPENSATION = "compensation"
    APOLOGY = "apology"


DEMAND_WORDS: Final[Mapping[Demand, str]] = {
    Demand.EXPLANATION: N_("Explanation"),
    Demand.RESTORATION: N_("Restoration"),
    Demand.DELETION: N_("Deletion"),
    Demand.COPY: N_("A copy of my data"),
    Demand.COMPENSATION: N_("Compensation"),
    Demand.APOLOGY: N_("Apology"),
}
"""What each is called, marked with `N_`."""

_USES: Final[Mapping[Demand, frozenset[Use]]] = {
    Demand.EXPLANATION: frozenset({Use.EXPLANATION, Use.NOTICE}),
    Demand.RESTORATION: frozenset({Use.RESTORATION}),
    Demand.DELETION: frozenset({Use.DELETION, Use.REFUSAL}),
    Demand.COPY: frozenset({Use.COPY, Use.REFUSAL}),
    Demand.COMPENSATION: frozenset({Use.COMPENSATION, Use.DISTRESS}),
    Demand.APOLOGY: frozenset({Use.APOLOGY}),
}
_LEAK_USES: Final[Mapping[Incident, frozenset[Use]]] = {
    Incident.NUMBER_GIVEN_UP: frozenset({Use.ACCOUNT}),
    Incident.STRANGER_IN_ACCOUNT: frozenset({Use.ACCOUNT}),
    Incident.PICTURE_COPIED: frozenset({Use.CONSENT}),
}
_SENSITIVE: Final = frozenset({"account", "bank", "financial", "medical", "biometric", "location"})
"""Kinds of loss that are sensitive personal information (PIPL 28), as a case names them."""


def fitting(incident: Incident) -> tuple[Demand, ...]:
    """Return what is asked after such an incident, where the person does not choose."""
    if incident.is_leak:
        return (Demand.EXPLANATION, Demand.DELETION, Demand.COPY, Demand.COMPENSATION, Demand.APOLOGY)
    return (Demand.EXPLANATION, Demand.RESTORATION, Demand.COMPENSATION, Demand.APOLOGY)


def uses_of(demands: tuple[Demand, ...], facts: CaseFacts) -> frozenset[Use]:
    """Return what rules are wanted for: the demands, and what the incident itself is judged by."""
    wanted = frozenset[Use]().union(*(_USES[one] for one in demands))
    # Rules on apology and payment for harmed personality rights speak of what was read by others, not of what was lost.
    if facts.incident.is_leak:
        wanted |= {Use.SECURITY, Use.PRIVACY} | _LEAK_USES.get(facts.incident, frozenset())
        if Demand.COMPENSATION in demands:
            wanted |= {Use.COMPENSATION_PRIVACY}
        if any(loss.kind in _SENSITIVE for loss in facts.losses):
            wanted |= {Use.SENSITIVE}
    else:
        wanted |= {Use.SECURITY, Use.PRODUCT}
    return wanted


def sentences_of(demand: Demand, facts: CaseFacts) -> tuple[str, ...]:
    """Return what is asked, in the language that is spoken."""
    return tuple(_MAKERS[demand](facts))


def _explanation(facts: CaseFacts) -> list[str]:
    asked = [
        _("Explain in writing what happened and why, since when you have known of it, and which data of mine it hit."),
        _("Say which measures protected this data, and what you have done since, so that it does not happen again."),
    ]
    if facts.incident.is_leak:
        asked.append(
            _("Say on which legal ground and by which rules you handle this data, and to whom it was passed or shown.")
        )
    if facts.incident in {Incident.NUMBER_GIVEN_UP, Incident.STRANGER_IN_ACCOUNT}:
        since = day_words(facts.happened) if facts.happened else gap_text(Need.HAPPENED)
        asked.append(
            _(
                "Send me the record of sign-ins to my account and of what was opened, changed or shared in it since "
                "{day}, and keep that record."
            ).format(day=since)
        )
    elif facts.incident is Incident.PICTURE_COPIED:
        asked.append(
            _(
                "Say which pictures of mine were copied and by which function, where the copies are, and whether any "
                "left the phone; and show by what I can check that."
            )
        )
    elif not facts.incident.is_leak:
        asked.append(
            _("Say which warning was shown before this happened, in which words and how, and whom else it concerns.")
        )
    return asked


def _restoration(facts: CaseFacts) -> list[str]:
    del facts
    return [
        _(
            "Bring back what was lost at once and with every means you have: backups, copies and records that you or "
            "those who work for you hold."
        ),
        _("Until then neither delete nor overwrite anything that may help, the records of this event included."),
        _("If it cannot be brought back, say so in writing, with the reasons and with what you have tried."),
    ]


def _deletion(facts: CaseFacts) -> list[str]:
    asked = [
        _("Delete the data of mine that you hold without a legal ground, copies and what was made of it included."),
        _("Have it deleted by those to whom you passed it."),
        _("Keep the records that show what happened, until this matter is settled."),
        _("Tell me in writing what was deleted and when, and what was kept and why."),
    ]
    if facts.incident in {Incident.NUMBER_GIVEN_UP, Incident.STRANGER_IN_ACCOUNT}:
        asked.insert(
            0,
            _(
                "Take the old number off my account, end all sessions and shared links that are not mine, and let me "
                "prove by another way that the account is mine."
            ),
        )
    return asked


def _copy(facts: CaseFacts) -> list[str]:
    del facts
    return [
        _(
            "Hand me a copy of all personal data that you hold of me, in a common electronic form, and say where it "
            "came from, what it is used for, how long it is kept and to whom it was passed."
        ),
        _("I will prove who I am as far as that is needed; please ask for nothing beyond it."),
    ]


def _compensation(facts: CaseFacts) -> list[str]:
    amount = amount_words(facts.losses)
    if is_missing(Need.AMOUNT, facts, None):
        amount = gap_text(Need.AMOUNT)
    asked = [_("Pay for the loss: {amount}, as listed above.").format(amount=amount)]
    if any(loss.meaning.strip() for loss in facts.losses):
        asked.append(
            _("Take into account what this means to me, as told above: its worth is not only that of the storage.")
        )
    return asked


def _apology(facts: CaseFacts) -> list[str]:
    del facts
    return [
        _("Admit in writing what went wrong, and apologise to me."),
        _("Tell the others whom it concerns, on your web site and in time."),
    ]


_MAKERS: Final = {
    Demand.EXPLANATION: _explanation,
    Demand.RESTORATION: _restoration,
    Demand.DELETION: _deletion,
    Demand.COPY: _copy,
    Demand.COMPENSATION: _compensation,
    Demand.APOLOGY: _apology,
}
