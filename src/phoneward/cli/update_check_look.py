"""`phoneward update check` without a file: what is found on phone, snapshot and computer; and whom a file is for."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.errors import NoTerminalError
from phoneward.cli.frame import Frame
from phoneward.cli.session import open_vault
from phoneward.errors import ExitCode, PhonewardError
from phoneward.settings import NoRepositoryNamedError
from phoneward.texts import _

if TYPE_CHECKING:
    from phoneward.phones import AdbPhone
    from phoneward.updates import AgainstPhone, AgainstSnapshot, FoundFiles, Opener
    from phoneward.vault import Repository


def snapshot(
    stack: ExitStack, frame: Frame, ref: str, abis: tuple[str, ...] = ()
) -> "tuple[Repository, AgainstSnapshot]":
    """Open the vault and a phone as its snapshot has it; see `AgainstSnapshot` for what may be raised."""
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


def _vault(stack: ExitStack, frame: Frame):  # noqa: ANN202
    from phoneward.updates import Copy

    try:
        frame.settings.repository_path()
    except NoRepositoryNamedError:
        return Copy.NO_VAULT
    try:
        repository = stack.enter_context(open_vault(frame))
    except NoTerminalError:  # the answer is wanted all the same; it says that the vault was not looked at
        return Copy.NOT_OPENED
    repository.load_index()
    return repository
