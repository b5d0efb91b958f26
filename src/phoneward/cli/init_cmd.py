"""`phoneward init`: make the vault."""

import click

from phoneward.cli import passwords
from phoneward.cli.frame import current, vault_options
from phoneward.cli.session import waiting
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Make the vault that snapshots are kept in."),
    help=N_(
        "Make the vault that snapshots are kept in: an encrypted folder, on an external disk for instance.\n\n"
        "You choose its password now. Write it down: without it nobody can open the vault, you included, and there is "
        "no way to reset it. The vault is an ordinary restic repository."
    ),
)
@vault_options
def init() -> ExitCode:
    """Make the vault and say where it is."""
    from phoneward import vault

    frame = current()
    storage = vault.open_storage(
        frame.settings.repository_place(), frame.settings.access, on_wait=waiting(frame.output)
    )
    if vault.repository_exists(storage):  # said before a person thinks of a password for nothing
        raise vault.RepositoryExistsError(location=storage.location)
    password = passwords.new(frame.settings)
    passwords.say_if_weak(frame.output, password)
    spare: list[vault.FileId] = []
    repository = vault.init_repository(storage, password, on_spare_key=spare.append)
    if frame.output.json:
        frame.output.emit("initialized", {"id": repository.config.id, "repository": storage.location})
        return ExitCode.DONE
    for name in spare:
        from phoneward.setup import spare_key_sentence  # rare, and start-up should not wait for it

        frame.output.say(str(spare_key_sentence(name)))
    frame.output.summary(_("The vault is ready: {place}").format(place=storage.location))
    frame.output.summary(
        _(
            "Keep its password in a safe place: without it nobody can open the vault, you included. "
            "Next, plug in the phone and run: phoneward backup"
        )
    )
    return ExitCode.DONE
