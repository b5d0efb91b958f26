"""`phoneward watch scan`: which apps hold copies of my pictures?"""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phoneward.snapshots import Asking, OwnerState, SnapshotInfo
    from phoneward.vault import Repository
    from phoneward.watch import AppCopy, Scanned

FILE = click.Path(path_type=Path)
LEVELS = ("advice", "warning", "danger")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say which apps keep copies of your pictures, since when, and how soon they were written."),
    help=N_(
        "Look through the newest snapshot for copies of your pictures among what apps keep: your photos and "
        "screenshots are compared with every picture in the folders of apps, whatever the files are called, also "
        "where it was saved anew, made smaller, cut or partly covered.\n\n"
        "Copies with an ordinary cause, such as a gallery's thumbnails and pictures that you sent in a chat, are "
        "counted; --all lists them. That a copy lies on the phone does not say that it was sent.\n\n"
        "The first time takes minutes; later ones look only at what is new. What is remembered for that is encrypted "
        "with the vault's key.\n\n"
        "The exit code is 3 where something is damaged and could not be looked at; with --fail-on it is 4 where "
        "something of that level, or worse, was found."
    ),
)
@option("--snapshot", metavar="SNAPSHOT", help=N_("This snapshot. Default: the newest finished one."))
@option("--phone", metavar="PHONE", help=N_("Only this phone: its name in `phoneward snapshots`, or its id."))
@option(
    "--mine",
    multiple=True,
    metavar="FOLDER",
    help=N_("A folder of your pictures beside DCIM and the screenshots, such as Pictures/Family. May be repeated."),
)
@option(
    "--sensitive",
    multiple=True,
    metavar="PATH=LABEL",
    help=N_(
        "What a picture of yours, or each in a folder, is of, such as DCIM/Screenshots=bank. The vault remembers it; "
        "without a label it forgets it. May be repeated."
    ),
)
@option("--app", metavar="APP", help=N_("Only this app: its package, such as com.tencent.mm."))
@option("--all", "everything", is_flag=True, help=N_("List every copy, also those with an ordinary cause."))
@option("--html", type=FILE, metavar="FILE", help=N_("Also write a page with the pictures side by side."))
@option(
    "--evidence",
    type=FILE,
    metavar="FOLDER",
    help=N_("Also write both pictures of each copy, byte for byte and unencrypted, with checksums, into a new folder."),
)
@option(
    "--fail-on",
    type=click.Choice(LEVELS),
    metavar="LEVEL",
    help=N_("End with 4 where something of this level or above was found: advice, warning or danger."),
)
@vault_options
def scan(
    *,
    snapshot: str | None,
    phone: str | None,
    mine: tuple[str, ...],
    sensitive: tuple[str, ...],
    app: str | None,
    everything: bool,
    html: Path | None,
    evidence: Path | None,
    fail_on: str | None,
) -> ExitCode:
    """Keep what is said, look, show, write."""
    from phoneward import watch
    from phoneward.cli import watch_scan_view as view
    from phoneward.findings import Severity

    frame = current()
    said = [_said(text) for text in sensitive]
    if html is not None:
        watch.refuse_copies_page(html)
    if evidence is not None:
        watch.refuse_evidence_folder(evidence)
    with open_vault(frame) as repository:
        asking = _asking(frame, repository, snapshot, phone, said)
        scanned = _look(frame, asking, mine)
        if app is not None:
            scanned = dataclasses.replace(
                scanned, copies=tuple(copy for copy in scanned.copies if copy.package == app)
            )  # fmt: skip
        shown = scanned.copies if everything else watch.unexplained(scanned.copies)
        written = _write(asking, scanned, shown, html, evidence)
    view.show(frame.output, scanned, shown, written)
    if fail_on is not None and watch.severity_of(scanned).rank >= Severity(fail_on).rank:
        return ExitCode.FINDING
    return ExitCode.INCOMPLETE if scanned.damaged else ExitCode.DONE


def _said(text: str) -> tuple[str, str]:
    path, equals, label = text.partition("=")
    if not equals:
        raise UsageError(
            problem=_("{text} says of no picture what it is of.").format(text=readable(text)),
            hint=_("Write: --sensitive PATH=LABEL, such as --sensitive DCIM/Screenshots=bank."),
        )
    return path, label


def _asking(
    frame: Frame, repository: "Repository", snapshot: str | None, phone: str | None, said: "Sequence[tuple[str, str]]"
) -> "Asking":
    from phoneward import snapshots

    repository.load_index()
    every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
    state = snapshots.load_state(repository, snapshots=[info.snapshot for info in every])
    chosen = _chosen(repository, every, state, snapshot, phone)
    if said:
        state = _keep(frame, repository, every, said)
    return snapshots.Asking(
        repository, chosen, every, dt.datetime.now(dt.UTC), frame.settings.cache_dir, state=state
    )  # fmt: skip


def _chosen(
    repository: "Repository",
    every: "Sequence[SnapshotInfo]",
    state: "OwnerState",
    snapshot: str | None,
    phone: str | None,
) -> "SnapshotInfo":
    """Return the snapshot a person means. Raises NoSnapshotsError and others where there is none."""
    from phoneward import snapshots
    from phoneward.vault import NoSnapshotsError

    if snapshot is not None or phone is None:
        return snapshots.describe(snapshots.find(repository, snapshot or "latest"))
    device = snapshots.which_phone(phone, every, state).device
    whole = [info for info in every if info.device == device and info.of_phone and not info.partial]
    if not whole:
        raise NoSnapshotsError
    return whole[-1]


def _keep(
    frame: Frame, repository: "Repository", every: "Sequence[SnapshotInfo]", said: "Sequence[tuple[str, str]]"
) -> "OwnerState":
    from phoneward import snapshots, watch

    changes = [watch.mark_sensitive(path, label) for path, label in said]
    with repository.lock(exclusive=False) as lock:
        return snapshots.change_state(
            repository,
            lock,
            changes,
            snapshots=[info.snapshot for info in every],
            on_damaged=lambda _name, error: frame.output.warn(error),
        )


def _look(frame: Frame, asking: "Asking", mine: "Sequence[str]") -> "Scanned":
    from phoneward import watch
    from phoneward.cli.progress_view import listening

    with listening(frame.output) as listener:
        return watch.scan(dataclasses.replace(asking, listener=listener), mine=mine)


def _write(
    asking: "Asking", scanned: "Scanned", copies: "Sequence[AppCopy]", html: Path | None, evidence: Path | None
) -> dict[str, str]:
    """Write what was asked for; return where."""
    from phoneward import watch

    written = {}
    assert asking.snapshot is not None  # noqa: S101 - a snapshot was chosen
    if html is not None:
        watch.save_copies_page(html, watch.html_copies(asking.repo, asking.snapshot, scanned, copies))
        written["html"] = readable(str(html))
    if evidence is not None:
        watch.write_evidence(asking.repo, asking.snapshot, scanned, copies, evidence)
        written["evidence"] = readable(str(evidence))
    return written
