"""`phoneward update check`: whom a file is for, and what there is to say without a file."""

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phoneward.cli.errors import NoTerminalError
from phoneward.cli.frame import Frame
from phoneward.cli.session import open_vault
from phoneward.errors import ExitCode
from phoneward.settings import NoRepositoryNamedError
from phoneward.texts import _

if TYPE_CHECKING:
    from phoneward.phones import PhoneError
    from phoneward.updates import (
        AgainstPhone,
        AgainstSnapshot,
        Copy,
        FoundFiles,
        FoundUpdate,
        Opener,
        Others,
        WrongPublisher,
    )
    from phoneward.vault import Repository


def snapshot(
    stack: ExitStack, frame: Frame, ref: str, abis: tuple[str, ...] = ()
) -> "tuple[Repository, AgainstSnapshot]":
    """Open the vault, and a phone as its snapshot has it; see `AgainstSnapshot` for what may be raised."""
    from phoneward.updates import AgainstSnapshot

    repository = stack.enter_context(open_vault(frame))
    repository.load_index()
    return repository, AgainstSnapshot(repository, ref, abis)


def phone(stack: ExitStack, frame: Frame, serial: str | None) -> "AgainstPhone":
    """Open the phone, and the vault where one is named, for what the newest snapshot has.

    Raises:
        PhoneError: no phone can be used; the sentence says why.
        VaultError: a vault is named and cannot be opened.
    """
    from phoneward import phones
    from phoneward.updates import AgainstPhone, Copy, newest_coverage

    attached = stack.enter_context(phones.open_adb(serial or None))
    repository = _vault(stack, frame)
    copy = repository if isinstance(repository, Copy) else newest_coverage(repository, attached.identity.id)
    return AgainstPhone(attached, copy)


def _vault(stack: ExitStack, frame: Frame) -> "Repository | Copy":
    from phoneward.updates import Copy

    try:
        frame.settings.repository_place()
    except NoRepositoryNamedError:
        return Copy.NO_VAULT
    try:
        repository = stack.enter_context(open_vault(frame))
    except NoTerminalError:  # the answer is wanted all the same; it says that the vault was not looked at
        return Copy.NOT_OPENED
    repository.load_index()
    return repository


@dataclass(slots=True)
class Looked:
    """What there is to say without a file.

    Attributes:
        updates: downloaded files of apps that are installed, and what they would do.
        others: the other downloaded files, counted; None where no phone and no snapshot told which apps there are.
        wrong: apps that their publisher did not sign.
        maker: of the phone; None where unknown.
        packages: the phone's apps; None where unknown.
        whole: whether everything was looked at that should have been.
        refused: folders that could not be looked into, readable.
        no_phone: why no phone was asked; None where one was, or a snapshot.
        files: downloaded files that were found.
        taken: of the snapshot that was asked instead of a phone; None where none was.
    """

    updates: "list[FoundUpdate]" = field(default_factory=list)
    others: "Others | None" = None
    wrong: "list[WrongPublisher]" = field(default_factory=list)
    maker: str | None = None
    packages: frozenset[str] | None = None
    whole: bool = True
    refused: tuple[str, ...] = ()
    no_phone: "PhoneError | None" = None
    files: int = 0
    taken: dt.datetime | None = None


def look(frame: Frame, serial: str | None, ref: str | None, *, details: bool) -> ExitCode:
    """Look for downloaded updates and for apps of the wrong signer, and show how the shop is switched off."""
    from phoneward.cli import update_check_look_view as view
    from phoneward.updates import found_in_snapshot, found_on_computer, found_on_phone, opener

    looked = Looked()
    frame.output.say(_("This computer is being looked at …"))
    found = found_on_computer()
    with ExitStack() as stack:
        attached = None if ref is not None else _phone_or_none(stack, frame, serial, looked)
        stored = _stored(stack, frame, ref) if attached is None else None
        if attached is not None:
            frame.output.say(_("The phone is being looked at …"))
            found += found_on_phone(attached.phone)
            openers = (opener(phone=attached.phone), opener(phone=attached.phone, copy=True))
            _look_at(frame, looked, attached, found, openers)
        elif stored is not None:
            repository, against = stored
            looked.taken = against.taken
            found += found_in_snapshot(repository, against.snapshot.id or "")
            _look_at(frame, looked, against, found, (opener(repository, against.snapshot.id or ""),) * 2)
    looked.files, looked.whole, looked.refused = len(found.files), found.whole, found.refused
    if frame.output.json:
        view.emit(frame.output, looked)
    else:
        view.show(frame.output, looked, details=details)
    return _exit_code(looked)


def _phone_or_none(stack: ExitStack, frame: Frame, serial: str | None, looked: Looked) -> "AgainstPhone | None":
    """Open the phone; where none was named and none is there, what else there is is looked at, and why is said."""
    from phoneward.phones import PhoneError

    try:
        return phone(stack, frame, serial)
    except PhoneError as error:
        if serial is not None:
            raise
        looked.no_phone = error
        return None


def _stored(stack: ExitStack, frame: Frame, ref: str | None) -> "tuple[Repository, AgainstSnapshot] | None":
    """Open a snapshot: the one that was named, else the newest, where there is one that tells which apps there were."""
    from phoneward.snapshots import CoverageMissingError
    from phoneward.updates import AgainstSnapshot, Copy
    from phoneward.vault import NoSnapshotsError

    if ref is not None:
        return snapshot(stack, frame, ref)
    repository = _vault(stack, frame)
    if isinstance(repository, Copy):
        return None
    try:
        return repository, AgainstSnapshot(repository, "latest")
    except (NoSnapshotsError, CoverageMissingError):
        return None


def _look_at(
    frame: Frame,
    looked: Looked,
    against: "AgainstPhone | AgainstSnapshot",
    found: "FoundFiles",
    openers: "tuple[Opener, Opener]",
) -> None:
    from phoneward.updates import Others, check_found, wrong_publishers

    looked.others = Others()
    looked.maker, looked.packages = against.device.manufacturer, against.packages
    looked.updates = list(check_found(found, against, openers, looked.others))

    def looking_at(package: str) -> None:
        name = str(against.called(package))
        frame.output.say(_("Who signed {package} is being looked at …").format(package=name))

    looked.wrong = list(wrong_publishers(against, looking_at))


def _exit_code(looked: Looked) -> ExitCode:
    from phoneward.cli.update_check_cmd import exit_code

    if looked.wrong:
        return ExitCode.FINDING
    return exit_code([one.checked for one in looked.updates])
