"""What each step says, from what was found by looking."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from phoneward.errors import PhonewardError, readable
from phoneward.phones import Guide
from phoneward.setup.attached import Attached
from phoneward.setup.shells import quoted
from phoneward.setup.steps import TITLES, Progress, Step, StepView
from phoneward.texts import Moment, Words, words
from phoneward.vaultplace import ENTRY_VARIABLES, RemotePlace, VaultPlace


@dataclass(frozen=True, slots=True)
class Found:
    """What looking found. None, or empty: nothing.

    Attributes:
        attached: one look at the phone; None where nobody looked.
        is_folder: a folder stands in for the phone.
        place: where the vault lies, or shall lie.
        has_vault: a vault is there.
        kit, kit_when: a recovery kit of this vault, and when it was written.
        snapshot: a finished snapshot of the phone.
        proven, proven_when: a restore of it was compared, and when.
        debugging_off: the person said so, and adb does not see the phone.
    """

    attached: Attached | None
    is_folder: bool
    place: VaultPlace | None
    place_problem: PhonewardError | None
    has_vault: bool
    kit: Path | None
    kit_when: dt.datetime | None
    snapshot: str
    proven: bool
    proven_when: dt.datetime | None
    debugging_off: dt.datetime | None


def progress_of(found: Found) -> Progress:
    """Return all steps."""
    steps = (_phone, _place, _password, _kit, _backup, _verify, _debugging)
    return Progress(tuple(step(found) for step in steps))


def _view(
    step: Step,
    sentences: tuple[Words, ...],
    todo: tuple[Words, ...] = (),
    *,
    is_done: bool,
    done_when: dt.datetime | None = None,
    problem: PhonewardError | None = None,
    guide: Guide | None = None,
) -> StepView:
    return StepView(step, words(TITLES[step]), sentences, () if is_done else todo, is_done, done_when, problem, guide)


def _phone(found: Found) -> StepView:
    attached = found.attached
    if attached is not None and attached.ready:
        said = words("{phone} is connected and can be read.", phone=readable(attached.label))
        return _view(Step.PHONE, (said,), is_done=True, guide=attached.guide)
    if found.snapshot and found.proven:
        said = words("It is not needed just now: its first backup is in the vault and was verified.")
        return _view(Step.PHONE, (said,), is_done=True)
    said = words("Plug the phone into this computer with its cable and unlock it.")
    todo = words("Plug it in, do what the sentence above says, then look again.")
    problem = attached.problem if attached is not None else None
    return _view(
        Step.PHONE, (said,), (todo,), is_done=False, problem=problem, guide=attached.guide if attached else None
    )


def _place(found: Found) -> StepView:
    if found.place is None or found.place_problem is not None:
        said = words("The vault is an encrypted folder. The best place for it is an external disk.")
        todo = words("Name a folder for it.")
        return _view(Step.PLACE, (said,), (todo,), is_done=False, problem=found.place_problem)
    return _view(Step.PLACE, (words("The vault: {place}", place=readable(str(found.place))),), is_done=True)


PASSWORD_SENTENCES = (
    words("The password is the only key to the vault. Whoever loses it loses everything in it."),
    words("Nobody can open the vault without it or reset it: not the makers of Phoneward, not you. Write it down."),
)


def _password(found: Found) -> StepView:
    if found.has_vault:
        return _view(Step.PASSWORD, (words("The vault is there and has a password."),), is_done=True)
    todo = words("Let Phoneward make a password, or choose one of several words, and write it down.")
    return _view(Step.PASSWORD, PASSWORD_SENTENCES, (todo,), is_done=False)


def spare_key_sentence(name: str) -> Words:
    """Return what a person should know of a second key file that a broken connection left.

    Args:
        name: of the file.
    """
    return words(
        "The connection broke while the vault was made, and a second key file with the same password is left in it. "
        "It does no harm. If you ever change the password, remove it as well: {command}",
        command=f"phoneward key remove {name[:8]}",
    )


KIT_SENTENCES = (
    words("The recovery kit is a sheet of paper that says how to get everything back, also without this computer."),
    words("It has an empty line for the password. The password itself is never printed."),
)


def _kit(found: Found) -> StepView:
    if found.kit is None:
        return _view(Step.KIT, KIT_SENTENCES, (words("Have it written, then print it."),), is_done=False)
    said = words("The recovery kit is in {file}.", file=readable(str(found.kit)))
    keep = words("Print it, write the password on it, and keep it with your important papers.")
    return _view(Step.KIT, (said, keep), is_done=True, done_when=found.kit_when)


def _backup(found: Found) -> StepView:
    if found.snapshot:
        return _view(Step.BACKUP, (words("The first backup is there: {id}", id=found.snapshot[:8]),), is_done=True)
    said = words("The first backup takes as long as the cable needs for all your photos and videos.")
    again = words("If it is interrupted, start it again: it goes on where it stopped.")
    return _view(Step.BACKUP, (said, again), (words("Leave the phone plugged in until it has ended."),), is_done=False)


def _verify(found: Found) -> StepView:
    if found.proven:
        said = words("It was checked, and a restore of some files was compared with it.")
        if found.proven_when is not None:
            said = words(
                "It was checked, and a restore of some files was compared with it, on {time}.",
                time=Moment(found.proven_when),
            )
        return _view(Step.VERIFY, (said,), is_done=True, done_when=found.proven_when)
    said = words("A backup that was never tried is a hope. A few files are brought back and compared.")
    return _view(Step.VERIFY, (said,), (words("Start it; it takes a minute or a few."),), is_done=False)


DEBUGGING_SENTENCES = (
    words("While USB debugging is on, a computer that you allow can read most of the phone."),
    words("Switch it off now, and on again only for a backup."),
)


def _debugging(found: Found) -> StepView:
    if found.is_folder:
        return _view(Step.DEBUGGING, (words("There is nothing to switch off: this is a folder."),), is_done=True)
    guide = found.attached.guide if found.attached is not None else None
    seen = found.attached is not None and bool(found.attached.ready)
    if found.debugging_off is not None and not seen:
        said = words("You switched it off on {time}.", time=Moment(found.debugging_off))
        return _view(Step.DEBUGGING, (said,), is_done=True, done_when=found.debugging_off, guide=guide)
    todo = words("Switch it off on the phone, as described below.")
    return _view(Step.DEBUGGING, DEBUGGING_SENTENCES, (todo,), is_done=False, guide=guide)


def afterwards(place: VaultPlace, *, is_folder: bool = False, enters: bool = False) -> tuple[Words, ...]:
    """Return how to go on, with the commands for this vault.

    Args:
        place: where it lies.
        is_folder: a folder stands in for the phone.
        enters: its server asks who wants to enter.
    """
    command = f"phoneward backup --repo {quoted(str(place))}"
    if is_folder:
        first = words("To take another backup: {command}", command=f"{command} --folder …")
    else:
        first = words("Once a week: switch USB debugging on, plug the phone in, and run: {command}", command=command)
    names = ENTRY_VARIABLES.get(place.kind, ()) if isinstance(place, RemotePlace) and enters else ()
    entered = words("Set these two variables before, so that the server lets you in: {names}", names=", ".join(names))
    return (
        first,
        *((entered,) if names else ()),
        words("Only what is new is copied then, so it takes a few minutes."),
        words(
            "To have it happen by itself: {command} (USB debugging stays on for it)",
            command=f"phoneward schedule set --repo {quoted(str(place))} --daily",
        ),
        words("To see what would be lost, app by app: {command}", command=command.replace(" backup ", " coverage ")),
    )
