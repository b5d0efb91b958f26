"""The answer's first line: what an update would do, and what this person has in the app, in one sentence."""

from collections.abc import Mapping
from typing import Final

from phoneward.snapshots import State
from phoneward.texts import N_, Words, words
from phoneward.updates.stakes import Copy, Kept, Stakes, kept_clause, stake_clause
from phoneward.updates.verdict import Effect, Judgement, Verdict

_HEADS: Final[Mapping[Verdict, str]] = {
    Verdict.KEEPS: N_("By Android's own rules this update of {app} keeps your data"),
    Verdict.REFUSED: N_("The phone would refuse this update of {app} and leave everything as it is"),
    Verdict.WIPES: N_("This update of {app} can only be installed by deleting {app} with everything in it"),
    Verdict.UNDECIDED: N_("Nobody can tell from here whether this update of {app} keeps your data"),
}


def head(judgement: Judgement, app: Words) -> Words:
    """Return what the update would do, as a clause.

    Args:
        judgement: on it.
        app: what people call the app.
    """
    if judgement.lowered is not None and judgement.verdict is Verdict.KEEPS:
        return words(
            "By Android's own rules this update of {app} would keep your data, but phones like this one have lost it",
            app=app,
        )
    return Words(_HEADS[judgement.verdict], details={"app": app})


def sentence(judgement: Judgement, app: Words, stakes: Stakes | None) -> Words:
    """Return the answer in one sentence.

    Args:
        judgement: on the update.
        app: what people call the app.
        stakes: what the person has in it; None where it is not on the phone.
    """
    if stakes is None and judgement.verdict is Verdict.KEEPS:
        return words("{app} is not on this phone, so installing it takes nothing away from you.", app=app)
    first = head(judgement, app)
    if stakes is None or stakes.kept is Copy.NOT_ASKED:
        return words("{verdict}.", verdict=first)
    return words("{verdict}: {stake}; {copy}.", verdict=first, stake=stake_clause(stakes), copy=kept_clause(stakes))


def main_reasons(judgement: Judgement) -> tuple[Words, ...]:
    """Return the sentences that a person needs besides: what stands in the way, and what they should know."""
    grave = judgement.reasons[:1] if judgement.verdict is not Verdict.KEEPS else ()
    warned = [reason for reason in judgement.reasons if reason.effect is Effect.WARNS and reason not in grave]
    return tuple(reason.text for reason in (*grave, *warned))


def needs_copy(judgement: Judgement, stakes: Stakes | None) -> bool:
    """Tell whether the first thing to do is a copy: the update endangers data that no snapshot has as a whole.

    Args:
        judgement: on the update.
        stakes: what the person has in the app; None where it is not on the phone.
    """
    if stakes is None or stakes.kept is Copy.NOT_ASKED:
        return False
    endangered = judgement.verdict in {Verdict.WIPES, Verdict.UNDECIDED} or judgement.lowered is not None
    return endangered and not (isinstance(stakes.kept, Kept) and stakes.kept.state is State.KEPT)
