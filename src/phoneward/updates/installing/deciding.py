"""What may be done with one update: installed, installed after the app was removed, or not at all, and why.

Pure rules over a judgement and what is saved. The safe way is the default: what is not known counts as the worse case.
"""

import enum
from dataclasses import dataclass

from phoneward.texts import Day, Size, Words, counted, words
from phoneward.updates.installing.plan import Planned
from phoneward.updates.installing.saved import Saved
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict


class Way(enum.StrEnum):
    """What may be done."""

    KEEP = "keep"
    """Install it over the app: the data stays."""
    WIPE = "wipe"
    """Remove the app and all it holds, then install: only after its name was typed."""
    NOT = "not"
    """Nothing."""


class Why(enum.StrEnum):
    """Why nothing is done; stable, for programs."""

    REFUSED = "refused"
    """Android would not take it."""
    UNDECIDED = "undecided"
    """Whether Android would take it could not be told."""
    NOT_INSTALLED = "not-installed"
    """The app is not on the phone."""
    NO_COPY = "no-copy"
    """There is no copy of the data anywhere, and it would be deleted."""
    NOT_SAVED = "not-saved"
    """Something of the app that could be reached is not saved."""
    SYSTEM = "system"
    """It is part of the phone's system and cannot be removed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done with one update.

    Attributes:
        way: see `Way`.
        why: why nothing is done; None where something may be.
        sentences: the reasons, for a person; of a way that may be gone: what to know before it.
        unsure: the phone is of a kind that is known to have lost data all the same: nobody is spared the question.
    """

    way: Way
    why: Why | None = None
    sentences: tuple[Words, ...] = ()
    unsure: bool = False


def first_look(planned: Planned) -> Decision | None:
    """Return why an update cannot be done at all, before anything is saved; None where it may be.

    Going back to an older version never removes the app; it may use an option of Android's that keeps the data.
    """
    judgement, name = planned.judgement, planned.name
    reasons = tuple(reason.text for reason in blocking(judgement))
    if planned.is_rollback and judgement.verdict not in {Verdict.KEEPS, Verdict.UNDECIDED}:
        return None if _all_lifted(planned) else Decision(Way.NOT, Why.REFUSED, _no_way_back(name, reasons))
    match judgement.verdict:
        case Verdict.KEEPS:
            return None
        case Verdict.REFUSED:
            said = words("Android would not take this for {app}. App and data stay as they are.", app=name)
            return Decision(Way.NOT, Why.REFUSED, (said, *reasons))
        case Verdict.UNDECIDED:
            said = words("Whether {app} would keep its data cannot be told, so it is not installed.", app=name)
            return Decision(Way.NOT, Why.UNDECIDED, (said, *reasons))
    if any(state.is_system for state in planned.before.values()):
        said = words("This could only be installed by removing {app} with everything in it.", app=name)
        cannot = words("It is part of the phone's system, which cannot be removed.")
        return Decision(Way.NOT, Why.SYSTEM, (said, cannot, *reasons))
    return None


def _all_lifted(planned: Planned) -> bool:
    """Tell whether all that stands in the way is lifted by an option that keeps the data."""
    reasons = blocking(planned.judgement)
    lifted = planned.lifted
    return bool(reasons) and all(r.effect is Effect.OPTION and r.option in lifted for r in reasons)


def _no_way_back(name: str, reasons: tuple[Words, ...]) -> tuple[Words, ...]:
    return (
        words("Android does not let this older version of {app} take the place of the one that is there.", app=name),
        *reasons,
        words("Nothing was changed. The older version stays in the vault; to look at it: phoneward update history"),
        words(
            "What helps is a newer, mended version of the publisher's. Do not uninstall the app: that deletes its data."
        ),
    )


def blocking(judgement: Judgement) -> list[Reason]:
    """Return the reasons that stand in the way."""
    return [reason for reason in judgement.reasons if reason.effect not in {Effect.WARNS, Effect.NOTES}]


