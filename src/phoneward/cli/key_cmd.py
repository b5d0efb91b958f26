"""`phoneward key`: the passwords that open the vault."""

from typing import TYPE_CHECKING

import click

from phoneward.cli import passwords
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault, open_vault_with_password
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand, WordedGroup
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from phoneward.cli.frame import P, R
    from phoneward.vault import KeyInfo

_HERE = "phoneward.cli.key_cmd"


@click.group(
    cls=WordedGroup,
    sources={
        "list": f"{_HERE}:list_command",
        "add": f"{_HERE}:add",
        "passwd": f"{_HERE}:passwd",
        "remove": f"{_HERE}:remove",
        "remember": f"{_HERE}:remember",
        "forget-password": f"{_HERE}:forget_password",
    },
    invoke_without_command=True,
    short_help=N_("List, add, change or remove the passwords that open the vault."),
    help=N_(
        "List, add, change or remove the passwords that open the vault. Each has a key file of its own. Whoever had a "
        "password and a copy of the vault can open that copy for ever: removing the key here does not change that."
    ),
)
@click.pass_context
def key(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _new_key_options(function: "Callable[P, R]") -> "Callable[P, R]":
    for decorate in (
        option("--host", metavar="NAME", default="", help=N_("The computer the key is for. Default: this one.")),
        option("--user", metavar="NAME", default="", help=N_("Whom the key is for. Default: you.")),
        option(
            "--new-password-file",
            metavar="FILE",
            help=N_("A file that holds the new password. Default: PHONEWARD_NEW_PASSWORD, else you are asked."),
        ),
    ):
        function = decorate(function)
    return function


@click.command(
    "list",
    cls=WordedCommand,
    short_help=N_("List the keys of the vault."),
    help=N_("List the keys of the vault: for whom and when each was made, and which one opened it now."),
)
@vault_options
def list_command() -> ExitCode:
    """List the keys; one that is damaged is named and does not hide the others."""
    from phoneward import vault

    output = current().output
    damaged: list[PhonewardError] = []
    with open_vault(current()) as repository:
        found = vault.list_keys(repository, on_damaged=lambda _name, error: damaged.append(error))
    if output.json:
        for info in found:
            output.emit("key", document(info))
    else:
        output.result(table(found))
    for error in damaged:
        output.warn(error)
    return ExitCode.INCOMPLETE if damaged else ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("Add a password that opens the vault, too."),
    help=N_("Add a password that opens the vault, too. All others stay as they are."),
)
@_new_key_options
@vault_options
def add(new_password_file: str | None, user: str, host: str) -> ExitCode:
    """Ask for the new password, store its key, and say its name."""
    from phoneward import vault

    frame = current()
    with open_vault(frame) as repository:
        password = passwords.another(frame.settings, new_password_file)  # before the lock: a person takes their time
        with repository.lock(exclusive=False):
            name = vault.add_key(repository, password, username=user, hostname=host)
    if frame.output.json:
        frame.output.emit("key_added", {"id": name})
    else:
        frame.output.summary(_("The new password opens the vault, too. Its key is {name}.").format(name=name[:8]))
    return ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("Change the password that you opened the vault with."),
    help=N_(
        "Change the password that you opened the vault with. The new one works before the old one goes. Other "
        "passwords of the vault stay as they are."
    ),
)
@_new_key_options
@vault_options
def passwd(new_password_file: str | None, user: str, host: str) -> ExitCode:
    """Ask for the new password, put its key in the place of the old one's."""
    from phoneward import vault
    from phoneward.cli.progress_view import listening
    from phoneward.setup import take_back_printed

    frame = current()
    with open_vault(frame) as repository:
        old = repository.key_name
        password = passwords.another(frame.settings, new_password_file)
        with repository.lock(exclusive=True) as lock, listening(frame.output) as listener:
            name = vault.change_password(repository, password, lock, username=user, hostname=host)
            take_back_printed(repository, lock, listener)
    _keep_keyring_right(frame, password)
    if frame.output.json:
        frame.output.emit("key_changed", {"id": name, "removed": old})
    else:
        frame.output.summary(
            _("The password was changed: the old one opens nothing any more. Write the new one on your recovery kit.")
        )
    return ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("Remove a password of the vault."),
    help=N_("Remove a password of the vault, by its key. The one that you opened the vault with stays."),
)
@argument("name", metavar="KEY", meaning=N_("The first digits of the key, as `phoneward key list` shows them."))
@option("--yes", "-y", is_flag=True, help=N_("Do not ask before removing."))
@vault_options
def remove(name: str, *, yes: bool) -> ExitCode:
    """Remove one key file."""
    from phoneward import vault
    from phoneward.cli.confirming import confirm
    from phoneward.risks import REMOVE_PASSWORD

    frame = current()
    with open_vault(frame) as repository, repository.lock(exclusive=True) as lock:
        found = vault.find_key(repository, name)
        confirm(frame, REMOVE_PASSWORD.shown(), yes=yes)
        vault.remove_key(repository, found, lock)
    _keep_keyring_right(frame, None)
    if frame.output.json:
        frame.output.emit("key_removed", {"id": found})
    else:
        frame.output.summary(_("The key {name} was removed; its password does not open the vault any more.").format(
            name=found[:8]
        ))  # fmt: skip
    return ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("Have this computer remember the password of the vault."),
    help=N_(
        "Store the vault's password in the keyring of this computer, so that nobody is asked for it here any more. "
        "Whoever can use your account on this computer can then open the vault. Only a keyring that encrypts what it "
        "holds is used. Take it back with: phoneward key forget-password"
    ),
)
@vault_options
def remember() -> ExitCode:
    """Open the vault, so that the password is the right one, and store it."""
    from phoneward.systemkeyring import SystemKeyring, safe_backend

    frame = current()
    safe_backend()  # said before a person types a password for nothing
    with open_vault_with_password(frame) as (_repository, password):
        where = SystemKeyring(frame.settings.state_dir).remember(frame.settings.repository_place(), password)
    if frame.output.json:
        frame.output.emit("password_remembered", {"keyring": str(where)})
    else:
        frame.output.summary(_("The password is kept in {keyring}.").format(keyring=where))
    return ExitCode.DONE


