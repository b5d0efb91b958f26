"""What scheduled jobs work with: the vault, opened with the password from where the person put it. Nobody is asked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward import flows, phones, snapshots, vault
from phoneward.errors import PhonewardError, readable
from phoneward.progress import Listener, silent
from phoneward.schedules.errors import AccessFileError, NoPasswordForScheduleError, SecondPasswordForScheduleError
from phoneward.schedules.settings_file import ENVIRONMENT, Password, Schedule
from phoneward.settings import Overrides, Settings, load, read_small_file
from phoneward.systemkeyring import SystemKeyring
from phoneward.texts import enumeration
from phoneward.vaultplace import ACCESS_VARIABLES, SECOND, VaultPlace, parse_place

_COMMAND: Final = "PHONEWARD_PASSWORD_COMMAND"


@dataclass(slots=True)
class Desk:
    """One run's.

    Attributes:
        schedule: what was set.
        state_dir: the person's state folder.
        listener: hears the progress.
    """

    schedule: Schedule
    state_dir: Path
    listener: Listener = silent
    _opened: "tuple[vault.Repository, str] | None" = field(default=None, repr=False)
    _failed: PhonewardError | None = field(default=None, repr=False)

    @property
    def settings(self) -> Settings:
        """What the schedule says, as settings; nothing of this process's own environment.

        Raises:
            SettingFileError, AccessFileError: what lets one into a remote place cannot be read.
        """
        cache = self.schedule.environment.get("PHONEWARD_CACHE_DIR")
        access = access_in(self.schedule.access_file) if self.schedule.access_file else {}
        return load(Overrides(self.schedule.vault, None, str(self.state_dir), cache), access)

    @property
    def second_place(self) -> VaultPlace:
        """Where the second vault lies."""
        return parse_place(self.schedule.copy_to)

    @property
    def cache_dir(self) -> Path:
        """Where derived data is kept, sealed."""
        return self.settings.cache_dir

    def repo(self) -> vault.Repository:
        """Return the open vault, its index fresh.

        Raises:
            NoPasswordForScheduleError: its password is not where it should be.
            PhonewardError: it is not there, or cannot be opened.
        """
        if self._failed is not None:  # it costs a second and much memory to try a password, so once a run
            raise self._failed
        if self._opened is None:
            try:
                self._opened = self._open()
            except PhonewardError as error:
                self._failed = error
                raise
        repo = self._opened[0]
        repo.load_index()
        return repo

    def _open(self) -> "tuple[vault.Repository, str]":
        settings = self.settings
        place = settings.repository_place()
        storage = vault.open_storage(place, settings.access)
        if not vault.repository_exists(storage):
            raise vault.NoRepositoryError(location=storage.location)
        password = password_of(self.schedule.password, place, self.state_dir)
        if password is None:
            raise NoPasswordForScheduleError
        return vault.open_repository(storage, password), password

    def opened(self) -> "tuple[vault.Repository, str] | None":
        """Return the open vault and its password, for another desk."""
        return self._opened

    def second_password(self) -> str:
        """Return the password of the second vault; the first is open.

        Raises:
            SecondPasswordForScheduleError: it is not where it should be.
            PhonewardError: what should give it does not.
        """
        assert self._opened is not None  # noqa: S101 - `repo` comes first
        wanted = self.schedule.second_password
        if wanted.source == "same":
            return self._opened[1]
        password = password_of(wanted, self.second_place, self.state_dir)
        if password is None:
            raise SecondPasswordForScheduleError
        return password


def access_in(file: str) -> dict[str, str]:
    """Return what a file says of who may enter remote places: a variable and its value on each line.

    Raises:
        SettingFileError: it cannot be read.
        AccessFileError: a line is none of these.
    """
    found = {}
    for number, line in enumerate(read_small_file(file, "--access-file").splitlines(), 1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals or name.removeprefix(SECOND) not in ACCESS_VARIABLES:
            raise AccessFileError(number=number, path=readable(file), names=enumeration(ACCESS_VARIABLES))
        found[name] = value.strip().strip("\"'")
    return found


def password_of(wanted: Password, place: VaultPlace, state_dir: Path) -> str | None:
    """Return a password from where it was put; None where it is not there any more.

    Raises:
        SettingFileError, PasswordCommandError: what should give it does not.
    """
    if wanted.source == "keyring":
        return SystemKeyring(state_dir).password(place)
    if wanted.source == "file":
        return load(Overrides(password_file=wanted.value), {}).password()
    return load(None, {_COMMAND: wanted.value}).password()


def password_source(
    settings: Settings, environ: Mapping[str, str], file: str | None, place: VaultPlace
) -> Password | None:
    """Return where the password of a vault can be had when nobody is there: file, command or keyring; None for nowhere.

    Args:
        settings: name the state folder.
        environ: this process's environment.
        file: what the command line names.
        place: where the vault lies.
    """
    for prefix in ("PHONEWARD", "RESTIC"):
        named = file or environ.get(f"{prefix}_PASSWORD_FILE")
        if named:
            return Password("file", os.path.abspath(Path(named).expanduser()))
        if command := environ.get(f"{prefix}_PASSWORD_COMMAND"):
            return Password("command", command)
    return Password("keyring") if SystemKeyring(settings.state_dir).is_remembered(place) else None


def second_password_source(
    settings: Settings, environ: Mapping[str, str], file: str | None, place: VaultPlace
) -> Password | None:
    """Return the same for the second vault; None where nothing says it, so that it may be the first one's."""
    named = file or environ.get("PHONEWARD_TO_PASSWORD_FILE")
    if named:
        return Password("file", os.path.abspath(Path(named).expanduser()))
    if command := environ.get("PHONEWARD_TO_PASSWORD_COMMAND"):
        return Password("command", command)
    return Password("keyring") if SystemKeyring(settings.state_dir).is_remembered(place) else None


def taken_along(environ: Mapping[str, str], adb: Path | None) -> dict[str, str]:
    """Return the variables that a run needs and a timer would not have.

    Args:
        environ: this process's environment.
        adb: the adb program that is used now; None where there is none.
    """
    found = {name: environ[name] for name in ENVIRONMENT if environ.get(name)}
    if adb is not None:
        found.setdefault("PHONEWARD_ADB", str(adb))
    return found


def is_nobody_there(error: PhonewardError) -> bool:
    """Tell whether an error only says that something is not there now, which is not wrong: it is waited for."""
    away: tuple[type[PhonewardError], ...] = (
        flows.PhoneNotAttachedError,
        phones.NoPhoneError,
        phones.PhoneNotFoundError,
        phones.PhoneOfflineError,
        phones.PhoneUnauthorizedError,
        phones.FolderMissingError,
        snapshots.BackupRunningError,
        snapshots.NothingReachableError,
        snapshots.SecondVaultMissingError,
        vault.NoRepositoryError,
        vault.RepositoryLockedError,
        vault.StorageUnreachableError,
    )
    return isinstance(error, away)