def decide(judgement: Judgement, saved: Saved, name: str) -> Decision:
    """Return what may be done now that all is saved that can be.

    Args:
        judgement: KEEPS or WIPES (see `first_look`).
        saved: of the same app.
        name: what the person calls the app.
    """
    warnings = tuple(reason.text for reason in judgement.reasons if reason.effect is Effect.WARNS)
    unsure = judgement.lowered is not None
    wipes = judgement.verdict is Verdict.WIPES
    if wipes and not saved.is_compared:
        said = words(
            "This phone's tools cannot show that the vault has what the phone has, so {app} is not removed.", app=name
        )
        return Decision(Way.NOT, Why.NOT_SAVED, (said,))
    if not saved.is_whole:
        said = words("Not everything of {app} that can be saved is saved, so nothing is installed:", app=name)
        return Decision(Way.NOT, Why.NOT_SAVED, (said, *saved.missing))
    if wipes or unsure:
        if not saved.has_copy:
            return Decision(Way.NOT, Why.NO_COPY, no_copy_sentences(saved, name))
        if wipes:
            return Decision(
                Way.WIPE,
                sentences=(*copy_sentences(saved, name), *(reason.text for reason in blocking(judgement)), *warnings),
            )
    lowered = (judgement.lowered,) if judgement.lowered is not None else ()
    return Decision(Way.KEEP, sentences=(*lowered, *copy_sentences(saved, name), *warnings), unsure=unsure)


def no_copy_sentences(saved: Saved, name: str) -> tuple[Words, ...]:
    """Return why an install that would delete data is not done: what has no copy, and how to make one."""
    if saved.beyond_bytes:
        what = words(
            "{app} holds {size} that no computer can read, and there is no backup that the app made of it: nothing "
            "outside the phone has a copy.",
            app=name,
            size=Size(saved.beyond_bytes),
        )
    else:
        what = words(
            "{app} may hold data that no computer can read, and there is no backup that the app made of it: nothing "
            "outside the phone has a copy.",
            app=name,
        )
    return (what, words("This install could delete it for good, so it is not done, whatever is typed."), guide(saved))


def guide(saved: Saved) -> Words:
    """Return how to make a backup with the app itself."""
    if saved.guide:
        return words("How to make a backup with the app itself: phoneward app-backups guide {key}", key=saved.guide)
    return words("Look in the app's own settings for a backup or an export, and make one.")


def copy_sentences(saved: Saved, name: str) -> tuple[Words, ...]:
    """Return what of an app's data is saved, and what is not."""
    pattern = words("In the snapshot of this moment, compared with the phone: {files} of {app} ({size}).")
    if not saved.is_compared:
        pattern = words(
            "In the snapshot of this moment, not compared (the phone has no tool): {files} of {app} ({size})."
        )
    files = counted("{count} file", "{count} files", saved.files)
    said = [Words(pattern.message, details={"files": files, "app": name, "size": Size(saved.bytes)})]
    if not saved.files and saved.beyond_bytes != 0:
        text = words("A computer can read no file of {app}: the snapshot of this moment holds the app alone.", app=name)
        said = [text]
    if saved.beyond_bytes == 0:
        return tuple(said)
    if saved.own_backup is not None:
        if saved.made is not None:
            text = words("The newest backup that the app made of itself is of {day}.", day=Day(saved.made))
        else:
            text = words("There is a backup that the app made of itself; nobody can tell of when.")
        said.append(text)
        if saved.is_old:
            said += [words("What came later is not in it: make a new one first."), guide(saved)]
    if saved.uncovered:
        if saved.beyond_bytes:
            size = Size(saved.beyond_bytes)
            text = words("{size} more no computer can read, and they have no copy outside the phone.", size=size)
            if not saved.files:
                text = words("What it holds, {size}, has no copy outside the phone.", size=size)
            said.append(text)
        else:
            said.append(words("What else it holds no computer can read, and that has no copy outside the phone."))
        said.append(guide(saved))
    return tuple(said)
