"""`phoneward update history`: what happened to the apps, from all snapshots."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NoSuchAppError, SeveralAppsError
from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, enumeration

if TYPE_CHECKING:
    from phoneward.snapshots import OwnerState, SnapshotInfo
    from phoneward.updates import PhoneHistory

LEVELS = ("advice", "warning", "danger")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say what happened to your apps: wiped, signed by somebody else, made older."),
    help=N_(
        "Say what happened to the apps of a phone between its snapshots: which were removed and installed anew, so "
        "that their data was wiped, which have another signer, went back to an older version or were installed past "
        "their store. Of what was wiped, the last snapshot that still holds it is named, and what it holds.\n\n"
        "With APP, all that is known of that app: each version, when it was installed, by whom, and who signed it.\n\n"
        "With --fail-on the exit code is 4 where something of that level, or worse, happened."
    ),
)
@argument(
    "app",
    metavar="[APP]",
    required=False,
    meaning=N_("Only this app: its name, such as WeChat, or its package, such as com.tencent.mm. Default: all."),
)
@option("--phone", metavar="PHONE", help=N_("Only this phone: its name in `phoneward snapshots`, or its id."))
@option(
    "--fail-on",
    type=click.Choice(LEVELS),
    metavar="LEVEL",
    help=N_("End with 4 where something happened of this level or above: advice, warning or danger."),
)
@option("--all", "everything", is_flag=True, help=N_("Show everything that happened, also long ago."))
@vault_options
def history(app: str | None, phone: str | None, fail_on: str | None, *, everything: bool) -> ExitCode:
    """Read, and show phone by phone."""
    from phoneward import snapshots, updates
    from phoneward.cli import update_history_view as view
    from phoneward.cli.progress_view import listening
    from phoneward.findings import Severity, worst

    frame = current()
    now = dt.datetime.now(dt.UTC)
    with open_vault(frame) as repository, listening(frame.output) as listener:
        repository.load_index()
        infos = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
        state = snapshots.load_state(repository, snapshots=[info.snapshot for info in infos])
        devices = _devices(infos, state, phone)
        cache = frame.settings.cache_dir / updates.CACHE
        read = [
            updates.read_history(repository, device, infos, cache_dir=cache, listener=listener) for device in devices
        ]
        package = None if app is None else _package(read, app)
        shown = [history for history in read if package is None or history.of_app(package)]
        stories = [view.Story.of(repository, history, _name(infos, state, history), package) for history in shown]
    for story in stories:
        view.show(frame.output, story, now, everything=everything)
    if frame.output.json:
        frame.output.emit("summary", view.summary(stories))
    elif not stories:
        view.show_nothing(frame.output)
    gravest = worst(updates.severity_of(alarm, now) for story in stories for alarm in story.alarms)
    if fail_on is not None and any(story.alarms for story in stories) and gravest.rank >= Severity(fail_on).rank:
        return ExitCode.FINDING
    return ExitCode.INCOMPLETE if any(story.history.unreadable for story in stories) else ExitCode.DONE


def _devices(infos: "list[SnapshotInfo]", state: "OwnerState", phone: str | None) -> list[str]:
    from phoneward import snapshots

    if phone is not None:
        return [snapshots.which_phone(phone, infos, state).device]
    whole = [info for info in infos if info.of_phone and not info.partial and not info.backup_file]
    return list(dict.fromkeys(info.device for info in reversed(whole) if info.device))


def _name(infos: "list[SnapshotInfo]", state: "OwnerState", history: "PhoneHistory") -> str:
    label = next(info.label for info in reversed(infos) if info.device == history.device)
    return state.called(history.device, label)


def _package(read: "list[PhoneHistory]", app: str) -> str:
    """Return the package of the app that a person named: by its package, or by what people call it."""
    from phoneward import snapshots
    from phoneward.phones.appbackups import app_named

    known = {package for history in read for package in history.packages}
    if app in known:
        return app
    guide = app_named(app)  # by its name in any language
    called = [one for one in (*(guide.packages if guide else ()), *snapshots.apps_called(app)) if one in known]
    called = list(dict.fromkeys(called))
    parts = [package for package in sorted(known) if app.casefold() in package.casefold()]
    found = called or parts
    if not found:
        raise NoSuchAppError(app=readable(app))
    if len(found) > 1:
        raise SeveralAppsError(app=readable(app), candidates=enumeration(map(readable, found[:5])))
    return found[0]
