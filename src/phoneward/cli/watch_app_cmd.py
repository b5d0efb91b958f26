"""`phoneward watch app FILE|PACKAGE`: what could this app do?"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.apk import AppSet
    from phoneward.vault import Repository

_ENDINGS = (".apk", ".apks", ".xapk", ".apkm", ".zip")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say what an app could do with your pictures and your screen, by its own file."),
    help=N_(
        "Say what an app could do with your pictures and your screen, by its own file: what it may see on which "
        "Android, whether it is told of new pictures and screenshots, can record the screen, and whose code does it. "
        "The app is only read, never run. No phone is asked.\n\n"
        "FILE is an APK, a bundle (.apks, .xapk, .apkm), or a folder with the APKs of one app. A package name such as "
        "com.example.bank means the app as it lies in your newest snapshot.\n\n"
        "What is found is what the app could do, not what it does. What could not be looked into (packed code, native "
        "code, code that is loaded later) is named. The exit code is 3 where the app's own code could not be seen."
    ),
)
@argument("files", nargs=-1, required=True, metavar="FILE|PACKAGE", meaning=N_("The app's files, or its package name."))
@option(
    "--says",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=N_("What the publisher says: its privacy policy or a store's data-safety notes, as text or HTML."),
)
@option(
    "--before",
    metavar="FILE|SNAPSHOT",
    help=N_("An earlier version of the app, its file or a snapshot: what could it not do then?"),
)
@option(
    "--snapshot",
    metavar="SNAPSHOT",
    default="latest",
    help=N_("With a package name: which snapshot, `latest` or the first digits of its id."),
)
@option(
    "--trackers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=N_("A list of trackers that you downloaded: https://reports.exodus-privacy.eu.org/api/trackers."),
)
@option("--details", is_flag=True, help=N_("Also show by what each thing is known, and what most apps do."))
@vault_options
def app(
    files: tuple[str, ...],
    says: Path | None,
    before: str | None,
    *,
    snapshot: str,
    trackers: Path | None,
    details: bool,
) -> ExitCode:
    """Look, compare, show."""
    import phoneward.watch.abilities as looking  # not by way of the room: its face loads what pictures need
    from phoneward.cli import watch_app_view as view

    frame = current()
    listed = looking.load_trackers(trackers) if trackers is not None else None
    said = (says.name, looking.read_text(says)) if says is not None else None
    with ExitStack() as stack:
        vault = _Vault(frame, stack)
        with _opened(vault, files, snapshot) as opened:
            earlier = None
            if before is not None:
                place, ref = ((opened.package,), before) if not Path(before).exists() else ((before,), snapshot)
                with _opened(vault, place, ref) as older:
                    earlier = looking.look_at_app(older, trackers=listed)
            found = looking.look_at_app(opened, trackers=listed, says=said, before=earlier)
    if frame.output.json:
        frame.output.emit("app_abilities", view.document(found))
    else:
        view.show(frame.output, found, details=details)
    return ExitCode.INCOMPLETE if found.is_hidden else ExitCode.DONE


class _Vault:
    """The vault, opened when it is first needed."""

    def __init__(self, frame: Frame, stack: ExitStack) -> None:
        self._frame = frame
        self._stack = stack
        self._repository: Repository | None = None

    def repository(self) -> "Repository":
        """Return it with its index loaded."""
        if self._repository is None:
            self._repository = self._stack.enter_context(open_vault(self._frame))
            self._repository.load_index()
        return self._repository


@contextmanager
def _opened(vault: _Vault, named: Sequence[str], ref: str) -> "Iterator[AppSet]":
    """Open an app by its files, or by its package name in a snapshot."""
    from phoneward.apk import open_app
    from phoneward.apk.manifest.names import is_package

    only = named[0] if len(named) == 1 else ""
    if is_package(only) and not only.lower().endswith(_ENDINGS) and not Path(only).exists():
        from phoneward.snapshots import find
        from phoneward.snapshots.kept_apps import open_kept_app

        repository = vault.repository()
        with open_kept_app(repository, find(repository, ref), only) as kept:
            yield kept
        return
    with open_app([Path(name) for name in named]) as opened:
        yield opened
