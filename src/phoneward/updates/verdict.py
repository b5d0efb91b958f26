"""What the room says of an update: a verdict, and every reason for it."""

import enum
from dataclasses import dataclass

from phoneward.findings import Tier
from phoneward.texts import Words


class Verdict(enum.StrEnum):
    """What becomes of the app's data."""

    KEEPS = "keeps"
    """Android takes the update and leaves the data alone."""
    REFUSED = "refused"
    """Android does not take it; app and data stay as they are."""
    WIPES = "wipes"
    """Android does not take it as an update, but would take this same file once the app, and its data, are removed; and
    no install option would keep the data."""
    UNDECIDED = "undecided"
    """What is needed to tell could not be had."""


class Effect(enum.StrEnum):
    """What a reason does."""

    NEVER = "never"
    """This file cannot be installed on this phone, whether the app is there or not."""
    NOT_OVER = "not-over"
    """It cannot be installed over the app that is there; without that app it could."""
    OPTION = "option"
    """As `NOT_OVER` or `NEVER`, but an install option (`Reason.option`) lifts it on this phone; the data is kept."""
    UNKNOWN = "unknown"
    """It could not be told whether this stands in the way."""
    WARNS = "warns"
    """It does not stand in the way; a person should know it."""
    NOTES = "notes"
    """A fact that was looked at and is as it should be, or one that could not be looked at and does not decide."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule, and what it says of this update.

    Attributes:
        code: stable, kebab-case, for programs; listed in docs/reference.
        effect: what it does to the verdict.
        text: one sentence for a person.
        source: the rule's source: AOSP file and method.
        status: what Android's installer would answer, `INSTALL_FAILED_…`; empty where nothing.
        option: what lifts it, such as `-t`; only with `Effect.OPTION`.
    """

    code: str
    effect: Effect
    text: Words
    source: str = ""
    status: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would become of an app and its data.

    Attributes:
        package: the app.
        verdict: see `Verdict`.
        reasons: gravest first.
        tier: `inferred` from Android's own rules; `not checked` where undecided.
        lowered: a known incident of this make that those rules do not cover: KEEPS is not promised; None otherwise.
        signers: SHA-256 of each certificate that this phone would take for the update's signer; empty where none.
    """

    package: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    tier: Tier = Tier.INFERRED
    lowered: Words | None = None
    signers: tuple[str, ...] = ()