@click.command(
    "forget-password",
    cls=WordedCommand,
    short_help=N_("Have this computer forget the password of the vault again."),
    help=N_("Remove the vault's password from the keyring of this computer. From then on you are asked for it."),
)
@vault_options
def forget_password() -> ExitCode:
    """Remove it; the vault need not be there."""
    from phoneward.systemkeyring import SystemKeyring

    frame = current()
    was = SystemKeyring(frame.settings.state_dir).forget(frame.settings.repository_place())
    if frame.output.json:
        frame.output.emit("password_forgotten", {"was_remembered": was})
    elif was:
        frame.output.summary(_("The keyring of this computer has the password no more."))
    else:
        frame.output.summary(_("The keyring of this computer was never asked to keep this vault's password."))
    return ExitCode.DONE


def _keep_keyring_right(frame: Frame, password: str | None) -> None:
    """Put a new password in the place of the remembered one; where that fails it is forgotten, and said.

    Args:
        frame: this run.
        password: the new one; None where a key was removed: then what is remembered may open nothing any more.
    """
    from phoneward.setup import keep_keyring_right

    said = keep_keyring_right(frame.settings, frame.settings.repository_place(), password)
    if said is not None:
        frame.output.say(str(said))


def document(info: "KeyInfo") -> dict[str, object]:
    """Return a key with restic's names for its fields (restic `key list --json`)."""
    return {
        "current": info.current,
        "id": info.id,
        "userName": info.username,
        "hostName": info.hostname,
        "created": None if info.created is None else info.created.isoformat().replace("+00:00", "Z"),
    }


def table(found: "list[KeyInfo]") -> "Table":
    """Return the keys as a table."""
    shown = plain_table(_("Key"), _("Made by"), _("On"), _("Made"), _("In use now"))
    for info in found:
        shown.add_row(
            info.id[:8],
            readable(info.username),
            readable(info.hostname),
            "?" if info.created is None else formats.moment(info.created),
            _("yes") if info.current else "",
        )
    return shown
