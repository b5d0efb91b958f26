"""Where the password comes from: a setting, else the person at the terminal."""

import sys
from typing import TYPE_CHECKING, NamedTuple

from phoneward.cli.errors import (
    EmptyPasswordError,
    NoTerminalError,
    NoTerminalForNewError,
    PasswordsDifferError,
)
from phoneward.settings import Settings
from phoneward.texts import _, sentences

if TYPE_CHECKING:
    from phoneward.cli.output import Output


def existing(settings: Settings) -> str:
    """Return the password of a vault that exists.

    Raises:
        NoTerminalError: none is set and there is nobody to ask.
    """
    return settings.password() or ask_hidden(_("Password of the vault: "))


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


class Second(NamedTuple):
    """A password to try on a second vault; `is_chosen` where a person named it for that one."""

    password: str
    is_chosen: bool


def second(settings: Settings, file: str | None, first: str) -> Second:
    """Return the password of a second vault: the one set for it, else the first vault's.

    Args:
        settings: PHONEWARD_TO_PASSWORD and the like.
        file: holds it; named on the command line.
        first: the password that opened the first vault.

    Raises:
        SettingFileError, PasswordCommandError: what should hold it, or print it, does not.
    """
    given = settings.second_password(file)
    return Second(first if given is None else given, given is not None)


def say_if_weak(output: "Output", password: str) -> None:
    """Say why a new password would be guessed; it is used all the same."""
    from phoneward.setup import judge

    strength = judge(password)
    if strength.is_weak:
        weak = _("This password is weak: it can be guessed. It is used all the same.")
        output.say(sentences(weak, str(strength.reason or ""), _("Change it with: phoneward key passwd")))


def _ask_twice() -> str:
    _require_terminal()
    sys.stderr.write(
        _(
            "Choose a password of several words and write it down. Without it nobody can open the vault, you included: "
            "there is no way to reset it."
        )
        + "\n"
    )
    first = ask_hidden(_("New password: "))
    if not first:
        raise EmptyPasswordError
    if ask_hidden(_("The same password again: ")) != first:
        raise PasswordsDifferError
    return first


def _require_terminal() -> None:
    if not sys.stdin or not sys.stdin.isatty():
        raise NoTerminalError


def ask_hidden(prompt: str) -> str:
    """Ask for a password; what is typed is not shown.

    Raises:
        NoTerminalError: there is nobody to ask.
    """
    _require_terminal()
    import getpass  # it drags in termios, and most runs ask nothing

    # On stderr: standard output may be a pipe that expects JSON.
    return getpass.getpass(prompt, stream=sys.stderr)
