"""Where the password comes from: a setting, else the person at the terminal."""

import sys

from phoneward.cli.errors import (
    EmptyPasswordError,
    NoTerminalError,
    NoTerminalForNewError,
    PasswordsDifferError,
)
from phoneward.settings import Settings
from phoneward.texts import _


def existing(settings: Settings) -> str:
    """Return the password of a vault that exists.

    Raises:
        NoTerminalError: none is set and there is nobody to ask.
    """
    return settings.password() or _ask(_("Password of the vault: "))


def new(settings: Settings) -> str:
    """Return the password of a vault to be made; a person is asked twice, and told what losing it means.

    Raises:
        NoTerminalError: none is set and there is nobody to ask.
        EmptyPasswordError: the person typed nothing.
        PasswordsDifferError: the two entries are not the same.
    """
    return settings.password() or _ask_twice()


def another(settings: Settings, file: str | None) -> str:
    """Return the password of a further key of a vault; a person is asked twice.

    Args:
        settings: PHONEWARD_NEW_PASSWORD, never the password that opens the vault now.
        file: holds it; named on the command line.

    Raises:
        NoTerminalForNewError: none is set and there is nobody to ask.
        EmptyPasswordError: the person typed nothing.
        PasswordsDifferError: the two entries are not the same.
    """
    given = settings.new_password(file)
    if given:
        return given
    if not sys.stdin or not sys.stdin.isatty():
        raise NoTerminalForNewError
    return _ask_twice()


def _ask_twice() -> str:
    _require_terminal()
    sys.stderr.write(
        _(
            "Choose a password of several words and write it down. Without it nobody can open the vault, you included: "
            "there is no way to reset it."
        )
        + "\n"
    )
    first = _ask(_("New password: "))
    if not first:
        raise EmptyPasswordError
    if _ask(_("The same password again: ")) != first:
        raise PasswordsDifferError
    return first


def _require_terminal() -> None:
    if not sys.stdin or not sys.stdin.isatty():
        raise NoTerminalError


def _ask(prompt: str) -> str:
    _require_terminal()
    import getpass  # it drags in termios, and most runs ask nothing

    # On stderr: standard output may be a pipe that expects JSON.
    return getpass.getpass(prompt, stream=sys.stderr)
