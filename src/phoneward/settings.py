"""What a person set, from the command line and the environment, in one frozen object. Nothing is read at import.

Precedence, for each setting on its own: the option on the command line, then Phoneward's variable, then restic's
variable of the same meaning, then the default. Within one source the plain value comes before the file that holds it,
and the file before the command that prints it. An empty variable counts as not set, as in restic
(restic `cmd/restic/global.go`). The whole list stands in `docs/reference/settings.md`.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from phoneward.errors import UsageError, readable
from phoneward.texts import N_, _
from phoneward.vaultplace import (
    ACCESS_VARIABLES,
    SECOND,
    VaultPlace,
    access_of,
    folder_of,
    parse_place,
    second_access_of,
)

APP_NAME = "phoneward"
MAX_SMALL_FILE = 1 << 20
"""Bytes. A file that holds a password or an address is refused when it is longer: it is another file."""

PASSWORD_COMMAND_TIMEOUT_S = 300
"""A password manager may ask its owner to unlock it first."""

VARIABLES = (
    "PHONEWARD_REPOSITORY",
    "PHONEWARD_REPOSITORY_FILE",
    "RESTIC_REPOSITORY",
    "RESTIC_REPOSITORY_FILE",
    "PHONEWARD_PASSWORD",
    "PHONEWARD_PASSWORD_FILE",
    "PHONEWARD_PASSWORD_COMMAND",
    "PHONEWARD_NEW_PASSWORD",
    "PHONEWARD_NEW_PASSWORD_FILE",
    "PHONEWARD_TO_PASSWORD",
    "PHONEWARD_TO_PASSWORD_FILE",
    "PHONEWARD_TO_PASSWORD_COMMAND",
    "RESTIC_PASSWORD",
    "RESTIC_PASSWORD_FILE",
    "RESTIC_PASSWORD_COMMAND",
    "PHONEWARD_LANG",
    "PHONEWARD_STATE_DIR",
    "PHONEWARD_CACHE_DIR",
    "PHONEWARD_TIMESTAMP_URL",
    "PHONEWARD_TIMESTAMP_CA",
    *ACCESS_VARIABLES,
    *(f"{SECOND}{name}" for name in ACCESS_VARIABLES),
)
"""Every variable that is read here or, for the language, in `texts`. The documentation is checked against this list."""


class NoRepositoryNamedError(UsageError):
    """Nothing says which vault is meant."""

    message = N_("You have not said where the vault is.")
    next_step = N_(
        "Add --repo FOLDER to the command, or set PHONEWARD_REPOSITORY to that folder. If you have none yet: "
        "phoneward setup"
    )


class SettingFileError(UsageError):
    """A file named by a setting cannot be used."""

    message = N_("The file {path}, named by {setting}, cannot be used: {detail}.")
    next_step = N_("Check that it is there, is a small text file, and that you may read it.")


class PasswordCommandError(UsageError):
    """The program that should print the password did not."""

    message = N_("The program named by {setting} gave no password: {detail}.")
    next_step = N_("Run that program by itself; it must print the password and end without an error.")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says about settings; None where it says nothing."""

    repository: str | None = None
    password_file: str | None = None
    state_dir: str | None = None
    cache_dir: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person set, in one object that never changes."""

    _environ: Mapping[str, str] = field(repr=False)
    _overrides: Overrides

    @property
    def state_dir(self) -> Path:
        """What must be remembered between runs. Not made here."""
        return _directory(self._overrides.state_dir or self._environ.get("PHONEWARD_STATE_DIR"), "state")

    @property
    def cache_dir(self) -> Path:
        """What can be made again; safe to delete. Not made here."""
        return _directory(self._overrides.cache_dir or self._environ.get("PHONEWARD_CACHE_DIR"), "cache")

    @property
    def password_file(self) -> str | None:
        """The file with the vault's password that the command line names; None where it names none."""
        return self._overrides.password_file

    @property
    def timestamp_url(self) -> str | None:
        """The time stamp authority that every new snapshot is shown to; None asks nobody."""
        return self._environ.get("PHONEWARD_TIMESTAMP_URL") or None

    def timestamp_authorities(self, chosen: str | None = None) -> bytes | None:
        """Return the certificates (PEM) of the authorities that are trusted, None where none were named.

        Args:
            chosen: the file that the command line names, before the one that is set.

        Raises:
            SettingFileError: the file cannot be read.
        """
        path, setting = chosen, "--timestamp-ca"
        if not path:
            path, setting = self._environ.get("PHONEWARD_TIMESTAMP_CA"), "PHONEWARD_TIMESTAMP_CA"
        return read_small_file(path, setting).encode() if path else None

    def repository_place(self) -> VaultPlace:
        """Return where the vault lies.

        Raises:
            NoRepositoryNamedError: nothing names it.
            UnknownServiceError: nothing here speaks to that service.
            SettingFileError: the file that should hold the place cannot be read.
        """
        place = self._overrides.repository or self._first("REPOSITORY")
        if not place:
            raise NoRepositoryNamedError
        return parse_place(place)

    def repository_path(self) -> Path:
        """Return the vault's folder, for what needs one.

        Raises:
            NoRepositoryNamedError, UnknownServiceError, SettingFileError: as `repository_place`.
            RemoteRepositoryError: it is not a folder of this computer.
        """
        return folder_of(self.repository_place())

    @property
    def access(self) -> Mapping[str, str]:
        """Who may enter a remote place: restic's variables for that."""
        return access_of(self._environ)

    @property
    def second_access(self) -> Mapping[str, str]:
        """Who may enter the second vault's place (`copy`): variables of its own, else the same."""
        return second_access_of(self._environ)

    def password(self) -> str | None:
        """Return the password that was set, or None where a person must be asked.

        Raises:
            SettingFileError: the file that should hold it cannot be read.
            PasswordCommandError: the program that should print it failed.
        """
        if self._overrides.password_file:
            return read_small_file(self._overrides.password_file, "--password-file")
        return self._first("PASSWORD")

    def new_password(self, file: str | None = None) -> str | None:
        """Return the password that was set for a key about to be made, or None where a person must be asked.

        Args:
            file: named on the command line; holds it.

        Raises:
            SettingFileError: the file that should hold it cannot be read.
        """
        if file:
            return read_small_file(file, "--new-password-file")
        if value := self._environ.get("PHONEWARD_NEW_PASSWORD"):
            return value
        if path := self._environ.get("PHONEWARD_NEW_PASSWORD_FILE"):
            return read_small_file(path, "PHONEWARD_NEW_PASSWORD_FILE")
        return None

    def second_password(self, file: str | None = None) -> str | None:
        """Return the password that was set for a second vault (`copy`), or None where nothing is said of it.

        Args:
            file: named on the command line; holds it.

        Raises:
            SettingFileError: the file that should hold it cannot be read.
            PasswordCommandError: the program that should print it failed.
        """
        if file:
            return read_small_file(file, "--to-password-file")
        return self._value("PHONEWARD_TO_PASSWORD", runs=True)

    def _first(self, name: str) -> str | None:
        values = (self._value(f"{prefix}_{name}", runs=name == "PASSWORD") for prefix in ("PHONEWARD", "RESTIC"))
        return next((value for value in values if value), None)

    def _value(self, variable: str, *, runs: bool) -> str | None:
        if value := self._environ.get(variable):
            return value
        if path := self._environ.get(f"{variable}_FILE"):
            return read_small_file(path, f"{variable}_FILE")
        command = self._environ.get(f"{variable}_COMMAND") if runs else None
        return run_password_command(command, f"{variable}_COMMAND") if command else None


