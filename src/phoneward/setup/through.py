"""All steps in one go, without a question: for scripts, and for people who know what they want."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from phoneward import snapshots
from phoneward.errors import PhonewardError, readable
from phoneward.phones import Phone
from phoneward.progress import Listener, silent
from phoneward.setup.attached import needed_bytes
from phoneward.setup.journey import Journey
from phoneward.setup.passwords import judge
from phoneward.setup.printed import is_kit_printed
from phoneward.setup.steps import TITLES, Step
from phoneward.setup.views import DEBUGGING_SENTENCES, spare_key_sentence
from phoneward.snapshots import Coverage
from phoneward.texts import Size, Words, words
from phoneward.vaultplace import VaultPlace


@dataclass(frozen=True, slots=True)
class Told:
    """One step, done.

    Attributes:
        already: it was done before.
        is_left: it is left for the person to do.
        complete: False where a backup names something that it does not hold.
        coverage: what the backup covers, where one was taken now.
        warnings: what the person should know.
        facts: names and numbers, for programs.
    """

    step: Step
    sentences: tuple[Words | str, ...]
    already: bool = False
    is_left: bool = False
    complete: bool = True
    coverage: Coverage | None = None
    warnings: tuple[Words | str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> Words:
        """What the step is called."""
        return words(TITLES[self.step])


def run_through(
    journey: Journey, place: VaultPlace, password: str, *, kit_file: Path | None = None, listener: Listener = silent
) -> Iterator[Told]:
    """Do all steps, one each time the caller asks for the next; what was done already is only said.

    A weak password is used, with a warning: it stands in a file or a variable, so a person decided on it.

    Args:
        journey: with its phone.
        place: where the vault lies.
        password: of the vault, there or to be made.
        kit_file: where the recovery kit goes; None: beside the vault.
        listener: hears the progress.

    Raises:
        PhonewardError: a step failed. Those before it are done, and the next run goes on from there.
    """
    # The place is looked at before the phone is asked: a typing error is said at once.
    journey.check_place(place)
    with contextlib.ExitStack() as stack:
        phone: Phone | None
        try:
            phone = stack.enter_context(journey.source.open())
        except PhonewardError:
            if not _was_done_with_it(journey, place, password):
                raise
            phone = None
        yield _phone(journey, phone)
        yield _place(journey, place, None if phone is None else needed_bytes(phone))
        yield _password(journey, password)
        if phone is not None:
            journey.meet(phone)
        yield _kit(journey, kit_file)
        yield _backup(journey, phone, listener)
    yield _verify(journey, listener)
    yield _debugging(journey)


def _was_done_with_it(journey: Journey, place: VaultPlace, password: str) -> bool:
    """Whether this very phone was backed up into the vault: then it need not be here now."""
    journey.choose_place(place)
    remembered = journey.remembered
    if not journey.has_vault or not remembered.device or remembered.serial != (journey.source.serial or ""):
        return False
    journey.open_vault(password)
    return journey.newest(remembered.device) is not None


def _phone(journey: Journey, phone: Phone | None) -> Told:
    if phone is None:
        name = journey.remembered.phone
        said = words("{phone} is not connected; its first backup is in the vault.", phone=readable(name))
        return Told(Step.PHONE, (said,), already=True, facts={"phone": name, "connected": False})
    label = snapshots.default_label(phone)
    said = words("{phone} is connected and can be read.", phone=label)
    return Told(Step.PHONE, (said,), facts={"phone": label, "device": phone.identity.id, "connected": True})


def _place(journey: Journey, place: VaultPlace, needed: int | None) -> Told:
    opened = journey.repo
    report = journey.choose_place(place, needed)
    journey.repo = opened
    shown = readable(str(report.place))
    said = words("The vault: {place}", place=shown)
    facts = {"repository": shown, "free": report.free, "needed": needed}
    return Told(Step.PLACE, (said,), already=report.holds_vault, warnings=report.warnings, facts=facts)


def _password(journey: Journey, password: str) -> Told:
    if journey.has_vault:
        if journey.repo is None:
            journey.open_vault(password)
        strength = judge(password)
        said = words("The vault was there already; the password opens it.")
        already = True
    else:
        strength = journey.make_vault(password, use_weak=True)
        said = words("The vault is made. Without its password nobody can open it, you included: write it down.")
        already = False
    weak: tuple[Words | str, ...] = ()
    if journey.spare_key is not None:
        weak = (spare_key_sentence(journey.spare_key),)
    if strength.is_weak:
        better = words("Change it with: phoneward key passwd")
        weak = (
            *weak,
            words("This password is weak: it can be guessed. It is used all the same."),
            *_parts(strength.reason),
            better,
        )
    assert journey.repo is not None  # noqa: S101 - made or opened above
    facts = {"id": journey.repo.config.id, "weak": strength.is_weak}
    return Told(Step.PASSWORD, (said,), already=already, warnings=weak, facts=facts)


def _parts(reason: Words | None) -> tuple[Words, ...]:
    return () if reason is None else (reason,)


def _kit(journey: Journey, file: Path | None) -> Told:
    known = journey.kit_written() if file is None else None
    written = known or journey.write_kit(file)
    shown = readable(str(written.file))
    said = words("The recovery kit is in {file}.", file=shown)
    printed = is_kit_printed(journey.opened(Step.PASSWORD))
    if printed:
        then = words("It is printed, as you said.")
    else:
        then = words("Print it, write the password on it, and keep it with your important papers.")
    facts = {"file": shown, "written": written.when.isoformat(), "printed": printed}
    return Told(Step.KIT, (said, then), already=written.already, facts=facts)


def _backup(journey: Journey, phone: Phone | None, listener: Listener) -> Told:
    known = journey.newest(journey.remembered.device)
    if known is not None or phone is None:
        name = (known.snapshot.id or "") if known is not None else ""
        said = words("The first backup was there already: {id}. To take another: phoneward backup", id=name[:8])
        return Told(Step.BACKUP, (said,), already=True, facts={"snapshot_id": name})
    result = journey.back_up(phone, listener)
    held = words(
        "The first backup is in the vault: {id}, {size} read from the phone.",
        id=(result.snapshot_id or "")[:8],
        size=Size(result.stats.bytes_sent),
    )
    facts = {
        "snapshot_id": result.snapshot_id,
        "complete": result.complete,
        "files": result.files_held,
        "bytes": result.bytes_held,
    }
    covered = snapshots.coverage_sentences(result.coverage) if result.coverage is not None else []
    return Told(Step.BACKUP, (held, *covered[:3]), complete=result.complete, coverage=result.coverage, facts=facts)


def _verify(journey: Journey, listener: Listener) -> Told:
    view = journey.progress().of(Step.VERIFY)
    if view.is_done:
        return Told(Step.VERIFY, view.sentences, already=True)
    found = journey.verify(listener)
    facts = {
        "bytes_read": found.checked.bytes_read,
        "files_restored": found.compared.files,
        "bytes_restored": found.compared.bytes,
        "proof": found.proof,
    }
    return Told(Step.VERIFY, found.sentences(), facts=facts)


def _debugging(journey: Journey) -> Told:
    if journey.source.folder is not None:
        view = journey.progress().of(Step.DEBUGGING)
        return Told(Step.DEBUGGING, view.sentences, already=True)
    attached = journey.look_at_phone()
    steps = attached.guide.turn_off if attached.guide is not None else ()
    return Told(Step.DEBUGGING, (*DEBUGGING_SENTENCES, *steps), is_left=True, facts={"steps": list(steps)})
