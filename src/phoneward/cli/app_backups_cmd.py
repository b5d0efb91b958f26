"""`phoneward app-backups`: the backups that apps make of themselves, in the vault and on this computer."""

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NoAppGuideError, PhoneNotSaidError
from phoneward.cli.frame import Frame, argument, current, option, output_options, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand, WordedGroup
from phoneward.errors import ExitCode, readable
from phoneward.settings import NoRepositoryNamedError
from phoneward.texts import N_, _, enumeration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoneward.phones.appbackups import OnComputer, Searched
    from phoneward.snapshots import OwnerState, PhonesOwnBackups, SnapshotInfo
    from phoneward.vault import Repository

_HERE = "phoneward.cli.app_backups_cmd"


@click.group(
    "app-backups",
    cls=WordedGroup,
    sources={
        "list": f"{_HERE}:list_command",
        "guide": f"{_HERE}:guide",
        "keep": f"{_HERE}:keep",
        "leave": f"{_HERE}:leave",
    },
    invoke_without_command=True,
    short_help=N_("Find and keep the backups that apps make of themselves, and say how to make one."),
    help=N_(
        "Some apps, WeChat first, keep their data where no computer can read it. They have ways of their own to make a "
        "backup. These commands find such backups on the phone and on this computer, say how old they are, say step by "
        "step how to make one, and have them come into the vault. They are never opened."
    ),
)
@click.pass_context
def app_backups(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@click.command(
    "list",
    cls=WordedCommand,
    short_help=N_("List the apps' own backups in the vault and on this computer, and how old they are."),
    help=N_(
        "List the apps' own backups: those in the newest snapshot of each phone, then those on this computer, with "
        "their age, and which apps have none. Only names, sizes and times are looked at. Where no vault is named, "
        "this computer alone is looked at."
    ),
)
@option("--phone", metavar="PHONE", help=N_("Only this phone: its name in `phoneward snapshots`, or its id."))
@option(
    "--look-in",
    metavar="FOLDER",
    help=N_("Look in this folder of the computer, such as a disk, not in the usual ones."),
)
@vault_options
def list_command(phone: str | None, look_in: str | None) -> ExitCode:
    """Look, and show both."""
    from phoneward import snapshots
    from phoneward.cli import app_backups_view as view

    frame = current()
    now = dt.datetime.now(dt.UTC)
    standing: list[PhonesOwnBackups] | None = None
    infos: list[SnapshotInfo] = []
    state = snapshots.OwnerState()
    with _vault_if_named(frame, needed=phone is not None) as repository:
        if repository is not None:
            repository.load_index()
            infos, state = _known(repository)
            device = snapshots.which_phone(phone, infos, state).device if phone is not None else None
            standing = snapshots.phones_own_backups(repository, infos, state, now, device=device)
    frame.output.say(_("This computer is being looked at …"))
    searched = _search(look_in)
    here = snapshots.found_here(searched.found, state, snapshots.known_computer_id(frame.settings.state_dir), now)
    names = {info.device: state.called(info.device, info.label) for info in infos if info.device}
    if frame.output.json:
        view.emit(frame.output, standing or [], here, now)
        frame.output.emit("summary", {"complete": searched.whole, "refused": [str(p) for p in searched.refused]})
    else:
        view.show(frame.output, standing, here, names, now)
        view.show_limits(frame.output, searched)
    return ExitCode.DONE


@contextlib.contextmanager
def _vault_if_named(frame: Frame, *, needed: bool) -> "Iterator[Repository | None]":
    """Yield the opened vault; None where none was named and this computer alone can be looked at."""
    try:
        frame.settings.repository_place()
    except NoRepositoryNamedError:
        if needed:
            raise
        yield None
        return
    with open_vault(frame) as repository:
        yield repository


def _known(repository: "Repository") -> "tuple[list[SnapshotInfo], OwnerState]":
    from phoneward import snapshots

    infos = snapshots.list_snapshots(repository, on_damaged=lambda _name, _error: None)
    return infos, snapshots.load_state(repository, snapshots=[info.snapshot for info in infos])


def _search(folder: str | None) -> "Searched":
    from phoneward.phones import appbackups

    if folder is not None:
        return appbackups.search_folder(_folder(folder))
    return appbackups.search_computer(appbackups.this_computer())


def _folder(given: str) -> Path:
    """Return a folder that a person named.

    Raises:
        FolderMissingError: there is none.
    """
    from phoneward.phones import FolderMissingError

    path = Path(given).expanduser().absolute()
    if not path.is_dir():
        raise FolderMissingError(path=readable(str(path)), detail=_("it is no folder"))
    return path


@click.command(
    cls=WordedCommand,
    short_help=N_("Say step by step how an app's own backup is made, and how it is put back or tried."),
    help=N_(
        "Say step by step how an app's own backup is made, what it holds and what not, and how it is put back, or "
        "tried. Without an app, list those of which something is known."
    ),
)
@argument("app", default="", metavar="[APP]", meaning=N_("The app: its name, its word in the list, or its package."))
@output_options
def guide(app: str) -> ExitCode:
    """Show the guide."""
    from phoneward.cli import app_backups_view as view
    from phoneward.phones import appbackups

    output = current().output
    if not app:
        view.list_guides(output, appbackups.app_guides())
        return ExitCode.DONE
    found = appbackups.app_guide(app)
    if found is None:
        raise NoAppGuideError(app=readable(app), known=enumeration(one.key for one in appbackups.app_guides()))
    view.show_guide(output, found)
    return ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("Take an app's backup on this computer along into a phone's snapshots, from now on."),
    help=N_(
        "Take an app's backup on this computer along into a phone's snapshots: the next `phoneward backup` of that "
        "phone reads the folder, and every later one what changed in it. You say once whose it is, since a backup on a "
        "shared computer may be of another phone in the house.\n\n"
        "For the name of an app the backup is looked for; where there are several, name the folder."
    ),
)
@argument("what", metavar="APP|FOLDER", meaning=N_("The app, such as wechat, or the folder of its backup."))
@option("--phone", metavar="PHONE", help=N_("Whose it is: the phone's name in `phoneward snapshots`, or its id."))
@option("--app", metavar="APP", help=N_("Of which app a folder is, where its name does not say."))
@vault_options
def keep(what: str, phone: str | None, app: str | None) -> ExitCode:
    """Remember the folder in the vault."""
    from phoneward import snapshots
    from phoneward.cli import app_backups_view as view

    frame = current()
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        meant = _phone(phone, *_known(repository))
        backup = backup_meant(what, app)
        lock = stack.enter_context(repository.lock(exclusive=False))
        infos, state = _known(repository)
        computer = snapshots.computer_id(frame.settings.state_dir)
        kept, changes = snapshots.keep_folder(
            state, device=meant, computer=computer, package=backup.package, path=backup.path
        )
        snapshots.change_state(repository, lock, changes, snapshots=[info.snapshot for info in infos])
    name = next(state.called(info.device, info.label) for info in reversed(infos) if info.device == meant)
    if frame.output.json:
        frame.output.emit("app_folder", view.folder_document(kept, kept_now=True))
    else:
        frame.output.result(
            _("This goes along into the snapshots of {phone} from now on: {path}").format(
                phone=name, path=readable(kept.path)
            )
        )
        frame.output.summary(_("It comes into the vault with the next: phoneward backup"))
    return ExitCode.DONE


