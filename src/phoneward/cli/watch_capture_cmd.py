"""`phoneward watch capture FILE`: was it uploaded?"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.watch_canary_cmd import KEYS_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, UsageError, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from phoneward.snapshots import Asking
    from phoneward.vault import Repository
    from phoneward.watch import CaptureResult, OwnPicture

_DAY_LENGTH = len("2026-11-29")


@click.command(
    cls=WordedCommand,
    short_help=N_("Look whether your pictures were sent, in a recording of what the phone sent."),
    help=N_(
        "Look whether your pictures were sent: in a recording of what the phone sent, made with mitmproxy or "
        "PCAPdroid or saved by a browser (flow files, HAR, pcap and pcapng). How to make one: --guide.\n\n"
        "Each picture that was sent is named: to whom, when, by which app where the recording says so, how it was "
        "changed and how it was wrapped. What could not be read stands at the end. Not seen is not the same as not "
        "sent.\n\n"
        "Nothing is sent anywhere, and nothing is kept."
    ),
)
@argument(
    "file",
    metavar="[FILE]",
    required=False,
    type=click.Path(path_type=Path),
    meaning=N_("The recording."),
)
@option(
    "--images",
    metavar="DIR",
    help=N_("A folder with your pictures, or one picture. Default: your pictures in the vault."),
)
@option("--snapshot", metavar="SNAPSHOT", help=N_("The pictures of this snapshot. Default: the newest finished one."))
@option(
    "--mine",
    multiple=True,
    metavar="FOLDER",
    help=N_("A folder of your pictures beside DCIM and the screenshots, such as Pictures/Family. May be repeated."),
)
@option(
    "--keys",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help=KEYS_HELP,
)
@option(
    "--log",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=N_("What mitmproxy printed: it names the connections that an app refused."),
)
@option("--since", metavar="TIME", help=N_("Only what was sent from then on, such as 2026-11-29 or 2026-11-29T14:30."))
@option("--until", metavar="TIME", help=N_("Only what was sent up to then; a day counts whole."))
@option(
    "--app", metavar="PACKAGE", help=N_("Only what this app sent, and what the recording does not name the app of.")
)
@option("--guide", is_flag=True, help=N_("Say step by step how to make such a recording, and what it cannot show."))
@option("--fail-on-sent", is_flag=True, help=N_("Exit with code 4 where one of your pictures was sent."))
@vault_options
def capture(
    *,
    file: Path | None,
    images: str | None,
    snapshot: str | None,
    mine: tuple[str, ...],
    keys: tuple[Path, ...],
    log: Path | None,
    since: str | None,
    until: str | None,
    app: str | None,
    guide: bool,
    fail_on_sent: bool,
) -> ExitCode:
    """Read, search, show."""
    from phoneward import watch
    from phoneward.cli import watch_capture_view as view

    frame = current()
    if guide:
        view.show_guide(frame.output, watch.recording_guide())
        return ExitCode.DONE
    if file is None:
        raise UsageError(
            problem=_("It is not said which recording to look into."),
            hint=_("Such as: phoneward watch capture phone.flows --images Pictures"),
        )
    limits = _Limits(keys, log, _time("--since", since), _time("--until", until, is_end=True), app)
    if images is not None:
        result = _look(file, watch.pictures_in_folder(images), limits, _known_packages(frame, snapshot))
    else:
        with open_vault(frame) as repository:
            asking = _asking(frame, repository, snapshot)
            packages = watch.packages_by_uid(asking)
            result = _look(file, _stored(frame, asking, mine), limits, packages)
    view.show(frame.output, result)
    if result.uploads and fail_on_sent:
        return ExitCode.FINDING
    is_whole = result.images and not result.unread.is_damaged and not result.uncompared
    return ExitCode.DONE if is_whole else ExitCode.INCOMPLETE


@dataclass(frozen=True, slots=True)
class _Limits:
    """What of a recording is looked at, and what lies beside it."""

    keys: tuple[Path, ...]
    log: Path | None
    since: dt.datetime | None
    until: dt.datetime | None
    app: str | None


def _look(
    file: Path, pictures: "Iterable[OwnPicture]", limits: _Limits, packages: "Mapping[int, str] | None" = None
) -> "CaptureResult":
    from phoneward import watch

    return watch.look_into_capture(
        file,
        pictures,
        key_logs=limits.keys,
        packages=packages,
        log=limits.log,
        since=limits.since,
        until=limits.until,
        app=limits.app,
    )


def _known_packages(frame: Frame, snapshot: str | None) -> "dict[int, str]":
    """Return the package of each UID where a vault opens without a question; it is not needed."""
    from phoneward import vault, watch

    password = frame.settings.password()
    if password is None:
        return {}
    try:
        storage = vault.open_storage(frame.settings.repository_place(), frame.settings.access)
        repository = vault.open_repository(storage, password, cache=frame.settings.cache_dir)
        return watch.packages_by_uid(_asking(frame, repository, snapshot))
    except PhonewardError:
        return {}


def _asking(frame: Frame, repository: "Repository", snapshot: str | None) -> "Asking":
    from phoneward import snapshots

    repository.load_index()
    chosen = snapshots.describe(snapshots.find(repository, snapshot or "latest"))
    return snapshots.Asking(repository, chosen, (chosen,), dt.datetime.now(dt.UTC), frame.settings.cache_dir)


def _stored(frame: Frame, asking: "Asking", mine: tuple[str, ...]) -> "Iterator[OwnPicture]":
    """Yield the pictures of a snapshot; a folder of it that cannot be read is told."""
    from phoneward import watch

    def damaged(path: bytes) -> None:
        frame.output.say(_("The folder {path} in the snapshot is damaged.").format(path=readable(path)))

    yield from watch.pictures_in_snapshot(asking, mine=mine, on_damaged=damaged)


def _time(name: str, text: str | None, *, is_end: bool = False) -> dt.datetime | None:
    """Return a time that a person wrote, in this computer's time zone where it names none."""
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            problem=_("{name} {value} is no time.").format(name=name, value=readable(text)),
            hint=_("Write it as 2026-11-29 or 2026-11-29T14:30."),
        ) from None
    if is_end and len(text) == _DAY_LENGTH:
        moment += dt.timedelta(days=1, microseconds=-1)
    return moment.astimezone()