def load(overrides: Overrides | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Gather the settings of this run.

    Args:
        overrides: what the command line says.
        environ: the environment; by default this process's, copied now.
    """
    return Settings(dict(os.environ if environ is None else environ), overrides or Overrides())


def _directory(chosen: str | None, kind: str) -> Path:
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs  # 15 ms, and not needed where both are chosen

    if kind == "state":
        return Path(platformdirs.user_state_dir(APP_NAME, appauthor=False))
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def read_small_file(path: str, setting: str) -> str:
    """Return the text of a file that holds one value, without the white space around it.

    UTF-8 and UTF-16 with byte order marks are understood, as in restic (`internal/textfile/read.go`).

    Raises:
        SettingFileError: it cannot be read, is no text, is too long or empty.
    """
    try:
        with Path(path).expanduser().open("rb") as stream:
            data = stream.read(MAX_SMALL_FILE + 1)
    except OSError as error:
        raise SettingFileError(
            path=readable(path), setting=setting, detail=readable(error.strerror or str(error))
        ) from error
    if len(data) > MAX_SMALL_FILE:
        raise SettingFileError(path=readable(path), setting=setting, detail=_("it is longer than 1 MiB"))
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding).strip()
    except UnicodeDecodeError as error:
        raise SettingFileError(path=readable(path), setting=setting, detail=_("it is not text")) from error
    if not text:
        raise SettingFileError(path=readable(path), setting=setting, detail=_("it is empty"))
    return text


def run_password_command(command: str, setting: str) -> str:
    """Run the program that prints the password and return its output without the line end.

    No shell runs it: the words are split as restic splits them, and what the program says on stderr reaches the
    person, since it may ask for something.

    Raises:
        PasswordCommandError: it cannot be run, fails, prints nothing or takes more than five minutes.
    """
    try:
        words = command if os.name == "nt" else shlex.split(command)  # Windows splits in the started program
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=PASSWORD_COMMAND_TIMEOUT_S)
        password = done.stdout.decode("utf-8").rstrip("\r\n")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise PasswordCommandError(setting=setting, detail=_why(error)) from error
    if not password:
        raise PasswordCommandError(setting=setting, detail=_("it printed nothing"))
    return password


def _why(error: Exception) -> str:
    """Say why, without the command's own words: they may hold a secret."""
    if isinstance(error, subprocess.CalledProcessError):
        return _("it ended with code {number}").format(number=error.returncode)
    if isinstance(error, OSError):
        return readable(error.strerror or type(error).__name__)
    return type(error).__name__