@click.command(
    cls=WordedCommand,
    short_help=N_("No longer take an app's backup on this computer along."),
    help=N_("No longer take an app's backup on this computer along. What snapshots hold of it stays there."),
)
@argument("what", metavar="APP|FOLDER", meaning=N_("The app, such as wechat, or the folder of its backup."))
@option("--phone", metavar="PHONE", help=N_("Only from this phone's snapshots. Default: from all."))
@vault_options
def leave(what: str, phone: str | None) -> ExitCode:
    """Forget the folder."""
    from phoneward import snapshots
    from phoneward.cli import app_backups_view as view
    from phoneward.phones import appbackups

    frame = current()
    with open_vault(frame) as repository, repository.lock(exclusive=False) as lock:
        infos, state = _known(repository)
        device = snapshots.which_phone(phone, infos, state).device if phone is not None else None
        computer = snapshots.known_computer_id(frame.settings.state_dir) or ""
        app = appbackups.app_named(what)
        path = str(Path(what).expanduser().absolute())
        going = [
            kept
            for kept in snapshots.kept_folders(state, device=device, computer=computer)
            if kept.path == path or (app is not None and kept.package in app.packages)
        ]
        changes = [snapshots.leave_folder(kept) for kept in going]
        snapshots.change_state(repository, lock, changes, snapshots=[info.snapshot for info in infos])
    for kept in going:
        if frame.output.json:
            frame.output.emit("app_folder", view.folder_document(kept, kept_now=False))
        else:
            frame.output.result(_("This goes along no longer: {path}").format(path=readable(kept.path)))
    if not going:
        frame.output.summary(_("Nothing of that went along from this computer."))
    return ExitCode.DONE


def _phone(wanted: str | None, infos: "list[SnapshotInfo]", state: "OwnerState") -> str:
    """Return the phone that a person named; which one it is, is never guessed.

    Raises:
        PhoneNotSaidError: they named none.
        NoSuchPhoneError, AmbiguousPhoneError: no phone is called so, or several are.
    """
    from phoneward import snapshots

    if wanted is None:
        names = dict.fromkeys(state.called(i.device, i.label) for i in infos if i.device and i.of_phone)
        raise PhoneNotSaidError(names=enumeration(names) or "-")
    return snapshots.which_phone(wanted, infos, state).device


def backup_meant(what: str, app: str | None = None) -> "OnComputer":
    """Return the backup that a person means: a folder, or the only one of an app.

    Raises:
        FolderMissingError: there is no such folder.
        NoAppGuideError: there is no such app.
        NoAppBackupError, SeveralAppBackupsError: none is on this computer, or several are.
        WhoseFolderError: nobody can tell of which app the folder is.
    """
    from phoneward.cli.errors import NoAppBackupError, SeveralAppBackupsError, WhoseFolderError
    from phoneward.phones import appbackups

    known = appbackups.app_named(app if app is not None else what)
    if app is not None and known is None:
        guides = appbackups.app_guides()
        raise NoAppGuideError(app=readable(app), known=enumeration(one.key for one in guides))
    if known is None or app is not None:
        path = _folder(what)
        if known is not None:
            return appbackups.look_at(path, known.packages[0])
        inside = appbackups.search_folder(path).found
        if len(inside) != 1 or not inside[0].path.is_dir():
            raise WhoseFolderError(path=readable(str(path)))
        return inside[0]
    searched = appbackups.search_computer(appbackups.this_computer())
    found = [one for one in searched.found if one.app == known.key and one.path.is_dir()]
    name = appbackups.name_in(known)
    if not found:
        raise NoAppBackupError(app=name, key=known.key)
    if len(found) > 1:
        paths = enumeration(readable(str(one.path)) for one in found[:5])
        raise SeveralAppBackupsError(app=name, paths=paths)
    return found[0]
