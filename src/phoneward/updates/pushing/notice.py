"""The prompt that a store should show before an update: two steps in plain words, or none where none is needed."""

from dataclasses import dataclass

from phoneward.risks import DELETE_APP
from phoneward.texts import Words, words
from phoneward.updates.pushing.gate import GateResult, stops
from phoneward.updates.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """One question to a person.

    Attributes:
        title: the first line.
        text: what they would lose, then more.
        buttons: the safe one first, larger.
        typed: the word that has to be typed before the second button works; None where a tap is enough.
    """

    title: Words
    text: tuple[Words, ...]
    buttons: tuple[Words, ...]
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a store should do and show.

    Attributes:
        verdict: the worst that a phone in the field does.
        advice: to the store, one sentence.
        steps: to the person; none where nothing is to be asked.
    """

    verdict: Verdict
    advice: Words
    steps: tuple[Step, ...] = ()


def notice_for(result: GateResult, app: str) -> Notice:
    """Return the prompt for an update.

    Args:
        result: what the field would do.
        app: the app's name as people know it, readable.
    """
    verdicts = {span.judgement.verdict for span in result.spans if stops(span)}
    if Verdict.WIPES in verdicts:
        return Notice(
            Verdict.WIPES,
            words(
                "Do not push this. It can only be installed by removing {app} with everything in it. Ask its "
                "publisher for an "
                "update signed as before. If people shall be able to choose it all the same, ask them in these two "
                "steps.",
                app=app,
            ),
            _replacing(app),
        )
    if Verdict.REFUSED in verdicts:
        advice = words("Do not push this: phones refuse it, and people only see an error. Nothing is lost on them.")
        return Notice(Verdict.REFUSED, advice)
    if not result.passes:
        advice = words("Do not push this before it is clear what phones do with it.")
        return Notice(Verdict.UNDECIDED, advice)
    return Notice(
        Verdict.KEEPS, words("No question is needed: Android's own rules keep what people have in {app}.", app=app)
    )


def _replacing(app: str) -> tuple[Step, ...]:
    buttons = (words("Keep {app} as it is", app=app), words("Delete {app} and all in it", app=app))
    first = Step(
        words(DELETE_APP.title, app=app),
        (
            words(DELETE_APP.loss),
            words(
                "The new version comes from somebody else than the one you have, so your phone cannot put it over "
                "yours. "
                "Photos in the gallery and contacts stay. If you want it all the same, first make a backup inside "
                "{app}, and try whether it can be read.",
                app=app,
            ),
        ),
        buttons,
    )
    second = Step(
        words("Is there nothing in {app} that you want to keep?", app=app),
        (
            words("You lose it the moment you go on. Your photos in the gallery stay."),
            words("Type the name of the app to go on: {app}", app=app),
        ),
        buttons,
        typed=app,
    )
    return first, second
